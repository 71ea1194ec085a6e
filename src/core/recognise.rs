//! What a process *runs*, read from its command line by the interpreter's own rules.
//!
//! A file name somewhere in a command line proves nothing: editors, pagers, test runners and `grep`
//! carry it too. Deliberately knows nothing of parents; go-betweens are told in `launcher.rs`.

use super::snapshot::{Fact, Process};
use super::watch::{PathStyle, Watch};

/// The last part of a path.
#[must_use]
pub fn file_name(path: &str, style: PathStyle) -> &str {
    path.rsplit(|c| is_separator(c, style)).next().unwrap_or(path)
}

fn is_separator(c: char, style: PathStyle) -> bool {
    match style {
        PathStyle::Unix => c == '/',
        PathStyle::Windows => c == '/' || c == '\\',
    }
}

/// A program's name as it is compared: without folder, on Windows without `.exe`, in lower case.
///
/// npm brings bun as `bun.exe` to every system, so that a known interpreter loses that ending everywhere.
#[must_use]
pub fn program_name(path: &str, style: PathStyle) -> String {
    // Linux marks a program file that was replaced while it ran.
    let path = path.strip_suffix(" (deleted)").unwrap_or(path);
    let name = file_name(path, style).to_lowercase();
    match style {
        PathStyle::Unix => match name.strip_suffix(".exe") {
            Some(bare) if bare == "bunx" || is_interpreter(bare, style) => bare.to_owned(),
            Some(_) | None => name,
        },
        PathStyle::Windows => name.strip_suffix(".exe").unwrap_or(&name).to_owned(),
    }
}

/// What the process calls its program: the file that runs where it is known, else the first word.
#[must_use]
pub fn program_of(process: &Process, style: PathStyle) -> String {
    program_behind(process, process.args(), style)
}

/// Whether this process runs the watched script.
#[must_use]
pub fn is_match(process: &Process, watch: &Watch) -> bool {
    runs_it(process, process.args(), watch) || is_renamed(process, watch)
}

/// Whether this process runs the watched script under a title that it has written over its command line: only an
/// earlier look tells.
#[must_use]
pub fn is_renamed(process: &Process, watch: &Watch) -> bool {
    let Some(ran) = recalled(process, watch.style) else { return false };
    runs_it(process, ran, watch) && !runs_it(process, process.args(), watch)
}

fn runs_it(process: &Process, words: &[String], watch: &Watch) -> bool {
    let style = watch.style;
    if !may_name(words, file_name(&watch.script, style), style) {
        return false;
    }
    let cwd = process.details.as_ref().and_then(|details| details.cwd.as_deref());
    let script = script_run_by(&program_behind(process, words, style), words, style);
    script.is_some_and(|script| names(script, cwd, &watch.script, style))
}

/// The command line of an earlier look, where the one of today names nothing in its place.
fn recalled(process: &Process, style: PathStyle) -> Option<&[String]> {
    let ran = process.ran.as_deref()?;
    let program = program_behind(process, ran, style);
    let script = script_run_by(&program, process.args(), style).filter(|script| !script.is_empty());
    (script.is_none() || !is_interpreter(&program, style)).then_some(ran)
}

fn program_behind(process: &Process, words: &[String], style: PathStyle) -> String {
    let first = || words.first().map_or("", String::as_str);
    program_name(process.exe.as_deref().unwrap_or_else(first), style)
}

/// The command line that tells what a process runs: that of an earlier look, where it has written over it.
#[must_use]
pub fn telling_words(process: &Process, style: PathStyle) -> &[String] {
    recalled(process, style).unwrap_or_else(|| process.args())
}

/// Whether a word could end in a path to `file` at all: a glance that spares nearly every process the rest.
fn may_name(words: &[String], file: &str, style: PathStyle) -> bool {
    match style {
        PathStyle::Unix => words.iter().any(|word| word.contains(file)),
        PathStyle::Windows if file.is_ascii() => {
            let contains = |word: &String| {
                word.as_bytes()
                    .windows(file.len().max(1))
                    .any(|part| part.eq_ignore_ascii_case(file.as_bytes()))
            };
            words.iter().any(|word| contains(word) || !word.is_ascii())
        }
        PathStyle::Windows => true,
    }
}

/// Whether this process hides its command line and could well run the watched script.
#[must_use]
pub fn may_be_a_match(process: &Process, watch: &Watch) -> bool {
    if !matches!(process.args, Fact::Hidden) {
        return false;
    }
    let program = program_name(process.exe.as_deref().unwrap_or(&process.name), watch.style);
    is_interpreter(&program, watch.style) || is_named_after_the_script(process, watch)
}

/// A script that is run directly gives its own name to its process.
fn is_named_after_the_script(process: &Process, watch: &Watch) -> bool {
    /// As much of a name as Linux keeps.
    const KEPT: usize = 15;
    let name = program_name(&process.name, watch.style);
    let script = program_name(&watch.script, watch.style);
    name == script || name.len() == KEPT && script.starts_with(&name)
}

/// The script that a process runs: an interpreter's script argument, or the script run directly.
#[must_use]
pub fn script_of(process: &Process, style: PathStyle) -> Option<&str> {
    script_run_by(&program_of(process, style), process.args(), style)
}

/// The script that a command line would run if it were started.
#[must_use]
pub fn script_in(words: &[String], style: PathStyle) -> Option<&str> {
    script_run_by(&program_name(words.first()?, style), words, style)
}

fn script_run_by<'a>(program: &str, args: &'a [String], style: PathStyle) -> Option<&'a str> {
    let (first, rest) = args.split_first()?;
    let words = rest.iter().map(String::as_str);
    match interpreter(program, style) {
        Some(Interpreter::Python) => python_script(words),
        Some(Interpreter::PythonLauncher) => py_script(rest),
        Some(Interpreter::Node) => node_script(words),
        Some(Interpreter::Runner) => runner_script(words),
        None => Some(first),
    }
}

/// Whether a program is one that runs scripts. A hidden command line of one hides a possible shim.
#[must_use]
pub fn is_interpreter(program: &str, style: PathStyle) -> bool {
    interpreter(program, style).is_some()
}

/// Programs that run scripts, by how they read their command line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Interpreter {
    Python,
    /// `py.exe`, which takes a version before Python's own options.
    PythonLauncher,
    Node,
    /// `bun`, `deno`: a sub-command before the script.
    Runner,
}

pub(super) fn interpreter(program: &str, style: PathStyle) -> Option<Interpreter> {
    match program {
        "node" | "nodejs" => Some(Interpreter::Node),
        "bun" | "deno" => Some(Interpreter::Runner),
        "py" | "pyw" if style == PathStyle::Windows => Some(Interpreter::PythonLauncher),
        _ if is_python(program) => Some(Interpreter::Python),
        _ => None,
    }
}

/// `python`, `pythonw`, `python3.11`, `python3.13t`, `python3-dbg`, `python_d`, `pypy3`.
fn is_python(program: &str) -> bool {
    let Some(rest) = program.strip_prefix("python").or_else(|| program.strip_prefix("pypy")) else {
        return false;
    };
    let rest = rest.strip_suffix("-dbg").or_else(|| rest.strip_suffix("_d")).unwrap_or(rest);
    let rest = rest.strip_prefix('w').or_else(|| rest.strip_suffix(['t', 'd', 'w'])).unwrap_or(rest);
    rest.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// CPython's own option rules: `-c` and `-m` run no script, `-W` and `-X` take a value, flags combine.
fn python_script<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    while let Some(word) = words.next() {
        match word {
            "-" => return None,
            "--" => return words.next(),
            "--check-hash-based-pycs" => {
                words.next();
            }
            _ if word.starts_with("--") => return None,
            _ => match word.strip_prefix('-') {
                None => return Some(word),
                Some(cluster) => match python_cluster(cluster) {
                    Cluster::Flags => {}
                    Cluster::TakesNext => {
                        words.next();
                    }
                    Cluster::RunsNoScript => return None,
                },
            },
        }
    }
    None
}

enum Cluster {
    Flags,
    TakesNext,
    RunsNoScript,
}

fn python_cluster(cluster: &str) -> Cluster {
    for (at, flag) in cluster.char_indices() {
        match flag {
            'c' | 'm' | 'h' | 'V' | '?' => return Cluster::RunsNoScript,
            // What follows in the same word is the value; otherwise the next word is.
            'W' | 'X' if at + flag.len_utf8() == cluster.len() => return Cluster::TakesNext,
            'W' | 'X' => return Cluster::Flags,
            _ => {}
        }
    }
    Cluster::Flags
}

/// `py -3.12 -u script.py`: at most one version, then Python's rules.
fn py_script(args: &[String]) -> Option<&str> {
    let chooses = |word: &str| {
        word.strip_prefix('-').is_some_and(|rest| {
            rest.starts_with("V:") || rest.starts_with(|c: char| c.is_ascii_digit() && c != '0')
        })
    };
    let rest = match args.first() {
        Some(first) if chooses(first) => &args[1..],
        Some(_) | None => args,
    };
    python_script(rest.iter().map(String::as_str))
}

/// Options of Node.js that take the next word as their value.
const NODE_VALUES: &[&str] = &[
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "-C",
    "--conditions",
    "--title",
    "--icu-data-dir",
    "--openssl-config",
    "--input-type",
    "--env-file",
    "--env-file-if-exists",
    "--disable-warning",
    "--diagnostic-dir",
    "--redirect-warnings",
    "--watch-path",
];

fn node_script<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    while let Some(word) = words.next() {
        match word {
            "--" => return words.next(),
            "-" | "-e" | "--eval" | "-p" | "--print" | "-pe" | "-c" | "--check" | "-i" | "--interactive"
            | "-h" | "--help" | "-v" | "--version" | "--test" | "--run" | "inspect" => return None,
            _ if NODE_VALUES.contains(&word) => {
                words.next();
            }
            _ if word.starts_with('-') => {}
            _ => return Some(word),
        }
    }
    None
}

/// `bun run x.js`, `bun x.js`, `deno run -A x.ts`.
fn runner_script<'a>(words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut plain = words.filter(|word| !word.starts_with('-'));
    match plain.next()? {
        "run" => plain.next(),
        "test" | "eval" | "repl" | "x" | "exec" | "install" | "add" | "task" | "check" | "fmt" | "lint" => {
            None
        }
        script => Some(script),
    }
}

/// Whether `word`, seen from folder `cwd`, ends in the path `script`, part by part.
#[must_use]
pub fn names(word: &str, cwd: Option<&str>, script: &str, style: PathStyle) -> bool {
    let parts = |path: &str| -> Vec<String> {
        let parts = path.split(|c| is_separator(c, style)).filter(|part| !matches!(*part, "" | "."));
        match style {
            PathStyle::Unix => parts.map(str::to_owned).collect(),
            PathStyle::Windows => parts.map(str::to_lowercase).collect(),
        }
    };
    let (wanted, mut found) = (parts(script), parts(word));
    if let (false, Some(cwd)) = (is_absolute(word, style), cwd) {
        found.splice(0..0, parts(cwd));
    }
    !wanted.is_empty() && found.ends_with(&wanted)
}

fn is_absolute(path: &str, style: PathStyle) -> bool {
    path.starts_with(|c| is_separator(c, style)) || style == PathStyle::Windows && path.get(1..2) == Some(":")
}

#[cfg(test)]
mod tests {
    use super::super::watch::PathStyle::{Unix, Windows};
    use super::*;
    use crate::core::testing::process;

    /// Whether a command line runs `run_ws_shim.py`.
    fn runs(style: PathStyle, line: &str) -> bool {
        let words: Vec<&str> = line.split_whitespace().collect();
        is_match(&process(7, 1).with_args(&words), &Watch::exai(style))
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
        let watch = Watch { script: "server.mjs".into(), ..Watch::exai(Unix) };
        let runs = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            is_match(&process(7, 1).with_args(&words), &watch)
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
    fn a_command_line_tells_which_script_it_would_run() {
        let would_run = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            script_in(&words, Unix).map(str::to_owned)
        };
        assert_eq!(would_run("python -u a/server.py b.py").as_deref(), Some("a/server.py"));
        assert_eq!(would_run("./server.py --port 3005").as_deref(), Some("./server.py"));
        assert_eq!(would_run("python -m server"), None);
        assert_eq!(would_run(""), None);
    }

    #[test]
    fn a_script_named_with_its_folder_is_told_from_its_namesake() {
        assert!(names("/opt/a/run.py", None, "a/run.py", Unix));
        assert!(!names("/opt/ba/run.py", None, "a/run.py", Unix));
        assert!(names("run.py", Some("/opt/a"), "/opt/a/run.py", Unix));
        assert!(!names("run.py", Some("/opt/b"), "/opt/a/run.py", Unix));
        assert!(!names("/run.py", None, "", Unix));
        assert!(
            !names("/a/run.py", Some("/opt"), "opt/a/run.py", Unix),
            "a whole path is no part of the folder"
        );
        assert!(names("b:/run.py", Some("/opt"), "opt/b:/run.py", Unix), "a colon is like any other letter");
        assert!(names("run.py", Some(r"C:\Opt\a"), r"opt\a\run.py", Windows));
    }

    #[test]
    fn the_file_that_runs_counts_more_than_what_it_calls_itself() {
        let editor = process(7, 1).with_args(&["python", "run_ws_shim.py"]).with_exe("/usr/bin/vim");
        assert!(!is_match(&editor, &Watch::exai(Unix)));
        let renamed = process(7, 1)
            .with_args(&["shim-server", "run_ws_shim.py"])
            .with_exe("/usr/bin/python3.11 (deleted)");
        assert!(is_match(&renamed, &Watch::exai(Unix)));
    }
}
