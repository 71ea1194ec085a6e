//! Children that must outlive us: in a session of their own, deaf to SIGHUP.
#![expect(unsafe_code, reason = "`pre_exec` is unsafe by nature; the closure makes system calls only")]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::setsid;

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
