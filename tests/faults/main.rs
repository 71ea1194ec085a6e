//! Faults of the surroundings, and attacks from them, against the real programs.
//!
//! Not here: panels and notification daemons (`tests/desktop/failing.rs`), guards with few files
//! (`tests/guard/few_files.rs`), a guard's socket (`tests/guard/privacy.rs`), clients' configurations (`tests/mcp`).

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    dead_code,
    reason = "a test may fail loudly, wait for real processes and end the ones it started; \
              it uses its own part of what other stories have in common"
)]

#[path = "../support/desktop/mod.rs"]
mod desktop;
#[path = "../support/sources.rs"]
mod sources;
#[path = "../desktop/stage.rs"]
mod stage;
#[path = "../support/mod.rs"]
mod support;

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
use std::sync::{Mutex, PoisonError};

use support::bed::{Bed, python};
use support::client::{Client, ClientPlan, Shim};
use support::keeper::Keeper;
use support::own::{can_run, in_own_world};

/// Runs the story on its own, one at a time: a desktop keeps two cores busy while it starts.
fn on_a_desktop<Story: FnOnce()>(story: Story) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if can_run(&story, &desktop::NEEDS) {
        in_own_world(story);
    }
}

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
    support::eventually_some("the guard has written its lease", support::PATIENCE, || {
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
