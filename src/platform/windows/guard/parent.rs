//! Who started a process.
#![expect(unsafe_code, reason = "the number on record comes from a native call")]

use std::io;
use std::os::windows::io::AsRawHandle;

use windows_sys::Wdk::System::Threading::{NtQueryInformationProcess, ProcessBasicInformation};
use windows_sys::Win32::System::Threading::{
    PROCESS_BASIC_INFORMATION, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE,
};

use super::super::birth::{birth, birth_of};
use super::super::handle::open;
use super::super::memory::native_error;
use super::super::text::length;
use crate::core::{Identity, Pid};

/// The record keeps the number for ever, so it is believed only of a process that is no younger than
/// its child.
pub(crate) fn parent_of(child: Identity) -> io::Result<Option<Identity>> {
    let rights = PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE;
    let Some(process) = open(child.pid, rights)? else { return Ok(None) };
    if birth_of(&process)? != child.birth {
        return Ok(None);
    }
    let mut basic = PROCESS_BASIC_INFORMATION::default();
    // SAFETY: the handle is open and the structure is as long as the call is told.
    let status = unsafe {
        NtQueryInformationProcess(
            process.as_raw_handle(),
            ProcessBasicInformation,
            (&raw mut basic).cast(),
            length(&basic),
            std::ptr::null_mut(),
        )
    };
    if status < 0 {
        return Err(native_error(status));
    }
    let parent = u32::try_from(basic.InheritedFromUniqueProcessId).map_err(io::Error::other)?;
    let Some(pid) = Pid::new(parent) else { return Ok(None) };
    let parent = birth(pid)?.map(|birth| Identity { pid, birth });
    Ok(parent.filter(|parent| parent.birth.no_later_than(child.birth)))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::super::ourselves;
    use super::*;
    use crate::core::Birth;

    #[test]
    fn we_are_the_parent_of_our_child_and_of_nobody_who_has_its_number() {
        let mut child = Command::new("cmd").args(["/c", "set /p x="]).stdin(Stdio::piped()).spawn().unwrap();
        let pid = Pid::new(child.id()).unwrap();
        let identity = Identity { pid, birth: birth(pid).unwrap().unwrap() };
        assert_eq!(parent_of(identity).unwrap(), Some(ourselves().unwrap()));
        let another = Identity { birth: Birth { boot: 0, token: 1 }, ..identity };
        assert_eq!(parent_of(another).unwrap(), None);
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(parent_of(Identity { pid: Pid::new(0x7fff_fff0).unwrap(), ..identity }).unwrap(), None);
    }
}
