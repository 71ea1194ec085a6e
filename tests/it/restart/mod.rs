//! Whole restarts from the command line, with real servers on port 3005.
//!
//! Each story has a world of its own. Not here: restarts by the tray (`tests/it/desktop`).

mod connected;
mod guarded;
mod handed_over;
mod refused;
mod started;
mod warned;

use crate::support::bed::{Bed, python};
use crate::support::client::Shim;

/// `command = [...]` for the bed's shim on port 3005.
fn command_line(bed: &Bed, more: &[&str]) -> String {
    let script = bed.path(bed.script());
    let words = [python().to_str().unwrap(), "-u", script.to_str().unwrap(), "--port", "3005"];
    let words: Vec<String> = words.iter().chain(more).map(|word| format!("{word:?}")).collect();
    format!("command = [{}]", words.join(", "))
}

/// An orphan on port 3005, and where those report who are started as it was.
#[track_caller]
fn orphaned(bed: &Bed) -> (Shim, std::path::PathBuf) {
    let client = bed.client().on_port(3005).start();
    let found = (client.shim(), client.shim_ready());
    client.kill_hard();
    found
}
