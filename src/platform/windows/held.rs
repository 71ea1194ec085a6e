//! A grip on one process. A handle names the process, not its number, and keeps the number from
//! being given away.
#![expect(unsafe_code, reason = "ending and waiting are Win32 calls")]

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::time::Duration;

use windows_sys::Win32::Foundation::WAIT_FAILED;
use windows_sys::Win32::System::SystemInformation::GetTickCount64;
use windows_sys::Win32::System::Threading::{
    PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, PROCESS_TERMINATE, TerminateProcess,
    WaitForMultipleObjects,
};

use super::handle::{has_ended, open, worked};
use super::{ask, birth};
use crate::core::{Identity, Pid};

/// As many as one call can wait for.
const AT_ONCE: usize = 64;

#[derive(Debug)]
pub(crate) struct Held {
    process: OwnedHandle,
    pid: Pid,
}

impl Held {
    pub(crate) fn open(pid: Pid) -> io::Result<Option<Self>> {
        let rights = PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE;
        match open(pid, rights) {
            Ok(None) => Ok(None),
            Ok(Some(process)) if has_ended(&process)? => Ok(None),
            Ok(Some(process)) => Ok(Some(Self { process, pid })),
            // What has ended may refuse the right to be ended.
            Err(error) => match birth::birth(pid) {
                Ok(None) => Ok(None),
                Ok(Some(_)) | Err(_) => Err(error),
            },
        }
    }

    pub(crate) fn ask(&self, along: &[Identity]) -> io::Result<bool> {
        ask::ask_and_hear(self.identity()?, along)
    }

    pub(crate) fn force(&self) -> io::Result<()> {
        // SAFETY: the handle is open and has the right to end the process.
        match worked(unsafe { TerminateProcess(self.process.as_raw_handle(), 1) }) {
            // Of a process that ended already this is the answer, too; then it is what was wanted.
            Err(_) if has_ended(&self.process)? => Ok(()),
            done => done,
        }
    }

    pub(crate) fn has_ended(&self) -> io::Result<bool> {
        has_ended(&self.process)
    }

    fn identity(&self) -> io::Result<Identity> {
        Ok(Identity { pid: self.pid, birth: birth::birth_of(&self.process)? })
    }
}

pub(crate) fn wait_for_ends(held: &[&Held], timeout: Duration) -> io::Result<()> {
    // SAFETY: no pointers are passed.
    let clock = || Duration::from_millis(unsafe { GetTickCount64() });
    let start = clock();
    for some in held.chunks(AT_ONCE) {
        let handles: Vec<_> = some.iter().map(|held| held.process.as_raw_handle()).collect();
        let rest = timeout.saturating_sub(clock().saturating_sub(start));
        let rest = u32::try_from(rest.as_millis()).unwrap_or(u32::MAX - 1);
        let count = u32::try_from(handles.len()).map_err(io::Error::other)?;
        // SAFETY: there are so many handles, and all are open as long as they are borrowed.
        if unsafe { WaitForMultipleObjects(count, handles.as_ptr(), 1, rest) } == WAIT_FAILED {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    fn waiting_child() -> Child {
        Command::new("cmd").args(["/c", "set /p x="]).stdin(Stdio::piped()).spawn().unwrap()
    }

    #[test]
    fn one_grip_ends_its_process_and_sees_it_go() {
        let mut children: Vec<Child> = (0..3).map(|_| waiting_child()).collect();
        let pids = children.iter().map(|child| Pid::new(child.id()).unwrap());
        let held: Vec<Held> = pids.map(|pid| Held::open(pid).unwrap().unwrap()).collect();
        let all: Vec<&Held> = held.iter().collect();
        wait_for_ends(&all, Duration::from_millis(50)).unwrap();
        assert!(held.iter().all(|held| !held.has_ended().unwrap()));
        for held in &held {
            held.force().unwrap();
        }
        wait_for_ends(&all, Duration::from_secs(10)).unwrap();
        for held in &held {
            assert!(held.has_ended().unwrap());
            held.force().unwrap();
            assert!(Held::open(held.pid).unwrap().is_none(), "we still hold it, but it is gone");
        }
        for child in &mut children {
            child.wait().unwrap();
        }
    }
}
