//! Guarded servers as others see them, and what guards did when they were asked. (What a guard itself says
//! stands in `guard.rs`.)

use std::fmt::Display;
use std::path::Path;

use super::found::the_port;
use super::names::client_in_a_sentence;
use super::{count, name};
use crate::core::diagnose::Diagnosis;
use crate::core::evidence::KnownClient;
use crate::core::identity::Pid;
use crate::core::instance::{Instance, State};
use crate::core::lease::Lease;
use crate::core::mask::{plain_short, text};
use crate::core::watch::Watch;

/// What a guard knows, as evidence.
pub(super) fn guarded(guard: Pid, client: &KnownClient) -> String {
    match client {
        KnownClient::Living { pid, name: who } => {
            format!("its guard {guard} knows that {} ({pid}) uses it", name(who))
        }
        KnownClient::Ended { pid, name: who } => {
            format!("its client {} ({pid}) ended, so its guard {guard} is to end it", name(who))
        }
        KnownClient::Hidden { pid, name: who } => {
            format!("its guard {guard} says that {} ({pid}) uses it", name(who))
        }
        KnownClient::Nobody => format!("it has a guard, {guard}, which could not tell who uses it"),
    }
}

/// A guard of which nothing else is known, as evidence.
pub(super) fn guard_silent(guard: Pid) -> String {
    format!("it runs behind the guard {guard}, of which no lease was found here")
}

/// What runs well, by whom it is used, and what has a guard.
pub(super) fn healthy(diagnosis: &Diagnosis) -> String {
    let port = the_port(&diagnosis.watch);
    let server = &diagnosis.watch.name;
    let listens = diagnosis.instances.iter().any(|instance| instance.listens);
    let guarded = diagnosis.instances.iter().filter(|instance| instance.guarded.is_some()).count();
    if let ([instance], 1) = (diagnosis.instances.as_slice(), guarded) {
        let of_whom = client_in_a_sentence(&instance.client).map(|who| format!(" for {who}"));
        let of_whom = of_whom.unwrap_or_default();
        let holds = if listens { format!(", holds {port}") } else { String::new() };
        return format!("{server} runs{of_whom}, guarded{holds}");
    }
    let guards = if guarded > 0 { format!(", {guarded} guarded") } else { String::new() };
    match (diagnosis.instances.len(), listens) {
        (1, true) => format!("{server} runs and holds {port}"),
        (1, false) => format!("{server} runs"),
        (all, true) => format!("{all} of {server} run{guards}, one holds {port}"),
        (all, false) => format!("{all} of {server} run{guards}"),
    }
}

/// The Restart row where guards do it.
pub const ROW_RESTART_UNNOTICED: &str = "Restart (its client does not notice)";

/// What a guard did; `news` is in what the new server differs from the one that the client knows.
#[must_use]
pub fn restarted_by_guard(old: Pid, new: &Instance, guard: Pid, watch: &Watch, news: Option<&str>) -> String {
    let who = client_in_a_sentence(&new.client).unwrap_or_else(|| "its client".into());
    let (name, pid) = (&watch.name, new.main.pid);
    let done = format!("the guard {guard} started {name} anew as PID {pid} in place of {old}");
    match news {
        None => format!("{done}; {who} does not notice"),
        Some(news) => {
            format!("{done}; reload {who}, which knows another server: {}", plain_short(&text(news), 1000))
        }
    }
}

/// With what ended along with the old server; that is a sentence of its guard's.
#[must_use]
pub fn with_what_ended_along(says: &str, along: Option<&str>) -> String {
    match along {
        Some(along) => format!("{says}; {}", plain_short(&text(along), 1000)),
        None => says.to_owned(),
    }
}

/// The same where the server does not listen yet.
#[must_use]
pub fn does_not_listen_yet(says: &str, watch: &Watch) -> String {
    format!("{says}; it does not listen on {} yet", the_port(watch))
}

/// What a restart through guards left as it was.
#[must_use]
pub fn left_without_guard(instance: &Instance) -> String {
    let pid = instance.top.pid;
    match (instance.state, &instance.guarded) {
        (State::Orphan(_), _) => format!("{pid} has no client any more and is left to a cleanup"),
        (_, Some(guarded)) => {
            let guard = guarded.guard.pid;
            format!("{pid} stays as it is: its guard {guard} was started with --no-restart")
        }
        (_, None) => format!("{pid} stays as it is: it has no guard, so only its client can restart it"),
    }
}

/// A guard that ended before it could be asked.
#[must_use]
pub fn guard_gone(instance: &Instance, guard: Pid) -> String {
    format!("{} was not restarted: its guard {guard} ended meanwhile", instance.main.pid)
}

/// A guard that could not do it, or did not answer.
#[must_use]
pub fn guard_failed(instance: &Instance, guard: Pid, why: &str) -> String {
    format!("{} was not restarted by its guard {guard}: {}", instance.main.pid, plain_short(&text(why), 300))
}

/// A guard that says more than can be seen.
#[must_use]
pub fn guard_not_believed(instance: &Instance, guard: Pid) -> String {
    format!(
        "the guard {guard} says that it restarted {}, but no other server was seen: its log may say why",
        instance.main.pid
    )
}

/// A guard that took a request and said nothing.
pub const GUARD_DID_NOT_ANSWER: &str = "it gave no answer; its log says what it did";

/// A guard that nobody can reach.
#[must_use]
pub fn guard_not_reached(error: &dyn Display) -> String {
    format!("it could not be reached ({error})")
}

/// What it means to end a guarded process, for whoever is about to.
#[must_use]
pub fn guard_over(lease: &Lease, pid: Pid) -> String {
    let guard = lease.guard.pid;
    let of_whom = lease
        .client
        .as_ref()
        .map_or_else(String::new, |client| format!(" for {} ({})", name(&client.name), client.identity.pid));
    let then = match lease.server {
        Some(server) if server.pid == pid => "if it is ended, its guard ends with it or starts it again",
        Some(_) | None => "its guard looks after what it belongs to",
    };
    let restart = if lease.restartable { "; `shimkeeper restart` starts it anew instead" } else { "" };
    format!("guarded by {guard}{of_whom}: {then}{restart}")
}

/// How many guards run, for `doctor`.
#[must_use]
pub fn guards_live(number: usize) -> String {
    match number {
        0 => "no guarded server runs".into(),
        n => format!("{} known by the leases of their guards", count(n, "guarded server", "guarded servers")),
    }
}

/// Leases that cannot be listed.
#[must_use]
pub fn leases_unreadable(folder: &Path, error: &dyn Display) -> String {
    format!("{} is there and cannot be listed ({error}), so guarded servers are not known", folder.display())
}

/// What to do about leases that cannot be listed.
pub const LEASES_HINT: &str = "make it a folder of its own that you can read; until then nothing that a guard keeps is taken for an orphan";

/// A folder of leases that others can write to.
#[must_use]
pub fn leases_open(folder: &Path) -> String {
    format!("{} can be written by others than you", folder.display())
}

/// What to do about a folder that others can write to.
pub const LEASES_OPEN_HINT: &str =
    "take the rights of others away: a lease that somebody else writes can hide an orphan";
