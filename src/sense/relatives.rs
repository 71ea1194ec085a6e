//! Whose traits are worth a read each: possible shims, their ancestors and their descendants.
//!
//! Deliberately generous, by bare numbers and substrings: the core decides, this only saves reads.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::core::recognise::may_be_a_match;
use crate::core::{Fact, Holder, Lease, Pid, PortFacts, Presence, Process, Watch};
use crate::platform;
use crate::platform::table::Table;

/// The positions in `processes` of everything that may belong to a watched shim, by itself or because its
/// guard says so.
pub(super) fn of_shims(processes: &[Process], watches: &[Watch], leases: &[Lease]) -> Vec<usize> {
    let at: HashMap<Pid, usize> =
        processes.iter().enumerate().map(|(at, process)| (process.identity.pid, at)).collect();
    let mut children: HashMap<Pid, Vec<usize>> = HashMap::new();
    for (at, process) in processes.iter().enumerate() {
        if let Some(parent) = process.parent {
            children.entry(parent).or_default().push(at);
        }
    }
    let mut wanted: HashSet<usize> = HashSet::new();
    for (start, process) in processes.iter().enumerate() {
        let is_guard = leases.iter().any(|lease| lease.guard == process.identity);
        if !is_guard && !watches.iter().any(|watch| may_be_a_shim(process, watch)) {
            continue;
        }
        let mut below = vec![start];
        while let Some(next) = below.pop() {
            if wanted.insert(next) || next == start {
                below.extend(
                    children
                        .get(&processes[next].identity.pid)
                        .into_iter()
                        .flatten()
                        .filter(|child| !wanted.contains(child)),
                );
            }
        }
        let mut above = process.parent.and_then(|parent| at.get(&parent)).copied();
        let mut seen = HashSet::from([start]);
        while let Some(next) = above.filter(|next| seen.insert(*next)) {
            wanted.insert(next);
            above = processes[next].parent.and_then(|parent| at.get(&parent)).copied();
        }
    }
    let mut wanted: Vec<usize> = wanted.into_iter().collect();
    wanted.sort_unstable();
    wanted
}

pub(super) fn may_be_a_shim(process: &Process, watch: &Watch) -> bool {
    let Some(mark) = watch.runs.mark(platform::PATH_STYLE).map(str::to_lowercase) else { return false };
    let names_it = |words: &[String]| words.iter().any(|word| word.to_lowercase().contains(&mark));
    match &process.args {
        Fact::Known(words) => names_it(words) || process.ran.as_deref().is_some_and(names_it),
        Fact::Hidden => may_be_a_match(process, &watch.runs, platform::PATH_STYLE),
    }
}

/// Reads the traits of whoever holds a watched port, or may have inherited it: the user may ask for
/// its end.
pub(super) fn add_holders<'a>(
    processes: &mut [Process],
    table: &mut Table,
    ports: impl Iterator<Item = &'a PortFacts>,
) {
    let (mut holders, mut dead) = (HashSet::new(), HashSet::new());
    for port in ports {
        holders.extend(port.heirs.iter().copied());
        for holder in port.holders() {
            match holder {
                Holder::Known(identity) => drop(holders.insert(*identity)),
                Holder::Gone(pid) => drop(dead.insert(*pid)),
                Holder::Hidden => {}
            }
        }
    }
    for process in processes.iter_mut() {
        let is_heir = process.parent.is_some_and(|parent| dead.contains(&parent));
        if is_heir || holders.contains(&process.identity) {
            let pid = process.identity.pid;
            process.details.get_or_insert_with(|| table.details(pid));
        }
    }
}

/// What became of every parent on record that the list does not show.
pub(super) fn absent_parents(processes: &[Process]) -> BTreeMap<Pid, Presence> {
    let listed: HashSet<Pid> = processes.iter().map(|process| process.identity.pid).collect();
    // Only shims and their relatives are ever asked for their parents.
    let related = processes.iter().filter(|process| process.details.is_some());
    let parents = related.filter_map(|process| process.parent).filter(|parent| !listed.contains(parent));
    parents.map(|parent| (parent, platform::presence(parent))).collect()
}
