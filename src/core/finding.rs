//! What deserves a line of its own: everything that is not simply in order.

use super::heir::Heir;
use super::identity::Pid;
use super::snapshot::Hold;
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
    /// Somebody else holds the port, or a connection from it.
    Foreign {
        /// Who.
        pid: Pid,
        /// Its name.
        name: String,
        /// Where.
        address: String,
        /// What it does with it.
        hold: Hold,
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
    /// Nobody is seen to have the port, and it cannot be bound.
    Taken {
        /// Where: `0.0.0.0:3005 and [::]:3005`.
        at: String,
        /// Whether closed connections have it.
        lingers: bool,
    },
    /// We have no right to bind the port, so that it is not known whether a server could.
    NotPermitted,
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
            Self::Foreign { hold: Hold::Listens, .. } => "foreign",
            Self::Foreign { hold: Hold::Bound, .. } => "bound",
            Self::Foreign { hold: Hold::Connected, .. } => "connected",
            Self::Ghost { .. } => "ghost",
            Self::Reserved { .. } => "reserved",
            Self::Taken { lingers: false, .. } => "taken",
            Self::Taken { lingers: true, .. } => "lingering",
            Self::NotPermitted => "not_permitted",
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
            Self::Reserved { .. } | Self::Taken { .. } | Self::NotPermitted | Self::Unseen(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::pid;

    #[test]
    fn what_programs_read_of_a_finding_never_changes() {
        let (one, by) = (pid(200), pid(201));
        let address = || "127.0.0.1:3005".to_owned();
        let foreign = |hold| Finding::Foreign { pid: one, name: "nginx".into(), address: address(), hold };
        for (finding, kind, about) in [
            (Finding::Orphan { pid: one }, "orphan", Some(one)),
            (Finding::Suspected { pid: one }, "suspected", Some(one)),
            (foreign(Hold::Listens), "foreign", Some(one)),
            (foreign(Hold::Bound), "bound", Some(one)),
            (foreign(Hold::Connected), "connected", Some(one)),
            (Finding::Ghost { pid: one, heir: None, address: address() }, "ghost", Some(one)),
            (Finding::Reserved { first: 3000, last: 3099 }, "reserved", None),
            (Finding::Taken { at: address(), lingers: false }, "taken", None),
            (Finding::Taken { at: address(), lingers: true }, "lingering", None),
            (Finding::NotPermitted, "not_permitted", None),
            (Finding::Superseded { pid: one, by }, "superseded", Some(one)),
            (Finding::NotListening { pid: one }, "not_listening", Some(one)),
            (Finding::Unseen(Unseen::Holder { port: 3005 }), "unseen", None),
        ] {
            assert_eq!((finding.kind(), finding.pid()), (kind, about));
        }
    }
}
