//! Runs a small program of the system, without a window and for a bounded time.

use std::io::{self, Read};
use std::os::windows::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;

use crate::core::wording;

/// Longer than any of them takes on a sound machine. Whoever only looks has other things to do.
pub(crate) const LOOKING: Duration = Duration::from_secs(8);

/// As above, for somebody who has asked for just this and waits for it: also on a machine that is very busy.
pub(crate) const DOING: Duration = Duration::from_mins(1);

/// What it wrote to standard output. An error if it failed or took longer than `patience`; then it is left
/// to end by itself.
pub(crate) fn output_of(program: &str, args: &[&str], patience: Duration) -> io::Result<String> {
    let mut command = Command::new(in_system_folder(program));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.creation_flags(CREATE_NO_WINDOW);
    let mut child = command.spawn()?;
    let mut stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().name("small program".into()).spawn(move || {
        let mut bytes = Vec::new();
        let done = stdout.read_to_end(&mut bytes).and_then(|_| child.wait());
        // Nobody waits any more once the time is over.
        let _ = sender.send(done.map(|status| (status, bytes)));
    })?;
    let (status, bytes) = receiver.recv_timeout(patience).map_err(|_| io::ErrorKind::TimedOut)??;
    if status.success() {
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    } else {
        Err(io::Error::other(wording::program_failed(program, &status)))
    }
}

/// By its full path, so that no program of the same name elsewhere is run.
fn in_system_folder(program: &str) -> std::path::PathBuf {
    let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    std::path::Path::new(&root).join("System32").join(program)
}
