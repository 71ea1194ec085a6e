//! What a watch can be, worst first.

use super::finding::Finding;

/// The state of a watch. Ordered: the smallest is the worst, and the worst of all is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// An orphan lives.
    Orphaned,
    /// The port is held by somebody else, by a ghost, or reserved.
    Blocked,
    /// Something needed could not be read.
    Unseen,
    /// Superseded instances, or a live one that should listen and cannot.
    Duplicate,
    /// An instance that is too young to be judged.
    Starting,
    /// A live instance, holding the port if it should.
    Healthy,
    /// No instance, and the port is free.
    Idle,
}

impl Verdict {
    /// The word for it in JSON, and the name of its icon.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Orphaned => "orphaned",
            Self::Blocked => "blocked",
            Self::Unseen => "unseen",
            Self::Duplicate => "duplicate",
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Idle => "idle",
        }
    }

    /// The worst of several; idle where there is none.
    #[must_use]
    pub fn worst(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().min().unwrap_or(Self::Idle)
    }
}

/// How bad a finding is by itself.
#[must_use]
pub const fn of_finding(finding: &Finding) -> Verdict {
    match finding {
        Finding::Orphan { .. } => Verdict::Orphaned,
        Finding::Foreign { .. }
        | Finding::Ghost { .. }
        | Finding::Reserved { .. }
        | Finding::Taken { .. }
        | Finding::NotPermitted => Verdict::Blocked,
        Finding::Unseen(_) => Verdict::Unseen,
        Finding::Superseded { .. } | Finding::NotListening { .. } => Verdict::Duplicate,
        Finding::Suspected { .. } => Verdict::Starting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::pid;
    use crate::core::{Ripeness, State};

    #[test]
    fn what_programs_read_of_a_verdict_and_of_a_state_never_changes() {
        for (verdict, word) in [
            (Verdict::Orphaned, "orphaned"),
            (Verdict::Blocked, "blocked"),
            (Verdict::Unseen, "unseen"),
            (Verdict::Duplicate, "duplicate"),
            (Verdict::Starting, "starting"),
            (Verdict::Healthy, "healthy"),
            (Verdict::Idle, "idle"),
        ] {
            assert_eq!(verdict.word(), word);
        }
        for (state, word) in [
            (State::Attached, "attached"),
            (State::Orphan(Ripeness::Ripe), "orphan"),
            (State::Adopted, "adopted"),
            (State::Superseded { by: pid(201) }, "superseded"),
            (State::Unseen, "unseen"),
        ] {
            assert_eq!(state.word(), word);
        }
    }
}
