//! Known go-betweens on the way from a client to its server.
//!
//! A launcher is looked *through* when the client is sought: it waits for what it started and dies
//! or stays with it. Interactive shells and consoles are no launchers; they are clients.

mod ours;
mod runners;
mod scripts;
mod shells;

use std::borrow::Cow;

pub use self::ours::{behind_guard, is_ours, our_command};
use self::runners::runner;
use self::scripts::runner_in_a_script;
pub use self::shells::words_of;
use self::shells::{
    cmd_runs_a_command, commands_of_cmd, commands_of_shell, is_an_assignment, shell_runs_a_command,
};
use super::command_line::CommandLine;
use super::interpreter::program_name;
use super::path_style::{PathStyle, file_name};
use super::snapshot::{Fact, Process};

/// How deep launchers are looked through: no real chain is that long.
const DEEPEST: usize = 8;

/// Whether `process` is a known go-between.
#[must_use]
pub fn is_launcher(process: &Process, style: PathStyle) -> bool {
    process.line(style).is_a_launchers()
}

impl<'a> CommandLine<'a> {
    /// Whether it is that of a known go-between.
    #[must_use]
    pub fn is_a_launchers(&self) -> bool {
        let Some((first, rest)) = self.words.split_first() else { return false };
        match self.program_name().as_str() {
            "py" | "pyw" => self.script().is_some(),
            // One file under two names.
            "bun" if self.is_bunx(first) => true,
            program => launches(program, rest).unwrap_or_else(|| {
                runner_in_a_script(self).is_some_and(|(runner, rest)| runner.runs(rest))
                    || is_npm_title(first)
                    || self.script().is_some_and(|script| is_wrapper(script, self.style))
            }),
        }
    }

    /// The command lines that it starts, one by one: those that stand in it.
    fn inner(&self) -> Vec<Cow<'a, [String]>> {
        let Some((first, rest)) = self.words.split_first() else { return Vec::new() };
        if is_npm_title(first) {
            let words: Vec<String> = words_of(first).collect();
            let of_title = runner("npm").and_then(|npm| npm.inner(words.get(1..)?).map(Cow::into_owned));
            let of_npx = || runner("npx").and_then(|npx| npx.inner(words.get(1..)?).map(Cow::into_owned));
            return of_title.or_else(of_npx).into_iter().map(Cow::Owned).collect();
        }
        let program = match self.program_name() {
            program if program == "bun" && self.is_bunx(first) => "bunx".to_owned(),
            program => program.strip_suffix(".cmd").map_or(program.clone(), str::to_owned),
        };
        match program.as_str() {
            "cmd" => commands_of_cmd(rest),
            "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "busybox" => commands_of_shell(rest),
            "env" => env_words(rest)
                .find(|(_, word)| !is_an_assignment(word))
                .map(|(at, _)| Cow::Borrowed(&rest[at..]))
                .into_iter()
                .collect(),
            program if is_ours(program) => {
                behind_guard(rest).map(|at| Cow::Borrowed(&rest[at..])).into_iter().collect()
            }
            program => {
                let by_itself = runner(program).map(|runner| (runner, rest));
                let inner = by_itself.or_else(|| runner_in_a_script(self));
                inner.and_then(|(runner, rest)| runner.inner(rest)).into_iter().collect()
            }
        }
    }

    /// The packages from which it takes what it runs, where it is a runner's: `npx -y PACKAGE`, `uvx --from PACKAGE x`.
    pub(super) fn packages(&self) -> Vec<String> {
        let Some((first, rest)) = self.words.split_first() else { return Vec::new() };
        let owned = |packages: Vec<&str>| packages.into_iter().map(str::to_owned).collect();
        if is_npm_title(first) {
            let words: Vec<String> = words_of(first).collect();
            let name = words.first().map_or("", String::as_str);
            let rest = words.get(1..).unwrap_or_default();
            return runner(name).map(|runner| owned(runner.packages(rest))).unwrap_or_default();
        }
        let program = if self.is_bunx(first) { "bunx".to_owned() } else { self.program_name() };
        let by_itself = runner(program.strip_suffix(".cmd").unwrap_or(&program)).map(|runner| (runner, rest));
        let found = by_itself.or_else(|| runner_in_a_script(self));
        found.map(|(runner, rest)| owned(runner.packages(rest))).unwrap_or_default()
    }

    /// The first answer that this command line or one that it starts, however deep, gives to a question.
    pub fn find<T>(&self, question: &dyn Fn(&CommandLine<'_>) -> Option<T>) -> Option<T> {
        self.find_within(question, DEEPEST)
    }

    fn find_within<T>(&self, question: &dyn Fn(&CommandLine<'_>) -> Option<T>, depth: usize) -> Option<T> {
        let behind = || {
            let left = depth.checked_sub(1)?;
            self.inner().iter().find_map(|words| self.with(words).find_within(question, left))
        };
        question(self).or_else(behind)
    }

    fn is_bunx(&self, first: &str) -> bool {
        program_name(first, self.style) == "bunx"
    }
}

/// Whether this command line would start another one that stands in it: `uv run …`, `cmd /c …`.
#[must_use]
pub fn launches_another(words: &[String], style: PathStyle) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    launches(&program_name(first, style), rest) == Some(true)
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
    is_ours(&process.line(style).program_name()) && has_a_guards_orders(process)
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
        "env" => Some(env_words(rest).any(|(_, word)| !is_an_assignment(word))),
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

/// The words of `env` that are no options: assignments, and what it runs.
fn env_words(rest: &[String]) -> impl Iterator<Item = (usize, &str)> {
    const VALUES: &[&str] = &["-u", "--unset", "-C", "--chdir"];
    let mut is_value = false;
    rest.iter().map(String::as_str).enumerate().filter(move |(_, word)| {
        let is_option = !is_value && word.starts_with('-');
        let is_skipped = is_value || is_option;
        is_value = is_option && VALUES.contains(word);
        !is_skipped
    })
}

/// npm renames its process to what it does, in one word.
fn is_npm_title(first: &str) -> bool {
    first.starts_with("npm exec ") || first.starts_with("npx ")
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
        is_launcher(&process(7, 1).with_args(words), style)
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
            is_launcher(&process, PathStyle::Unix)
        };
        assert!(bun(&["bunx", "some-server"]));
        assert!(!bun(&["bun", "server.ts"]));
        let npms = process(7, 1).with_args(&["bunx", "x"]).with_exe("/srv/node_modules/bun/bin/bun.exe");
        assert!(is_launcher(&npms, PathStyle::Unix));
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
    fn what_a_go_between_starts_is_found_behind_it() {
        let behind = |style: PathStyle, line: &str| -> Vec<String> {
            let words: Vec<String> = words_of(line).collect();
            CommandLine::of(&words, style).inner().iter().map(|words| words.join(" ")).collect()
        };
        for (line, inner) in [
            ("uv run server.py --x", "server.py --x"),
            ("uv --directory=/srv/mcp run -p 3.12 --with mcp python server.py", "python server.py"),
            ("uv run --quiet -m a.b -c", "python -m a.b -c"),
            ("uv tool run --from a b", "b"),
            ("uv tool uvx b c", "b c"),
            ("uvx run", "run"),
            ("npx -y -p x y z", "y z"),
            ("node /usr/bin/npx -y x --port 3", "x --port 3"),
            ("node /usr/lib/node_modules/npm/bin/npm-cli.js exec x", "x"),
            ("'npm exec @a/b@1 --c'", "@a/b@1 --c"),
            ("'npx -y x'", "x"),
            ("env -u A B=c python server.py D=e", "python server.py D=e"),
            ("sh -c 'python server.py'", "python server.py"),
            ("busybox sh -c x", "x"),
            ("/opt/shimkeeper -v guard --port 3 -- python x.py", "python x.py"),
        ] {
            assert_eq!(behind(PathStyle::Unix, line), [inner], "{line}");
        }
        for line in [
            "",
            "uv",
            "uv run",
            "uv pip x",
            "uv tool list x",
            "npm install exec",
            "bash start.sh",
            "python a.py b",
            "node a.js npx b",
            "shimkeeper status",
            "env A=b",
        ] {
            assert!(behind(PathStyle::Unix, line).is_empty(), "{line}");
        }
        assert_eq!(behind(PathStyle::Windows, r"C:\nodejs\npx.cmd -y x"), ["x"]);
        assert_eq!(behind(PathStyle::Windows, "cmd.exe /d /c npx x"), ["npx x", "npx x"]);
    }

    #[test]
    fn a_question_goes_through_every_go_between_and_no_further_than_there_is_sense() {
        let program = |line: &str| {
            let words: Vec<String> = words_of(line).collect();
            let is_it =
                |line: &CommandLine<'_>| (line.program_name() == "python").then(|| line.rest().join(" "));
            CommandLine::of(&words, PathStyle::Unix).find(&is_it)
        };
        let deep = r#"shimkeeper guard -- env A=b sh -c "cd x && uv run python a.py""#;
        assert_eq!(program(deep).as_deref(), Some("a.py"));
        assert_eq!(program("vim python a.py"), None);
        let endless = "env ".repeat(50) + "python a.py";
        assert_eq!(program(&endless), None);
    }

    #[test]
    fn packages_are_told_from_what_is_run_of_them() {
        let packages = |line: &str| {
            let words: Vec<String> = words_of(line).collect();
            CommandLine::of(&words, PathStyle::Unix).packages().join(" ")
        };
        for (line, named) in [
            ("npx -y @a/b@1 c", "@a/b@1"),
            ("npx -p @a/b --package=c d", "@a/b c"),
            ("'npm exec @a/b c'", "@a/b"),
            ("uvx --from a b", "a"),
            ("uvx -p 3.12 b", "b"),
            ("pipx run --spec a b", "a"),
            ("node /usr/bin/npx b", "b"),
            ("bun x b", "b"),
            ("npm install b", ""),
            ("python a.py", ""),
        ] {
            assert_eq!(packages(line), named, "{line}");
        }
    }
}
