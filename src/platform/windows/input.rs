//! Our own standard input, given up where nobody is to speak to us.
#![expect(unsafe_code, reason = "standard streams are looked at and replaced by Win32 calls")]

use std::fs::File;
use std::io;
use std::os::windows::io::IntoRawHandle;

use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_PIPE, GetFileType};
use windows_sys::Win32::System::Console::{GetStdHandle, STD_INPUT_HANDLE, SetStdHandle};

pub(crate) fn give_up_a_pipe() -> io::Result<()> {
    // SAFETY: the number is ours; a stream that is missing or closed is refused by the calls.
    if unsafe { GetFileType(GetStdHandle(STD_INPUT_HANDLE)) } == FILE_TYPE_PIPE {
        // Never closed: it is the standard input from now on.
        let null = File::open("NUL")?.into_raw_handle();
        // SAFETY: the handle is open and ours to give away.
        if unsafe { SetStdHandle(STD_INPUT_HANDLE, null) } == 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}
