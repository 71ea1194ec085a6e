//! Who goes on with a server's pipes when the process that was started as the server has ended, as `os.execv` and
//! `start /b` do.
//!
//! The pipes are known by who made them: nobody but the guard makes pipes for what is in its job, and a process that
//! was left some other copy of them does not have them as its own standard input and output.
#![expect(unsafe_code, reason = "the exit code of a process is told by a Win32 call")]

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};

use windows_sys::Win32::System::Threading::{
    GetExitCodeProcess, PROCESS_DUP_HANDLE, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE,
};

use super::super::birth::birth_of;
use super::super::handle::{has_ended, open, worked};
use super::super::memory::Parameters;
use super::super::pipe_end::{self, PipeEnd};
use super::super::streams::copy;
use crate::core::{Identity, Pid};
use crate::platform::guard::Ended;

/// A grip on whoever goes on.
#[derive(Debug)]
pub(super) struct Successor {
    pub(super) identity: Identity,
    process: OwnedHandle,
}

impl Successor {
    /// `None` where it has ended meanwhile.
    pub(super) fn hold(identity: Identity) -> io::Result<Option<Self>> {
        let rights = PROCESS_SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION;
        let Some(process) = open(identity.pid, rights)? else { return Ok(None) };
        let is_it = birth_of(&process)? == identity.birth && !has_ended(&process)?;
        Ok(is_it.then_some(Self { identity, process }))
    }

    pub(super) const fn process(&self) -> &OwnedHandle {
        &self.process
    }

    pub(super) fn lives(&self) -> bool {
        !has_ended(&self.process).unwrap_or(false)
    }

    pub(super) fn ended(&self) -> Option<Ended> {
        if self.lives() {
            return None;
        }
        let mut code = 0_u32;
        // SAFETY: the handle is open and has the right to this; the number is ours.
        worked(unsafe { GetExitCodeProcess(self.process.as_raw_handle(), &raw mut code) }).ok()?;
        Some(Ended { code: code.cast_signed() })
    }

    /// How much waits in its standard input, in bytes. Nothing where it waits for more.
    pub(super) fn untaken(&self) -> Option<u64> {
        let process = open(self.identity.pid, PROCESS_DUP_HANDLE).ok()??;
        let [input, _] = Parameters::of(self.identity.pid).ok()??.streams();
        match pipe_end::ask(copy(&process, input).ok()??).ok()? {
            PipeEnd::Told { unread, .. } => unread,
            PipeEnd::Busy => Some(0),
            PipeEnd::NoPipe | PipeEnd::Untold => None,
        }
    }
}

/// Whether a process has the server's pipes as its own standard input and output. An error where it has only begun.
pub(super) fn has_our_pipes(pid: Pid) -> io::Result<bool> {
    let Some(us) = Pid::new(std::process::id()) else { return Ok(false) };
    let Some(parameters) = Parameters::of(pid)? else { return Ok(false) };
    let Some(process) = open(pid, PROCESS_DUP_HANDLE)? else { return Ok(false) };
    let [input, output] = parameters.streams();
    let end = |number| copy(&process, number)?.map_or(Ok(PipeEnd::NoPipe), pipe_end::ask);
    // The output first: whoever waits for input does not answer for that.
    if !end(output)?.is_made_by(us) {
        return Ok(false);
    }
    let input = end(input)?;
    Ok(input.is_made_by(us) || input == PipeEnd::Busy)
}
