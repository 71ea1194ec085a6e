//! Which watch a command belongs to, by what it would run: the same reading as for processes.

use std::ffi::OsString;
use std::path::Path;

use crate::core::{CommandLine, Watch};
use crate::platform;

/// The watch whose server this command would run from `cwd`, directly or through known go-betweens.
#[must_use]
pub fn watch_of<'a>(command: &[OsString], cwd: &Path, watches: &'a [Watch]) -> Option<&'a Watch> {
    let (words, cwd) = (words(command), cwd.to_string_lossy());
    let line = CommandLine::of(&words, platform::PATH_STYLE).within(Some(&cwd));
    watches.iter().find(|watch| line.runs(&watch.runs))
}

/// What a server is called that belongs to no watch: its script, package, module or program.
#[must_use]
pub fn name_of(command: &[OsString]) -> String {
    CommandLine::of(&words(command), platform::PATH_STYLE).server_name()
}

fn words(command: &[OsString]) -> Vec<String> {
    command.iter().map(|word| word.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belongs(command: &[&str]) -> bool {
        let command: Vec<OsString> = command.iter().map(OsString::from).collect();
        watch_of(&command, Path::new("/x"), &[Watch::exai()]).is_some()
    }

    #[test]
    fn a_command_belongs_to_the_watch_whose_script_it_runs() {
        assert!(belongs(&["python", "-u", "run_ws_shim.py"]));
        assert!(belongs(&["/venv/bin/python3.11", "/a/scripts/runtime/run_ws_shim.py", "--x"]));
        assert!(belongs(&["uv", "run", "python", "run_ws_shim.py"]));
        assert!(belongs(&["uv", "run", "run_ws_shim.py"]));
        assert!(belongs(&["uv", "--directory", "/a", "run", "--with", "mcp", "run_ws_shim.py"]));
        assert!(belongs(&["sh", "-c", "cd /a && exec python3 run_ws_shim.py"]));
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
        assert_eq!(name(&["npx", "-y", "@scope/some-server@1", "x"]), "some-server");
        assert_eq!(name(&["env", "A=b", "python", "-m", "pkg.server"]), "pkg.server");
        assert_eq!(name(&["uvx"]), "uvx");
        assert_eq!(name(&["uv", "run", "server.py"]), "server.py");
    }
}
