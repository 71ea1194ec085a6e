//! The promise, tried with real processes: what ended the wrong process elsewhere, or called fine what could
//! not be seen, is played here. `docs/trust.md` is the table of these stories and of those told elsewhere.
//!
//! Unlike other tests with real processes, some use the program's own rooms (look, judge, act) one by one:
//! only so can something happen for certain between two of them.

mod eyes;
mod numbers;

mod false_kills;
mod ghosts;
mod late_users;
mod not_allowed_to_look;
mod own_tray;
mod races;
mod reused_numbers;
mod services;
mod table;

use serde_json::Value;

/// The instance of this name pid; panics with the whole answer when there is none.
#[track_caller]
fn instance(status: &Value, pid: u32) -> &Value {
    let found = instances(status).iter().find(|instance| instance["pid"] == pid);
    found.unwrap_or_else(|| panic!("no instance {pid} in {status:#}"))
}

/// All instances of the only watch.
#[track_caller]
fn instances(status: &Value) -> &[Value] {
    status["watches"][0]["instances"].as_array().unwrap()
}

/// The numbers of what a cleanup ended, in order.
#[track_caller]
fn ended(cleanup: &Value) -> Vec<u32> {
    let ended = cleanup["ended"].as_array().unwrap();
    let mut pids: Vec<u32> = ended.iter().map(|one| one["pid"].to_string().parse().unwrap()).collect();
    pids.sort_unstable();
    pids
}
