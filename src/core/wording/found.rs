//! What is not in order, and what to do about it.

use super::{name, unseen, unseen_hint};
use crate::core::diagnose::Diagnosis;
use crate::core::finding::Finding;
use crate::core::heir::{Heir, Proof};
use crate::core::identity::Pid;
use crate::core::path_style::PathStyle;
use crate::core::snapshot::Hold;
use crate::core::watch::Watch;

/// A watch's port as it stands in a sentence.
#[must_use]
pub(super) fn the_port(watch: &Watch) -> String {
    watch.port_number().map_or_else(|| "its port".into(), |port| format!("port {port}"))
}

/// How to see who has a port.
#[must_use]
pub(super) fn free_command(port: Option<u16>) -> String {
    port.map_or_else(|| "shimkeeper free".into(), |port| format!("shimkeeper free {port}"))
}

/// One finding, as a clause.
#[must_use]
pub fn finding(finding: &Finding, watch: &Watch) -> String {
    let port = the_port(watch);
    match finding {
        Finding::Orphan { pid } => format!("{pid} is an orphan: nobody uses it any more"),
        Finding::Suspected { pid } => format!("{pid} seems to have lost its client; it is looked at again"),
        Finding::Foreign { pid, name: who, address, hold } => {
            let who = format!("{} ({pid})", name(who));
            match hold {
                Hold::Listens => format!("{who} holds {address} and is not {}", watch.name),
                Hold::Bound => format!("{who} has bound {address} and does not listen on it"),
                Hold::Connected => {
                    format!("{who} has a connection from {address}; it is not ended for that")
                }
            }
        }
        Finding::Ghost { pid, address, heir } => ghost(*pid, address, heir.as_ref()),
        Finding::Reserved { first, last } => {
            format!("{port} is reserved by the system ({first}–{last}), so that nobody can listen on it")
        }
        Finding::Taken { at, lingers: false } => {
            format!(
                "nobody listens on {port}, and {at} cannot be bound: a program that cannot be seen holds it"
            )
        }
        Finding::Taken { at, lingers: true } => format!(
            "nobody listens on {port}, and {at} cannot be bound yet: a closed connection lingers on it"
        ),
        Finding::NotPermitted => {
            format!("nobody listens on {port}, and binding it takes more rights than this user has")
        }
        Finding::Superseded { pid, by } => {
            format!("{pid} was given up: its client has let go of its input and started {by} instead")
        }
        Finding::NotListening { pid } => format!("{pid} should listen on {port} and does not"),
        Finding::Unseen(what) => unseen(what),
    }
}

fn ghost(pid: Pid, address: &str, heir: Option<&Heir>) -> String {
    let has_it =
        heir.map_or_else(|| "another process, which could not be found, has the socket".into(), self::heir);
    format!("{address} is held in the name of {pid}, which ended: {has_it}")
}

/// Who has the socket of a process that ended.
#[must_use]
pub fn heir(heir: &Heir) -> String {
    let who = format!("{} ({})", name(&heir.name), heir.identity.pid);
    match heir.proof {
        Proof::HoldsTheSocket => format!("{who} has inherited the socket"),
        Proof::StartedByTheDead => format!("{who}, which it started, most likely has the socket"),
    }
}

/// What to do about a finding, where there is something.
#[must_use]
pub fn finding_hint(finding: &Finding, diagnosis: &Diagnosis) -> Option<String> {
    let number = diagnosis.watch.port_number();
    match finding {
        Finding::Orphan { .. } => Some("`shimkeeper cleanup` ends it".into()),
        Finding::Suspected { .. } => None,
        Finding::Ghost { heir: None, .. } => Some(
            "if no program can be found that belongs to it, logging off or a restart frees the port".into(),
        ),
        Finding::Foreign { hold: Hold::Connected, .. } => {
            number.map(|port| outgoing_hint(port, diagnosis.system.path_style()))
        }
        Finding::Foreign { .. } | Finding::Ghost { .. } => {
            Some(format!("`{}` shows the process and ends it if you agree", free_command(number)))
        }
        Finding::Reserved { .. } => Some("`shimkeeper doctor` tells how to take the reservation back".into()),
        Finding::Taken { lingers: false, .. } => {
            Some("look with more rights for who has bound it, or let the server use another port".into())
        }
        Finding::Taken { lingers: true, .. } => {
            Some("it is over in a minute: try again, or let the server use another port".into())
        }
        Finding::NotPermitted => Some(
            "let the server use a port from 1024 on, or give its program the right to bind this one".into(),
        ),
        Finding::Superseded { .. } => Some("`shimkeeper cleanup --duplicates` ends it".into()),
        Finding::NotListening { .. } => {
            Some("`shimkeeper log` may say why; `shimkeeper restart` starts it anew".into())
        }
        Finding::Unseen(what) => Some(unseen_hint(what).into()),
    }
}

/// How to keep outgoing connections off a port.
#[must_use]
pub fn outgoing_hint(port: u16, style: PathStyle) -> String {
    let keep = match style {
        PathStyle::Unix => format!("`sysctl -w net.ipv4.ip_local_reserved_ports={port}`"),
        PathStyle::Windows => {
            format!("`netsh int ipv4 add excludedportrange protocol=tcp startport={port} numberofports=1`")
        }
    };
    format!(
        "wait until that connection is closed; {keep} with administrator rights keeps later ones off the port \
         (list the ports that are reserved already as well)"
    )
}

/// What is done to a port, as in "127.0.0.1:3005 is held by python (4711)".
#[must_use]
pub const fn holds(hold: Hold) -> &'static str {
    match hold {
        Hold::Listens => "held by",
        Hold::Bound => "bound, without a listener, by",
        Hold::Connected => "taken by a connection of",
    }
}
