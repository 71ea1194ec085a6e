//! The control socket, reached by a path that is short enough for a socket's address, however long the folder's own is.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::platform::posix::control;

/// A short path to the socket. Valid as long as the folder is held open.
fn short(path: &Path) -> io::Result<(File, PathBuf)> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let folder = File::open(folder)?;
    let short = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name);
    Ok((folder, short))
}

pub(crate) fn listen<Reply: AsRef<str>>(
    path: &Path,
    answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
    refusal: impl Fn(&io::Error) -> String + Send + 'static,
) -> io::Result<()> {
    let (_folder, short) = short(path)?;
    control::listen(&short, answer, refusal)
}

pub(crate) fn send(path: &Path, line: &str, patience: Duration) -> io::Result<String> {
    let (_folder, short) = short(path)?;
    control::send(&short, line, patience)
}
