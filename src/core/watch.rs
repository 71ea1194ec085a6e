//! What the user wants kept in order. Made from the configuration, checked at that door.

use std::time::Duration;

use super::runs::{Runs, says_nothing};

/// Whether a watch's server binds the port.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Listens {
    /// It must: a live one that does not is trouble.
    Always,
    /// Two generations are in use; either is fine.
    #[default]
    Maybe,
    /// It speaks over stdio; the port is not looked at.
    Never,
}

/// One thing to watch: a name, a port, a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watch {
    /// What the user calls it.
    pub name: String,
    /// The TCP port.
    pub port: u16,
    /// How its server is run: what is recognised.
    pub runs: Runs,
    /// Whether it binds the port.
    pub listens: Listens,
    /// How to start it; empty means: as the one that is stopped was started.
    pub command: Vec<String>,
    /// The folder to start it in.
    pub cwd: Option<String>,
    /// A file of `KEY=value` lines for its environment.
    pub env_file: Option<String>,
    /// Parts of command lines that are never ended.
    pub protect: Vec<String>,
    /// How old a process must be before it may count as an orphan.
    pub orphan_grace: Duration,
}

impl Watch {
    /// The shim of the EXAI project on its port, as it is watched without a configuration.
    #[must_use]
    pub fn exai() -> Self {
        Self {
            name: "exai-mcp".into(),
            port: 3005,
            runs: Runs::script("run_ws_shim.py"),
            listens: Listens::Maybe,
            command: Vec::new(),
            cwd: None,
            env_file: None,
            protect: Vec::new(),
            orphan_grace: Duration::from_secs(5),
        }
    }

    /// What people call its server: the script or program without its ending, `run_ws_shim`; the watch's own name where
    /// that says nothing.
    #[must_use]
    pub fn server(&self) -> &str {
        let name = self.runs.short_name();
        if says_nothing(name) { &self.name } else { name }
    }
}
