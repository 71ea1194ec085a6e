//! Faults of the surroundings, and attacks from them, against the real programs.
//!
//! Not here: panels and notification daemons (`tests/it/desktop/failing.rs`), guards with few files
//! (`tests/it/guard/few_files.rs`), a guard's socket (`tests/it/guard/privacy.rs`), clients' configurations (`tests/it/mcp`).

mod bus;
mod disk;
mod few_files;
mod flood;
mod hostile;
mod leases;
mod links;
mod no_locks;
mod other_user;
mod replaced;
mod secrets;
mod shell;
mod table;

use std::path::PathBuf;
use std::process::Command;

use crate::support::bed::{Bed, python};
use crate::support::client::{Client, ClientPlan, Shim};
use crate::support::keeper::Keeper;
use crate::support::{PATIENCE, eventually_some};

/// A shim on port 3005 whose client was killed.
#[track_caller]
fn an_orphan(bed: &Bed) -> Shim {
    let client = bed.client().on_port(3005).start();
    let shim = client.shim();
    client.kill_hard();
    shim
}

/// A client whose shim runs behind a guard with this home.
#[track_caller]
fn a_guarded_client(bed: &Bed, keeper: &Keeper<'_>) -> Client {
    guarded(bed, keeper).start()
}

/// The same before it is started.
fn guarded<'a>(bed: &'a Bed, keeper: &Keeper<'_>) -> ClientPlan<'a> {
    let home = keeper.home().display().to_string();
    let words = [env!("CARGO_BIN_EXE_shimkeeper"), "--home", &home, "guard", "--"];
    words.iter().rev().fold(bed.client().on_port(3005), |plan, word| plan.behind(word))
}

/// The file of the only living guard's lease.
#[track_caller]
fn lease_of(keeper: &Keeper<'_>) -> PathBuf {
    eventually_some("the guard has written its lease", PATIENCE, || {
        let entries = std::fs::read_dir(keeper.home().join("leases")).ok()?;
        entries
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|ending| ending == "json"))
    })
}

/// Runs a program that must succeed.
#[track_caller]
fn system(bed: &Bed, program: &str, arguments: &[&str]) -> String {
    bed.run(bed.command(program).args(arguments)).expect_code(0).stdout
}

/// A Python program of a few lines.
fn script(bed: &Bed, text: &str) -> Command {
    let mut command = bed.command(python());
    command.args(["-c", text]);
    command
}
