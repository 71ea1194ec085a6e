//! Who may have inherited the listening socket of a process that ended.
//!
//! Windows goes on showing the number of the process that made a socket, also when it ended and a
//! child holds the socket now: a ghost listener. What is said here is for the user to act on; no
//! cleanup ever ends an heir.

use super::family::{Family, Parent};
use super::identity::{Identity, Pid};
use super::recognise::is_match;
use super::snapshot::{Process, Snapshot};
use super::watch::Watch;

/// How it is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Proof {
    /// It was found to hold the socket.
    HoldsTheSocket,
    /// It was started by the process that ended, as heirs are.
    StartedByTheDead,
}

/// Somebody who holds the socket, or may hold it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heir {
    /// Who.
    pub identity: Identity,
    /// Its name.
    pub name: String,
    /// How it is known.
    pub proof: Proof,
}

/// The most likely heir of what `dead` held on the watched port: who was found with the socket, else
/// who was started by the dead, a shim before others and the oldest first.
#[must_use]
pub fn heir_of(dead: Pid, snapshot: &Snapshot, family: &Family<'_>, watch: &Watch) -> Option<Heir> {
    let found =
        watch.port_number().and_then(|port| snapshot.ports.get(&port)).map_or(&[][..], |port| &port.heirs);
    let holds = |process: &&Process| found.contains(&process.identity);
    if let Some(process) = snapshot.processes.iter().filter(holds).min_by_key(|process| process.identity.pid)
    {
        return Some(heir(process, Proof::HoldsTheSocket));
    }
    let children = snapshot.processes.iter().filter(|process| match family.parent(process) {
        Parent::Gone(pid) => pid == dead,
        Parent::Living(_) | Parent::Reused(_) | Parent::Unclear(_) | Parent::Hidden(_) => false,
    });
    let likeliest = |process: &&Process| {
        (!is_match(process, &watch.runs, family.style()), process.identity.birth.token, process.identity.pid)
    };
    children.min_by_key(likeliest).map(|process| heir(process, Proof::StartedByTheDead))
}

fn heir(process: &Process, proof: Proof) -> Heir {
    Heir { identity: process.identity, name: process.name.clone(), proof }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Verdict;
    use crate::core::diagnose::HeldBy;
    use crate::core::snapshot::Holder;
    use crate::core::testing::{World, pid, process};

    fn heir_in(world: &World) -> Option<(u32, Proof)> {
        let found = world.look();
        assert_eq!(found.verdict, Verdict::Blocked);
        let holds = |row: &HeldBy| row.heir.clone();
        found.holders.iter().find_map(holds).map(|heir| (heir.identity.pid.get(), heir.proof))
    }

    fn haunted() -> World {
        World::windows()
            .and(process(500, 50).with_args(&["helper.exe"]).child_of(77))
            .and(process(600, 60).with_args(&["other.exe"]).child_of(1000))
            .where_died(77)
            .where_held_by(Holder::Gone(pid(77)))
    }

    #[test]
    fn a_child_of_the_dead_is_the_likely_heir() {
        assert_eq!(heir_in(&haunted()), Some((500, Proof::StartedByTheDead)));
    }

    #[test]
    fn a_shim_is_likelier_to_have_the_socket_than_an_older_child_of_the_dead() {
        let shim = process(700, 70).with_args(&["python.exe", "run_ws_shim.py"]).child_of(77);
        let rows = haunted().and(shim).look().holders;
        let heir = rows.iter().find_map(|row| row.heir.as_ref());
        assert_eq!(heir.map(|heir| heir.identity.pid), Some(pid(700)));
    }

    #[test]
    fn whoever_was_found_with_the_socket_is_the_heir() {
        let mut world = haunted();
        let other = world.snapshot.processes.iter().find(|process| process.identity.pid == pid(600));
        let identity = other.unwrap().identity;
        world.snapshot.ports.get_mut(&3005).unwrap().heirs = vec![identity];
        assert_eq!(heir_in(&world), Some((600, Proof::HoldsTheSocket)));
    }

    #[test]
    fn a_ghost_without_a_trace_has_no_heir() {
        let world = World::windows().where_held_by(Holder::Gone(pid(77)));
        assert_eq!(heir_in(&world), None);
    }
}
