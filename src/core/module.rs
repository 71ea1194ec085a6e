//! Servers that no script names: a module that Python runs by `-m`.
//!
//! A module's name is no proof of its file: such a process is never taken for the server of a watch that names a script,
//! and while it runs nobody can say that the server does not.

use super::command_line::CommandLine;
use super::path_style::PathStyle;
use super::runs::{Runs, What};
use super::snapshot::Process;

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

/// What of a script a module's name can end in: the parts of its path without the ending; those of its package
/// where that is what runs. Empty where the name says nothing.
fn parts_of(runs: &Runs, style: PathStyle) -> Vec<String> {
    let What::Script(script) = &runs.what else { return Vec::new() };
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

/// The last word of the name of every module that could be this script; `None` where there is none.
#[must_use]
pub fn last_part(runs: &Runs, style: PathStyle) -> Option<String> {
    parts_of(runs, style).pop()
}

/// The module that a process runs, where that may be the script that is watched.
#[must_use]
pub fn module_of_the_watch<'a>(process: &'a Process, runs: &Runs, style: PathStyle) -> Option<&'a str> {
    if !matches!(runs.what, What::Script(_)) {
        return None;
    }
    let module = process.line(style).module()?;
    let names: Vec<&str> = module.split('.').collect();
    if names.len() > 1 && OF_PYTHON.contains(names.first()?) {
        return None;
    }
    let names = names.strip_suffix(&["__main__"]).unwrap_or(&names);
    let parts = parts_of(runs, style);
    let is_alike = |(name, part): (&&str, &String)| style.is_same(name, part);
    (!parts.is_empty() && names.iter().rev().zip(parts.iter().rev()).all(is_alike)).then_some(module)
}

/// The module that a command line would run, by itself or through the go-betweens in front of it.
#[must_use]
pub fn module_in(line: &CommandLine<'_>) -> Option<String> {
    line.find(&|line| line.module().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::process;

    fn may_be(style: PathStyle, script: &str, line: &str) -> bool {
        let words: Vec<&str> = line.split_whitespace().collect();
        module_of_the_watch(&process(7, 1).with_args(&words), &Runs::script(script), style).is_some()
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
            module_in(&CommandLine::of(&words, PathStyle::Unix))
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
