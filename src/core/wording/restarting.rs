//! What a restart costs, why it is not done, and what it did.

use super::found::{free_command, the_port};
use super::{refusal, refusal_hint};
use crate::core::diagnose::Diagnosis;
use crate::core::identity::Pid;
use crate::core::plan::Refusal;
use crate::core::restart::NoRestart;
use crate::core::watch::Watch;

/// What a restart will cost a client, said before it is done.
#[must_use]
pub fn client_loses(client: &str) -> String {
    format!("{client} uses this server and will have to connect again.")
}

/// The Restart row where a client loses its server by it.
#[must_use]
pub fn restart_row_loses(client: &str) -> String {
    format!("Restart ({client} must reconnect)")
}

/// Why a restart is not offered, short enough for the menu.
#[must_use]
pub fn no_restart_in_short(why: &NoRestart) -> String {
    match why {
        NoRestart::NothingToStart => "nothing to start".into(),
        NoRestart::OnlyItsClientCan { .. } => "its client starts it".into(),
        NoRestart::PortTaken => "port is taken".into(),
        NoRestart::ItsGuardWillNot { .. } => "its guard was told not to".into(),
        NoRestart::OffLimits { why, .. } => refusal(*why).into(),
        NoRestart::CannotTell => "cannot tell what runs".into(),
    }
}

/// Why a restart was not done, and what to do.
#[must_use]
pub fn no_restart(why: &NoRestart, watch: &Watch) -> String {
    let port = the_port(watch);
    match why {
        NoRestart::NothingToStart => format!(
            "{} does not run, and the watch \"{}\" has no `command` to start it with: write one into the configuration",
            watch.name, watch.name
        ),
        NoRestart::OnlyItsClientCan { pid, listens: false } => format!(
            "{pid} listens on no port, so it speaks with its client over stdio: restart it in the client"
        ),
        NoRestart::OnlyItsClientCan { pid, listens: true } => format!(
            "{pid} listens on {port}, but its client can also speak to it over stdio, which only the client can start anew: restart it in the client, or write `listens = \"always\"` into the watch if the port is all that counts"
        ),
        NoRestart::PortTaken => {
            format!(
                "{port} is held by another process: `{}` shows which one",
                free_command(watch.port_number())
            )
        }
        NoRestart::ItsGuardWillNot { pid, guard } => format!(
            "{pid} has a guard, {guard}, that was started with --no-restart: reload the server in its client, or take --no-restart out of the client's configuration"
        ),
        NoRestart::OffLimits { pid, why } => format!("{pid} is not ended: {}", refusal(*why)),
        NoRestart::CannotTell => {
            format!("what runs on {port} could not be read: `shimkeeper doctor` tells why")
        }
    }
}

/// A restart failed while stopping.
#[must_use]
pub fn restart_could_not_stop(pid: Pid, why: Refusal) -> String {
    let hint = refusal_hint(why).map_or_else(String::new, |hint| format!(": {hint}"));
    format!("{pid} was not stopped, {}{hint}; nothing was started", refusal(why))
}

/// A restart failed because the port stayed taken.
#[must_use]
pub fn restart_port_not_free(stopped: &str, diagnosis: &Diagnosis) -> String {
    format!("{}{}; nothing was started", but_stopped(stopped), super::summary(diagnosis))
}

/// A restart was not begun, because the start would fail.
#[must_use]
pub fn restart_would_not_start(command: &str, why: &str) -> String {
    format!("`{command}` could not be started ({why}), so nothing was stopped")
}

/// A restart failed while starting.
#[must_use]
pub fn restart_could_not_start(stopped: &str, command: &str, why: &str) -> String {
    format!("{}`{command}` could not be started ({why})", but_stopped(stopped))
}

/// A restart's server ended at once.
#[must_use]
pub fn restart_ended_at_once(stopped: &str, command: &str, status: &str) -> String {
    let stopped = but_stopped(stopped);
    format!("{stopped}`{command}` ended at once ({status}): `shimkeeper log` shows what it said")
}

/// What a restart had done already when it failed.
fn but_stopped(stopped: &str) -> String {
    if stopped.is_empty() { String::new() } else { format!("PID {stopped} was stopped, but ") }
}

/// What a restart did.
#[must_use]
pub fn restarted(stopped: &str, started: Pid, watch: &Watch) -> String {
    match stopped {
        "" => format!("started {} as PID {started}", watch.name),
        stopped => format!("stopped PID {stopped}, started {} as PID {started}", watch.name),
    }
}

/// What a restart did, where the server does not listen yet.
#[must_use]
pub fn restarted_but_silent(stopped: &str, started: Pid, watch: &Watch) -> String {
    format!("{}; it does not listen on {} yet", restarted(stopped, started, watch), the_port(watch))
}

/// The Restart row where it is not offered.
#[must_use]
pub fn restart_row_no(why: &str) -> String {
    format!("Restart ({why})")
}
