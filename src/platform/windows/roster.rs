//! Every process at once, with what the kernel tells of each whatever our rights.
#![expect(unsafe_code, reason = "the list is made by a native call into a buffer")]

use std::collections::HashMap;
use std::io;

use windows_sys::Wdk::System::SystemInformation::{NtQuerySystemInformation, SystemProcessInformation};
use windows_sys::Win32::Foundation::STATUS_INFO_LENGTH_MISMATCH;
use windows_sys::Win32::System::Threading::GetCurrentProcessId;

use super::memory::native_error;
use super::text::units;
use crate::core::{Birth, Pid, wording};

/// What the kernel's list tells of a process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    pub(crate) birth: Birth,
    /// Its place in the list. New processes come at the end.
    pub(crate) order: usize,
    /// The parent's number on record, which may be a stranger's by now.
    pub(crate) parent: u32,
    pub(crate) session: u32,
    /// The program's file name in lower case; empty where there is none.
    pub(crate) name: String,
}

impl Entry {
    /// Whether it serves the console of the process that it is a child of.
    pub(crate) fn is_console_host(&self) -> bool {
        matches!(self.name.as_str(), "conhost.exe" | "openconsole.exe")
    }
}

/// The list. Processes that have ended and are only kept by somebody's handle are not in it.
#[derive(Debug)]
pub(crate) struct Roster {
    entries: HashMap<Pid, Entry>,
    session: Option<u32>,
}

impl Roster {
    pub(crate) fn take() -> io::Result<Self> {
        let list = raw_list()?;
        let entries = entries(&list);
        // SAFETY: no pointers are passed.
        let me = Pid::new(unsafe { GetCurrentProcessId() });
        let session = me.and_then(|me| entries.get(&me)).map(|entry| entry.session);
        Ok(Self { entries, session })
    }

    pub(crate) fn birth(&self, pid: Pid) -> Option<Birth> {
        self.entries.get(&pid).map(|entry| entry.birth)
    }

    pub(crate) fn order(&self, pid: Pid) -> Option<usize> {
        self.entries.get(&pid).map(|entry| entry.order)
    }

    pub(crate) fn is_in_our_session(&self, pid: Pid) -> bool {
        self.session.is_some() && self.entries.get(&pid).map(|entry| entry.session) == self.session
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (Pid, &Entry)> {
        self.entries.iter().map(|(pid, entry)| (*pid, entry))
    }

    pub(crate) fn entry(&self, pid: Pid) -> Option<&Entry> {
        self.entries.get(&pid)
    }
}

fn raw_list() -> io::Result<Vec<u8>> {
    let mut size: u32 = 0x4_0000;
    for _ in 0..16 {
        let mut buffer = vec![0_u8; usize::try_from(size).map_err(io::Error::other)?];
        let mut needed = 0_u32;
        // SAFETY: the buffer is as long as the call is told; it is only read as bytes afterwards.
        let status = unsafe {
            NtQuerySystemInformation(
                SystemProcessInformation,
                buffer.as_mut_ptr().cast(),
                size,
                &raw mut needed,
            )
        };
        match status {
            STATUS_INFO_LENGTH_MISMATCH => size = needed.max(size).saturating_add(0x1_0000),
            status if status < 0 => return Err(native_error(status)),
            _ => return Ok(buffer),
        }
    }
    Err(io::Error::other(wording::GROWS_TOO_FAST))
}

/// Reads the list. Offsets are those of `SYSTEM_PROCESS_INFORMATION` on 64-bit Windows.
fn entries(list: &[u8]) -> HashMap<Pid, Entry> {
    let mut found = HashMap::new();
    let mut rest = list;
    while let Some((pid, mut entry, threads)) = entry(rest, list) {
        // The idle process has number zero. A process without threads has ended.
        if let Some(pid) = Pid::new(pid).filter(|_| threads > 0) {
            entry.order = found.len();
            found.insert(pid, entry);
        }
        let next = number(rest, 0).and_then(|next| usize::try_from(next).ok());
        match next.filter(|next| *next > 0).and_then(|next| rest.get(next..)) {
            Some(more) => rest = more,
            None => break,
        }
    }
    found
}

fn entry(bytes: &[u8], list: &[u8]) -> Option<(u32, Entry, u32)> {
    let threads = number(bytes, 4)?;
    let birth = Birth { boot: 0, token: address(bytes, 32)? };
    let name = image(bytes, list).unwrap_or_default().to_lowercase();
    let (parent, session) = (number(bytes, 88)?, number(bytes, 100)?);
    let entry = Entry { birth, order: 0, parent, session, name };
    Some((number(bytes, 80)?, entry, threads))
}

/// The program's file name, which stands in the list behind the entries.
fn image(bytes: &[u8], list: &[u8]) -> Option<String> {
    let length = usize::from(u16::from_le_bytes(bytes.get(56..58)?.try_into().ok()?));
    let start = usize::try_from(address(bytes, 64)?).ok()?.checked_sub(list.as_ptr().addr())?;
    String::from_utf16(&units(list.get(start..start.checked_add(length)?)?)).ok()
}

fn address(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_stands_behind_its_parent() {
        let mut child =
            std::process::Command::new("cmd.exe").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let roster = Roster::take().unwrap();
        let order = |pid: u32| roster.order(Pid::new(pid).unwrap()).unwrap();
        assert!(order(std::process::id()) < order(child.id()));
        drop(child.stdin.take());
        child.wait().unwrap();
    }

    #[test]
    fn we_are_in_the_list_with_the_birth_that_our_handle_tells() {
        let me = Pid::new(std::process::id()).unwrap();
        let roster = Roster::take().unwrap();
        assert_eq!(roster.birth(me), super::super::birth(me).unwrap());
        assert!(roster.is_in_our_session(me));
        let exe = std::env::current_exe().unwrap();
        let name = exe.file_name().unwrap().to_str().unwrap().to_lowercase();
        assert_eq!(roster.entry(me).unwrap().name, name);
        assert!(!roster.is_in_our_session(Pid::new(0x7fff_fff0).unwrap()));
    }

    #[test]
    fn half_a_list_is_read_as_far_as_it_goes() {
        let list = raw_list().unwrap();
        assert!(entries(&list).len() > 1);
        for end in [0, 3, 50, 103] {
            assert!(entries(&list[..end]).is_empty());
        }
    }
}
