//! Asks the user's service manager through `systemctl --user`, for a bounded time.
//!
//! Knows no unit by name and changes nothing by itself. One that does not answer is left to end alone.

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::core::wording;

/// Longer than a sound manager takes to read its units anew.
const PATIENCE: Duration = Duration::from_secs(20);

/// What it wrote to standard output. An error if it failed, with its own words, or took too long.
pub(super) fn ask(words: &[&str]) -> io::Result<String> {
    let mut command = Command::new("systemctl");
    command.args(["--user", "--no-pager", "--no-ask-password"]).args(words);
    command.env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(error.kind(), &error.to_string()))?;
    let mut stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut stderr = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().name("systemctl".into()).spawn(move || {
        let (mut out, mut err) = (String::new(), String::new());
        // Its complaints are a few lines and fit into the pipe while the answer is read.
        let done = stdout.read_to_string(&mut out).and_then(|_| stderr.read_to_string(&mut err));
        // Nobody waits any more once the time is over.
        let _ = sender.send(done.and_then(|_| child.wait()).map(|status| (status, out, err)));
    })?;
    let late = |_| failed(io::ErrorKind::TimedOut, &io::Error::from(io::ErrorKind::TimedOut).to_string());
    let (status, out, err) = receiver.recv_timeout(PATIENCE).map_err(late)??;
    if status.success() {
        return Ok(out);
    }
    let says = err.lines().next().map_or_else(|| status.to_string(), str::to_owned);
    Err(failed(io::ErrorKind::Other, &says))
}

fn failed(kind: io::ErrorKind, says: &str) -> io::Error {
    io::Error::new(kind, wording::schedule_refused("systemctl", says))
}
