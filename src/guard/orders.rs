//! What a guard is to do: filled in by `guard` and `start`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::before::Cleans;
use super::events::OnFailure;
use crate::config::env_file::Environment;
use crate::core::{Port, Watch};

/// What a guard is to do. Holds secrets: it has no Debug.
pub struct Orders {
    /// The server's program and arguments. Not empty.
    pub command: Vec<OsString>,
    /// Where to start it; `None` for our own folder.
    pub cwd: Option<PathBuf>,
    /// Variables on top of our own.
    pub added: Environment,
    /// What it is called.
    pub name: String,
    /// The watch that it belongs to.
    pub watch: Option<Watch>,
    /// The port that it takes, where that is known.
    pub port: Option<Port>,
    /// Whether orphans are looked for even if the port is free.
    pub cleans: Cleans,
    /// Between asking and forcing.
    pub stop_grace: Duration,
    /// Whether the server can be replaced behind its client's back. Costs a copy of every byte.
    pub restartable: bool,
    /// What happens when it fails.
    pub on_failure: OnFailure,
    /// What a person at a terminal is told when nothing is in the way of the server any more.
    pub announces: Option<String>,
    /// The folder of the leases.
    pub leases: PathBuf,
    /// The folder of the log.
    pub logs: PathBuf,
    /// The finest lines that go there.
    pub finest: tracing::Level,
}

impl Orders {
    /// Whether no other server ever takes the place of the first one.
    pub(super) fn starts_once(&self) -> bool {
        !self.restartable && self.on_failure == OnFailure::End
    }
}
