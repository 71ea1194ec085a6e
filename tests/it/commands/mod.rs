//! Every command of the console program: its words, its exit codes, its JSON, its files.
//!
//! Not here: who is an orphan (`tests/it/orphans`), whole restarts (`tests/it/restart`), and every mistake
//! that a configuration can have (`tests/it/config.rs`).

mod autostart;
mod broken;
mod cleanup;
mod configuration;
mod doctor;
mod files;
mod free;
mod guards;
mod help;
mod logs;
mod reasons;
mod schedule;
mod schedule_stand_in;
mod secrets;
mod shapes;
mod shown;
mod starter;
mod starting;
mod status;
mod watching;

use crate::support::bed::{Bed, python};
use crate::support::client::{Client, Shim};

/// A server of another name on port 3005, and the client that keeps it.
#[track_caller]
fn a_stranger_on(bed: &Bed, port: u16) -> (Client, Shim) {
    let script = bed.copy_fixture("run_ws_shim.py", "other_server.py");
    let ready = bed.fresh("stranger");
    let port = format!("--port={port}");
    let command = [python(), &script, port.as_ref(), "--ready-file".as_ref(), &ready];
    let client = bed.client_of(&command);
    (client, Shim::from_ready_file(&ready))
}
