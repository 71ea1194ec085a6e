//! Whose end is worth a look at once: shims, and everybody whom they were started by.

use std::collections::{HashMap, HashSet};

use crate::core::{Client, Diagnosis, Holder, Identity, Pid, Snapshot};

/// The shims of these diagnoses with all their ancestors, their clients and the holders of their ports. Not what shims
/// have started: that may come and go many times a second.
#[must_use]
pub(super) fn followed(snapshot: &Snapshot, diagnoses: &[Diagnosis]) -> Vec<Identity> {
    let mut found = HashSet::new();
    let holders = diagnoses.iter().flat_map(|diagnosis| &diagnosis.holders);
    found.extend(holders.filter_map(|row| match row.holder {
        Holder::Known(identity) => Some(identity),
        Holder::Gone(_) | Holder::Hidden => None,
    }));
    let instances: Vec<_> = diagnoses.iter().flat_map(|diagnosis| &diagnosis.instances).collect();
    if instances.is_empty() {
        return in_order(found);
    }
    let by_pid: HashMap<Pid, _> =
        snapshot.processes.iter().map(|process| (process.identity.pid, process)).collect();
    for instance in instances {
        if let Client::Living { identity, .. } = &instance.client {
            found.insert(*identity);
        }
        for start in [instance.main, instance.top] {
            found.insert(start);
            let mut child = by_pid.get(&start.pid);
            // A torn snapshot may hold a circle.
            for _ in 0..64 {
                let parent = child.and_then(|child| by_pid.get(&child.parent?));
                let Some(parent) = parent else { break };
                found.insert(parent.identity);
                child = Some(parent);
            }
        }
    }
    in_order(found)
}

fn in_order(found: HashSet<Identity>) -> Vec<Identity> {
    let mut found: Vec<Identity> = found.into_iter().collect();
    found.sort_unstable_by_key(|identity| (identity.pid, identity.birth.token));
    found
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
        assert_eq!(pids, [1, 100, 200, 300]);
        let quiet = World::linux();
        assert_eq!(followed(&quiet.snapshot, &[quiet.look()]), []);
    }
}
