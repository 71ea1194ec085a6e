//! One wait for everything that concerns a guard: ends, the console, calls from other threads.
//!
//! The end of our input is not among them: only whoever reads a pipe learns of it.
#![expect(unsafe_code, reason = "several things at once are waited for by a Win32 call")]

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::sync::Arc;
use std::time::Duration;

use windows_sys::Win32::Foundation::{WAIT_FAILED, WAIT_TIMEOUT};
use windows_sys::Win32::System::Threading::{
    INFINITE, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, WaitForMultipleObjects,
};

use super::super::birth::birth_of;
use super::super::handle::{has_ended as is_signalled, open};
use super::server::Server;
use super::told::{self, Told};
use crate::core::Identity;
use crate::platform::guard::{Unwatched, Wake};

#[derive(Debug)]
pub(crate) struct Watch {
    told: &'static Told,
    called: Arc<OwnedHandle>,
    client: Option<OwnedHandle>,
    server: Option<OwnedHandle>,
}

impl Watch {
    pub(crate) fn new(client: Option<Identity>) -> io::Result<Self> {
        let mut watch =
            Self { told: Told::listen()?, called: Arc::new(told::event()?), client: None, server: None };
        watch.watch_client(client)?;
        Ok(watch)
    }

    pub(crate) fn watch_client(&mut self, client: Option<Identity>) -> Result<(), Unwatched> {
        self.client = None;
        if let Some(client) = client {
            let process = open(client.pid, PROCESS_SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION)?;
            // Gone already, or a stranger by now: an end that has been.
            let process =
                process.filter(|process| birth_of(process).is_ok_and(|birth| birth == client.birth));
            self.client = Some(process.ok_or(Unwatched::Gone)?);
        }
        Ok(())
    }

    pub(crate) fn watch_server(&mut self, server: &Server) -> io::Result<()> {
        self.server = Some(server.process().try_clone_to_owned()?);
        Ok(())
    }

    pub(crate) fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.called))
    }

    pub(crate) const fn watch_input_again(&mut self) {}

    /// The system takes back what is not used when it needs it.
    pub(crate) const fn give_back_memory(&mut self) {}

    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Vec<Wake>> {
        if !self.wait_for_any(timeout)? {
            return Ok(Vec::new());
        }
        let mut wakes = Vec::new();
        if is_signalled(self.told.event())? {
            wakes.extend(self.told.take()?.into_iter().map(Wake::Told));
        }
        if is_signalled(&self.called)? {
            told::reset(&self.called)?;
            wakes.push(Wake::Called);
        }
        if ended(&mut self.client)? {
            wakes.push(Wake::ClientEnded);
        }
        if ended(&mut self.server)? {
            wakes.push(Wake::ServerEnded);
        }
        Ok(wakes)
    }

    /// Whether one of them is signalled before the time is over.
    fn wait_for_any(&self, timeout: Option<Duration>) -> io::Result<bool> {
        let ends = [&self.client, &self.server].into_iter().flatten();
        let all = [self.told.event(), &self.called].into_iter().chain(ends);
        let handles: Vec<_> = all.map(AsRawHandle::as_raw_handle).collect();
        let count = u32::try_from(handles.len()).map_err(io::Error::other)?;
        // SAFETY: there are so many handles, and all are open as long as they are borrowed.
        match unsafe { WaitForMultipleObjects(count, handles.as_ptr(), 0, milliseconds(timeout)) } {
            WAIT_FAILED => Err(io::Error::last_os_error()),
            answer => Ok(answer != WAIT_TIMEOUT),
        }
    }
}

/// Whether the process behind a handle has ended; then the handle is let go, so that it is told once.
fn ended(process: &mut Option<OwnedHandle>) -> io::Result<bool> {
    let ended = process.as_ref().map_or(Ok(false), is_signalled)?;
    if ended {
        *process = None;
    }
    Ok(ended)
}

/// Rounded up: to wake before the time is over would be to wake again and again. Whoever waits longer
/// than a wait can be wakes in between.
fn milliseconds(timeout: Option<Duration>) -> u32 {
    timeout.map_or(INFINITE, |timeout| {
        let whole = timeout.as_nanos().div_ceil(1_000_000);
        u32::try_from(whole).unwrap_or(INFINITE).min(INFINITE - 1)
    })
}

#[derive(Debug)]
pub(crate) struct Waker(Arc<OwnedHandle>);

impl Waker {
    pub(crate) fn wake(&self) {
        told::set(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::super::super::birth::birth;
    use super::*;
    use crate::core::{Birth, Pid};

    #[test]
    fn a_client_is_watched_by_its_identity_and_its_end_told_once() {
        let mut child = Command::new("cmd").args(["/c", "set /p x="]).stdin(Stdio::piped()).spawn().unwrap();
        let pid = Pid::new(child.id()).unwrap();
        let client = Identity { pid, birth: birth(pid).unwrap().unwrap() };
        let another = Identity { birth: Birth { boot: 0, token: 1 }, ..client };
        assert_eq!(Watch::new(Some(another)).unwrap_err().kind(), io::ErrorKind::NotFound);
        let mut watch = Watch::new(Some(client)).unwrap();
        assert_eq!(watch.wait(Some(Duration::ZERO)).unwrap(), []);
        drop(child.stdin.take());
        assert_eq!(watch.wait(None).unwrap(), [Wake::ClientEnded]);
        assert_eq!(watch.wait(Some(Duration::ZERO)).unwrap(), []);
        child.wait().unwrap();
    }

    #[test]
    fn any_thread_wakes_a_wait() {
        let mut watch = Watch::new(None).unwrap();
        let waker = watch.waker();
        let other = std::thread::spawn(move || waker.wake());
        assert_eq!(watch.wait(None).unwrap(), [Wake::Called]);
        assert_eq!(watch.wait(Some(Duration::ZERO)).unwrap(), []);
        other.join().unwrap();
    }

    #[test]
    fn waits_are_never_too_short_and_never_endless_by_mistake() {
        assert_eq!(milliseconds(None), INFINITE);
        assert_eq!(milliseconds(Some(Duration::ZERO)), 0);
        assert_eq!(milliseconds(Some(Duration::from_nanos(1))), 1);
        assert_eq!(milliseconds(Some(Duration::from_millis(7))), 7);
        assert_eq!(milliseconds(Some(Duration::MAX)), INFINITE - 1);
    }
}
