//! What the programs write to the terminal. A closed terminal is no error: there is nobody to tell.

use std::io;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::exit::Outcome;
use crate::platform::streams;

/// Writes data to standard output.
pub(crate) fn say(text: &str) {
    let mut output = io::stdout();
    let _ = streams::write_all(&mut output, format!("{text}\n").as_bytes());
    let _ = streams::flush(&mut output);
}

/// Writes everything else to standard error, under our name.
pub(crate) fn complain(text: &str) {
    let _ = streams::write_all(&mut io::stderr(), complaint(text).as_bytes());
}

/// In one piece, so that nobody else's words come in between.
fn complaint(text: &str) -> String {
    format!("shimkeeper: {text}\n")
}

/// How long a reader of standard error may keep [`complain_in_passing`] waiting.
const IN_PASSING: Duration = Duration::from_millis(100);

/// The same for the last words of a program that has done nothing.
const AT_THE_END: Duration = Duration::from_secs(2);

/// The same for whoever must not wait until somebody reads: then it is said later, or never, and what is said after it
/// is left out.
pub(crate) fn complain_in_passing(text: &str) {
    complain_within(text, IN_PASSING);
}

/// The same for whoever ends without having done anything, and says why.
pub(crate) fn complain_at_the_end(text: &str) {
    complain_within(text, AT_THE_END);
}

/// The same for a program that may not have a second thread yet.
pub(crate) fn complain_before_the_start(text: &str) {
    streams::write_within(&mut io::stderr(), complaint(text).as_bytes(), IN_PASSING);
}

fn complain_within(text: &str, patience: Duration) {
    static STUCK: AtomicBool = AtomicBool::new(false);
    if STUCK.swap(true, Ordering::SeqCst) {
        return;
    }
    let (tell, told) = mpsc::channel::<()>();
    let said = text.to_owned();
    let started = thread::Builder::new().name("complaint".into()).spawn(move || {
        complain(&said);
        STUCK.store(false, Ordering::SeqCst);
        drop(tell);
    });
    if started.is_ok() {
        // It ends with the channel's other side.
        let _ = told.recv_timeout(patience);
    } else {
        // No thread is to be had. What is said then is mostly that.
        streams::write_within(&mut io::stderr(), complaint(text).as_bytes(), patience);
        STUCK.store(false, Ordering::SeqCst);
    }
}

/// Prints help, or what was wrong with the command line, and returns its exit code.
#[must_use]
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if error.print().is_err() {
        let text = error.render().to_string();
        let _ = if error.use_stderr() {
            streams::write_all(&mut io::stderr(), text.as_bytes())
        } else {
            streams::write_all(&mut io::stdout(), text.as_bytes())
        };
    }
    if error.use_stderr() { Outcome::Usage.into() } else { Outcome::Fine.into() }
}
