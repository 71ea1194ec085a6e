//! Children that must not outlive us, and children that must.
#![expect(unsafe_code, reason = "job objects and suspended threads are handled by Win32 calls")]

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::{
    ERROR_NO_MORE_FILES, HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation,
};
use windows_sys::Win32::System::Console::{
    GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, IsProcessInJob, JOB_OBJECT_LIMIT_BREAKAWAY_OK,
    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectExtendedLimitInformation, QueryInformationJobObject, SetInformationJobObject,
};
use windows_sys::Win32::System::Threading::{
    CREATE_BREAKAWAY_FROM_JOB, CREATE_NO_WINDOW, CREATE_SUSPENDED, GetCurrentProcess, OpenThread,
    ResumeThread, THREAD_SUSPEND_RESUME, TerminateProcess,
};

use super::handle::{owned, worked};
use super::text::{code, length};

/// The variable that marks what was set free; its value is the number of whoever did it.
const MARK: &str = "SHIMKEEPER_SET_FREE";

pub(crate) fn tie_to_us(command: &mut Command) {
    keep_our_streams();
    // An old mark must not set a child of ours free.
    command.env_remove(MARK);
    // Suspended, so that it can start nothing before it is in the job.
    command.creation_flags(CREATE_SUSPENDED | CREATE_NO_WINDOW);
}

pub(crate) fn let_run(child: &Child) -> io::Result<()> {
    let tied = job().and_then(|job| {
        // SAFETY: both handles are open as long as they are borrowed.
        worked(unsafe { AssignProcessToJobObject(job.as_raw_handle(), child.as_raw_handle()) })
    });
    let done = tied.and_then(|()| resume(child.id()));
    if done.is_err() {
        // SAFETY: it is our own child, which has not run a single instruction of its own.
        unsafe { TerminateProcess(child.as_raw_handle(), 1) };
    }
    done
}

/// The job of all our children. It closes with us, and everything in it ends then.
fn job() -> io::Result<&'static OwnedHandle> {
    static JOB: OnceLock<OwnedHandle> = OnceLock::new();
    if let Some(job) = JOB.get() {
        return Ok(job);
    }
    // SAFETY: a job without a name and with the usual rights.
    let job = owned(unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) })?;
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    // SAFETY: the job is open and the structure is as long as the call is told.
    worked(unsafe {
        SetInformationJobObject(
            job.as_raw_handle(),
            JobObjectExtendedLimitInformation,
            (&raw const limits).cast(),
            length(&limits),
        )
    })?;
    Ok(JOB.get_or_init(|| job))
}

/// Lets a suspended process run. It has one thread so far.
fn resume(pid: u32) -> io::Result<()> {
    // SAFETY: no pointers are passed.
    let list = owned(unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) })?;
    let mut thread = THREADENTRY32 { dwSize: length(&THREADENTRY32::default()), ..THREADENTRY32::default() };
    // SAFETY: the list is open and the entry says how long it is.
    let mut found = worked(unsafe { Thread32First(list.as_raw_handle(), &raw mut thread) });
    while found.is_ok() {
        if thread.th32OwnerProcessID == pid {
            // SAFETY: no pointers are passed.
            let thread = owned(unsafe { OpenThread(THREAD_SUSPEND_RESUME, 0, thread.th32ThreadID) })?;
            // SAFETY: the handle is open and has the right to this.
            let before = unsafe { ResumeThread(thread.as_raw_handle()) };
            return if before == u32::MAX { Err(io::Error::last_os_error()) } else { Ok(()) };
        }
        // SAFETY: as above.
        found = worked(unsafe { Thread32Next(list.as_raw_handle(), &raw mut thread) });
    }
    match found {
        Err(error) if error.raw_os_error() != Some(code(ERROR_NO_MORE_FILES)) => Err(error),
        Ok(()) | Err(_) => Err(io::ErrorKind::NotFound.into()),
    }
}

/// A console of its own without a window: it outlives ours, and Ctrl-C can still reach it.
pub(crate) fn set_free(command: &mut Command) {
    keep_our_streams();
    let mut flags = CREATE_NO_WINDOW;
    if may_leave_our_job() {
        flags |= CREATE_BREAKAWAY_FROM_JOB;
    }
    command.env(MARK, std::process::id().to_string());
    command.creation_flags(flags);
}

/// A child inherits every handle that may be inherited, our own streams among them, whatever it gets as
/// its own. Whoever reads our output would wait for the child's end, too.
fn keep_our_streams() {
    for stream in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
        // SAFETY: no pointers are passed; a stream that is missing or closed is refused by the call.
        unsafe { SetHandleInformation(GetStdHandle(stream), HANDLE_FLAG_INHERIT, 0) };
    }
}

/// Asking to leave a job that does not allow it makes the start fail.
fn may_leave_our_job() -> bool {
    let mut is_in_job = 0;
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    let our_job: HANDLE = std::ptr::null_mut();
    // SAFETY: no job named means our own; the structure is as long as the call is told.
    let known = unsafe {
        IsProcessInJob(GetCurrentProcess(), our_job, &raw mut is_in_job) != 0
            && is_in_job != 0
            && QueryInformationJobObject(
                our_job,
                JobObjectExtendedLimitInformation,
                (&raw mut limits).cast(),
                length(&limits),
                std::ptr::null_mut(),
            ) != 0
    };
    known && limits.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_BREAKAWAY_OK != 0
}

/// Who set a process free, by the environment that it was started with.
pub(crate) fn set_free_by(environment: &[u16]) -> Option<u32> {
    let mark: Vec<u16> = MARK.encode_utf16().chain([u16::from(b'=')]).collect();
    let value = environment.split(|unit| *unit == 0).find_map(|text| text.strip_prefix(mark.as_slice()))?;
    String::from_utf16(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[test]
    fn a_tied_child_runs_once_it_is_let() {
        let mut command = Command::new("cmd");
        command.args(["/c", "exit 7"]).stdin(Stdio::null());
        tie_to_us(&mut command);
        let mut child = command.spawn().unwrap();
        let_run(&child).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(7));
    }

    #[test]
    fn the_mark_names_who_set_it_free() {
        let block: Vec<u16> = "A=1\0SHIMKEEPER_SET_FREE=4242\0Z=2\0\0".encode_utf16().collect();
        assert_eq!(set_free_by(&block), Some(4242));
        assert_eq!(set_free_by(&block[..4]), None);
    }
}
