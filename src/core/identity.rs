//! Who a process is: its pid *and* the kernel's own start token.
//!
//! Deliberately without any way to act: a pid alone is never an identity, because systems hand the
//! same number out again.

use std::fmt;
use std::num::NonZeroU32;

/// A process number that a system can really give to a process: never zero, never negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pid(NonZeroU32);

impl Pid {
    /// The number as a pid; `None` for zero and for what would be negative to Unix calls, where such
    /// numbers mean whole groups of processes.
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        if i32::try_from(number).is_err() {
            return None;
        }
        NonZeroU32::new(number).map(Self)
    }

    /// The bare number, for display and for system calls.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// Whether this is the first process of its system or container.
    #[must_use]
    pub const fn is_first(self) -> bool {
        self.get() == 1
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// When the kernel says that a process began, in the kernel's own unit.
///
/// Comparable within one boot only. Never computed from a wall clock: those move.
///
/// # Platforms
/// Linux: clock ticks since boot (field 22 of `/proc/PID/stat`) with the boot id; Windows: the
/// creation FILETIME in 100 ns; macOS: microseconds of `pbi_start_tvsec/usec`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Birth {
    /// Which boot the token belongs to; 0 where tokens are unique across boots.
    pub boot: u64,
    /// The kernel's start token.
    pub token: u64,
}

impl Birth {
    /// Whether this birth is certainly not after `other`: a valid parent is born no later than its child.
    #[must_use]
    pub fn no_later_than(self, other: Self) -> bool {
        self.boot == other.boot && self.token <= other.token
    }
}

/// A process beyond doubt, as long as the machine is not started anew.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Identity {
    /// The process number.
    pub pid: Pid,
    /// The kernel's start token of that process.
    pub birth: Birth,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_mean_groups_are_no_pids() {
        assert_eq!(Pid::new(0), None);
        assert_eq!(Pid::new(u32::MAX), None);
        assert_eq!(Pid::new(4242).map(Pid::get), Some(4242));
    }

    #[test]
    fn births_of_different_boots_prove_nothing() {
        let old = Birth { boot: 1, token: 5 };
        let new = Birth { boot: 2, token: 9 };
        assert!(!old.no_later_than(new));
        assert!(!new.no_later_than(old));
        assert!(old.no_later_than(old));
    }
}
