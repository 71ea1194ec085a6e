//! Exit codes. Scripts rely on them; a number never changes once released.

use std::process::ExitCode;

use crate::core::Verdict;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// All is well, or it was done.
    Fine,
    /// Something needs attention, or could not be done.
    Attention,
    /// Wrong usage, or a configuration that does not load; nothing was touched.
    Usage,
    /// Could not see enough to say.
    Blind,
}

impl Outcome {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Attention => 1,
            Self::Usage => 2,
            Self::Blind => 3,
        }
    }

    /// What a verdict means to a script.
    #[must_use]
    pub const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Orphaned | Verdict::Blocked | Verdict::Duplicate => Self::Attention,
            Verdict::Unseen => Self::Blind,
            Verdict::Starting | Verdict::Healthy | Verdict::Idle => Self::Fine,
        }
    }
}

/// Ends this program now with any code at all. For those who run another program in their place: its code can
/// have more bits than [`ExitCode`] takes, and threads may be blocked in reads for ever. Nothing is dropped.
#[expect(clippy::exit, clippy::disallowed_methods, reason = "the one place for it, see above")]
pub(crate) fn at_once(code: i32) -> ! {
    std::process::exit(code)
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}
