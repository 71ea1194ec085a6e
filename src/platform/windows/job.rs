//! A job: processes that end together, those that they start included. None of them can leave it.
#![expect(unsafe_code, reason = "job objects and suspended threads are handled by Win32 calls")]

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::process::Child;

use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, ERROR_NO_MORE_FILES, HANDLE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectBasicProcessIdList, JobObjectExtendedLimitInformation,
    QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, OpenThread, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, ResumeThread,
    THREAD_SUSPEND_RESUME, TerminateProcess,
};

use super::birth::birth_of;
use super::handle::{has_ended, open, owned, worked};
use super::roster::Roster;
use super::text::{code, length};
use crate::core::{Identity, Pid, wording};

/// How many processes the first look at a job has room for.
const USUALLY: usize = 64;

/// Dropping it ends everything in it, and so does our own end, however it comes.
#[derive(Debug)]
pub(crate) struct Job(OwnedHandle);

impl Job {
    /// An empty one. No limit lets a process break away: what is in it stays in it.
    pub(crate) fn create() -> io::Result<Self> {
        // SAFETY: a job without a name and with the usual rights; its handle is not inherited.
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
        Ok(Self(job))
    }

    /// Takes this very process in. Jobs nest: it stays in those that it is in already.
    pub(crate) fn take_us_in(&self) -> io::Result<()> {
        // SAFETY: the job is open, and the number for this process is always right.
        self.take_in(unsafe { GetCurrentProcess() })
    }

    fn take_in(&self, process: HANDLE) -> io::Result<()> {
        // SAFETY: the job is open; a process that is not is refused by the call.
        worked(unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process) })
    }

    /// Everybody in it who still runs. Leaves out whoever may not be looked at.
    pub(crate) fn members(&self) -> io::Result<Vec<Identity>> {
        let rights = PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE;
        let opened = |pid| Some((pid, open(pid, rights).ok()??));
        let held: Vec<_> = self.pids()?.into_iter().filter_map(opened).collect();
        // Between the list and the handle a number may have become a stranger's; from here on it cannot.
        let still = self.pids()?;
        let mut members = Vec::new();
        for (pid, process) in held {
            if still.contains(&pid)
                && !has_ended(&process)?
                && let Ok(birth) = birth_of(&process)
            {
                members.push(Identity { pid, birth });
            }
        }
        Ok(members)
    }

    /// Whether nothing runs in it any more. The hosts of consoles do not count: they go by themselves
    /// when nobody is left in their console.
    pub(crate) fn is_empty(&self) -> io::Result<bool> {
        let pids = self.pids()?;
        if pids.is_empty() {
            return Ok(true);
        }
        let roster = Roster::take()?;
        // Whoever is not in the list has ended meanwhile.
        Ok(pids.into_iter().all(|pid| roster.entry(pid).is_none_or(super::roster::Entry::is_console_host)))
    }

    /// Ends everything in it.
    pub(crate) fn terminate(&self) -> io::Result<()> {
        // SAFETY: the job is open.
        worked(unsafe { TerminateJobObject(self.0.as_raw_handle(), 1) })
    }

    fn pids(&self) -> io::Result<Vec<Pid>> {
        let mut room = USUALLY;
        for _ in 0..8 {
            // Two counts in the first word, then the numbers.
            let mut list = vec![0_usize; room + 1];
            let size = u32::try_from(size_of_val(list.as_slice())).map_err(io::Error::other)?;
            // SAFETY: the job is open and the list is as long as the call is told.
            let done = worked(unsafe {
                QueryInformationJobObject(
                    self.0.as_raw_handle(),
                    JobObjectBasicProcessIdList,
                    list.as_mut_ptr().cast(),
                    size,
                    std::ptr::null_mut(),
                )
            });
            let (members, listed) = (list[0] & 0xffff_ffff, list[0] >> 32);
            match done {
                Err(error) if error.raw_os_error() != Some(code(ERROR_MORE_DATA)) => return Err(error),
                Ok(()) if members <= room => {
                    let pids = list.into_iter().skip(1).take(listed);
                    return Ok(pids.filter_map(|pid| u32::try_from(pid).ok().and_then(Pid::new)).collect());
                }
                Ok(()) | Err(_) => room = members.max(room) * 2,
            }
        }
        Err(io::Error::other(wording::GROWS_TOO_FAST))
    }
}

/// Lets a child that was started suspended run, in this job from its first instruction on. Where that
/// cannot be done it is ended instead.
pub(crate) fn let_run_in(job: io::Result<&Job>, child: &Child) -> io::Result<()> {
    let done = job.and_then(|job| job.take_in(child.as_raw_handle())).and_then(|()| resume(child.id()));
    if done.is_err() {
        // SAFETY: it is our own child, which has not run a single instruction of its own.
        unsafe { TerminateProcess(child.as_raw_handle(), 1) };
    }
    done
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

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::super::spawn::start_suspended;
    use super::*;

    /// A process that waits below another one that waits.
    fn pair_in(job: &Job) -> Child {
        let mut command = Command::new("cmd");
        command.args(["/c", "cmd /c set /p x="]).stdin(Stdio::piped());
        start_suspended(&mut command, 0);
        let child = command.spawn().unwrap();
        let_run_in(Ok(job), &child).unwrap();
        while job.members().unwrap().len() < 2 {
            std::thread::yield_now();
        }
        child
    }

    #[test]
    fn a_job_knows_its_members_and_ends_them_all() {
        let job = Job::create().unwrap();
        assert!(job.is_empty().unwrap());
        assert_eq!(job.members().unwrap(), []);
        let mut child = pair_in(&job);
        assert!(job.members().unwrap().iter().any(|member| member.pid.get() == child.id()));
        assert!(!job.is_empty().unwrap());
        job.terminate().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1));
        while !job.is_empty().unwrap() {
            std::thread::yield_now();
        }
        assert_eq!(job.members().unwrap(), []);
    }

    #[test]
    fn what_is_in_a_job_ends_when_it_is_dropped() {
        let job = Job::create().unwrap();
        let mut child = pair_in(&job);
        drop(job);
        child.wait().unwrap();
    }

    #[test]
    fn a_child_that_no_job_takes_is_ended() {
        let mut command = Command::new("cmd");
        command.args(["/c", "exit 7"]).stdin(Stdio::null());
        start_suspended(&mut command, 0);
        let mut child = command.spawn().unwrap();
        assert!(let_run_in(Err(io::ErrorKind::Unsupported.into()), &child).is_err());
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
}
