//! Known go-betweens on the way from a client to its shim.
//!
//! A launcher is looked *through* when the client is sought: it waits for what it started and dies
//! or stays with it. Interactive shells and consoles are no launchers; they are clients.

mod ours;
mod runners;
mod scripts;

pub use self::ours::{behind_guard, is_ours, our_command};
use self::runners::{is_an_order, runner};
use self::scripts::is_runners_script;
use super::recognise::{file_name, program_name, program_of, script_of};
use super::snapshot::{Fact, Process};
use super::watch::{PathStyle, Watch};

/// Whether `process` is a known go-between (the watched script itself aside).
#[must_use]
pub fn is_launcher(process: &Process, watch: &Watch) -> bool {
    let style = watch.style;
    let args = process.args();
    let Some((first, rest)) = args.split_first() else { return false };
    match program_of(process, style).as_str() {
        "py" | "pyw" => script_of(process, style).is_some(),
        // One file under two names.
        "bun" if program_name(first, style) == "bunx" => true,
        program => launches(program, rest).unwrap_or_else(|| {
            is_runners_script(process, style) || is_npm_title(first) || is_safe_start(process, style)
        }),
    }
}

/// Whether this command line would start another one that stands in it: `uv run …`, `cmd /c …`.
#[must_use]
pub fn launches_another(words: &[String], style: PathStyle) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    launches(&program_name(first, style), rest) == Some(true)
}

/// Whether these words come before what a go-between runs: itself, its options with their values, its order to
/// run.
#[must_use]
pub fn only_launches(before: &[String], style: PathStyle) -> bool {
    let Some((first, rest)) = before.split_first() else { return false };
    let program = program_name(first, style);
    if let Some(runner) = runner(&program) {
        return runner.comes_before(rest);
    }
    if program == "env" {
        return env_words(rest).all(is_an_assignment);
    }
    rest.iter().all(|word| word.starts_with(['-', '/']) || is_an_order(word))
}

/// The words of a command line that stands in one word, as for a shell: parted by blanks outside quotation marks,
/// which are taken off. A mark that is never closed is one like any other.
pub fn words_of(line: &str) -> impl Iterator<Item = String> {
    let mut rest = line.trim_start();
    std::iter::from_fn(move || {
        let (mut word, mut quote) = (String::new(), None);
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match quote {
                Some(open) if c == open => quote = None,
                None if matches!(c, '"' | '\'') && rest[at + 1..].contains(c) => quote = Some(c),
                None if c.is_whitespace() => {
                    end = at;
                    break;
                }
                Some(_) | None => word.push(c),
            }
        }
        let is_over = rest.is_empty();
        rest = rest[end..].trim_start();
        (!is_over).then_some(word)
    })
}

/// Whether `process` hides its command line and is a program of which some are go-betweens: it must not
/// be taken for a client then.
#[must_use]
pub fn may_be_a_launcher(process: &Process, style: PathStyle) -> bool {
    let program = program_name(process.exe.as_deref().unwrap_or(&process.name), style);
    matches!(process.args, Fact::Hidden) && (launches(&program, &[]).is_some() || is_npm_title(&process.name))
}

/// Whether `process` is our own guard, or its second half. What a person has started in a terminal keeps its
/// server in the same way, but is a client: nobody stands behind it.
#[must_use]
pub fn is_guard(process: &Process, style: PathStyle) -> bool {
    is_ours(&program_of(process, style)) && has_a_guards_orders(process)
}

/// Whether `process` has the orders of a guard, whatever its program is called: what its lease adds makes it one.
#[must_use]
pub fn has_a_guards_orders(process: &Process) -> bool {
    let orders = process.args().split_first().and_then(|(_, rest)| our_command(rest));
    matches!(orders, Some((_, "guard" | "start")))
}

/// Whether `process` hides its command line and may be our own guard.
#[must_use]
pub fn may_be_a_guard(process: &Process, style: PathStyle) -> bool {
    let program = program_name(process.exe.as_deref().unwrap_or(&process.name), style);
    matches!(process.args, Fact::Hidden) && is_ours(&program)
}

/// Whether a program with these arguments is a go-between; `None` for one that never is.
fn launches(program: &str, rest: &[String]) -> Option<bool> {
    match program {
        "cmd" => Some(cmd_runs_a_command(rest)),
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "busybox" => Some(shell_runs_a_command(rest)),
        "env" => Some(env_words(rest).any(|word| !is_an_assignment(word))),
        _ if is_ours(program) => Some(matches!(our_command(rest), Some((_, "guard")))),
        _ => runner(program).map(|runner| runner.runs(rest)),
    }
}

/// Whether `process` belongs to the instance's own machinery rather than to what a client needs, such
/// as the console host that Windows gives to each console program.
#[must_use]
pub fn is_furniture(process: &Process, style: PathStyle) -> bool {
    style == PathStyle::Windows
        && matches!(program_name(&process.name, style).as_str(), "conhost" | "openconsole")
}

/// `cmd.exe /c …`, `/d /s /c …`; `/k` stays open for a person and is no launcher.
fn cmd_runs_a_command(rest: &[String]) -> bool {
    rest.iter()
        .map(|word| word.to_lowercase())
        .find(|word| matches!(word.get(..2), Some("/c" | "/k")))
        .is_some_and(|word| word.starts_with("/c"))
}

/// `sh -c …`, `bash -lc …`; a shell that runs a script file or talks to a person is no launcher.
fn shell_runs_a_command(rest: &[String]) -> bool {
    let mut words = rest.iter().map(String::as_str);
    while let Some(word) = words.next() {
        // busybox is called with the applet's name first.
        if matches!(word, "sh" | "ash") {
            continue;
        }
        let Some(cluster) = word.strip_prefix('-') else { return false };
        if cluster.starts_with('-') {
            continue;
        }
        if cluster.contains('c') {
            return true;
        }
        if cluster.ends_with('o') {
            words.next();
        }
    }
    false
}

/// The words of `env` that are no options: assignments, and what it runs.
fn env_words(rest: &[String]) -> impl Iterator<Item = &str> {
    const VALUES: &[&str] = &["-u", "--unset", "-C", "--chdir"];
    let mut is_value = false;
    rest.iter().map(String::as_str).filter(move |word| {
        let is_option = !is_value && word.starts_with('-');
        let is_skipped = is_value || is_option;
        is_value = is_option && VALUES.contains(word);
        !is_skipped
    })
}

fn is_an_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| !name.is_empty())
}

/// npm renames its process to what it does, in one word.
fn is_npm_title(first: &str) -> bool {
    first.starts_with("npm exec ") || first.starts_with("npx ")
}

/// The EXAI project's own wrapper.
fn is_safe_start(process: &Process, style: PathStyle) -> bool {
    script_of(process, style).is_some_and(|script| is_wrapper(script, style))
}

/// Whether a script is a wrapper that is looked through.
#[must_use]
pub fn is_wrapper(script: &str, style: PathStyle) -> bool {
    file_name(script, style).eq_ignore_ascii_case("start_ws_shim_safe.py")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::process;

    fn launches(style: PathStyle, words: &[&str]) -> bool {
        is_launcher(&process(7, 1).with_args(words), &Watch::exai(style))
    }

    #[test]
    fn go_betweens_are_known() {
        for words in [
            &["sh", "-c", "python run_ws_shim.py"][..],
            &["/bin/bash", "-lc", "x"],
            &["bash", "-o", "pipefail", "-c", "x"],
            &["bash", "--norc", "-c", "x"],
            &["busybox", "sh", "-c", "x"],
            &["uv", "run", "run_ws_shim.py"],
            &["uv", "--quiet", "run", "python", "run_ws_shim.py"],
            &["uv", "--directory", "/srv/mcp", "run", "server.py"],
            &["uv", "--directory=/srv/mcp", "--project", "pip", "--color", "never", "run", "server.py"],
            &["uv", "--config-file", "uv.toml", "--cache-dir", "/c", "tool", "run", "x"],
            &["uv", "-p", "3.12", "--python-preference", "system", "--allow-insecure-host", "h", "run", "x"],
            &["uvx", "some-server"],
            &["npm", "--prefix", "/srv/mcp", "exec", "some-server"],
            &["npx", "--prefix", "/srv/mcp", "some-server"],
            &["pnpm", "-C", "/srv/mcp", "--filter=x", "dlx", "some-server"],
            &["pnpx", "some-server"],
            &["yarn", "--cwd", "/srv/mcp", "dlx", "some-server"],
            &["bunx", "some-server"],
            &["bun", "--cwd", "/srv/mcp", "x", "some-server"],
            &["poetry", "-C", "/srv/mcp", "run", "server"],
            &["pipx", "run", "--spec", "x", "server"],
            &["python3", "/usr/bin/poetry", "--directory", "/srv/mcp", "run", "server"],
            &["node", "/usr/lib/node_modules/pnpm/bin/pnpm.cjs", "--dir", "/srv/mcp", "exec", "server"],
            &["node", "/usr/lib/node_modules/npm/bin/npm-cli.js", "--prefix", "exec", "x", "some-server"],
            &["env", "A=b", "-u", "C", "python", "run_ws_shim.py"],
            &["env", "-i", "some-server"],
            &["npm exec some-server"],
            &["node", "/usr/bin/npx", "some-server"],
            &["node", "/usr/lib/node_modules/npm/bin/npx-cli.js", "-y", "some-server"],
            &["python", "scripts/start_ws_shim_safe.py"],
            &["shimkeeper", "guard", "--", "python", "run_ws_shim.py"],
            &["/opt/shimkeeper", "-v", "--home", "/h", "guard", "--", "x"],
            &["/opt/shimkeeper-0.1.0", "guard", "--", "x"],
            &["shimkeeper_old", "guard", "--", "x"],
        ] {
            assert!(launches(PathStyle::Unix, words), "{words:?}");
        }
        for words in [
            &["cmd.exe", "/c", "npx", "some-server"][..],
            &[r"C:\Windows\System32\cmd.exe", "/d", "/s", "/c", "x"],
            &["py", "-3.12", "run_ws_shim.py"],
            &[r"C:\Tools\uv.exe", "--directory", r"C:\srv\mcp", "run", "server.py"],
            &["python.exe", r"C:\Python\Scripts\poetry.exe", "run", "server"],
            &[r"C:\Tools\ShimKeeper-0.1.0-x64.EXE", "--home", "D:", "guard", "--", "x"],
        ] {
            assert!(launches(PathStyle::Windows, words), "{words:?}");
        }
    }

    #[test]
    fn people_and_their_shells_are_clients() {
        for words in [
            &["bash"][..],
            &["-bash"],
            &["bash", "start.sh", "-c"],
            &["bash", "-i"],
            &["uv", "pip", "install", "run"],
            &["uv", "--directory", "run", "pip", "list"],
            &["uv", "--directory", "run"],
            &["uv", "--directory=run", "sync"],
            &["npm", "--prefix", "exec", "install"],
            &["pnpm", "install", "exec"],
            &["yarn", "--cwd", "dlx", "add", "x"],
            &["bun", "run", "x"],
            &["poetry", "-C", "run", "shell"],
            &["pipx", "install", "run"],
            &["python3", "poetry_tool.py", "run"],
            &["python3", "/usr/bin/poetry", "install", "run"],
            &["node", "server.js", "pnpm", "exec"],
            &["env", "-u", "A", "B=c"],
            &["python", "server.py", "start_ws_shim_safe.py"],
            &["shimkeeper", "status"],
            &["shimkeeper", "--home", "guard", "status"],
            &["shimkeeper-0.1.0", "status"],
            &["shimkeeper-tray", "guard"],
            &["shimkeepers", "guard", "--", "x"],
            &["node", "server.js", "npx"],
        ] {
            assert!(!launches(PathStyle::Unix, words), "{words:?}");
        }
        assert!(!launches(PathStyle::Windows, &["cmd.exe", "/k", "/c"]));
        assert!(!launches(PathStyle::Windows, &["cmd.exe"]));
    }

    #[test]
    fn bun_is_a_go_between_under_its_other_name() {
        let bun = |words: &[&str]| {
            let process = process(7, 1).with_args(words).with_exe("/usr/bin/bun");
            is_launcher(&process, &Watch::exai(PathStyle::Unix))
        };
        assert!(bun(&["bunx", "some-server"]));
        assert!(!bun(&["bun", "server.ts"]));
        let npms = process(7, 1).with_args(&["bunx", "x"]).with_exe("/srv/node_modules/bun/bin/bun.exe");
        assert!(is_launcher(&npms, &Watch::exai(PathStyle::Unix)));
    }

    #[test]
    fn a_command_line_that_would_start_another_is_told_from_one_that_would_not() {
        let another = |line: &str| launches_another(&words_of(line).collect::<Vec<_>>(), PathStyle::Unix);
        for line in ["uv run server.py", "sh -c 'python server.py'", "env A=b python server.py"] {
            assert!(another(line), "{line}");
        }
        for line in ["", "uv pip list", "bash -i", "python server.py", "server.py"] {
            assert!(!another(line), "{line}");
        }
    }

    #[test]
    fn what_stands_before_a_command_is_told_from_the_command() {
        let only = |line: &str| only_launches(&words_of(line).collect::<Vec<_>>(), PathStyle::Unix);
        for line in [
            "uv",
            "uv --directory /srv/mcp run",
            "uv run --with mcp --quiet",
            "uv --directory=/srv/mcp run -p 3.12",
            "cmd.exe /d /c",
            "env A=b",
            "npx -y -p x",
            "busybox sh -c",
        ] {
            assert!(only(line), "{line}");
        }
        for line in
            ["", "uv run pytest", "uv run /usr/bin/pytest", "uv --directory a b run", "env A=b pytest"]
        {
            assert!(!only(line), "{line}");
        }
    }

    #[test]
    fn a_command_line_in_one_word_is_read_as_a_shell_reads_it() {
        for (line, expected) in [
            ("python 'run_ws_shim.py'", &["python", "run_ws_shim.py"][..]),
            (r#" "C:\my py\python.exe"  -u "a b".py "#, &[r"C:\my py\python.exe", "-u", "a b.py"]),
            ("it's python x", &["it's", "python", "x"]),
            ("a ''", &["a", ""]),
            ("", &[]),
        ] {
            assert_eq!(words_of(line).collect::<Vec<_>>(), expected, "{line}");
        }
    }
}
