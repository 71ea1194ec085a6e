//! Waiting for pipes that do not wait themselves (`PIPE_NOWAIT`). The system has no wait for that, so that time passes.
//!
//! Such a pipe answers a read by "no data" as long as it is empty, which the standard library takes for its end, and a
//! write of more than it has room for by taking nothing. A read of a pipe that does wait tells nothing when somebody has
//! written nothing, which is no end either.
#![expect(unsafe_code, reason = "whether a pipe has ended is told by a Win32 call")]

use std::io;
use std::os::windows::io::AsRawHandle;
use std::ptr::null_mut;
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_NO_SYSTEM_RESOURCES, ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_ENOUGH_QUOTA, ERROR_WORKING_SET_QUOTA,
};
use windows_sys::Win32::System::Pipes::PeekNamedPipe;

use super::text::code;

pub(crate) use std::os::windows::io::AsHandle as Open;

pub(crate) const TAKES_NOTHING_WHEN_FULL: bool = true;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);

pub(crate) fn wait_to_read(_: &impl Open) {
    pause();
}

/// The first try is worth it; after that it takes as long as it takes.
pub(crate) fn wait_to_write(_: &impl Open, patience: Option<Duration>) -> bool {
    if patience.is_none() {
        pause();
    }
    true
}

pub(crate) fn has_ended(stream: &impl Open) -> bool {
    let handle = stream.as_handle().as_raw_handle();
    // SAFETY: the handle is open, and nothing is asked for but whether the call works.
    unsafe { PeekNamedPipe(handle, null_mut(), 0, null_mut(), null_mut(), null_mut()) == 0 }
}

pub(crate) fn is_short_of_memory(error: &io::Error) -> bool {
    let known =
        [ERROR_NO_SYSTEM_RESOURCES, ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_ENOUGH_QUOTA, ERROR_WORKING_SET_QUOTA];
    error.raw_os_error().is_some_and(|error| known.map(code).contains(&error))
}

#[expect(
    clippy::disallowed_methods,
    reason = "nothing here tells when there is something to read or room to write"
)]
pub(crate) fn pause() {
    std::thread::sleep(PAUSE);
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write, pipe};
    use std::os::windows::io::{AsRawHandle, OwnedHandle};
    use std::thread;

    use windows_sys::Win32::System::Pipes::{PIPE_NOWAIT, SetNamedPipeHandleState};

    use super::super::handle::worked;
    use crate::platform::streams;

    /// With both ends open, neither of which waits.
    fn hasty() -> (File, File) {
        let (ours, theirs) = pipe().unwrap();
        let file = |end: OwnedHandle| {
            let mode = PIPE_NOWAIT;
            // SAFETY: the handle is open, and the number is read before the call returns.
            worked(unsafe {
                SetNamedPipeHandleState(
                    end.as_raw_handle(),
                    &raw const mode,
                    std::ptr::null(),
                    std::ptr::null(),
                )
            })
            .unwrap();
            File::from(end)
        };
        (file(ours.into()), file(theirs.into()))
    }

    #[test]
    fn a_pipe_that_does_not_wait_is_read_to_its_real_end() {
        let (mut ours, mut theirs) = hasty();
        assert_eq!(ours.read(&mut [0]).unwrap(), 0, "which looks like the end");
        let reader = thread::spawn(move || {
            let (mut heard, mut some) = (Vec::new(), [0; 1000]);
            loop {
                match streams::read(&mut ours, &mut some).unwrap() {
                    0 => return heard,
                    count => heard.extend_from_slice(&some[..count]),
                }
            }
        });
        let said: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        for piece in said.chunks(7_001) {
            streams::write_all(&mut theirs, piece).unwrap();
        }
        drop(theirs);
        let heard = reader.join().unwrap();
        assert!(heard == said, "{} bytes of {}", heard.len(), said.len());
    }

    #[test]
    fn nothing_that_somebody_writes_is_no_end() {
        let (mut ours, mut theirs) = pipe().unwrap();
        let reader = thread::spawn(move || {
            let mut some = [0; 8];
            let count = streams::read(&mut ours, &mut some).unwrap();
            some[..count].to_vec()
        });
        theirs.write_all(b"").unwrap();
        let _ = theirs.write(b"");
        theirs.write_all(b"word").unwrap();
        assert_eq!(reader.join().unwrap(), b"word");
    }
}
