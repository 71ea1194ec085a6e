//! A grip on a process that others have started: it is watched by its handle, never by name or number.
#![expect(unsafe_code, reason = "processes are opened and waited for by Win32 calls")]

use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{FILETIME, WAIT_OBJECT_0};
use windows_sys::Win32::System::Threading::{
    GetExitCodeProcess, GetProcessTimes, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE,
    PROCESS_TERMINATE, TerminateProcess, WaitForSingleObject,
};

/// Ended when it is dropped, so that a story that failed leaves nobody behind.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    handle: OwnedHandle,
}

impl Process {
    /// Opens one that lives.
    #[track_caller]
    pub(crate) fn open(pid: u32) -> Self {
        let rights = PROCESS_SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE;
        // SAFETY: no pointers are passed.
        let raw = unsafe { OpenProcess(rights, 0, pid) };
        assert!(!raw.is_null(), "{pid}: {}", std::io::Error::last_os_error());
        // SAFETY: the handle is new and ours.
        Self { pid, handle: unsafe { OwnedHandle::from_raw_handle(raw) } }
    }

    pub(crate) fn has_ended(&self) -> bool {
        // SAFETY: the handle is open.
        unsafe { WaitForSingleObject(self.handle.as_raw_handle(), 0) == WAIT_OBJECT_0 }
    }

    /// With what it has ended; `None` while it lives.
    pub(crate) fn exit_code(&self) -> Option<u32> {
        let mut code = 0;
        // SAFETY: the handle is open, and the number is ours to be written.
        let known = unsafe { GetExitCodeProcess(self.handle.as_raw_handle(), &raw mut code) };
        assert_ne!(known, 0);
        self.has_ended().then_some(code)
    }

    /// Its number and birth as our program's own helpers are told them.
    pub(crate) fn written(&self) -> String {
        let nothing = FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
        let [mut born, mut ended, mut kernel, mut user] = [nothing; 4];
        // SAFETY: the handle is open, and the four times are ours to be written.
        let known = unsafe {
            GetProcessTimes(
                self.handle.as_raw_handle(),
                &raw mut born,
                &raw mut ended,
                &raw mut kernel,
                &raw mut user,
            )
        };
        assert_ne!(known, 0);
        format!("{}:{}", self.pid, u64::from(born.dwHighDateTime) << 32 | u64::from(born.dwLowDateTime))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Of one that has ended this is refused.
        // SAFETY: the handle is open.
        unsafe { TerminateProcess(self.handle.as_raw_handle(), 1) };
    }
}
