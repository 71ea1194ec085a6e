//! Which watch a command belongs to, by what it would run: the same reading as for processes.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use crate::core::launcher::{is_launcher, only_launches};
use crate::core::recognise::{file_name, is_match, script_of};
use crate::core::{Details, Fact, Identity, Owner, Process, UnixTime, Watch};
use crate::platform;

/// The watch whose script this command would run from `cwd`, directly or through a known go-between.
#[must_use]
pub fn watch_of<'a>(command: &[OsString], cwd: &Path, watches: &'a [Watch]) -> Option<&'a Watch> {
    let words = words(command);
    watches.iter().find(|watch| {
        (0..words.len()).any(|begin| {
            let (before, rest) = words.split_at(begin);
            is_match(&would_be(rest, cwd), watch)
                && (before.is_empty()
                    || only_launches(before, watch.style) && is_launcher(&would_be(&words, cwd), watch))
        })
    })
}

/// What a server is called that belongs to no watch: its script or its program.
#[must_use]
pub fn name_of(command: &[OsString]) -> String {
    let words = words(command);
    let process = would_be(&words, Path::new(""));
    let style = platform::PATH_STYLE;
    let named = script_of(&process, style).or(words.first().map(String::as_str)).unwrap_or_default();
    file_name(named, style).to_owned()
}

fn words(command: &[OsString]) -> Vec<String> {
    command.iter().map(|word| word.to_string_lossy().into_owned()).collect()
}

fn would_be(words: &[String], cwd: &Path) -> Process {
    let details = Details { cwd: Some(cwd.to_string_lossy().into_owned()), ..Details::plain() };
    let nobody = Identity { pid: ourselves(), birth: crate::core::Birth { boot: 0, token: 0 } };
    Process { details: Some(details), ..bare(nobody, String::new(), None, Fact::Known(words.to_vec())) }
}

fn ourselves() -> crate::core::Pid {
    // The system gave us this number, so it is one.
    crate::core::Pid::new(std::process::id()).unwrap_or_else(|| unreachable!("our own pid is a pid"))
}

/// A process of which nothing is known but what it runs.
pub(super) fn bare(
    identity: Identity,
    name: String,
    exe: Option<String>,
    args: Fact<Vec<String>>,
) -> Process {
    Process {
        identity,
        parent: None,
        order: None,
        name,
        exe,
        args,
        ran: None,
        owner: Fact::Known(Owner::Ours),
        started_at: UnixTime(0),
        age: Duration::ZERO,
        memory_bytes: 0,
        cpu_permille: 0,
        details: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belongs(command: &[&str]) -> bool {
        let command: Vec<OsString> = command.iter().map(OsString::from).collect();
        watch_of(&command, Path::new("/x"), &[Watch::exai(platform::PATH_STYLE)]).is_some()
    }

    #[test]
    fn a_command_belongs_to_the_watch_whose_script_it_runs() {
        assert!(belongs(&["python", "-u", "run_ws_shim.py"]));
        assert!(belongs(&["/venv/bin/python3.11", "/a/scripts/runtime/run_ws_shim.py", "--x"]));
        assert!(belongs(&["uv", "run", "python", "run_ws_shim.py"]));
        assert!(belongs(&["uv", "run", "run_ws_shim.py"]));
        assert!(belongs(&["uv", "--directory", "/a", "run", "--with", "mcp", "run_ws_shim.py"]));
        assert!(!belongs(&["pytest", "run_ws_shim.py"]));
        assert!(!belongs(&["python", "-m", "x", "run_ws_shim.py"]));
        assert!(!belongs(&["uv", "run", "pytest", "run_ws_shim.py"]));
        assert!(!belongs(&["python", "server.py"]));
    }

    #[test]
    fn other_servers_are_called_after_what_they_run() {
        let name = |command: &[&str]| name_of(&command.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(name(&["python", "-u", "/a/b/server.py", "x"]), "server.py");
        assert_eq!(name(&["/usr/bin/some-server", "--port", "1"]), "some-server");
    }
}
