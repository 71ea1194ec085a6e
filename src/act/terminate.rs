//! Ends processes. There is no `terminate(pid)`: every call takes the proof and uses its grip.

use std::io;
use std::time::Duration;

use super::confirm::Confirmed;
use crate::platform;

/// Asks a process to end. Does not wait.
pub(super) fn ask(target: &Confirmed) -> io::Result<()> {
    target.held.ask()
}

/// Ends a process by force. Does not wait.
pub(super) fn force(target: &Confirmed) -> io::Result<()> {
    target.held.force()
}

/// Whether it has ended. An unreadable answer counts as "no".
pub(super) fn has_ended(target: &Confirmed) -> bool {
    target.held.has_ended().unwrap_or(false)
}

/// Blocks until all have ended or the time is over.
pub(super) fn wait(targets: &[&Confirmed], timeout: Duration) -> io::Result<()> {
    platform::wait_for_ends(&targets.iter().map(|target| &target.held).collect::<Vec<_>>(), timeout)
}
