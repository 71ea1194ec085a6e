//! Where a guard stands. Each state carries what only it has.

use crate::core::Moment;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Before anything runs, and between two servers.
    Starting,
    /// A new server hears what the old one heard.
    Introducing {
        /// When it is said not to answer; `None` where that was said.
        until: Option<Moment>,
    },
    Running {
        since: Moment,
    },
    /// It has closed a stream and is expected to end by itself.
    Leaving {
        since: Moment,
        until: Moment,
    },
    Stopping {
        then: Then,
        step: Step,
        until: Moment,
    },
    /// A crashed server is started again soon.
    Waiting {
        until: Moment,
        code: i32,
    },
    /// Nothing runs; the client may not have read everything yet.
    Draining {
        code: i32,
        until: Moment,
    },
    Done,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Then {
    Exit,
    StartAnew,
    /// After a crash.
    StartAgain,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Its input was closed.
    Closed,
    /// It was asked.
    Asked { at: Moment },
    /// It ended; what it left behind was asked.
    RestAsked,
    /// Force, round by round.
    Forced { since: Moment },
}
