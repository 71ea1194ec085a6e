//! Reads and parses files of `/proc/PID`. Parsing is apart from reading, so that it can be tested.

use std::fs::File;
use std::io::{self, Read};

use crate::core::{Pid, wording};

/// The fields of `/proc/PID/stat` that are used here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stat {
    pub(crate) state: char,
    pub(crate) parent: u32,
    pub(crate) session: u32,
    pub(crate) terminal: i64,
    pub(crate) start_ticks: u64,
    /// Time on a core, in ticks.
    pub(crate) core_ticks: u64,
    /// Resident memory, in pages.
    pub(crate) resident_pages: u64,
    /// Where the program and its stack lie: `exec` moves them. 0 where we may not know.
    pub(crate) layout: [u64; 2],
}

impl Stat {
    pub(crate) const fn is_dead(self) -> bool {
        matches!(self.state, 'Z' | 'X' | 'x')
    }
}

/// Parses a stat line. The program's name may hold anything, parentheses and newlines included, so
/// the fields are counted from the last closing one.
pub(crate) fn parse_stat(text: &str) -> Option<Stat> {
    let mut fields = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    let parent = fields.next()?.parse().ok()?;
    let session = fields.nth(1)?.parse().ok()?;
    let terminal = fields.next()?.parse().ok()?;
    let user: u64 = fields.nth(6)?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    let start_ticks = fields.nth(6)?.parse().ok()?;
    let resident_pages = fields.nth(1)?.parse().ok()?;
    // More must follow: a number at the end of a cut line may be cut itself.
    let program = fields.nth(1)?.parse().ok()?;
    let stack = fields.nth(1)?.parse().ok()?;
    fields.next()?;
    Some(Stat {
        state,
        parent,
        session,
        terminal,
        start_ticks,
        core_ticks: user.saturating_add(system),
        resident_pages,
        layout: [program, stack],
    })
}

/// Reads `/proc/PID/stat`; `None` where there is no such process.
pub(crate) fn stat(pid: Pid) -> io::Result<Option<Stat>> {
    let Some(bytes) = read(pid, "stat")? else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes);
    parse_stat(&text).map(Some).ok_or_else(|| io::Error::other(wording::stat_not_understood(pid)))
}

/// Reads a file of a process; `None` where there is no such process.
pub(crate) fn read(pid: Pid, file: &str) -> io::Result<Option<Vec<u8>>> {
    /// Room for nearly every such file, so that one read fetches it.
    const ROOM: usize = 2048;
    let mut bytes = Vec::with_capacity(ROOM);
    let read = File::open(format!("/proc/{pid}/{file}")).and_then(|mut file| file.read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(Some(bytes)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an error of a `/proc/PID` file means that the process ended.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(libc::ESRCH)
}

/// The words of a NUL-separated file.
pub(crate) fn words(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    if bytes.is_empty() {
        return Vec::new();
    }
    bytes.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "4242 (a) (b\n) c) S 100 4242 4200 34817 4242 4194304 1 0 0 0 5 6 0 0 20 0 1 0 987654 8192 300 18446744073709551615 4096 8192 140000 0 0";

    #[test]
    fn a_name_with_parentheses_shifts_no_field() {
        let stat = parse_stat(LINE).unwrap();
        assert_eq!(
            stat,
            Stat {
                state: 'S',
                parent: 100,
                session: 4200,
                terminal: 34817,
                start_ticks: 987_654,
                core_ticks: 11,
                resident_pages: 300,
                layout: [4096, 140_000],
            }
        );
    }

    #[test]
    fn half_a_line_is_no_process() {
        let whole = parse_stat(LINE);
        for end in 0..LINE.len() {
            let cut = parse_stat(LINE.get(..end).unwrap());
            assert!(cut.is_none() || cut == whole, "{cut:?} from {end} bytes");
        }
        assert_eq!(parse_stat(""), None);
    }

    #[test]
    fn empty_words_inside_a_command_line_are_kept() {
        assert_eq!(words(b"python\0\0-u\0"), ["python", "", "-u"]);
        assert!(words(b"").is_empty());
    }
}
