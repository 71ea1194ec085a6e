//! What could not be looked at, as a value. Anything listed here forbids the word "fine".

use super::identity::Pid;

/// Something that a judgement needed and that could not be read.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Unseen {
    /// The list of processes.
    Processes {
        /// What the system answered.
        why: String,
    },
    /// The listening sockets of one address family ("IPv4", "IPv6").
    Listeners {
        /// The address family.
        family: &'static str,
        /// What the system answered.
        why: String,
    },
    /// Why a port on which nobody listens cannot be bound.
    Reservation {
        /// The port.
        port: u16,
        /// What the system answered.
        why: String,
    },
    /// The command line of a process that may well be a shim.
    CommandLine {
        /// Which process.
        pid: Pid,
        /// Its name, which was readable.
        name: String,
    },
    /// Whether the module that Python runs by `-m` is the watched script.
    Module {
        /// Which process.
        pid: Pid,
        /// Its name.
        name: String,
        /// The module.
        module: String,
    },
    /// The parent of a shim exists but may not be looked at.
    Parent {
        /// The shim.
        pid: Pid,
        /// Its parent; `None` where it is outside our container.
        parent: Option<Pid>,
    },
    /// Whether anybody still uses a shim whose parent lives and has let go of its input.
    Use {
        /// The shim.
        pid: Pid,
        /// Its parent.
        parent: Pid,
        /// The parent's name.
        name: String,
    },
    /// A trait that decides between orphan and adopted.
    Trait {
        /// The shim.
        pid: Pid,
        /// Which trait.
        which: Trait,
    },
    /// Who holds the port.
    Holder {
        /// The port.
        port: u16,
    },
}

/// The traits that tell a process left behind from one that was set free on purpose.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Trait {
    /// Which service it belongs to.
    Service,
    /// Whether it ignores SIGHUP.
    Hangup,
    /// Whether a living terminal owns it.
    Terminal,
    /// Whether its parent is older than it.
    Birth,
    /// Which session it belongs to.
    Session,
    /// Whether it runs in our own container.
    Container,
    /// What its guard tells of it.
    Lease,
    /// Whether the client that its guard names still runs.
    Client,
    /// Who can still write to its standard input, as somebody can.
    Speaker,
    /// What it runs: it has written a title over its command line.
    Title,
    /// Who is connected to the sockets on which it listens.
    Caller,
}
