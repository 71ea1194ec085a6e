//! Why a guard does not start a server on a port that stays taken, and what to do about it.

use std::time::Duration;

use super::found::{free_command, the_port};
use super::{Complaint, finding, finding_hint, holder, name, wait};
use crate::core::diagnose::Diagnosis;
use crate::core::evidence::Evidence;
use crate::core::finding::Finding;
use crate::core::instance::{Client, Instance, Ripeness, State};
use crate::core::lease::Lease;
use crate::core::snapshot::Holder;

/// What is known of another guard that has the port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sibling {
    /// Its client is the one that starts this server.
    OfOurClient,
    /// Its client lives.
    InUse,
    /// Its client has ended, and it ends its server.
    Ending,
    /// It lives; whose it is cannot be told.
    Unknown,
}

/// The port after the time is over.
#[must_use]
pub fn port_still_taken(diagnosis: &Diagnosis) -> Complaint {
    let rows = diagnosis
        .holders
        .iter()
        .map(|row| format!("{} by {}", row.address, holder(&row.holder, row.name.as_deref())));
    let mut rows: Vec<String> = rows.collect();
    rows.dedup();
    let users = diagnosis.instances.iter().filter(|instance| instance.listens).filter_map(user);
    rows.extend(users);
    let (port, free) = (the_port(&diagnosis.watch), free_command(diagnosis.watch.port_number()));
    let says = format!("the server was not started: {port} is still held ({})", rows.join(", "));
    let mut servers = diagnosis.instances.iter().filter(|instance| instance.listens).peekable();
    let is_known = servers.peek().is_some();
    let is_hidden = diagnosis.holders.iter().any(|row| row.holder == Holder::Hidden);
    let hint = match servers.find_map(unripe_in) {
        Some(ripe_in) => format!(
            "an orphan is not ended before it was seen as one for long enough: try again in {}",
            wait(ripe_in)
        ),
        None if is_known && !is_hidden => format!(
            "`shimkeeper status` says why it was left alone; `{free}` ends it if you agree"
        ),
        None if is_hidden => "we may not see which program that is: an administrator can, and can end it; or let the server use another port".into(),
        // Of whoever belongs to no watch the status tells nothing.
        None => format!("`{free}` ends it if you agree; or let the server use another port"),
    };
    Complaint::new(says, hint)
}

fn user(instance: &Instance) -> Option<String> {
    match &instance.client {
        Client::Living { identity, name: who } => Some(format!("used by {} ({})", name(who), identity.pid)),
        Client::Gone { .. } | Client::Unseen => {
            let is_use =
                |one: &&Evidence| matches!(one, Evidence::SpokenTo { .. } | Evidence::CalledBy { .. });
            instance.evidence.iter().find(is_use).map(super::evidence)
        }
    }
}

fn unripe_in(instance: &Instance) -> Option<Duration> {
    match instance.state {
        State::Orphan(Ripeness::Unripe { ripe_in }) => Some(ripe_in),
        State::Orphan(Ripeness::Ripe)
        | State::Attached
        | State::Adopted
        | State::Superseded { .. }
        | State::Unseen => None,
    }
}

/// The port has no listener, and what keeps it is known.
#[must_use]
pub fn port_kept_by(diagnosis: &Diagnosis, keeps: &Finding) -> Complaint {
    let says = format!("the server was not started: {}", finding(keeps, &diagnosis.watch));
    Complaint { sentence: says, hint: finding_hint(keeps, diagnosis) }
}

/// Nobody is seen to listen, and yet it cannot be bound.
#[must_use]
pub fn port_not_to_be_bound(port: u16, why: Option<&str>, may_bind: bool) -> Complaint {
    let why = why.unwrap_or("somebody has it who does not listen on it, or who may not be seen");
    let hint = if may_bind {
        "let the server use another port, or find out with more rights who has this one".to_owned()
    } else {
        format!("port {port} takes more rights than this user has: let the server use another one")
    };
    let says = format!("the server was not started: port {port} cannot be bound ({why})");
    Complaint::new(says, hint)
}

/// The client has gone away meanwhile.
#[must_use]
pub fn port_deserted(port: u16) -> String {
    format!(
        "the server was not started: port {port} was still held, and the client has closed its input meanwhile"
    )
}

/// A guard of another client is at it.
#[must_use]
pub fn port_turn_of_another(port: u16) -> Complaint {
    Complaint::new(
        format!("the server was not started: another guard is starting one for port {port} right now"),
        "try again; `shimkeeper status` tells who has the port by then",
    )
}

/// Another guard has a server for that port.
#[must_use]
pub fn port_of_a_sibling(port: u16, lease: &Lease, sibling: Sibling) -> Complaint {
    let of_whom =
        lease.client.as_ref().map(|client| format!(" of {} ({})", name(&client.name), client.identity.pid));
    let server = lease.server.unwrap_or(lease.guard).pid;
    let (state, hint) = match sibling {
        Sibling::OfOurClient => (
            ", who starts this one, too",
            "a server that was told to end may take some seconds: try again; if it was not, the client has \
             this server in its configuration twice",
        ),
        Sibling::InUse => (", who lives", "close that client, or let this one use another port"),
        Sibling::Ending => (", who has ended: its guard ends it", "try again in some seconds"),
        Sibling::Unknown => {
            ("", "`shimkeeper status` tells what is known of it; let this one use another port")
        }
    };
    let of_whom = of_whom.unwrap_or_default();
    let whose = format!("{} ({server}){of_whom}{state}", name(&lease.name));
    Complaint::new(format!("the server was not started: port {port} belongs to {whose}"), hint)
}

/// Another guard has a server that may be about to take the port, and may never do so.
#[must_use]
pub fn port_may_be_wanted_by(port: u16, lease: &Lease) -> String {
    let of_whom = lease.client.as_ref();
    let of_whom = of_whom.map(|client| format!(" of {} ({})", name(&client.name), client.identity.pid));
    let (server, of_whom) = (lease.server.unwrap_or(lease.guard).pid, of_whom.unwrap_or_default());
    format!(
        "port {port} is free, so the server is started; {} ({server}){of_whom} was started a moment ago and has not \
         taken that port yet: if both of them want it, set `listens = \"always\"` in the watch",
        name(&lease.name)
    )
}

/// A server is started anew, and somebody else was faster.
#[must_use]
pub fn port_taken_meanwhile(port: u16) -> String {
    format!(
        "port {port} was taken by somebody else while the server was restarted; it is started all the same, and \
         `shimkeeper free {port}` tells who has it"
    )
}

/// No lock, no turns.
#[must_use]
pub fn port_without_a_turn(port: u16, path: &dyn std::fmt::Display, why: &dyn std::fmt::Display) -> String {
    format!(
        "the lock {path} cannot be taken ({why}): a second server that is started for port {port} at the same moment \
         would not be noticed"
    )
}
