//! What the standard streams of another process are connected to.
#![expect(unsafe_code, reason = "handles of another process are copied and asked by Win32 calls")]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{
    DUPLICATE_SAME_ACCESS, DuplicateHandle, ERROR_INVALID_HANDLE, WAIT_OBJECT_0,
};
use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_CHAR, FILE_TYPE_PIPE, GetFileType};
use windows_sys::Win32::System::Threading::{
    CreateThread, GetCurrentProcess, GetExitCodeThread, PROCESS_DUP_HANDLE, TerminateThread,
    WaitForSingleObject,
};

use super::handle::{open, owned, worked};
use super::memory::Parameters;
use super::text::code;
use crate::core::Pid;
use crate::core::snapshot::{Stream, Streams};

/// How long the system may take to tell a handle's kind, in milliseconds. It waits for ever while the
/// other process itself waits for input on that handle.
const PATIENCE: u32 = 50;

/// Reads both; an error where they could not be told for certain.
pub(crate) fn streams(pid: Pid, parameters: &Parameters) -> io::Result<Streams> {
    let process = open(pid, PROCESS_DUP_HANDLE)?.ok_or(io::ErrorKind::NotFound)?;
    let [input, output] = parameters.streams();
    // Nobody waits on an output; where that is no pipe, the input does not matter any more.
    let output = kind(&process, output)?;
    let input = match output {
        Stream::Pipe => kind(&process, input)?,
        Stream::Terminal | Stream::Other => Stream::Other,
    };
    Ok(Streams { input, output })
}

fn kind(process: &OwnedHandle, number: u64) -> io::Result<Stream> {
    let Some(copy) = copy(process, number)? else { return Ok(Stream::Other) };
    Ok(match type_of(copy)? {
        FILE_TYPE_PIPE => Stream::Pipe,
        // A console or the null device; whether there is a console is known from elsewhere.
        FILE_TYPE_CHAR => Stream::Terminal,
        _ => Stream::Other,
    })
}

/// Our own copy of a handle of another process; `None` where it is closed there.
pub(super) fn copy(process: &OwnedHandle, number: u64) -> io::Result<Option<OwnedHandle>> {
    let number = usize::try_from(number).map_err(io::Error::other)?;
    // Minus one and minus two would mean the process itself and its thread.
    if number == 0 || number >= usize::MAX - 16 {
        return Ok(None);
    }
    let mut copy = std::ptr::null_mut();
    // SAFETY: both processes are open; the number is checked by the call; the copy is ours.
    let done = worked(unsafe {
        DuplicateHandle(
            process.as_raw_handle(),
            std::ptr::without_provenance_mut(number),
            GetCurrentProcess(),
            &raw mut copy,
            0,
            0,
            DUPLICATE_SAME_ACCESS,
        )
    });
    match done {
        Ok(()) => owned(copy).map(Some),
        Err(error) if error.raw_os_error() == Some(code(ERROR_INVALID_HANDLE)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Asks for a handle's type on a thread that is given up where the answer does not come.
fn type_of(handle: OwnedHandle) -> io::Result<u32> {
    // SAFETY: the thread gets a bare handle, which stays open until the thread has ended below.
    let thread = owned(unsafe {
        CreateThread(
            std::ptr::null(),
            0x1_0000,
            Some(ask_for_type),
            handle.as_raw_handle(),
            0,
            std::ptr::null_mut(),
        )
    })?;
    let mut answer = 0_u32;
    // SAFETY: the thread is ours. It owns nothing and holds no lock while it waits inside the system,
    // so that nothing is lost with it.
    unsafe {
        if WaitForSingleObject(thread.as_raw_handle(), PATIENCE) != WAIT_OBJECT_0 {
            TerminateThread(thread.as_raw_handle(), 0);
            WaitForSingleObject(thread.as_raw_handle(), PATIENCE);
            return Err(io::ErrorKind::TimedOut.into());
        }
        worked(GetExitCodeThread(thread.as_raw_handle(), &raw mut answer))?;
    }
    drop(handle);
    Ok(answer)
}

unsafe extern "system" fn ask_for_type(handle: *mut c_void) -> u32 {
    // SAFETY: whoever started this thread keeps the handle open.
    unsafe { GetFileType(handle) }
}
