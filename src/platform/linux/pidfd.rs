//! A grip on one process. A pidfd names the process, not its number.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::core::{Identity, Pid};

#[derive(Debug)]
pub(crate) struct Held(OwnedFd);

impl Held {
    pub(crate) fn open(pid: Pid) -> io::Result<Option<Self>> {
        let number = i32::try_from(pid.get()).ok().and_then(rustix::process::Pid::from_raw);
        let Some(number) = number else { return Ok(None) };
        match pidfd_open(number, PidfdFlags::empty()) {
            Ok(fd) => Ok(Some(Self(fd))),
            // EINVAL, of newer kernels ENOENT, is the answer for a number that belongs to a mere thread.
            Err(rustix::io::Errno::SRCH | rustix::io::Errno::INVAL | rustix::io::Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn ask(&self, _along: &[Identity]) -> io::Result<bool> {
        self.signal(Signal::TERM).map(|()| true)
    }

    pub(crate) fn force(&self) -> io::Result<()> {
        self.signal(Signal::KILL)
    }

    /// Sends a signal to whatever process is held.
    pub(super) fn signal(&self, signal: Signal) -> io::Result<()> {
        match pidfd_send_signal(&self.0, signal) {
            // It ended already: what was wanted.
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// A second grip on the same process.
    pub(super) fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    pub(crate) fn has_ended(&self) -> io::Result<bool> {
        Ok(poll_once(&[self], Duration::ZERO)?.contains(&true))
    }
}

/// Polls each for its end; tells which have ended.
fn poll_once(held: &[&Held], timeout: Duration) -> io::Result<Vec<bool>> {
    let mut polled: Vec<PollFd<'_>> = held.iter().map(|held| PollFd::new(&held.0, PollFlags::IN)).collect();
    let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
    match poll(&mut polled, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(polled.iter().map(|fd| !fd.revents().is_empty()).collect())
}

pub(crate) fn wait_for_ends(held: &[&Held], timeout: Duration) -> io::Result<()> {
    let clock = || Duration::try_from(rustix::time::clock_gettime(rustix::time::ClockId::Monotonic));
    let start = clock().map_err(io::Error::other)?;
    let mut left: Vec<&Held> = held.to_vec();
    while !left.is_empty() {
        let passed = clock().map_err(io::Error::other)?.saturating_sub(start);
        let Some(rest) = timeout.checked_sub(passed) else { return Ok(()) };
        let ended = poll_once(&left, rest)?;
        let mut ended = ended.iter();
        left.retain(|_| !ended.next().copied().unwrap_or(false));
    }
    Ok(())
}
