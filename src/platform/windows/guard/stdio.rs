//! The guard's own standard streams.
#![expect(unsafe_code, reason = "what a stream is connected to is told by Win32 calls")]

use std::fs::File;
use std::io;
use std::os::windows::io::AsHandle;
use std::sync::OnceLock;

use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_PIPE, GetFileType};
use windows_sys::Win32::System::Console::{
    GetConsoleMode, GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
};

/// What our streams were connected to when we started.
#[derive(Clone, Copy, Debug)]
struct Streams {
    input_is_a_pipe: bool,
    one_is_a_console: bool,
}

/// Asks once, before anybody reads.
pub(super) fn look() {
    streams();
}

fn streams() -> Streams {
    static STREAMS: OnceLock<Streams> = OnceLock::new();
    *STREAMS.get_or_init(|| {
        let is_console = |stream| {
            let mut mode = 0;
            // SAFETY: the number is ours; a stream that is missing or closed is refused by the calls.
            unsafe { GetConsoleMode(GetStdHandle(stream), &raw mut mode) != 0 }
        };
        Streams {
            // SAFETY: as above.
            input_is_a_pipe: unsafe { GetFileType(GetStdHandle(STD_INPUT_HANDLE)) == FILE_TYPE_PIPE },
            one_is_a_console: [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE]
                .into_iter()
                .any(is_console),
        }
    })
}

pub(crate) fn has_a_clients_input() -> bool {
    streams().input_is_a_pipe
}

/// Whether the server is to be in the console that we are in: only there can it use a stream of ours that
/// is that console, and there a person's Ctrl-C reaches it. Otherwise it gets one without a window.
pub(super) fn server_shares_our_console() -> bool {
    streams().one_is_a_console
}

pub(crate) fn input() -> io::Result<File> {
    io::stdin().as_handle().try_clone_to_owned().map(File::from)
}

pub(crate) fn output() -> io::Result<File> {
    io::stdout().as_handle().try_clone_to_owned().map(File::from)
}
