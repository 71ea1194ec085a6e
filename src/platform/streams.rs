//! Reads and writes of streams that others share with us: pipes, sockets, terminals.
//!
//! Whether such a stream waits is a flag of its description, which belongs to everybody who has it open, and anybody may
//! set it at any time. It is left as it is, and what does not wait is waited for: "not now" is never taken for the end.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::time::Duration;

use super::os::flow as os;

/// What can be waited for.
pub(crate) trait Stream {
    /// Blocks until a read has something to tell.
    fn wait_to_read(&self);

    /// Blocks until a write is taken, or so long. Whether it may be taken now.
    ///
    /// # Platforms
    /// Windows: does not block where the stream itself does.
    fn wait_to_write(&self, patience: Option<Duration>) -> bool;

    /// Whether the end has come when a read has told nothing.
    ///
    /// # Platforms
    /// Windows: not on a pipe that does not wait, nor when somebody has written nothing to it.
    fn has_ended(&self) -> bool;
}

impl<T: os::Open> Stream for T {
    fn wait_to_read(&self) {
        os::wait_to_read(self);
    }

    fn wait_to_write(&self, patience: Option<Duration>) -> bool {
        os::wait_to_write(self, patience)
    }

    fn has_ended(&self) -> bool {
        os::has_ended(self)
    }
}

/// A stream that is read.
pub(crate) trait Source: Read + Stream + Send {}
impl<T: Read + Stream + Send> Source for T {}

/// A stream that is written to.
pub(crate) trait Sink: Write + Stream + Send {}
impl<T: Write + Stream + Send> Sink for T {}

/// As much as a pipe takes at once that has room at all, in bytes.
const PIECE: usize = 4096;

/// After so many times in a row somebody else has always been faster.
const MOST_TRIES: u32 = 100;

/// Reads once, and waits until it can. Nothing means the end.
pub(crate) fn read(from: &mut (impl Read + Stream + ?Sized), into: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(into) {
            Ok(0) if !from.has_ended() => from.wait_to_read(),
            Err(error) if is_for_now(&error) => from.wait_to_read(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Writes some of it, and waits until that can be done.
pub(crate) fn write(to: &mut (impl Write + Stream + ?Sized), bytes: &[u8]) -> io::Result<usize> {
    write_some(to, bytes, &[])
}

/// Writes all of it.
pub(crate) fn write_all(to: &mut (impl Write + Stream + ?Sized), bytes: &[u8]) -> io::Result<()> {
    write_both(to, bytes, &[])
}

/// Writes all of one after the other, at once where that can be done.
pub(crate) fn write_both(
    to: &mut (impl Write + Stream + ?Sized),
    mut first: &[u8],
    mut second: &[u8],
) -> io::Result<()> {
    while !first.is_empty() || !second.is_empty() {
        let count = write_some(to, first, second)?;
        let of_first = count.min(first.len());
        first = first.get(of_first..).unwrap_or_default();
        second = second.get(count - of_first..).unwrap_or_default();
    }
    Ok(())
}

fn write_some(to: &mut (impl Write + Stream + ?Sized), first: &[u8], second: &[u8]) -> io::Result<usize> {
    let mut most = usize::MAX;
    loop {
        let tried = first.get(..most.min(first.len())).unwrap_or_default();
        let written = if second.is_empty() || first.is_empty() || most < first.len() {
            let second = second.get(..most.min(second.len())).unwrap_or_default();
            to.write(if first.is_empty() { second } else { tried })
        } else {
            to.write_vectored(&[IoSlice::new(first), IoSlice::new(second)])
        };
        match written {
            Ok(0) if !os::TAKES_NOTHING_WHEN_FULL => return Err(ErrorKind::WriteZero.into()),
            // All of it or nothing: perhaps there is room for less.
            Ok(0) if most > 1 => most = most.min(PIECE * 2) / 2,
            Ok(0) => {
                to.wait_to_write(None);
                most = PIECE;
            }
            Err(error) if is_for_now(&error) => {
                to.wait_to_write(None);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Has what was written reach the stream where it is kept back for the end of a line.
pub(crate) fn flush(to: &mut (impl Write + Stream + ?Sized)) -> io::Result<()> {
    loop {
        match to.flush() {
            Err(error) if is_for_now(&error) => {
                to.wait_to_write(None);
            }
            done => return done,
        }
    }
}

/// Writes all of it unless it is not taken for so long. Whether it was.
pub(crate) fn write_within(
    to: &mut (impl Write + Stream + ?Sized),
    mut bytes: &[u8],
    patience: Duration,
) -> bool {
    let mut tries = 0;
    while !bytes.is_empty() && tries < MOST_TRIES && to.wait_to_write(Some(patience)) {
        // No more than certainly fits: the rest might wait for ever.
        let piece = bytes.get(..PIECE.min(bytes.len())).unwrap_or_default();
        tries += 1;
        match to.write(piece) {
            Ok(0) => os::pause(),
            Ok(count) => {
                bytes = bytes.get(count..).unwrap_or_default();
                tries = 0;
            }
            // Somebody else was faster.
            Err(error) if is_for_now(&error) => os::pause(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
    bytes.is_empty()
}

/// Whether the same will work later. Of a system that is short of memory nobody tells when; then time was left to it.
fn is_for_now(error: &io::Error) -> bool {
    let is_short = os::is_short_of_memory(error);
    if is_short {
        os::pause();
    }
    is_short || error.kind() == ErrorKind::WouldBlock
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::VecDeque;

    use super::*;

    /// Does what the system may do.
    #[derive(Default)]
    struct Odd {
        answers: VecDeque<Result<usize, ErrorKind>>,
        written: Vec<u8>,
        waits: Cell<u32>,
        is_stuck: bool,
    }

    impl Odd {
        fn that(answers: &[Result<usize, ErrorKind>]) -> Self {
            Self { answers: answers.iter().copied().collect(), ..Self::default() }
        }

        fn next(&mut self, most: usize) -> io::Result<usize> {
            self.answers.pop_front().unwrap_or(Ok(most)).map(|count| count.min(most)).map_err(io::Error::from)
        }
    }

    impl Stream for Odd {
        fn wait_to_read(&self) {
            self.waits.set(self.waits.get() + 1);
        }

        fn wait_to_write(&self, _: Option<Duration>) -> bool {
            self.waits.set(self.waits.get() + 1);
            !self.is_stuck
        }

        fn has_ended(&self) -> bool {
            true
        }
    }

    impl Read for Odd {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.next(into.len())
        }
    }

    impl Write for Odd {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = self.next(bytes.len())?;
            self.written.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn write_vectored(&mut self, both: &[IoSlice<'_>]) -> io::Result<usize> {
            let all: Vec<u8> = both.iter().flat_map(|part| part.iter().copied()).collect();
            self.write(&all)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn not_now_is_waited_for_and_is_no_end() {
        let mut odd = Odd::that(&[Err(ErrorKind::WouldBlock), Err(ErrorKind::Interrupted), Ok(3), Ok(0)]);
        let mut into = [0; 8];
        assert_eq!(read(&mut odd, &mut into).unwrap(), 3);
        assert_eq!(odd.waits.get(), 1, "an interruption is nothing to wait for");
        assert_eq!(read(&mut odd, &mut into).unwrap(), 0);
        let mut broken = Odd::that(&[Err(ErrorKind::ConnectionReset)]);
        assert_eq!(read(&mut broken, &mut into).unwrap_err().kind(), ErrorKind::ConnectionReset);
    }

    #[test]
    fn every_byte_is_written_once_and_in_order() {
        let mut odd = Odd::that(&[
            Ok(2),
            Err(ErrorKind::WouldBlock),
            Ok(1),
            Err(ErrorKind::Interrupted),
            Ok(3),
            Err(ErrorKind::WouldBlock),
            Ok(1),
        ]);
        write_both(&mut odd, b"abcd", b"efghi").unwrap();
        assert_eq!((odd.written.as_slice(), odd.waits.get()), (&b"abcdefghi"[..], 2));
        let mut closed = Odd::that(&[Ok(1), Err(ErrorKind::BrokenPipe)]);
        assert_eq!(write_all(&mut closed, b"abc").unwrap_err().kind(), ErrorKind::BrokenPipe);
    }

    #[test]
    fn who_has_no_time_gives_up_where_nobody_reads() {
        let patience = Duration::from_millis(1);
        let long = vec![b'x'; 3 * PIECE];
        let mut odd = Odd::that(&[Err(ErrorKind::WouldBlock), Ok(5)]);
        assert!(write_within(&mut odd, &long, patience));
        assert_eq!(odd.written.len(), long.len());
        let mut stuck = Odd { is_stuck: true, ..Odd::default() };
        assert!(!write_within(&mut stuck, &long, patience));
        let mut refused = Odd::that(&[Err(ErrorKind::BrokenPipe)]);
        assert!(!write_within(&mut refused, &long, patience));
    }
}
