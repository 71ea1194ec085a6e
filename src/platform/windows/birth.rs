//! Births, ages and parents, from the kernel's own creation times in units of 100 ns.
#![expect(unsafe_code, reason = "the clock and the creation time are read by Win32 calls")]

use std::collections::HashMap;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::time::Duration;

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::SystemInformation::GetSystemTimePreciseAsFileTime;
use windows_sys::Win32::System::Threading::{
    GetProcessTimes, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE,
};

use super::handle::{has_ended, open, worked};
use super::roster::Roster;
use crate::core::{Birth, Identity, Pid, Presence};

pub(crate) fn birth(pid: Pid) -> io::Result<Option<Birth>> {
    match open(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE) {
        Ok(None) => Ok(None),
        // A process that has ended exists as long as anybody holds a handle to it.
        Ok(Some(process)) if has_ended(&process)? => Ok(None),
        Ok(Some(process)) => birth_of(&process).map(Some),
        // It may not be opened, but the kernel's list tells the same of everybody.
        Err(_) => Ok(Roster::take()?.birth(pid)),
    }
}

/// The birth of the process behind a handle.
pub(crate) fn birth_of(process: &OwnedHandle) -> io::Result<Birth> {
    let nothing = FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
    let [mut created, mut exited, mut kernel, mut user] = [nothing; 4];
    // SAFETY: the handle is open, and the four times are ours to be written.
    worked(unsafe {
        GetProcessTimes(
            process.as_raw_handle(),
            &raw mut created,
            &raw mut exited,
            &raw mut kernel,
            &raw mut user,
        )
    })?;
    Ok(Birth { boot: 0, token: token(created) })
}

fn token(time: FILETIME) -> u64 {
    u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)
}

pub(crate) fn birth_clock() -> u64 {
    let mut now = FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
    // SAFETY: the time is ours to be written.
    unsafe { GetSystemTimePreciseAsFileTime(&raw mut now) };
    token(now)
}

pub(crate) fn age(birth: Birth, now: u64) -> Duration {
    Duration::from_nanos(now.saturating_sub(birth.token).saturating_mul(100))
}

pub(crate) fn presence(pid: Pid) -> Presence {
    match birth(pid) {
        Ok(None) => Presence::Gone,
        Ok(Some(_)) | Err(_) => Presence::Hidden,
    }
}

pub(crate) fn children(parents: &[Identity]) -> io::Result<Vec<Identity>> {
    let births: HashMap<u32, Birth> = parents.iter().map(|parent| (parent.pid.get(), parent.birth)).collect();
    let roster = Roster::take()?;
    let children = roster.entries().filter(|(pid, entry)| {
        entry.parent != pid.get()
            && !entry.is_console_host()
            && births.get(&entry.parent).is_some_and(|parent| parent.no_later_than(entry.birth))
    });
    Ok(children.map(|(pid, entry)| Identity { pid, birth: entry.birth }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_are_alive_and_young() {
        let me = Pid::new(std::process::id()).unwrap();
        let birth = birth(me).unwrap().expect("we run");
        assert_eq!(super::birth(me).unwrap(), Some(birth), "a birth never changes");
        assert!(age(birth, birth_clock()) < Duration::from_hours(1));
        assert_eq!(presence(me), Presence::Hidden, "it exists");
    }

    #[test]
    fn a_number_that_was_never_given_is_gone() {
        let nobody = Pid::new(0x7fff_fff0).unwrap();
        assert_eq!(birth(nobody).unwrap(), None);
        assert_eq!(presence(nobody), Presence::Gone);
    }

    #[test]
    fn our_child_is_found_by_our_identity_and_gone_when_it_has_ended() {
        let mut child = std::process::Command::new("cmd")
            .args(["/c", "set /p x="])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let me = Pid::new(std::process::id()).unwrap();
        let identity = Identity { pid: me, birth: birth(me).unwrap().unwrap() };
        let stranger = Identity { birth: Birth { boot: 0, token: u64::MAX }, ..identity };
        let is_child = |found: &Identity| found.pid.get() == child.id();
        assert!(children(&[identity]).unwrap().iter().any(is_child));
        assert!(!children(&[stranger]).unwrap().iter().any(is_child), "a younger parent is none");
        let pid = Pid::new(child.id()).unwrap();
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(presence(pid), Presence::Gone, "we still hold a handle to it");
    }
}
