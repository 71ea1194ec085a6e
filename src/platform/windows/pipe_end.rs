//! What one end of a pipe of another process tells: whether the other end is open, and who made the pipe.
//!
//! A file that is used synchronously is locked by whoever waits in a read or write of it, and every question about it
//! waits as well. So each is asked on a thread that is given up after a while. No answer is an answer, too: a read of
//! a pipe whose other end is closed never waits.
#![expect(unsafe_code, reason = "pipes are asked by Win32 and native calls, and threads made for it")]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};

use windows_sys::Wdk::Storage::FileSystem::{
    FILE_PIPE_CLOSING_STATE, FILE_PIPE_LOCAL_INFORMATION, FilePipeLocalInformation, NtQueryInformationFile,
};
use windows_sys::Win32::Foundation::{HANDLE, WAIT_OBJECT_0};
use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_PIPE, GetFileType};
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;
use windows_sys::Win32::System::Pipes::{
    GetNamedPipeClientProcessId, GetNamedPipeServerProcessId, PeekNamedPipe,
};
use windows_sys::Win32::System::Threading::{CreateThread, TerminateThread, WaitForSingleObject};

use super::handle::owned;
use super::text::length;
use crate::core::Pid;

/// How long an answer may take where it decides, in milliseconds.
pub(crate) const PATIENCE: u32 = 200;

/// One end of a pipe, as far as the system told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PipeEnd {
    /// It is no pipe.
    NoPipe,
    /// It is one, or a socket, and nothing more was told.
    Untold,
    /// Its other end is as it says.
    Told {
        /// Nobody has the other end any more.
        is_closed: bool,
        /// The processes that made the two ends, also when they have ended: for a client's pipe the client.
        makers: [Option<Pid>; 2],
        /// How many bytes wait in it to be read; `None` where it is not read from.
        unread: Option<u64>,
    },
    /// Somebody waits in a read or write of it at this moment.
    Busy,
}

impl PipeEnd {
    /// Whether this process made the pipe.
    pub(crate) fn is_made_by(&self, pid: Pid) -> bool {
        matches!(self, Self::Told { makers, .. } if makers.contains(&Some(pid)))
    }
}

/// What the thread is given, and where it leaves the answer.
struct Asked {
    handle: OwnedHandle,
    answer: PipeEnd,
}

/// Asks a handle, and lets it go.
pub(crate) fn ask(handle: OwnedHandle) -> io::Result<PipeEnd> {
    ask_within(PATIENCE, handle)
}

/// The same with so many milliseconds for the answer.
pub(crate) fn ask_within(patience: u32, handle: OwnedHandle) -> io::Result<PipeEnd> {
    let mut asked = Box::new(Asked { handle, answer: PipeEnd::Untold });
    // SAFETY: what the thread is given lives until the thread has ended, or is never let go below.
    let thread = owned(unsafe {
        CreateThread(
            std::ptr::null(),
            0x1_0000,
            Some(answer),
            (&raw mut *asked).cast(),
            0,
            std::ptr::null_mut(),
        )
    })?;
    // SAFETY: the thread is ours. It owns nothing and holds no lock while it waits inside the system, so that nothing
    // is lost with it.
    unsafe {
        if WaitForSingleObject(thread.as_raw_handle(), patience) == WAIT_OBJECT_0 {
            return Ok(asked.answer);
        }
        TerminateThread(thread.as_raw_handle(), 0);
        if WaitForSingleObject(thread.as_raw_handle(), PATIENCE) != WAIT_OBJECT_0 {
            // It hangs inside the system and may still come back to what it was given.
            std::mem::forget(asked);
        }
    }
    Ok(PipeEnd::Busy)
}

unsafe extern "system" fn answer(asked: *mut c_void) -> u32 {
    let asked: *mut Asked = asked.cast();
    // SAFETY: whoever started this thread waits for its end, and looks at nothing before.
    unsafe { (*asked).answer = tell((*asked).handle.as_raw_handle()) };
    0
}

fn tell(handle: HANDLE) -> PipeEnd {
    // SAFETY: whoever asks keeps the handle open.
    if unsafe { GetFileType(handle) } != FILE_TYPE_PIPE {
        return PipeEnd::NoPipe;
    }
    let mut told = FILE_PIPE_LOCAL_INFORMATION::default();
    let mut status = IO_STATUS_BLOCK::default();
    // SAFETY: the handle is open and the structure is as long as the call is told.
    let done = unsafe {
        NtQueryInformationFile(
            handle,
            &raw mut status,
            (&raw mut told).cast(),
            length(&told),
            FilePipeLocalInformation,
        )
    };
    if done < 0 {
        return PipeEnd::Untold;
    }
    let (mut server, mut client, mut unread) = (0, 0, 0);
    // SAFETY: the handle is open, and the numbers are ours.
    let unread = unsafe {
        GetNamedPipeServerProcessId(handle, &raw mut server);
        GetNamedPipeClientProcessId(handle, &raw mut client);
        let none = std::ptr::null_mut();
        let peeked = PeekNamedPipe(handle, none, 0, none.cast(), &raw mut unread, none.cast()) != 0;
        peeked.then_some(u64::from(unread))
    };
    PipeEnd::Told {
        is_closed: told.NamedPipeState == FILE_PIPE_CLOSING_STATE,
        makers: [Pid::new(server), Pid::new(client)],
        unread,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn us() -> Pid {
        Pid::new(std::process::id()).unwrap()
    }

    #[test]
    fn a_pipe_tells_who_made_it_and_when_its_other_end_is_closed() {
        let (ours, mut theirs) = io::pipe().unwrap();
        let ours = OwnedHandle::from(ours);
        let ask_ours = || ask(ours.try_clone().unwrap()).unwrap();
        let told = ask_ours();
        assert!(told.is_made_by(us()), "{told:?}");
        assert!(matches!(told, PipeEnd::Told { is_closed: false, unread: Some(0), .. }), "{told:?}");
        theirs.write_all(b"five!").unwrap();
        assert!(matches!(ask_ours(), PipeEnd::Told { is_closed: false, unread: Some(5), .. }));
        drop(theirs);
        let told = ask_ours();
        assert!(matches!(told, PipeEnd::Told { is_closed: true, .. }), "{told:?}");
    }

    #[test]
    fn a_file_is_no_pipe() {
        let file = std::fs::File::open(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(ask(file.into()).unwrap(), PipeEnd::NoPipe);
    }
}
