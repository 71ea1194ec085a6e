//! Files that lead back to themselves.

use std::collections::{BTreeMap, BTreeSet};

/// The largest sets of files of which each leads to each other one.
pub(crate) fn rings<'a>(arrows: &BTreeSet<(&'a str, &'a str)>) -> Vec<BTreeSet<&'a str>> {
    let mut next: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
    for (from, to) in arrows {
        next.entry(from).or_default().push(to);
    }
    let reachable = |from: &'a str| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(file) = open.pop() {
            for to in next.get(file).into_iter().flatten() {
                if seen.insert(*to) {
                    open.push(to);
                }
            }
        }
        seen
    };
    let from_each: BTreeMap<&'a str, BTreeSet<&'a str>> =
        arrows.iter().map(|(from, _)| (*from, reachable(from))).collect();
    let leads = |from: &str, to: &str| from_each.get(from).is_some_and(|seen| seen.contains(to));
    let mut found: Vec<BTreeSet<&'a str>> = Vec::new();
    for file in from_each.keys().filter(|file| leads(file, file)) {
        if !found.iter().any(|ring| ring.contains(file)) {
            found.push(
                from_each.keys().filter(|other| leads(file, other) && leads(other, file)).copied().collect(),
            );
        }
    }
    found
}

#[test]
fn a_ring_is_found_whole_and_a_line_is_none() {
    let arrows =
        [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("x", "a")].into_iter().collect();
    assert_eq!(rings(&arrows), [BTreeSet::from(["a", "b", "c"])]);
}
