//! What the programs write to the terminal. A closed terminal is no error: there is nobody to tell.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::exit::Outcome;

/// Writes data to standard output.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Writes everything else to standard error, under our name.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "shimkeeper: {text}");
}

/// Prints help, or what was wrong with the command line, and returns its exit code.
#[must_use]
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { Outcome::Usage.into() } else { Outcome::Fine.into() }
}
