//! What the programs write to the terminal. A closed terminal is no error: there is nobody to tell.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::exit::Outcome;

/// Writes data to standard output.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Writes everything else to standard error, under our name.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "shimkeeper: {text}");
}

/// How long a reader of standard error may keep [`complain_in_passing`] waiting.
const IN_PASSING: Duration = Duration::from_millis(100);

/// The same for whoever must not wait until somebody reads: then it is said later, or never, and what is said after it
/// is left out.
pub(crate) fn complain_in_passing(text: &str) {
    static STUCK: AtomicBool = AtomicBool::new(false);
    if STUCK.swap(true, Ordering::SeqCst) {
        return;
    }
    let (tell, told) = mpsc::channel::<()>();
    let text = text.to_owned();
    let started = thread::Builder::new().name("complaint".into()).spawn(move || {
        complain(&text);
        STUCK.store(false, Ordering::SeqCst);
        drop(tell);
    });
    match started {
        // It ends with the channel's other side.
        Ok(_) => drop(told.recv_timeout(IN_PASSING)),
        Err(_) => STUCK.store(false, Ordering::SeqCst),
    }
}

/// Prints help, or what was wrong with the command line, and returns its exit code.
#[must_use]
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { Outcome::Usage.into() } else { Outcome::Fine.into() }
}
