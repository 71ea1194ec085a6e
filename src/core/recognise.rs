//! Which processes run a watched server, read from their command lines.
//!
//! Deliberately knows nothing of parents; go-betweens are told in `launcher.rs`.

use super::interpreter::{is_interpreter, program_name};
use super::path_style::PathStyle;
use super::runs::{Runs, What};
use super::snapshot::{Fact, Process};

/// Whether this process runs the server.
#[must_use]
pub fn is_match(process: &Process, runs: &Runs, style: PathStyle) -> bool {
    runs_it(process, process.args(), runs, style) || is_renamed(process, runs, style)
}

/// Whether this process runs the server under a title that it has written over its command line: only an earlier look
/// tells.
#[must_use]
pub fn is_renamed(process: &Process, runs: &Runs, style: PathStyle) -> bool {
    let Some(ran) = recalled(process, style) else { return false };
    runs_it(process, ran, runs, style) && !runs_it(process, process.args(), runs, style)
}

fn runs_it(process: &Process, words: &[String], runs: &Runs, style: PathStyle) -> bool {
    may_run(process, words, runs, style) && process.line_with(words, style).runs_itself(runs)
}

/// The command line of an earlier look, where the one of today names nothing in its place.
fn recalled(process: &Process, style: PathStyle) -> Option<&[String]> {
    let ran = process.ran.as_deref()?;
    let program = process.line_with(ran, style).program_name();
    let today = process.line(style);
    let script = super::interpreter::script_run_by(&program, today.words, style);
    let script = script.filter(|script| !script.is_empty());
    (script.is_none() || !is_interpreter(&program, style)).then_some(ran)
}

/// The command line that tells what a process runs: that of an earlier look, where it has written over it.
#[must_use]
pub fn telling_words(process: &Process, style: PathStyle) -> &[String] {
    recalled(process, style).unwrap_or_else(|| process.args())
}

/// Whether a process could run the server by the texts in its command line: generous, and quickly told.
fn may_run(process: &Process, words: &[String], runs: &Runs, style: PathStyle) -> bool {
    let holds = |mark: &str, word: &str| match style {
        PathStyle::Unix if matches!(runs.what, What::Package(_)) => contains_ignoring_case(word, mark),
        PathStyle::Unix => word.contains(mark),
        PathStyle::Windows => !(word.is_ascii() && mark.is_ascii()) || contains_ignoring_case(word, mark),
    };
    let exe = process.exe.as_deref().filter(|_| matches!(runs.what, What::Program(_)) && !words.is_empty());
    let Some(mark) = runs.mark(style) else { return false };
    words.iter().map(String::as_str).chain(exe).any(|word| holds(mark, word))
}

fn contains_ignoring_case(word: &str, mark: &str) -> bool {
    let mut parts = word.as_bytes().windows(mark.len().max(1));
    mark.is_empty() || parts.any(|part| part.eq_ignore_ascii_case(mark.as_bytes()))
}

/// Whether this process hides its command line and could well run the server.
#[must_use]
pub fn may_be_a_match(process: &Process, runs: &Runs, style: PathStyle) -> bool {
    if !matches!(process.args, Fact::Hidden) {
        return false;
    }
    let program = program_name(process.exe.as_deref().unwrap_or(&process.name), style);
    match &runs.what {
        What::Script(name) | What::Program(name) | What::Package(name) => {
            is_interpreter(&program, style) || is_named_after(process, name, style)
        }
        What::Module(_) => is_interpreter(&program, style) && program.starts_with("py"),
        What::Image(_) => matches!(program.as_str(), "docker" | "podman" | "nerdctl" | "finch"),
        What::Nothing => false,
    }
}

/// A script or program that is run directly gives its own name to its process.
fn is_named_after(process: &Process, path: &str, style: PathStyle) -> bool {
    /// As much of a name as Linux keeps.
    const KEPT: usize = 15;
    let name = program_name(&process.name, style);
    let script = program_name(path, style);
    name == script || name.len() == KEPT && script.starts_with(&name)
}

#[cfg(test)]
mod tests {
    use super::PathStyle::{Unix, Windows};
    use super::*;
    use crate::core::testing::process;

    /// Whether a command line runs `run_ws_shim.py`.
    fn runs(style: PathStyle, line: &str) -> bool {
        let words: Vec<&str> = line.split_whitespace().collect();
        is_match(&process(7, 1).with_args(&words), &Runs::script("run_ws_shim.py"), style)
    }

    #[test]
    fn an_interpreter_that_runs_the_script_is_a_match() {
        for line in [
            "python run_ws_shim.py",
            "python3 -u run_ws_shim.py",
            "/usr/bin/python3.11 -X dev -W ignore ./scripts/runtime/run_ws_shim.py --port 3005",
            "python -Xdev -Wd run_ws_shim.py",
            "python -Wonce run_ws_shim.py",
            "python -uX frozen_modules=off run_ws_shim.py",
            "python --check-hash-based-pycs always run_ws_shim.py",
            "python3.13t -I -- run_ws_shim.py",
            "python3-dbg run_ws_shim.py",
            "pypy3 run_ws_shim.py",
            "./run_ws_shim.py",
            "/opt/exai/run_ws_shim.py -v",
        ] {
            assert!(runs(Unix, line), "{line}");
        }
    }

    #[test]
    fn a_process_that_merely_mentions_the_script_is_no_match() {
        for line in [
            "vim run_ws_shim.py",
            "less run_ws_shim.py",
            "grep run_ws_shim.py -r .",
            "tail -f run_ws_shim.py.log",
            "python -m pytest run_ws_shim.py",
            "python -m x run_ws_shim.py",
            "python -um x run_ws_shim.py",
            "python -c pass run_ws_shim.py",
            "python -W run_ws_shim.py other.py",
            "python -X run_ws_shim.py",
            "python other.py run_ws_shim.py",
            "python - run_ws_shim.py",
            "python --version run_ws_shim.py",
            "python -V run_ws_shim.py",
            "python my_run_ws_shim.py",
            "python run_ws_shim.py.bak",
            "python run_ws_shim.py/other.py",
            "pytest run_ws_shim.py",
            "pythonista run_ws_shim.py",
            "code /src/run_ws_shim.py",
            "node run_ws_shim.py.js",
            "git diff run_ws_shim.py",
            "RUN_WS_SHIM.PY",
            "py run_ws_shim.py",
            "",
        ] {
            assert!(!runs(Unix, line), "{line}");
        }
    }

    #[test]
    fn windows_paths_are_read_as_windows_reads_them() {
        for line in [
            r"C:\Project\.venv\Scripts\python.exe -u C:\Project\scripts\runtime\run_ws_shim.py",
            r"C:\PYTHON312\PYTHON.EXE RUN_WS_SHIM.PY",
            r"pythonw.exe C:/Project/run_ws_shim.py",
            r"py -3.12 -u run_ws_shim.py",
            r"py.exe -V:Astral/3.12 run_ws_shim.py",
            r"py -3.11-arm64 run_ws_shim.py",
            r"C:\Windows\py.exe run_ws_shim.py",
        ] {
            assert!(runs(Windows, line), "{line}");
        }
        for line in [
            r"C:\Windows\notepad.exe run_ws_shim.py",
            r"py -0p run_ws_shim.py.txt",
            r"py -3 -m pytest run_ws_shim.py",
            r"py -W run_ws_shim.py other.py",
            r"C:\run_ws_shim.py\python.exe other.py",
        ] {
            assert!(!runs(Windows, line), "{line}");
        }
        assert!(!runs(Unix, r"python C:\Project\run_ws_shim.py"), "a backslash is no separator on Unix");
    }

    #[test]
    fn other_interpreters_have_rules_of_their_own() {
        let server = Runs::script("server.mjs");
        let runs = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            is_match(&process(7, 1).with_args(&words), &server, Unix)
        };
        assert!(runs("node --inspect=9 -r ts-node/register dist/server.mjs"));
        assert!(runs("bun run server.mjs"));
        assert!(runs("/srv/node_modules/bun/bin/bun.exe run server.mjs"), "npm's bun, on Linux as well");
        assert!(!runs("/opt/wine-tool.exe server.mjs"));
        assert!(runs("deno run -A server.mjs"));
        assert!(!runs("node -e x server.mjs"));
        assert!(!runs("node --require server.mjs other.js"));
        assert!(!runs("node --test server.mjs"));
        assert!(!runs("node -- -other.mjs server.mjs"));
    }

    #[test]
    fn the_file_that_runs_counts_more_than_what_it_calls_itself() {
        let editor = process(7, 1).with_args(&["python", "run_ws_shim.py"]).with_exe("/usr/bin/vim");
        assert!(!is_match(&editor, &Runs::script("run_ws_shim.py"), Unix));
        let renamed = process(7, 1)
            .with_args(&["shim-server", "run_ws_shim.py"])
            .with_exe("/usr/bin/python3.11 (deleted)");
        assert!(is_match(&renamed, &Runs::script("run_ws_shim.py"), Unix));
    }
}
