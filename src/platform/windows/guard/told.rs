//! What the console tells us: keys, and that it closes.
//!
//! The system calls a function of ours on a thread of its own; here it becomes something to wait for.
#![expect(unsafe_code, reason = "the function for it is installed by a Win32 call")]

use std::collections::VecDeque;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::Win32::System::Threading::{CreateEventW, ResetEvent, SetEvent};
use windows_sys::core::BOOL;

use super::super::handle::{owned, worked};
use super::stdio;
use crate::platform::guard::{Meaning, Signal};

/// A console that closes ends us as soon as it was answered; without an answer it waits for five seconds.
const LAST_WORDS: Duration = Duration::from_mins(1);

/// Nobody knows of more than a few.
const MOST: usize = 64;

static TOLD: OnceLock<Told> = OnceLock::new();

/// What came and was not taken yet.
#[derive(Debug)]
pub(super) struct Told {
    event: OwnedHandle,
    kinds: Mutex<VecDeque<u32>>,
}

impl Told {
    /// Listens from now on, so that none of it ends us any more.
    pub(super) fn listen() -> io::Result<&'static Self> {
        if let Some(told) = TOLD.get() {
            return Ok(told);
        }
        let told = Self { event: event()?, kinds: Mutex::default() };
        let told = TOLD.get_or_init(|| told);
        // SAFETY: the function lives as long as the program.
        worked(unsafe { SetConsoleCtrlHandler(Some(hear), 1) })?;
        Ok(told)
    }

    /// Signalled when there is something to take.
    pub(super) const fn event(&self) -> &OwnedHandle {
        &self.event
    }

    /// Takes all of it.
    pub(super) fn take(&self) -> io::Result<Vec<Signal>> {
        // First: what comes from now on signals anew.
        reset(&self.event)?;
        let kinds = std::mem::take(&mut *self.kinds.lock().unwrap_or_else(PoisonError::into_inner));
        let reached_the_server = stdio::server_shares_our_console();
        let signal =
            |kind: u32| Signal { number: kind.cast_signed(), means: Meaning::End, reached_the_server };
        Ok(kinds.into_iter().map(signal).collect())
    }
}

#[expect(clippy::disallowed_methods, reason = "this thread is the system's, and it ends with us")]
unsafe extern "system" fn hear(kind: u32) -> BOOL {
    if let Some(told) = TOLD.get() {
        let mut kinds = told.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        if kinds.len() < MOST {
            kinds.push_back(kind);
        }
        drop(kinds);
        set(&told.event);
        if !matches!(kind, CTRL_C_EVENT | CTRL_BREAK_EVENT) {
            // Our own end comes first, or the system's patience ends.
            std::thread::sleep(LAST_WORDS);
        }
    }
    1
}

/// An event that stays signalled until it is reset. Children do not inherit it.
pub(super) fn event() -> io::Result<OwnedHandle> {
    // SAFETY: no pointers but empty ones are passed.
    owned(unsafe { CreateEventW(std::ptr::null(), 1, 0, std::ptr::null()) })
}

pub(super) fn set(event: &OwnedHandle) {
    // SAFETY: the event is open. An open event can always be signalled.
    unsafe { SetEvent(event.as_raw_handle()) };
}

pub(super) fn reset(event: &OwnedHandle) -> io::Result<()> {
    // SAFETY: the event is open.
    worked(unsafe { ResetEvent(event.as_raw_handle()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_console_says_is_told_once_and_in_order() {
        let told = Told::listen().unwrap();
        assert_eq!(told.take().unwrap(), []);
        // SAFETY: it takes a plain number and may be called by anybody.
        let answers = unsafe { [hear(CTRL_C_EVENT), hear(CTRL_BREAK_EVENT)] };
        assert_eq!(answers, [1, 1], "we live on");
        let numbers: Vec<i32> = told.take().unwrap().iter().map(|signal| signal.number).collect();
        assert_eq!(numbers, [0, 1]);
        assert_eq!(told.take().unwrap(), []);
    }
}
