//! Who uses the servers: who has the other end of their inputs, and who is connected to them.
//!
//! Whether anybody is there at all is a cheap question, asked of every server when something has changed. Who it is, and who
//! is connected, is asked of suspects only: those who may have lost their client, and everybody before an end.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use super::relatives::may_be_a_shim;
use super::search::Search;
use crate::core::launcher::{is_guard, is_launcher};
use crate::core::reaper::may_take_in;
use crate::core::snapshot::{Callers, OtherEnd};
use crate::core::{Moment, Pid, Process};
use crate::platform;
use crate::platform::callers::Calls;
use crate::platform::table::{Asked, Change, Depth, Table};

/// Where nothing else has changed, connections are asked for again after this time. Before an end they always are.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The question about connections, with the last answer.
#[derive(Debug, Default)]
pub(super) struct Calling {
    calls: Calls,
    asked: Vec<Pid>,
    at: Option<Moment>,
    answers: HashMap<Pid, Callers>,
}

impl Calling {
    fn ask(&mut self, pids: Vec<Pid>, change: Change, search: &Search<'_>) -> &HashMap<Pid, Callers> {
        let now = search.now.moment;
        let is_fresh = self.at.is_some_and(|at| now.since(at) < AGAIN_AFTER);
        let is_good = search.depth == Depth::Changes && change == Change::Nothing && is_fresh;
        if pids.is_empty() {
            self.answers.clear();
        } else if !is_good || self.asked != pids {
            self.answers = self.calls.of(&pids);
            self.at = Some(now);
        }
        self.asked = pids;
        &self.answers
    }
}

/// A server with the launchers above it.
struct Line {
    pids: Vec<Pid>,
    /// Whether its way up ends: it may have lost its client.
    is_lost: bool,
}

/// Adds to the servers and their launchers who uses them. Returns everybody who does.
pub(super) fn add(
    processes: &mut Vec<Process>,
    table: &mut Table,
    calling: &mut Calling,
    search: &Search<'_>,
) -> Vec<Pid> {
    let lines = lines(processes, search);
    let is_suspect = |line: &&Line| line.is_lost || search.depth == Depth::Everything;
    let pids = |lines: &mut dyn Iterator<Item = &Line>| -> Vec<Pid> {
        lines.flat_map(|line| &line.pids).copied().collect::<BTreeSet<_>>().into_iter().collect()
    };
    let asked =
        Asked { servers: pids(&mut lines.iter()), suspects: pids(&mut lines.iter().filter(is_suspect)) };
    if asked.servers.is_empty() {
        return Vec::new();
    }
    let mut ends = table.other_ends(&asked);
    let is_let_go =
        |line: &&Line| line.pids.iter().any(|pid| matches!(ends.get(pid), Some(OtherEnd::Nobody { .. })));
    let tops = pids(&mut lines.iter().filter(|line| is_suspect(line) || is_let_go(line)));
    let callers = calling.ask(with_descendants(&tops, processes), table.change(), search);
    let mut named: BTreeSet<Pid> = BTreeSet::new();
    for end in ends.values() {
        match end {
            OtherEnd::Somebody(who) => named.extend(who),
            OtherEnd::NotAsked | OtherEnd::NoChannel | OtherEnd::Nobody { .. } | OtherEnd::Unknown => {}
        }
    }
    for known in callers.values() {
        match known {
            Callers::Known(callers) => named.extend(callers.iter().flat_map(|caller| &caller.who)),
            Callers::NotAsked | Callers::NotListening | Callers::Unknown => {}
        }
    }
    for process in processes.iter_mut() {
        let pid = process.identity.pid;
        let Some(details) = &mut process.details else { continue };
        if let Some(end) = ends.remove(&pid) {
            details.other_end = end;
        }
        if let Some(callers) = callers.get(&pid) {
            details.callers = callers.clone();
        }
    }
    let named: Vec<Pid> = named.into_iter().collect();
    processes.extend(table.more(&named, search.now));
    named
}

/// Every possible shim of which details are known, with the launchers above it, by bare numbers and names: the core
/// decides what belongs together.
fn lines(processes: &[Process], search: &Search<'_>) -> Vec<Line> {
    let by_pid: HashMap<Pid, &Process> =
        processes.iter().map(|process| (process.identity.pid, process)).collect();
    let is_between = |process: &Process| {
        is_launcher(process, platform::PATH_STYLE)
            || is_guard(process, platform::PATH_STYLE)
            || search.watches.iter().any(|watch| may_be_a_shim(process, watch))
    };
    let shims = processes.iter().filter(|process| {
        process.details.is_some() && search.watches.iter().any(|watch| may_be_a_shim(process, watch))
    });
    let line = |shim: &Process| {
        let (mut pids, mut at) = (vec![shim.identity.pid], shim);
        loop {
            let parent = at.parent.and_then(|parent| by_pid.get(&parent));
            let parent = parent.filter(|parent| parent.identity.birth.no_later_than(at.identity.birth));
            // A circle of parents is no way up either.
            let Some(parent) = parent.filter(|parent| !pids.contains(&parent.identity.pid)) else {
                return Line { pids, is_lost: true };
            };
            if may_take_in(parent) {
                return Line { pids, is_lost: true };
            }
            if !is_between(parent) {
                return Line { pids, is_lost: false };
            }
            pids.push(parent.identity.pid);
            at = parent;
        }
    };
    shims.map(line).collect()
}

/// The same and everything below them: any of it may be what listens.
fn with_descendants(tops: &[Pid], processes: &[Process]) -> Vec<Pid> {
    let mut children: HashMap<Pid, Vec<Pid>> = HashMap::new();
    for process in processes {
        if let Some(parent) = process.parent {
            children.entry(parent).or_default().push(process.identity.pid);
        }
    }
    let (mut all, mut left) = (HashSet::new(), tops.to_vec());
    while let Some(next) = left.pop() {
        if all.insert(next) {
            left.extend(children.get(&next).into_iter().flatten());
        }
    }
    let mut all: Vec<Pid> = all.into_iter().collect();
    all.sort_unstable();
    all
}
