//! Programs that run others by an order among their arguments: `uv run …`, `npx …`, `poetry run …`.
//!
//! The value of an option is no order: `uv --directory run pip …` runs nothing.

use std::borrow::Cow;

/// How such a program reads its arguments.
pub(super) struct Runner {
    /// The orders by which it runs something; none where it does nothing else.
    orders: &'static [&'static str],
    /// Options that take the next word as their value.
    values: &'static [&'static str],
}

const UV_VALUES: &[&str] = &[
    "--allow-insecure-host",
    "--trusted-host",
    "--cache-dir",
    "--color",
    "--config-file",
    "--directory",
    "--project",
    "--preview-features",
    "--python-preference",
    "--python-fetch",
    "-p",
    "--python",
    "--python-platform",
    "-w",
    "--with",
    "--with-editable",
    "--with-requirements",
    "--from",
    "-c",
    "--constraints",
    "-b",
    "--build-constraints",
    "--overrides",
    "--env-file",
    "--extra",
    "--no-extra",
    "--group",
    "--no-group",
    "--only-group",
    "--package",
    "--no-editable-package",
    "--index",
    "--default-index",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--index-strategy",
    "--keyring-provider",
    "-P",
    "--upgrade-package",
    "--upgrade-group",
    "--resolution",
    "--prerelease",
    "--prerelease-package",
    "--fork-strategy",
    "--exclude-newer",
    "--exclude-newer-package",
    "--no-sources-package",
    "--reinstall-package",
    "--link-mode",
    "-C",
    "--config-setting",
    "--config-settings-package",
    "--no-build-isolation-package",
    "--no-build-package",
    "--no-binary-package",
    "--refresh-package",
];

const NPM_VALUES: &[&str] = &[
    "-c",
    "--call",
    "-p",
    "--package",
    "-C",
    "--prefix",
    "-w",
    "--workspace",
    "-L",
    "--location",
    "--cache",
    "--ca",
    "--cafile",
    "--cert",
    "--cpu",
    "--os",
    "--libc",
    "--globalconfig",
    "--userconfig",
    "--https-proxy",
    "--proxy",
    "--noproxy",
    "--include",
    "--omit",
    "--loglevel",
    "--logs-dir",
    "--logs-max",
    "--maxsockets",
    "--fetch-retries",
    "--fetch-timeout",
    "--local-address",
    "--node-options",
    "--otp",
    "--registry",
    "--scope",
    "--script-shell",
    "--shell",
    "--tag",
    "--before",
    "--umask",
    "--user-agent",
];

const PNPM_VALUES: &[&str] = &[
    "-C",
    "--dir",
    "-F",
    "--filter",
    "--filter-prod",
    "--loglevel",
    "--reporter",
    "--package",
    "--registry",
    "--store-dir",
    "--virtual-store-dir",
    "--modules-dir",
    "--lockfile-dir",
    "--workspace-concurrency",
    "--resume-from",
];

const YARN_VALUES: &[&str] = &[
    "--cwd",
    "-p",
    "--package",
    "--cache-folder",
    "--modules-folder",
    "--mutex",
    "--registry",
    "--use-yarnrc",
    "--network-timeout",
];

const BUN_VALUES: &[&str] = &[
    "--cwd",
    "-c",
    "--config",
    "-p",
    "--package",
    "--env-file",
    "-r",
    "--preload",
    "--shell",
    "-F",
    "--filter",
];

const POETRY_VALUES: &[&str] = &["-C", "--directory", "-P", "--project"];

const PIPX_VALUES: &[&str] = &[
    "--spec",
    "--python",
    "--index-url",
    "-i",
    "--pip-args",
    "--with",
    "--fetch-missing-python",
    "--fetch-python",
    "--backend",
];

/// The runner of this name.
pub(super) fn runner(program: &str) -> Option<Runner> {
    let (orders, values): (&[&str], _) = match program {
        "uvx" => (&[], UV_VALUES),
        "npx" => (&[], NPM_VALUES),
        "pnpx" => (&[], PNPM_VALUES),
        "bunx" => (&[], BUN_VALUES),
        "uv" | "uvw" => (&["run", "x", "tool"], UV_VALUES),
        "npm" => (&["exec", "x"], NPM_VALUES),
        "pnpm" => (&["exec", "dlx"], PNPM_VALUES),
        "yarn" | "yarnpkg" => (&["exec", "dlx"], YARN_VALUES),
        "bun" => (&["x"], BUN_VALUES),
        "poetry" => (&["run"], POETRY_VALUES),
        "pipx" => (&["run"], PIPX_VALUES),
        _ => return None,
    };
    Some(Runner { orders, values })
}

/// Options by which the package is named, where it is not the word that is run.
const PACKAGES: &[&str] = &["-p", "--package", "--from", "--spec"];

impl Runner {
    /// Whether it runs something when it is called with these arguments.
    pub(super) fn runs(&self, rest: &[String]) -> bool {
        self.orders.is_empty() || self.words(rest).next().is_some_and(|(_, word)| self.orders.contains(&word))
    }

    /// What it runs, with the arguments of that.
    pub(super) fn inner<'a>(&self, rest: &'a [String]) -> Option<Cow<'a, [String]>> {
        let at = self.place_of_inner(rest)?;
        let is_module = |word: &String| matches!(word.as_str(), "-m" | "--module");
        if self.is_uv() && rest[..at].iter().any(is_module) {
            let python = ["python", "-m"].map(str::to_owned).into_iter();
            return Some(python.chain(rest[at..].iter().cloned()).collect());
        }
        Some(Cow::Borrowed(&rest[at..]))
    }

    /// The packages from which it takes what it runs.
    pub(super) fn packages<'a>(&self, rest: &'a [String]) -> Vec<&'a str> {
        let Some(at) = self.place_of_inner(rest) else { return Vec::new() };
        // The Python of `uv run -p 3.12` is no package.
        let is_one = |option: &str| PACKAGES.contains(&option) && !(option == "-p" && self.is_uv());
        let mut named = Vec::new();
        for (at, word) in rest[..at].iter().enumerate() {
            match word.split_once('=') {
                Some((option, package)) if is_one(option) => named.push(package),
                None if is_one(word) => named.extend(rest.get(at + 1).map(String::as_str)),
                Some(_) | None => {}
            }
        }
        if named.is_empty() { vec![rest[at].as_str()] } else { named }
    }

    fn place_of_inner(&self, rest: &[String]) -> Option<usize> {
        let mut words = self.words(rest);
        let (mut at, mut word) = words.next()?;
        if !self.orders.is_empty() {
            if !self.orders.contains(&word) {
                return None;
            }
            let is_tool = word == "tool";
            (at, word) = words.next()?;
            if is_tool {
                if !matches!(word, "run" | "uvx") {
                    return None;
                }
                (at, _) = words.next()?;
            }
        }
        Some(at)
    }

    fn is_uv(&self) -> bool {
        self.values.as_ptr() == UV_VALUES.as_ptr()
    }

    /// The words that are neither options nor their values, with their places.
    fn words<'a>(&self, rest: &'a [String]) -> impl Iterator<Item = (usize, &'a str)> {
        let mut words = rest.iter().map(String::as_str).enumerate();
        std::iter::from_fn(move || {
            loop {
                let (at, word) = words.next()?;
                if !word.starts_with('-') {
                    return Some((at, word));
                }
                if self.values.contains(&word) {
                    words.next();
                }
            }
        })
    }
}
