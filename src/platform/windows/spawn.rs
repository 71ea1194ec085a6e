//! Children that must not outlive us, and children that must.
#![expect(unsafe_code, reason = "our streams and our own job are asked for by Win32 calls")]

use std::io;
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::{HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::System::Console::{
    GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
};
use windows_sys::Win32::System::JobObjects::{
    IsProcessInJob, JOB_OBJECT_LIMIT_BREAKAWAY_OK, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectExtendedLimitInformation, QueryInformationJobObject,
};
use windows_sys::Win32::System::Threading::{
    CREATE_BREAKAWAY_FROM_JOB, CREATE_NO_WINDOW, CREATE_SUSPENDED, GetCurrentProcess, PROCESS_CREATION_FLAGS,
};

use super::job::{Job, let_run_in};
use super::text::length;

/// The variable that marks what was set free; its value is the number of whoever did it.
const MARK: &str = "SHIMKEEPER_SET_FREE";

pub(crate) fn tie_to_us(command: &mut Command) {
    start_suspended(command, CREATE_NO_WINDOW);
}

/// Makes it start without running, so that it can start nothing before it is in a job. `more` are
/// further flags of its creation.
pub(super) fn start_suspended(command: &mut Command, more: PROCESS_CREATION_FLAGS) {
    keep_our_streams();
    // An old mark must not set a child of ours free.
    command.env_remove(MARK);
    command.creation_flags(CREATE_SUSPENDED | more);
}

pub(crate) fn let_run(child: &Child) -> io::Result<()> {
    let_run_in(job(), child)
}

/// The job of all our children. It closes with us, and everything in it ends then.
fn job() -> io::Result<&'static Job> {
    static JOB: OnceLock<Job> = OnceLock::new();
    if let Some(job) = JOB.get() {
        return Ok(job);
    }
    let job = Job::create()?;
    Ok(JOB.get_or_init(|| job))
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
