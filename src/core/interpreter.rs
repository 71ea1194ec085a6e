//! Programs that run scripts and modules, by their own rules for command lines.
//!
//! Deliberately knows only words: which process has them is told in `recognise.rs`.

use super::path_style::{PathStyle, file_name};

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

/// Whether a program is one that runs scripts. A hidden command line of one hides a possible server.
#[must_use]
pub fn is_interpreter(program: &str, style: PathStyle) -> bool {
    interpreter(program, style).is_some()
}

/// The script that a program runs with this command line: an interpreter's script argument, else the program itself.
#[must_use]
pub fn script_run_by<'a>(program: &str, args: &'a [String], style: PathStyle) -> Option<&'a str> {
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

/// Programs that run scripts, by how they read their command line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Interpreter {
    /// CPython and `PyPy`.
    Python,
    /// `py.exe`, which takes a version before Python's own options.
    PythonLauncher,
    /// Node.js.
    Node,
    /// `bun`, `deno`: a sub-command before the script.
    Runner,
}

/// How a program of this name reads its command line, where it runs scripts.
#[must_use]
pub fn interpreter(program: &str, style: PathStyle) -> Option<Interpreter> {
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

/// Options of bun and deno that take the next word as their value.
const RUNNER_VALUES: &[&str] = &[
    "--config",
    "--cwd",
    "--env-file",
    "--preload",
    "--import-map",
    "--lock",
    "--cert",
    "--location",
    "--v8-flags",
    "-c",
];

/// `bun run x.js`, `bun x.js`, `deno run -A --config deno.json x.ts`.
fn runner_script<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut plain = || loop {
        let word = words.next()?;
        if RUNNER_VALUES.contains(&word) {
            words.next();
        } else if !word.starts_with('-') {
            return Some(word);
        }
    };
    match plain()? {
        "run" => plain(),
        "test" | "eval" | "repl" | "x" | "exec" | "install" | "add" | "task" | "check" | "fmt" | "lint" => {
            None
        }
        script => Some(script),
    }
}

/// The module that Python runs by `-m`, where this is a Python's command line.
#[must_use]
pub fn module_run_by<'a>(program: &str, words: &'a [String], style: PathStyle) -> Option<&'a str> {
    let (Interpreter::Python | Interpreter::PythonLauncher) = interpreter(program, style)? else {
        return None;
    };
    let mut words = words.iter().skip(1).map(String::as_str);
    while let Some(word) = words.next() {
        if word == "--check-hash-based-pycs" {
            words.next();
            continue;
        }
        // What is no option is a script, and what stands behind it is the script's.
        let cluster =
            word.strip_prefix('-').filter(|cluster| !cluster.is_empty() && !cluster.starts_with('-'))?;
        let is_a_version = cluster.starts_with("V:") || cluster.starts_with(|c: char| c.is_ascii_digit());
        if is_a_version && style == PathStyle::Windows {
            continue;
        }
        match orders(cluster) {
            Orders::Runs("") => return words.next(),
            Orders::Runs(module) => return Some(module),
            Orders::TakesNext => drop(words.next()),
            Orders::Nothing => {}
            Orders::Something => return None,
        }
    }
    None
}

/// What a word of Python's short options asks for.
enum Orders<'a> {
    /// To run this module; the one in the next word where it is empty.
    Runs(&'a str),
    /// What the next word says.
    TakesNext,
    /// Nothing that matters here.
    Nothing,
    /// To run something else, or nothing.
    Something,
}

fn orders(cluster: &str) -> Orders<'_> {
    for (at, flag) in cluster.char_indices() {
        let rest = &cluster[at + flag.len_utf8()..];
        match flag {
            'm' => return Orders::Runs(rest),
            'c' | 'h' | 'V' | '?' => return Orders::Something,
            'W' | 'X' if rest.is_empty() => return Orders::TakesNext,
            'W' | 'X' => return Orders::Nothing,
            _ => {}
        }
    }
    Orders::Nothing
}
