//! A socket in the user's own folder, by which a second start reaches the first.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A request and its answer are one line each.
const LONGEST: u64 = 4096;

/// After a request that could not be taken.
const PAUSE: Duration = Duration::from_millis(20);

/// The caller holds the tray's lock, so a socket that is there belongs to nobody.
pub(crate) fn listen<Reply: AsRef<str>>(
    path: &Path,
    answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
    refusal: impl Fn(&io::Error) -> String + Send + 'static,
) -> io::Result<()> {
    let answer = Arc::new(answer);
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    thread::Builder::new().name("control".into()).spawn(move || {
        for stream in listener.incoming() {
            let answer = Arc::clone(&answer);
            // Each on a thread of its own: an answer may take as long as a restart does.
            let served = stream.and_then(|stream| {
                let stream = Arc::new(stream);
                let theirs = Arc::clone(&stream);
                let thread = thread::Builder::new().name("request".into());
                match thread.spawn(move || serve(&theirs, &*answer)) {
                    Ok(_) => Ok(()),
                    Err(error) => serve(&stream, &|_: &str| refusal(&error)),
                }
            });
            if let Err(error) = served {
                tracing::debug!(%error, "a request on the control socket was not taken");
                // Of a system without room for one more file the next one would tell the same, at once.
                thread::park_timeout(PAUSE);
            }
        }
    })?;
    Ok(())
}

/// A caller that goes away in the middle is its own trouble: the error is nobody's to read.
fn serve<Reply: AsRef<str>>(mut stream: &UnixStream, answer: &impl Fn(&str) -> Reply) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.set_write_timeout(Some(Duration::from_secs(1)))?;
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut line)?;
    let reply = answer(line.trim());
    writeln!(stream, "{}", reply.as_ref())
}

pub(crate) fn send(path: &Path, line: &str, patience: Duration) -> io::Result<String> {
    let mut stream = UnixStream::connect(path)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    writeln!(stream, "{line}")?;
    let mut reply = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut reply)?;
    Ok(reply.trim().to_owned())
}
