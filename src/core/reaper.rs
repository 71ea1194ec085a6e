//! Who takes in processes whose parent died, and when such a foster parent is the real one.
//!
//! Windows has no reapers: there a dead parent stays on record.

use super::family::Family;
use super::snapshot::{Details, Fact, OtherEnd, Process, System};
use super::unseen::Trait;

/// How a process stands to a parent that takes in orphans.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fostering {
    /// The parent is no reaper: it started the process.
    NotAReaper,
    /// The parent takes in orphans, and nothing says that it started this one.
    TakenIn,
    /// The parent takes in orphans, but started this one itself.
    StartedByIt,
    /// It cannot be told which, because this trait is hidden.
    CannotTell(Trait),
    /// It cannot be told which, because the parent hides what it was told to start.
    OrdersHidden,
}

/// Other first processes that start only what they are told to and adopt the rest.
const INITS: &[&str] = &["init", "busybox", "runit", "openrc-init", "s6-svscan", "finit"];

/// First processes of whole machines, which are told to start nothing but services.
const MACHINE_INITS: &[&str] = &["systemd", "launchd"];

/// Inits that carry the container's own command on their command line, and end when it ends.
const CONTAINER_INITS: &[&str] = &["tini", "docker-init", "catatonit", "dumb-init"];

/// Judges the link from `child` to its living parent, for a server whose command line holds `mark`.
#[must_use]
pub fn fostering(
    parent: &Process,
    child: &Process,
    mark: Option<&str>,
    system: System,
    family: &Family<'_>,
) -> Fostering {
    if system == System::Windows {
        return Fostering::NotAReaper;
    }
    let name = parent.name.as_str();
    let names_the_script = || mark.is_some_and(|mark| parent.args().iter().any(|word| word.contains(mark)));
    let hides_its_orders = matches!(parent.args, Fact::Hidden);
    if let Some(relayed) = name.strip_prefix("Relay(").and_then(|rest| rest.strip_suffix(')')) {
        // WSL names the one process that it relays for; all others were taken in.
        return started_if(relayed.parse() == Ok(child.identity.pid.get()));
    }
    if name == "SessionLeader" || is_user_manager(parent) {
        return Fostering::TakenIn;
    }
    if CONTAINER_INITS.contains(&name) {
        return if names_the_script() || is_oldest_child(parent, child, family) {
            Fostering::StartedByIt
        } else if hides_its_orders {
            Fostering::OrdersHidden
        } else {
            Fostering::TakenIn
        };
    }
    if !parent.identity.pid.is_first() {
        // WSL runs several `init`, one for each session; each is a subreaper.
        return match name {
            "init" => Fostering::TakenIn,
            "systemd" if hides_its_orders => Fostering::OrdersHidden,
            _ => Fostering::NotAReaper,
        };
    }
    if names_the_script() {
        Fostering::StartedByIt
    } else if MACHINE_INITS.contains(&name) {
        Fostering::TakenIn
    } else if hides_its_orders {
        Fostering::OrdersHidden
    } else if INITS.contains(&name) {
        Fostering::TakenIn
    } else {
        strange_first_process(parent, child)
    }
}

fn started_if(started: bool) -> Fostering {
    if started { Fostering::StartedByIt } else { Fostering::TakenIn }
}

/// What a container's init was told to start is there before everything else in the container, whatever
/// it put into its own place since; and the init does not outlive it.
fn is_oldest_child(parent: &Process, child: &Process, family: &Family<'_>) -> bool {
    let children = family.children(parent.identity.pid);
    children.iter().all(|other| child.identity.birth.no_later_than(other.identity.birth))
}

/// Whether a process of this number and name may be somebody who takes in orphans. Generous: it only
/// says for whose children more is to be read.
#[must_use]
pub fn may_take_in(parent: &Process) -> bool {
    let name = parent.name.as_str();
    parent.identity.pid.is_first()
        || name.starts_with("Relay(")
        || name == "SessionLeader"
        || INITS.contains(&name)
        // One of these is every user's own.
        || name == "systemd"
}

/// Whether the children of this process are compared with each other: the oldest one is what it was told to start.
#[must_use]
pub fn is_a_containers_init(process: &Process) -> bool {
    CONTAINER_INITS.contains(&process.name.as_str())
}

/// `systemd --user`, which starts services (told by their cgroup) and takes in everything else.
fn is_user_manager(process: &Process) -> bool {
    process.name == "systemd" && process.args().iter().any(|word| word == "--user")
}

/// A container's first process may be anything, and start servers itself. A child in its own session
/// may be its own; one in a session of somebody else must have been taken in.
fn strange_first_process(parent: &Process, child: &Process) -> Fostering {
    let session = |process: &Process| -> Option<Fact<_>> { process.details.as_ref().map(|d| d.session) };
    let (Some(Fact::Known(theirs)), Some(Fact::Known(ours))) = (session(parent), session(child)) else {
        return Fostering::CannotTell(Trait::Session);
    };
    if theirs == ours {
        return Fostering::StartedByIt;
    }
    if ours != Some(child.identity.pid) {
        return Fostering::TakenIn;
    }
    // It leads a session of its own: so do daemons, and servers of clients that detach them. Only
    // clients connect both standard streams to pipes, and only a client that is there holds the
    // other end.
    let Some(Details { streams, other_end, .. }) = &child.details else {
        return Fostering::CannotTell(Trait::Session);
    };
    match (streams, other_end) {
        (Fact::Known(streams), _) if !streams.are_a_clients() => Fostering::StartedByIt,
        (Fact::Hidden, _) => Fostering::CannotTell(Trait::Terminal),
        (Fact::Known(_), OtherEnd::Nobody { .. } | OtherEnd::NoChannel) => Fostering::TakenIn,
        (Fact::Known(_), OtherEnd::Somebody(who)) if !who.is_empty() => {
            started_if(who.contains(&parent.identity.pid))
        }
        (Fact::Known(_), OtherEnd::Somebody(_) | OtherEnd::NotAsked | OtherEnd::Unknown) => {
            Fostering::CannotTell(Trait::Speaker)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::process;

    #[test]
    fn more_is_read_of_the_children_of_whoever_may_have_taken_them_in() {
        for (number, name) in
            [(1, "strange"), (30, "Relay(200)"), (31, "SessionLeader"), (318, "init"), (100, "systemd")]
        {
            assert!(may_take_in(&process(number, 20).named(name)), "{name}");
        }
        for name in ["claude", "bash", "Relay", "tini"] {
            assert!(!may_take_in(&process(150, 20).named(name)), "{name}");
        }
    }

    #[test]
    fn the_oldest_child_is_sought_below_a_containers_init_alone() {
        assert!(is_a_containers_init(&process(1, 0).named("tini")));
        assert!(!is_a_containers_init(&process(1, 0).named("systemd")));
    }
}
