//! Children that must not outlive us, by the parent-death signal.
#![expect(unsafe_code, reason = "`pre_exec` is unsafe by nature; the closure makes system calls only")]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::process::{Signal, getppid, set_parent_process_death_signal};

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
