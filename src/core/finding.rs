//! What deserves a line of its own: everything that is not simply in order.

use super::heir::Heir;
use super::identity::Pid;
use super::unseen::Unseen;

/// One remarkable thing about a watch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// An orphan, ripe to be ended.
    Orphan {
        /// Its top.
        pid: Pid,
    },
    /// What looks like an orphan, seen once or too young.
    Suspected {
        /// Its top.
        pid: Pid,
    },
    /// Somebody else holds the port.
    Foreign {
        /// Who.
        pid: Pid,
        /// Its name.
        name: String,
        /// Where.
        address: String,
    },
    /// The port's holder on record is dead.
    Ghost {
        /// The dead pid.
        pid: Pid,
        /// Who holds the socket now, or most likely does.
        heir: Option<Heir>,
        /// Where.
        address: String,
    },
    /// The system reserves the port.
    Reserved {
        /// First port of the range.
        first: u16,
        /// Last port of the range.
        last: u16,
    },
    /// An older copy for the same client.
    Superseded {
        /// The older one.
        pid: Pid,
        /// The younger one.
        by: Pid,
    },
    /// A live instance that should listen and does not.
    NotListening {
        /// Its top.
        pid: Pid,
    },
    /// Something could not be read.
    Unseen(Unseen),
}

impl Finding {
    /// The word for it in JSON.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Orphan { .. } => "orphan",
            Self::Suspected { .. } => "suspected",
            Self::Foreign { .. } => "foreign",
            Self::Ghost { .. } => "ghost",
            Self::Reserved { .. } => "reserved",
            Self::Superseded { .. } => "superseded",
            Self::NotListening { .. } => "not_listening",
            Self::Unseen(_) => "unseen",
        }
    }

    /// The process that it is about.
    #[must_use]
    pub const fn pid(&self) -> Option<Pid> {
        match self {
            Self::Orphan { pid }
            | Self::Suspected { pid }
            | Self::Foreign { pid, .. }
            | Self::Ghost { pid, .. }
            | Self::Superseded { pid, .. }
            | Self::NotListening { pid } => Some(*pid),
            Self::Reserved { .. } | Self::Unseen(_) => None,
        }
    }
}
