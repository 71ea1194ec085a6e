//! Which processes are new since the last look, at the least cost that this takes.
//!
//! Nothing where the gate says so; the few numbers that were given since, one by one; or one list of `/proc`, told
//! apart by number and inode. Knows nothing of what a process is.

use std::ffi::CStr;
use std::io;
use std::mem::MaybeUninit;
use std::ops::RangeInclusive;

use rustix::fs::{Mode, OFlags, RawDir, SeekFrom, open, seek};
use rustix::process::{PidfdFlags, pidfd_open};

use super::gate::Gate;
use crate::core::Pid;

/// Asking for one number costs less than half of what a process in the list costs.
const PROBES_A_PROCESS: usize = 2;

/// Of the numbers that were given last, so many may belong to processes that are still in the making.
const IN_THE_MAKING: u32 = 256;

/// Every process as the last look knew it, and what has to be asked next.
#[derive(Debug, Default)]
pub(super) struct Births {
    gate: Gate,
    folder: Option<rustix::fd::OwnedFd>,
    /// By number; the inode is 0 where it was not told.
    known: Vec<(u32, u64)>,
    /// What the gate told at the last look.
    last: Option<u32>,
    /// Numbers whose processes may have been in the making.
    again: Option<RangeInclusive<u32>>,
}

impl Births {
    /// Everybody, and whom the last look did not know.
    pub(super) fn all(&mut self) -> io::Result<(Vec<Pid>, Vec<Pid>)> {
        let last = self.gate.last();
        let given = self.since(last);
        // The last look may have been a moment ago, so that whoever was in the making then still is.
        self.again = match (self.in_the_making(last), self.again.take()) {
            (Some(new), Some(old))
                if new.end().checked_sub(*old.start()).is_some_and(|it| it < IN_THE_MAKING) =>
            {
                Some(*old.start().min(new.start())..=*new.end())
            }
            (Some(new), _) => Some(new),
            (None, old) => old,
        };
        let before = std::mem::take(&mut self.known);
        self.known = self.list()?;
        // One that was asked for by its number has no inode yet; it is another only if the number was given anew.
        let has_begun_anew = given.is_none() && last != self.last;
        let is_given = |pid: u32| has_begun_anew || given.as_ref().is_some_and(|given| given.contains(&pid));
        let is_known = |(pid, inode): (u32, u64)| {
            before.binary_search(&(pid, inode)).is_ok()
                || !is_given(pid) && before.binary_search(&(pid, 0)).is_ok()
        };
        let new = self.known.iter().filter(|it| !is_known(**it));
        let new = new.filter_map(|(pid, _)| Pid::new(*pid)).collect();
        self.last = last;
        Ok((self.known.iter().filter_map(|(pid, _)| Pid::new(*pid)).collect(), new))
    }

    /// Whom the last look did not know; whoever had one of their numbers before has ended.
    pub(super) fn since_last(&mut self) -> io::Result<Vec<Pid>> {
        if !self.gate.works() {
            return Ok(self.all()?.1);
        }
        let last = self.gate.last();
        let again = self.again.take();
        if last.is_some() && last == self.last && again.is_none() {
            return Ok(Vec::new());
        }
        let given = self.since(last);
        let numbers: usize = again.iter().chain(&given).map(|range| range.clone().count()).sum();
        let is_in_order = last.is_some() && (given.is_some() || last == self.last);
        if !is_in_order || numbers > self.known.len() * PROBES_A_PROCESS {
            return Ok(self.all()?.1);
        }
        let mut new = Vec::new();
        for number in again.into_iter().flatten() {
            if self.known.binary_search_by_key(&number, |(pid, _)| *pid).is_err() {
                new.extend(process(number));
            }
        }
        // A number that was given anew is another process, known or not.
        new.extend(given.clone().into_iter().flatten().filter_map(process));
        for pid in &new {
            match self.known.binary_search_by_key(&pid.get(), |(pid, _)| *pid) {
                Ok(at) => self.known[at].1 = 0,
                Err(at) => self.known.insert(at, (pid.get(), 0)),
            }
        }
        (self.again, self.last) = (self.in_the_making(last), last);
        Ok(new)
    }

    /// Whoever is in the making just now has a number, and is neither in a list nor to be found by it.
    fn in_the_making(&self, last: Option<u32>) -> Option<RangeInclusive<u32>> {
        let last = last.filter(|last| self.last != Some(*last))?;
        let latest = last.saturating_sub(IN_THE_MAKING).max(1);
        Some(self.since(Some(last)).map_or(latest, |given| latest.max(*given.start()))..=last)
    }

    /// The numbers that were given since the last look; `None` where there are none, or where counting began anew.
    fn since(&self, last: Option<u32>) -> Option<RangeInclusive<u32>> {
        let (before, last) = (self.last?, last?);
        (before < last).then(|| before + 1..=last)
    }

    /// Numbers and inodes of everything in `/proc`, in order.
    pub(super) fn list(&mut self) -> io::Result<Vec<(u32, u64)>> {
        let folder = match self.folder.take() {
            Some(folder) => {
                seek(&folder, SeekFrom::Start(0))?;
                folder
            }
            None => open("/proc", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?,
        };
        let mut found = Vec::with_capacity(self.known.capacity().max(64));
        // A large answer a call; boxed, because threads have small stacks.
        let mut buffer: Box<[MaybeUninit<u8>]> = Box::new_uninit_slice(32 * 1024);
        let mut entries = RawDir::new(&folder, &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            if let Some(pid) = number(entry.file_name()) {
                found.push((pid, entry.ino()));
            }
        }
        self.folder = Some(folder);
        found.sort_unstable();
        Ok(found)
    }
}

fn number(name: &CStr) -> Option<u32> {
    str::from_utf8(name.to_bytes()).ok()?.parse().ok()
}

/// The process with this number; `None` where there is none, or a mere thread.
fn process(number: u32) -> Option<Pid> {
    let raw = i32::try_from(number).ok().and_then(rustix::process::Pid::from_raw)?;
    match pidfd_open(raw, PidfdFlags::empty()) {
        Err(rustix::io::Errno::SRCH | rustix::io::Errno::INVAL | rustix::io::Errno::NOENT) => None,
        // A system that will not say says so every time; then everything that was given is looked at.
        Ok(_) | Err(_) => Pid::new(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Child, Command, Stdio};

    fn sleeper() -> Child {
        Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap()
    }

    fn end(mut child: Child) {
        #[expect(clippy::disallowed_methods, reason = "our own child, not waited for yet")]
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn has(new: &[Pid], child: &Child) -> bool {
        new.iter().any(|pid| pid.get() == child.id())
    }

    #[test]
    fn a_child_is_new_once_or_twice_and_then_known() {
        let mut births = Births::default();
        let (everybody, _) = births.all().unwrap();
        assert!(everybody.iter().any(|pid| pid.get() == std::process::id()));
        let child = sleeper();
        assert!(has(&births.since_last().unwrap(), &child));
        // Other tests of this program are born meanwhile, so that nothing is said of them.
        assert!(!has(&births.since_last().unwrap(), &child));
        let (everybody, _) = births.all().unwrap();
        assert!(everybody.iter().any(|pid| pid.get() == child.id()));
        assert!(!has(&births.since_last().unwrap(), &child));
        end(child);
    }

    #[test]
    fn who_is_in_the_making_is_asked_for_again_after_a_list_as_well() {
        let mut births = Births::default();
        births.all().unwrap();
        let child = sleeper();
        if !births.gate.works() {
            return end(child);
        }
        let is_asked_again =
            |births: &Births| births.again.clone().is_some_and(|it| it.contains(&child.id()));
        births.since_last().unwrap();
        assert!(is_asked_again(&births));
        births.all().unwrap();
        assert!(is_asked_again(&births));
        end(child);
    }

    #[test]
    fn counting_that_began_anew_makes_a_list() {
        let mut births = Births::default();
        births.all().unwrap();
        let child = sleeper();
        births.last = Some(u32::MAX);
        assert!(has(&births.since_last().unwrap(), &child));
        end(child);
    }
}
