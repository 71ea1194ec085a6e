//! Whose end is worth a look at once: shims, and everybody whom they were started by.

use std::collections::{HashMap, HashSet};

use crate::core::{Client, Diagnosis, Holder, Identity, Pid, Snapshot};

/// The shims of these diagnoses with all their ancestors, their clients and the holders of their ports. Not what shims
/// have started: that may come and go many times a second.
#[must_use]
pub(super) fn followed(snapshot: &Snapshot, diagnoses: &[Diagnosis]) -> Vec<Identity> {
    let mut found = Followed::default();
    let holders = diagnoses.iter().flat_map(|diagnosis| &diagnosis.holders);
    let known = holders.filter_map(|row| match row.holder {
        Holder::Known(identity) => Some(identity),
        Holder::Gone(_) | Holder::Hidden => None,
    });
    known.for_each(|identity| found.add(identity));
    let instances: Vec<_> = diagnoses.iter().flat_map(|diagnosis| &diagnosis.instances).collect();
    if instances.is_empty() {
        return found.in_order;
    }
    for instance in &instances {
        if let Client::Living { identity, .. } = &instance.client {
            found.add(*identity);
        }
        found.add(instance.main);
        found.add(instance.top);
    }
    let by_pid: HashMap<Pid, _> =
        snapshot.processes.iter().map(|process| (process.identity.pid, process)).collect();
    for instance in instances {
        for start in [instance.main, instance.top] {
            let mut child = by_pid.get(&start.pid);
            // A torn snapshot may hold a circle.
            for _ in 0..64 {
                let parent = child.and_then(|child| by_pid.get(&child.parent?));
                let Some(parent) = parent else { break };
                found.add(parent.identity);
                child = Some(parent);
            }
        }
    }
    found.in_order
}

/// Each once, in the order in which they came: those who matter most first.
#[derive(Default)]
struct Followed {
    in_order: Vec<Identity>,
    all: HashSet<Identity>,
}

impl Followed {
    fn add(&mut self, identity: Identity) {
        if self.all.insert(identity) {
            self.in_order.push(identity);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::{World, process};

    #[test]
    fn a_shim_and_all_above_it_are_followed_and_nobody_below() {
        let world = World::linux()
            .and(process(100, 1).with_args(&["claude"]).child_of(1))
            .and(process(200, 2).with_args(&["sh", "-c", "python run_ws_shim.py"]).child_of(100))
            .and(process(300, 3).with_args(&["python", "run_ws_shim.py"]).child_of(200))
            .and(process(400, 4).with_args(&["git", "status"]).child_of(300))
            .and(process(500, 5).with_args(&["sleep", "9"]).child_of(100));
        let found = followed(&world.snapshot, &[world.look()]);
        let pids: Vec<u32> = found.iter().map(|identity| identity.pid.get()).collect();
        // The client and the instance before whoever is far above them.
        assert_eq!(pids, [100, 300, 200, 1]);
        let quiet = World::linux();
        assert_eq!(followed(&quiet.snapshot, &[quiet.look()]), []);
    }
}
