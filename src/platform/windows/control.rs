//! A named pipe by which a second start reaches the first.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::pipe::Pipe;

/// A request and its answer are one line each.
const LONGEST: usize = 4096;

/// How long a caller may take to say its line and to read ours, in milliseconds.
const PATIENCE: u32 = 1000;

pub(crate) fn listen<Reply: AsRef<str>>(
    path: &Path,
    answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
    refusal: impl Fn(&io::Error) -> String + Send + 'static,
) -> io::Result<()> {
    let name = name(path);
    let mut pipe = Pipe::create(&name)?;
    let answer = Arc::new(answer);
    thread::Builder::new().name("control".into()).spawn(move || {
        loop {
            if let Err(error) = pipe.wait_for_somebody() {
                tracing::warn!(%error, "the control pipe is closed");
                return;
            }
            // An answer may take its time; whoever comes meanwhile gets one as well.
            match Pipe::another(&name) {
                Ok(next) => {
                    let (served, answer) =
                        (Arc::new(std::mem::replace(&mut pipe, next)), Arc::clone(&answer));
                    let theirs = Arc::clone(&served);
                    let thread = thread::Builder::new().name("caller".into());
                    if let Err(error) = thread.spawn(move || attend(&theirs, &*answer)) {
                        attend(&served, &|_: &str| refusal(&error));
                    }
                }
                Err(_) => attend(&pipe, &*answer),
            }
        }
    })?;
    Ok(())
}

fn attend<Reply: AsRef<str>>(pipe: &Pipe, answer: &impl Fn(&str) -> Reply) {
    if let Err(error) = serve(pipe, answer) {
        // A caller that went away in the middle is its own trouble.
        tracing::debug!(%error, "a request on the control pipe failed");
    }
    pipe.let_go();
}

fn serve<Reply: AsRef<str>>(pipe: &Pipe, answer: &impl Fn(&str) -> Reply) -> io::Result<()> {
    let line = pipe.read_line(LONGEST, PATIENCE)?;
    let reply = answer(&line);
    pipe.write_line(reply.as_ref(), PATIENCE)?;
    // What the caller has not read is lost when it is let go, so it goes first.
    pipe.read_line(LONGEST, PATIENCE).map(drop)
}

pub(crate) fn send(path: &Path, line: &str, patience: Duration) -> io::Result<String> {
    let patience = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX - 1);
    let pipe = Pipe::reach(&name(path), patience)?;
    pipe.write_line(line, patience)?;
    pipe.read_line(LONGEST, patience)
}

/// A name that every version of this program makes of the same path (FNV-1a). Upper and lower case
/// are the same file.
fn name(path: &Path) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in path.to_string_lossy().replace('/', "\\").to_lowercase().bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!(r"\\.\pipe\shimkeeper-{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_answered_again_and_again_and_the_name_is_taken() {
        let path = std::env::temp_dir().join(format!("control-{}", std::process::id()));
        assert!(send(&path, "show", Duration::from_secs(1)).is_err(), "nobody listens yet");
        listen(&path, |line| format!("heard {line}"), ToString::to_string).unwrap();
        for line in ["show", "restart exai-mcp", ""] {
            assert_eq!(send(&path, line, Duration::from_secs(5)).unwrap(), format!("heard {line}").trim());
        }
        assert!(listen(&path, |_| String::new(), ToString::to_string).is_err());
    }

    #[test]
    fn a_caller_who_says_nothing_does_not_keep_others_waiting() {
        let path = std::env::temp_dir().join(format!("silent-{}", std::process::id()));
        listen(&path, str::to_owned, ToString::to_string).unwrap();
        let silent = Pipe::reach(&name(&path), 1000).unwrap();
        assert_eq!(send(&path, "x", Duration::from_secs(10)).unwrap(), "x");
        drop(silent);
    }

    #[test]
    fn an_answer_that_takes_its_time_keeps_nobody_else_waiting() {
        let path = std::env::temp_dir().join(format!("slow-{}", std::process::id()));
        let (finish, finished) = std::sync::mpsc::channel();
        let finished = std::sync::Mutex::new(finished);
        let answer = move |line: &str| {
            if line == "slow" {
                finished.lock().unwrap().recv().unwrap();
            }
            line.to_owned()
        };
        listen(&path, answer, ToString::to_string).unwrap();
        let slow = {
            let path = path.clone();
            thread::spawn(move || send(&path, "slow", Duration::from_secs(10)).unwrap())
        };
        for _ in 0..20 {
            assert_eq!(send(&path, "quick", Duration::from_secs(5)).unwrap(), "quick");
        }
        assert!(listen(&path, str::to_owned, ToString::to_string).is_err(), "the name is taken all the time");
        finish.send(()).unwrap();
        assert_eq!(slow.join().unwrap(), "slow");
    }

    #[test]
    fn a_path_has_one_name_however_it_is_written() {
        assert_eq!(name(Path::new(r"C:\Users\A\tray.sock")), name(Path::new("c:/users/a/TRAY.SOCK")));
        assert_ne!(name(Path::new(r"C:\a")), name(Path::new(r"C:\b")));
    }
}
