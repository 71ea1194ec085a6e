//! Stories with real processes, told through the command line: who is an orphan, who is
//! not, and who is alive afterwards.
//!
//! Not here: how a verdict is reached (tables over the pure core) and what the tray draws.

mod adopted;
mod bed_itself;
mod bystanders;
mod hidden;
mod launchers;
mod listening;
mod neighbours;
mod port;
mod quiet;
mod stdio;
mod users;
mod ways;

pub(crate) use users::session;

use serde_json::Value;

use crate::support::client::Shim;
use crate::support::identity::Identity;

/// The instance of this name pid; panics with the whole answer when there is none.
#[track_caller]
fn instance(status: &Value, pid: u32) -> &Value {
    let found = instances(status).into_iter().find(|instance| instance["pid"] == pid);
    found.unwrap_or_else(|| panic!("no instance {pid} in {status:#}"))
}

/// All instances of the only watch.
#[track_caller]
fn instances(status: &Value) -> Vec<&Value> {
    status["watches"][0]["instances"].as_array().unwrap().iter().collect()
}

/// How the process was ended, or nothing when it was not.
fn how_ended(cleanup: &Value, pid: u32) -> Option<&str> {
    let ended = cleanup["ended"].as_array().unwrap();
    ended.iter().find(|entry| entry["pid"] == pid)?["how"].as_str()
}

/// Fails unless the cleanup ended nothing at all and said so.
#[track_caller]
fn nothing_was_ended(cleanup: &Value) {
    assert_eq!(cleanup["ended"], Value::Array(Vec::new()), "{cleanup:#}");
}

/// Gone for good: neither the shim nor what it had started runs on.
#[track_caller]
fn is_gone_with_all_it_started(shim: Shim) {
    assert!(!shim.lives(), "{shim:?} is alive");
    assert!(!shim.grandchild.is_some_and(Identity::lives), "{shim:?} left its grandchild");
}
