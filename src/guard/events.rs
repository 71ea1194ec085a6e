//! What can happen to a guard, and what it can do about it. Plain data.

use std::time::Duration;

use crate::core::Pid;
use crate::platform::guard::Signal;

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Event {
    /// A server runs.
    Started,
    /// It could not be started.
    NotStarted,
    /// It could not be started now, for want of what the system may have later.
    Starved,
    /// It has been told `initialize` again, and should answer.
    Greeted,
    /// It has been told what its predecessor knew, and speaks with the client.
    Introduced,
    /// It speaks with the client, but has refused `initialize`.
    Refused,
    /// It has closed its output, or takes no input any more. Perhaps it is about to end.
    StreamClosed,
    /// The server ended, and nobody goes on in its place.
    ServerEnded {
        /// The exit code of the process that was started.
        code: i32,
        /// The exit code of whoever served last: the same, unless somebody that it has started went on and failed.
        last: i32,
        /// Whether nothing that it started is left either.
        gone: bool,
    },
    /// Everything that the servers said has reached the client, or never will.
    Drained,
    /// The client ended.
    ClientEnded,
    /// Only the keeper is left of the guard.
    GuardEnded,
    /// The client has closed our input.
    InputClosed,
    /// A signal.
    Told(Signal),
    /// A restart is wanted.
    RestartWanted,
    /// Time has passed.
    Tick(Moved),
}

/// What has moved since the last time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Moved {
    /// The server has taken input.
    pub(crate) takes: bool,
    /// What it said has moved on, or waits for the client.
    pub(crate) talks: bool,
    /// Something waits for the client to read it at this moment.
    pub(crate) waits: bool,
}

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub(crate) enum Effect {
    /// Close the server's input.
    CloseInput,
    /// Keep what the client says until a new server is there; close the old one's input.
    HoldClient,
    /// Pass a signal on to the server.
    PassOn(Signal),
    /// Ask the server to end.
    Ask,
    /// Ask what it left behind to end.
    AskTheRest,
    /// End all of it by force.
    Force,
    /// Start a server.
    Start,
    /// Whoever wanted a restart is told how it went.
    Answer(Answer),
    /// A word for the log.
    Note(Note),
    /// Pass on what the last server said, then tell.
    Drain,
    /// End with this code.
    Exit(i32),
}

/// How a restart went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    /// A new server is there.
    Done,
    /// One is at work already, for somebody else.
    Busy,
    /// The guard is ending.
    Ending,
    /// The new server could not be started.
    NotStarted,
    /// It ended at once.
    EndedAtOnce(i32),
    /// It has not answered `initialize` yet.
    Silent,
    /// It waits until the client has read what the old one had said.
    Unread,
    /// It has refused `initialize`.
    Refused,
}

/// What the log is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Note {
    /// Why the server is being ended.
    Ends(Why),
    /// The server ended by itself.
    Ended(i32),
    /// The process that was started ended with this code, and somebody that it has started goes on in its place.
    GoesOn {
        /// The exit code.
        code: i32,
        /// Who goes on.
        pid: Pid,
    },
    /// Whoever had the streams in its place has taken nothing.
    Deaf,
    /// It had to be forced.
    Forced,
    /// It could not even be forced.
    Immortal,
    /// A new one has not answered `initialize` for a long time.
    Silent,
    /// It crashed and is started again after this time.
    StartsAgain(i32, Duration),
    /// It crashed too often.
    GivesUp(i32),
}

/// Why a server is ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Why {
    /// Its client ended.
    ClientEnded,
    /// Its guard was ended by force.
    GuardEnded,
    /// Its client has closed its input.
    InputClosed,
    /// A signal.
    Told(i32),
    /// A restart.
    Restart,
    /// It has closed its input or its output, and lived on.
    StreamClosed,
}

/// Whether a server that fails is started again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnFailure {
    /// It is: exit codes other than 0, and signals.
    StartAgain,
    /// The guard ends with it.
    End,
}
