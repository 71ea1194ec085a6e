//! Programs that run others by an order among their arguments: `uv run …`, `npx …`, `poetry run …`.
//!
//! The value of an option is no order: `uv --directory run pip …` runs nothing.

/// How such a program reads its arguments.
pub(super) struct Runner {
    /// The orders by which it runs something; none where it does nothing else.
    orders: &'static [&'static str],
    /// Options that take the next word as their value.
    values: &'static [&'static str],
}

/// Words that stand between a go-between and what it runs.
const ORDERS: &[&str] = &["run", "tool", "exec", "x", "dlx", "sh", "ash"];

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

impl Runner {
    /// Whether it runs something when it is called with these arguments.
    pub(super) fn runs(&self, rest: &[String]) -> bool {
        self.orders.is_empty() || self.words(rest).next().is_some_and(|word| self.orders.contains(&word))
    }

    /// Whether all of this comes before what it runs: its options with their values, its order to run.
    pub(super) fn comes_before(&self, rest: &[String]) -> bool {
        self.words(rest).all(is_an_order)
    }

    /// The words that are neither options nor their values.
    fn words<'a>(&self, rest: &'a [String]) -> impl Iterator<Item = &'a str> {
        let mut words = rest.iter().map(String::as_str);
        std::iter::from_fn(move || {
            loop {
                let word = words.next()?;
                if !word.starts_with('-') {
                    return Some(word);
                }
                if self.values.contains(&word) {
                    words.next();
                }
            }
        })
    }
}

pub(super) fn is_an_order(word: &str) -> bool {
    ORDERS.contains(&word)
}
