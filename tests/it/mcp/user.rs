//! Somebody with a home, a project and clients of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::bed::Bed;
use crate::support::keeper::Outcome;

/// Variables that would lead out of the home.
const LEADS_AWAY: &[&str] = &[
    "SHIMKEEPER_HOME",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "XDG_DATA_HOME",
    "COPILOT_HOME",
    "CLAUDECODE",
    "CLAUDE_CONFIG_DIR",
    "CODEX_HOME",
    "GEMINI_CLI_HOME",
    "VSCODE_PORTABLE",
    "VSCODE_APPDATA",
];

/// A server that runs the shim.
pub(crate) const SHIM: &str = r#""exai-mcp": {"command": "python3", "args": ["-u", "run_ws_shim.py"]}"#;

pub(crate) struct User {
    bed: Bed,
}

impl User {
    pub(crate) fn new() -> Self {
        let user = Self { bed: Bed::new() };
        user.bed.folder("user/project");
        user
    }

    /// A place in the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.bed.path("user").join(name)
    }

    /// Puts a file into the home.
    pub(crate) fn has(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// The same with one server that runs the shim.
    pub(crate) fn has_the_shim(&self, name: &str) -> PathBuf {
        self.has(name, format!("{{\"mcpServers\": {{{SHIM}}}}}\n"))
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Where the program keeps what it remembers.
    pub(crate) fn state(&self) -> PathBuf {
        self.path(".local/state/shimkeeper")
    }

    /// Puts the program's own configuration where it looks for it.
    pub(crate) fn has_config(&self, text: &str) -> PathBuf {
        self.has(".config/shimkeeper/config.toml", text)
    }

    /// Runs `shimkeeper mcp …` in the project.
    #[track_caller]
    pub(crate) fn mcp(&self, arguments: &[&str]) -> Outcome {
        self.mcp_with(arguments, |_| ())
    }

    /// The same with changes to its surroundings.
    #[track_caller]
    pub(crate) fn mcp_with(&self, arguments: &[&str], change: impl FnOnce(&mut Command)) -> Outcome {
        self.run_with(&[&["mcp"], arguments].concat(), change)
    }

    /// Runs any command in the project.
    #[track_caller]
    pub(crate) fn run_with(&self, arguments: &[&str], change: impl FnOnce(&mut Command)) -> Outcome {
        let mut command = self.command(program(), arguments);
        change(&mut command);
        self.bed.run(&mut command)
    }

    /// Runs a program of another name in the project.
    #[track_caller]
    pub(crate) fn run_as(&self, program: &Path, arguments: &[&str]) -> Outcome {
        self.bed.run(&mut self.command(program, arguments))
    }

    /// A command in the project that was not started yet.
    pub(crate) fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = self.bed.command(program);
        for variable in LEADS_AWAY {
            command.env_remove(variable);
        }
        command.env("HOME", self.path("")).current_dir(self.path("project")).args(arguments);
        command
    }
}

/// The program under test.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_shimkeeper"))
}
