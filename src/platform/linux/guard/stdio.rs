//! The guard's own standard streams.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat};
use rustix::termios::isatty;

use crate::core::Pid;
use crate::platform::os::unix_diag::UnixDiag;
use crate::platform::posix::input::has_a_clients_input;

pub(crate) fn input() -> io::Result<File> {
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

pub(crate) fn output() -> io::Result<File> {
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

pub(crate) fn give_up_output() -> io::Result<()> {
    rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?).map_err(io::Error::from)
}

pub(crate) fn unread_input() -> Option<u64> {
    rustix::io::ioctl_fionread(io::stdin()).ok()
}

/// What tells that nobody can write to this stream any more; `None` where nothing does.
pub(super) fn hangup_of(stream: impl AsFd) -> Option<PollFlags> {
    match FileType::from_raw_mode(fstat(&stream).ok()?.st_mode) {
        FileType::Fifo => Some(PollFlags::empty()),
        // A socket whose other side has only closed its half says so when asked for it.
        FileType::Socket => Some(PollFlags::RDHUP),
        FileType::CharacterDevice => isatty(&stream).then_some(PollFlags::empty()),
        FileType::RegularFile
        | FileType::Directory
        | FileType::Symlink
        | FileType::BlockDevice
        | FileType::Unknown => None,
    }
}

pub(crate) fn input_is_open() -> bool {
    let stdin = io::stdin();
    let Some(hangup) = hangup_of(&stdin).filter(|_| has_a_clients_input()) else { return false };
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    matches!(poll(&mut [PollFd::from_borrowed_fd(stdin.as_fd(), hangup)], Some(&now)), Ok(0))
}

/// What tells the other end of our input from every other file. A pipe has one number, which both ends share: our own
/// server inherits no writing end, so whoever has it open for writing is one who speaks. The ends of a socket have
/// numbers of their own.
fn other_end() -> Option<PathBuf> {
    let input = fs::read_link("/proc/self/fd/0").ok()?;
    let name = input.to_string_lossy();
    if name.starts_with("socket:") {
        let number = name.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()?;
        return Some(format!("socket:[{}]", UnixDiag::default().socket(number).ok()?.peer?).into());
    }
    let is_pipe = name.starts_with("pipe:");
    is_pipe.then_some(input)
}

pub(crate) fn speaks_to_us(pid: Pid) -> bool {
    let Some(end) = other_end() else { return false };
    let Ok(open) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    open.flatten().any(|entry| {
        fs::read_link(entry.path()).is_ok_and(|target| target == end)
            // The link's own rights are those that the file was opened with.
            && fs::symlink_metadata(entry.path())
                .is_ok_and(|meta| PermissionsExt::mode(&meta.permissions()) & 0o200 != 0)
    })
}
