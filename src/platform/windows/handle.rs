//! Handles that close themselves, and the two ways in which a process cannot be opened.
#![expect(unsafe_code, reason = "handles come from and go to Win32 calls")]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, HANDLE, INVALID_HANDLE_VALUE, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_ACCESS_RIGHTS, WaitForSingleObject};

use super::text::code;
use crate::core::Pid;

/// Takes a handle that a call has just made. Null and "invalid" mean that it failed.
pub(crate) fn owned(raw: HANDLE) -> io::Result<OwnedHandle> {
    if raw.is_null() || raw == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the caller got it from a call that makes a new handle and gives it away.
    Ok(unsafe { OwnedHandle::from_raw_handle(raw) })
}

/// Opens a process; `None` where no process has this number. An error means that it exists and may
/// not be opened.
pub(crate) fn open(pid: Pid, rights: PROCESS_ACCESS_RIGHTS) -> io::Result<Option<OwnedHandle>> {
    // SAFETY: no pointers are passed.
    match owned(unsafe { OpenProcess(rights, 0, pid.get()) }) {
        Ok(handle) => Ok(Some(handle)),
        Err(error) if error.raw_os_error() == Some(code(ERROR_INVALID_PARAMETER)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a process has ended. Its handle must have the right to wait.
pub(crate) fn has_ended(process: &OwnedHandle) -> io::Result<bool> {
    // SAFETY: the handle is open as long as it is borrowed.
    match unsafe { WaitForSingleObject(process.as_raw_handle(), 0) } {
        WAIT_OBJECT_0 => Ok(true),
        WAIT_TIMEOUT => Ok(false),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Turns the answer of a call that says zero for failure into a result.
pub(crate) fn worked(answer: i32) -> io::Result<()> {
    if answer == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
