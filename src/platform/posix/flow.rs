//! Waiting for streams that do not wait themselves, by `poll`.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

pub(crate) use std::os::fd::AsFd as Open;

/// No write of something is answered by nothing here.
pub(crate) const TAKES_NOTHING_WHEN_FULL: bool = false;

/// What a system that is short of memory is left.
const PAUSE: Duration = Duration::from_millis(10);

pub(crate) fn wait_to_read(stream: &impl Open) {
    wait(stream, PollFlags::IN, None);
}

pub(crate) fn wait_to_write(stream: &impl Open, patience: Option<Duration>) -> bool {
    wait(stream, PollFlags::OUT, patience)
}

pub(crate) fn has_ended(_: &impl Open) -> bool {
    true
}

pub(crate) fn is_short_of_memory(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOMEM | libc::ENOBUFS))
}

pub(crate) fn pause() {
    let pause = Timespec::try_from(PAUSE).ok();
    let _ = poll(&mut [], pause.as_ref());
}

/// Whether there is something, be it an error: the next call tells it.
fn wait(stream: &impl Open, what: PollFlags, patience: Option<Duration>) -> bool {
    let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
    loop {
        match poll(&mut [PollFd::from_borrowed_fd(stream.as_fd(), what)], patience.as_ref()) {
            Ok(count) => return count > 0,
            Err(Errno::INTR) => {}
            Err(_) => pause(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write, pipe};
    use std::os::fd::OwnedFd;
    use std::thread;

    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    use crate::platform::streams;

    /// With both ends open, neither of which waits.
    fn hasty() -> (File, File) {
        let (ours, theirs) = pipe().unwrap();
        let file = |end: OwnedFd| {
            fcntl_setfl(&end, OFlags::NONBLOCK).unwrap();
            File::from(end)
        };
        (file(ours.into()), file(theirs.into()))
    }

    #[test]
    fn a_pipe_that_does_not_wait_is_read_to_its_real_end() {
        let (mut ours, mut theirs) = hasty();
        assert_eq!(ours.read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        let reader = thread::spawn(move || {
            let (mut heard, mut some) = (Vec::new(), [0; 1000]);
            loop {
                match streams::read(&mut ours, &mut some).unwrap() {
                    0 => return (heard, fcntl_getfl(&ours).unwrap()),
                    count => heard.extend_from_slice(&some[..count]),
                }
            }
        });
        let said: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        for piece in said.chunks(70_001) {
            streams::write_all(&mut theirs, piece).unwrap();
        }
        drop(theirs);
        let (heard, flags) = reader.join().unwrap();
        assert!(heard == said, "{} bytes of {}", heard.len(), said.len());
        assert!(flags.contains(OFlags::NONBLOCK), "it is left as it is");
    }

    #[test]
    fn a_full_pipe_is_given_up_after_a_while_whether_it_waits_or_not() {
        for waits in [true, false] {
            let (ours, mut theirs) = hasty();
            while theirs.write(&[0; 4096]).is_ok() {}
            if waits {
                fcntl_setfl(&theirs, OFlags::empty()).unwrap();
            }
            let patience = std::time::Duration::from_millis(20);
            assert!(!streams::write_within(&mut theirs, b"word", patience));
            drop(ours);
            assert!(!streams::write_within(&mut theirs, b"word", patience), "nobody is there any more");
        }
    }
}
