//! Who goes on with a server's streams when the process that was started as the server has ended: some launchers
//! start the server in the background and end.
//!
//! Only whoever has them as its own standard input and output counts. A process that was left some other copy of them
//! by accident cannot be the server.

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::path::PathBuf;
use std::process::Child;

use rustix::fs::{Mode, OFlags};

use crate::core::{Identity, Pid};

/// What the system calls the streams that a server was given.
#[derive(Debug)]
pub(super) struct Streams {
    input: PathBuf,
    output: PathBuf,
}

impl Streams {
    /// Asked of our own ends where we stand in between, and of our own streams where the server has those. `None` where
    /// they are not both such as a client makes.
    pub(super) fn of(child: &Child) -> Option<Self> {
        let (stdin, stdout) = (io::stdin(), io::stdout());
        let input = child.stdin.as_ref().map_or_else(|| stdin.as_fd(), AsFd::as_fd);
        let output = child.stdout.as_ref().map_or_else(|| stdout.as_fd(), AsFd::as_fd);
        Some(Self { input: name_of(input)?, output: name_of(output)? })
    }

    /// Who of these goes on with them: the first that has the input for its own, if the output is one's own, too.
    pub(super) fn successor(&self, members: &[Identity]) -> Found {
        let has = |member: &Identity, number: u8, name: &PathBuf| {
            fs::read_link(format!("/proc/{}/fd/{number}", member.pid)).is_ok_and(|it| it == *name)
        };
        let hears = members.iter().find(|member| has(member, 0, &self.input));
        match hears {
            Some(hears) if members.iter().any(|member| has(member, 1, &self.output)) => Found::This(*hears),
            _ if members.iter().any(|member| self.are_open_in(member.pid)) => Found::Perhaps,
            _ => Found::Nobody,
        }
    }

    /// Whether it has a copy of both under any number, as a shell has before it has put them in their places.
    fn are_open_in(&self, pid: Pid) -> bool {
        let Ok(open) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        let names: Vec<PathBuf> =
            open.flatten().filter_map(|entry| fs::read_link(entry.path()).ok()).collect();
        names.contains(&self.input) && names.contains(&self.output)
    }
}

/// Who goes on.
pub(super) enum Found {
    This(Identity),
    /// Somebody is about to, or was left the streams by accident.
    Perhaps,
    Nobody,
}

/// Both ends of a pipe have one name. `None` for what no client makes.
fn name_of(stream: BorrowedFd<'_>) -> Option<PathBuf> {
    let name = fs::read_link(format!("/proc/self/fd/{}", stream.as_raw_fd())).ok()?;
    let text = name.to_string_lossy();
    (text.starts_with("pipe:") || text.starts_with("socket:")).then_some(name)
}

/// How many bytes wait in the standard input of this process. The pipe is let go at once: nobody must take us for a
/// reader.
pub(super) fn untaken(pid: Pid) -> Option<u64> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let input = rustix::fs::open(format!("/proc/{pid}/fd/0"), flags, Mode::empty()).ok()?;
    rustix::io::ioctl_fionread(&input).ok()
}
