//! A terminal of the test's own, and somebody at its keyboard.
#![expect(unsafe_code, reason = "terminals are made and taken by calls of the system")]

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// The keyboard's and screen's end. The terminal hangs up when it is dropped.
pub(crate) struct Terminal {
    keyboard: File,
    screen: OwnedFd,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        let (mut ours, mut theirs) = (0, 0);
        // SAFETY: the two numbers are written, nothing else is asked for; the descriptors are new.
        unsafe {
            let made = libc::openpty(
                &raw mut ours,
                &raw mut theirs,
                std::ptr::null_mut(),
                std::ptr::null(),
                std::ptr::null(),
            );
            assert_eq!(made, 0, "no terminal: {}", io::Error::last_os_error());
            for descriptor in [ours, theirs] {
                libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC);
            }
            Self { keyboard: File::from_raw_fd(ours), screen: OwnedFd::from_raw_fd(theirs) }
        }
    }

    /// Makes it the terminal of this command, whose group is in its foreground.
    pub(crate) fn is_of(&self, command: &mut Command) {
        let terminal = self.screen.as_raw_fd();
        // SAFETY: two system calls are made between fork and exec; the test holds the descriptor open.
        unsafe {
            command.pre_exec(move || {
                if libc::setsid() == -1 || libc::ioctl(terminal, libc::TIOCSCTTY, 0) == -1 {
                    return Err(io::Error::last_os_error());
                }
                Ok(())
            });
        }
    }

    /// Its standard streams as well.
    pub(crate) fn is_all_of(&self, command: &mut Command) {
        let end = || Stdio::from(self.screen.try_clone().unwrap());
        self.is_of(command);
        command.stdin(end()).stdout(end()).stderr(end());
    }

    /// The screen, to be looked at, and the end that programs write to.
    pub(crate) fn ends(&self) -> (File, OwnedFd) {
        (self.keyboard.try_clone().unwrap(), self.screen.try_clone().unwrap())
    }

    pub(crate) fn types(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
    }
}
