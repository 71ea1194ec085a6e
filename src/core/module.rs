//! Servers that no script names: a module that Python runs by `-m`.
//!
//! A watch knows scripts, and a module's name is no proof of its file: such a process is never taken for the watch's server,
//! and while it runs nobody can say that the server does not.

use super::launcher::words_of;
use super::recognise::{Interpreter, interpreter, program_name, program_of};
use super::snapshot::Process;
use super::watch::{PathStyle, Watch};

/// Packages of Python itself with modules that people run by name, such as `http.server`.
const OF_PYTHON: &[&str] = &[
    "asyncio",
    "concurrent",
    "ctypes",
    "curses",
    "dbm",
    "email",
    "encodings",
    "ensurepip",
    "html",
    "http",
    "idlelib",
    "importlib",
    "json",
    "lib2to3",
    "logging",
    "multiprocessing",
    "os",
    "pydoc_data",
    "sqlite3",
    "test",
    "tkinter",
    "turtledemo",
    "unittest",
    "urllib",
    "venv",
    "wsgiref",
    "xml",
    "xmlrpc",
    "zoneinfo",
];

/// What of a watch's script a module's name can end in: the parts of its path without the ending; those of its package
/// where that is what runs. Empty where the name says nothing.
fn parts_of(script: &str, style: PathStyle) -> Vec<String> {
    let is_separator = |c: char| c == '/' || style == PathStyle::Windows && c == '\\';
    let mut parts: Vec<String> =
        script.split(is_separator).filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).collect();
    let Some(file) = parts.pop() else { return parts };
    let Some(stem) = file.strip_suffix(".py").or_else(|| file.strip_suffix(".pyw")) else {
        return Vec::new();
    };
    if stem != "__main__" {
        parts.push(stem.to_owned());
    }
    parts
}

/// The last word of the name of every module that could be this watch's server; `None` where there is none.
#[must_use]
pub fn last_part(watch: &Watch) -> Option<String> {
    parts_of(&watch.script, watch.style).pop()
}

/// The module that a process runs, where that may be the watch's server.
#[must_use]
pub fn module_of_the_watch<'a>(process: &'a Process, watch: &Watch) -> Option<&'a str> {
    let module = module_of(&program_of(process, watch.style), process.args(), watch.style)?;
    let names: Vec<&str> = module.split('.').collect();
    if names.len() > 1 && OF_PYTHON.contains(names.first()?) {
        return None;
    }
    let names = names.strip_suffix(&["__main__"]).unwrap_or(&names);
    let parts = parts_of(&watch.script, watch.style);
    let is_alike = |(name, part): (&&str, &String)| match watch.style {
        PathStyle::Unix => name == part,
        PathStyle::Windows => name.eq_ignore_ascii_case(part),
    };
    (!parts.is_empty() && names.iter().rev().zip(parts.iter().rev()).all(is_alike)).then_some(module)
}

/// The module that a command line would run, by itself or through the go-betweens in front of it.
#[must_use]
pub fn module_in(words: &[String], style: PathStyle) -> Option<String> {
    // A shell is given its command line as one word.
    let words: Vec<String> = words.iter().flat_map(|word| words_of(word)).collect();
    (0..words.len()).find_map(|from| {
        let rest = &words[from..];
        let program = program_name(rest.first()?, style);
        let of_uv = || (program == "uv").then(|| module_of_uv(rest)).flatten();
        module_of(&program, rest, style).or_else(of_uv).map(str::to_owned)
    })
}

fn module_of<'a>(program: &str, words: &'a [String], style: PathStyle) -> Option<&'a str> {
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

/// `uv run --directory D -m package.server`.
fn module_of_uv(words: &[String]) -> Option<&str> {
    let mut words = words.iter().map(String::as_str).skip_while(|word| *word != "run");
    words.find(|word| matches!(*word, "-m" | "--module"))?;
    words.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::process;

    fn may_be(style: PathStyle, script: &str, line: &str) -> bool {
        let words: Vec<&str> = line.split_whitespace().collect();
        let watch = Watch { script: script.into(), ..Watch::exai(style) };
        module_of_the_watch(&process(7, 1).with_args(&words), &watch).is_some()
    }

    #[test]
    fn a_module_whose_name_ends_as_the_script_may_be_it() {
        for (script, line) in [
            ("zz_server.py", "python3 -m mcp_server.zz_server"),
            ("zz_server.py", "python3 -um mcp_server.zz_server --transport stdio"),
            ("zz_server.py", "python3 -X dev -W ignore -mzz_server"),
            ("zz_server.py", "python3 -m zz_server.__main__"),
            ("mcp_server/zz_server.py", "python3 -m mcp_server.zz_server"),
            ("/srv/mcp_server/zz_server.py", "python3 -m zz_server"),
            ("mcp_server/__main__.py", "python3 -m mcp_server"),
            ("server.py", "python3 -m paper_search_mcp.server"),
        ] {
            assert!(may_be(PathStyle::Unix, script, line), "{script}: {line}");
        }
        assert!(may_be(PathStyle::Windows, r"mcp\ZZ_Server.py", r"C:\py\python.exe -m mcp.zz_server"));
        assert!(may_be(PathStyle::Windows, "zz_server.py", "py -3.12 -m zz_server"));
    }

    #[test]
    fn a_module_of_another_name_is_none_of_its() {
        for (script, line) in [
            ("zz_server.py", "python3 -m my_zz_server"),
            ("zz_server.py", "python3 -m zz_server.client"),
            ("zz_server.py", "python3 -m pytest zz_server"),
            ("zz_server.py", "python3 other.py -m zz_server"),
            ("zz_server.py", "python3 -c pass -m zz_server"),
            ("zz_server.py", "vim -m zz_server"),
            ("a/zz_server.py", "python3 -m b.zz_server"),
            ("server.py", "python3 -m http.server"),
            ("__main__.py", "python3 -m whatever"),
            ("server.js", "python3 -m server"),
            ("zz_server.py", "python3 -m"),
            ("zz_server.py", "python3"),
        ] {
            assert!(!may_be(PathStyle::Unix, script, line), "{script}: {line}");
        }
    }

    #[test]
    fn a_command_that_runs_a_module_is_told_behind_its_go_betweens() {
        let module = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            module_in(&words, PathStyle::Unix)
        };
        for words in [
            &["python3", "-m", "a.b"][..],
            &["sh", "-c", "cd /p && exec python3 -u -m a.b --transport stdio"],
            &["uv", "run", "--directory", "D", "-m", "a.b"],
            &["uv", "run", "python", "-m", "a.b"],
        ] {
            assert_eq!(module(words).as_deref(), Some("a.b"), "{words:?}");
        }
        for words in [&["python3", "a.py", "-m", "x"][..], &["node", "-m", "x"], &["uv", "pip", "-m"], &[]] {
            assert_eq!(module(words), None, "{words:?}");
        }
    }
}
