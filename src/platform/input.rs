//! Our own standard input, given up where nobody is to speak to us.
#![cfg_attr(
    windows,
    expect(unsafe_code, reason = "standard streams are looked at and replaced by Win32 calls")
)]

use std::fs::File;
use std::io;

/// Puts the null device in place of a standard input that is a pipe or a socket, for us and for whatever we start from
/// now on. Call it before anybody reads or asks what it is.
pub(crate) fn give_up_a_pipe() -> io::Result<()> {
    #[cfg(unix)]
    if super::guard::has_a_clients_input() {
        rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    }
    #[cfg(windows)]
    {
        use std::os::windows::io::IntoRawHandle;
        use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_PIPE, GetFileType};
        use windows_sys::Win32::System::Console::{GetStdHandle, STD_INPUT_HANDLE, SetStdHandle};
        // SAFETY: the number is ours; a stream that is missing or closed is refused by the calls.
        if unsafe { GetFileType(GetStdHandle(STD_INPUT_HANDLE)) } == FILE_TYPE_PIPE {
            // Never closed: it is the standard input from now on.
            let null = File::open("NUL")?.into_raw_handle();
            // SAFETY: the handle is open and ours to give away.
            if unsafe { SetStdHandle(STD_INPUT_HANDLE, null) } == 0 {
                return Err(io::Error::last_os_error());
            }
        }
    }
    Ok(())
}
