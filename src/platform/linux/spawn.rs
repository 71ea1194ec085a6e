//! Children that must not outlive us, and children that must.
#![expect(unsafe_code, reason = "`pre_exec` is unsafe by nature; both closures make one system call each")]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::process::{Signal, getppid, set_parent_process_death_signal, setsid};

pub(crate) fn tie_to_us(command: &mut Command) {
    let us = rustix::process::getpid();
    // SAFETY: between fork and exec only system calls without allocation or locks are made.
    unsafe {
        command.pre_exec(move || {
            // We can ask no more when this is sent, so it is not a question.
            set_parent_process_death_signal(Some(Signal::KILL))?;
            // We may have ended before the call above took effect.
            if getppid() == Some(us) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
        });
    }
}

#[expect(clippy::unnecessary_wraps, reason = "its twin puts the child into a job first")]
pub(crate) fn let_run(_: &Child) -> io::Result<()> {
    Ok(())
}

pub(crate) fn set_free(command: &mut Command) {
    // SAFETY: between fork and exec only system calls without allocation or locks are made.
    unsafe {
        command.pre_exec(|| {
            setsid()?;
            // The mark by which a process is known as set free; it survives exec.
            if libc::signal(libc::SIGHUP, libc::SIG_IGN) == libc::SIG_ERR {
                return Err(io::Error::last_os_error());
            }
            Ok(())
        });
    }
}
