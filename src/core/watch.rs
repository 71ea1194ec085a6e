//! What the user wants kept in order. Made from the configuration, checked at that door.

use std::time::Duration;

use super::runs::{Runs, says_nothing};

/// Whether a server binds its port.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Listens {
    /// It must: a live one that does not is trouble.
    Always,
    /// Two generations are in use; either is fine.
    #[default]
    Maybe,
}

/// The TCP port of a server. One that listens nowhere has none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Port {
    /// Its number.
    pub number: u16,
    /// Whether the server binds it.
    pub listens: Listens,
}

impl Port {
    /// One that the server may bind.
    #[must_use]
    pub const fn maybe(number: u16) -> Self {
        Self { number, listens: Listens::Maybe }
    }

    /// One that the server must bind.
    #[must_use]
    pub const fn always(number: u16) -> Self {
        Self { number, listens: Listens::Always }
    }
}

/// One thing to watch: a name, a way to run, maybe a port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watch {
    /// What the user calls it.
    pub name: String,
    /// The port that it may hold; `None` where it is not looked for at a port.
    pub port: Option<Port>,
    /// How its server is run: what is recognised.
    pub runs: Runs,
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
            port: Some(Port::maybe(3005)),
            runs: Runs::script("run_ws_shim.py"),
            command: Vec::new(),
            cwd: None,
            env_file: None,
            protect: Vec::new(),
            orphan_grace: Duration::from_secs(5),
        }
    }

    /// The number of its port.
    #[must_use]
    pub fn port_number(&self) -> Option<u16> {
        self.port.map(|port| port.number)
    }

    /// Whether a live server that holds no port is trouble.
    #[must_use]
    pub fn must_listen(&self) -> bool {
        self.port.is_some_and(|port| port.listens == Listens::Always)
    }

    /// What people call its server: the script or program without its ending, `run_ws_shim`; the watch's own name where
    /// that says nothing.
    #[must_use]
    pub fn server(&self) -> &str {
        let name = self.runs.short_name();
        if says_nothing(name) { &self.name } else { name }
    }
}
