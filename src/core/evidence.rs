//! Why a judgement was made, as values; the words stand in `wording/`.

use std::time::Duration;

use super::identity::Pid;
use super::snapshot::Door;
use super::unseen::Trait;

/// One reason for a state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// The client runs.
    ClientLives {
        /// Its pid.
        pid: Pid,
        /// Its name.
        name: String,
    },
    /// A container's first process, or a service's, started it.
    StartedByInit {
        /// Its pid.
        pid: Pid,
        /// Its name.
        name: String,
    },
    /// The parent on record does not run any more.
    ParentEnded {
        /// The pid on record.
        pid: Pid,
    },
    /// The parent's number belongs to somebody who was born after the child.
    ParentReused {
        /// The number.
        pid: Pid,
        /// The stranger's name.
        by: String,
    },
    /// A reaper is the parent now, as happens when the parent ends.
    TakenIn {
        /// The reaper's pid.
        pid: Pid,
        /// Its name.
        name: String,
    },
    /// An earlier look saw a client that has ended since.
    ClientEnded {
        /// The client's pid.
        pid: Pid,
        /// Its name.
        name: String,
    },
    /// It belongs to a service.
    Service {
        /// The service's name.
        name: String,
    },
    /// It ignores SIGHUP.
    IgnoresHangup,
    /// A living terminal controls it.
    LivingTerminal,
    /// Its standard input is a terminal that is no longer its own, as `setsid` and `disown` leave it.
    StartedByHand,
    /// Somebody has the other end of its standard input.
    SpokenTo {
        /// Who.
        pid: Pid,
        /// Its name.
        name: String,
    },
    /// The other end of its standard input is closed.
    NobodySpeaks,
    /// Its standard input was made by a process that has ended.
    InputMadeBy {
        /// The process.
        pid: Pid,
    },
    /// Somebody is connected to a socket on which it listens.
    CalledBy {
        /// Who and its name; `None` where that cannot be told, as from another machine.
        caller: Option<(Pid, String)>,
        /// To which socket.
        at: Door,
    },
    /// Its parent runs.
    ParentLives {
        /// Its pid.
        pid: Pid,
        /// Its name.
        name: String,
    },
    /// The configuration protects it.
    Protected {
        /// The part of the command line that protects.
        part: String,
    },
    /// Not seen twice yet, or younger than the grace time.
    TooEarly {
        /// When it will be old enough.
        ripe_in: Duration,
    },
    /// The same client started the same server again.
    StartedAgain {
        /// The younger one.
        by: Pid,
    },
    /// It has a guard, which knows who uses it.
    Guarded {
        /// The guard.
        guard: Pid,
        /// The client that the guard names.
        client: KnownClient,
    },
    /// It has a guard of which no lease was found.
    GuardSilent {
        /// The guard.
        guard: Pid,
    },
    /// The parent may not be looked at.
    ParentHidden {
        /// Its pid; `None` where it is outside our container.
        pid: Option<Pid>,
    },
    /// Something that decides could not be read.
    TraitHidden(Trait),
    /// It holds the watched port.
    HoldsPort {
        /// Where: `127.0.0.1:3005`.
        address: String,
    },
}

/// The client that a guard names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KnownClient {
    /// It runs.
    Living {
        /// Its pid.
        pid: Pid,
        /// Its name.
        name: String,
    },
    /// It ended, so that the guard ends the server.
    Ended {
        /// Its pid.
        pid: Pid,
        /// Its name.
        name: String,
    },
    /// Whether it runs could not be seen.
    Hidden {
        /// Its pid.
        pid: Pid,
        /// Its name.
        name: String,
    },
    /// None: the guard could not make out who uses it.
    Nobody,
}
