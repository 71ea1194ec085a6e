//! What a guard tells about the server that it runs, so that nobody has to guess.
//!
//! A lease counts as long as its guard lives; whoever reads one compares births first. Deliberately
//! without command lines: those may hold secrets, and the process table shows them anyway.

use super::identity::Identity;
use super::watch::Port;

/// One guarded instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lease {
    /// The guard: the process that the client started.
    pub guard: Identity,
    /// The server; `None` while it is being started anew.
    pub server: Option<Identity>,
    /// Who uses it; `None` where nobody could be made out.
    pub client: Option<LeaseClient>,
    /// What the server is called: its watch, or the script or program that it is.
    pub name: String,
    /// The watch that it belongs to.
    pub watch: Option<String>,
    /// The port that it is expected to bind.
    pub port: Option<Port>,
    /// Whether the guard can restart it without its client noticing.
    pub restartable: bool,
    /// The file of the log that its guard wrote to when this was written: anew with each server, not each midnight.
    pub log: String,
}

/// The client of a guarded instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeaseClient {
    /// Who.
    pub identity: Identity,
    /// Its name.
    pub name: String,
}
