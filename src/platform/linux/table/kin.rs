//! Who is asked for: shims, guards, everything above and below them, and the children of the go-betweens above.
//!
//! Reads of every process that it meets, and of nobody else.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;

use super::row::Row;
use crate::core::Pid;
use crate::core::moment::Now;
use crate::platform::table::Question;

use super::super::proc;

/// Why a process is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kin {
    /// Above a client: nothing is judged by it.
    Far,
    /// It tells something of a shim: its client, a launcher, what else that has started, a holder of the port.
    Near,
    /// A shim, a guard, or below one.
    Below,
}

/// Where children are found.
pub(super) enum Children<'a> {
    /// In the files that the kernel keeps of each thread. They may miss a child whose sibling ends in that moment.
    Files,
    /// In a list of all processes by their parents.
    Listed(&'a HashMap<Pid, Vec<Pid>>),
}

impl Children<'_> {
    /// The children on record of a process; `None` where the kernel does not tell.
    fn of(&self, parent: Pid) -> Option<Vec<Pid>> {
        match self {
            Self::Listed(children) => Some(children.get(&parent).cloned().unwrap_or_default()),
            Self::Files => children_of(parent),
        }
    }
}

/// What is kept, with the reason.
pub(super) type Rows = BTreeMap<Pid, (Row, Kin)>;

/// Gathers everything that is asked for out of what is kept already and of `/proc`. `None` where the kernel does not
/// tell children and a list is needed.
pub(super) fn gather(
    mut kept: Rows,
    shims: impl Iterator<Item = Pid>,
    question: &Question<'_>,
    children: &Children<'_>,
) -> io::Result<Option<Rows>> {
    let mut rows = Rows::new();
    let (me, others) = (Pid::new(std::process::id()), question.others);
    let mut below: Vec<Pid> = shims.chain(question.guards.iter().copied()).collect();
    let starts: Vec<Pid> = below.iter().copied().chain(others.iter().copied()).chain(me).collect();
    while let Some(pid) = below.pop() {
        let is_new = rows.get(&pid).is_none_or(|(_, kin)| *kin != Kin::Below);
        if is_new && put(&mut rows, &mut kept, pid, Kin::Below, question.now)? {
            let Some(children) = children.of(pid) else { return Ok(None) };
            below.extend(children);
        }
    }
    for pid in others {
        put(&mut rows, &mut kept, *pid, Kin::Near, question.now)?;
    }
    if let Some(me) = me {
        // Nobody ends us, so that nothing is to be learned of us.
        put(&mut rows, &mut kept, me, Kin::Far, question.now)?;
    }
    for start in starts {
        let is_of_a_shim = rows.get(&start).is_some_and(|(_, kin)| *kin == Kin::Below);
        let mut kin = if is_of_a_shim { Kin::Near } else { Kin::Far };
        let mut above = rows.get(&start).and_then(|(row, _)| row.process.parent);
        // No real chain is this long; a torn one may be a circle.
        for _ in 0..64 {
            let Some(pid) = above else { break };
            if !put(&mut rows, &mut kept, pid, kin, question.now)? {
                break;
            }
            let Some((row, _)) = rows.get(&pid) else { break };
            above = row.process.parent;
            if (question.may_serve_others)(&row.process) {
                let Some(children) = children.of(pid) else { return Ok(None) };
                for child in children {
                    put(&mut rows, &mut kept, child, Kin::Near, question.now)?;
                }
            } else if kin == Kin::Near && rows.get(&pid).is_some_and(|(_, kin)| *kin != Kin::Below) {
                // That was the client.
                kin = Kin::Far;
            }
        }
    }
    Ok(Some(rows))
}

/// Puts a process among those that are kept, for the best of reasons. False where there is none.
fn put(rows: &mut Rows, kept: &mut Rows, pid: Pid, kin: Kin, now: Now) -> io::Result<bool> {
    if let Some((_, reason)) = rows.get_mut(&pid) {
        *reason = kin.max(*reason);
        return Ok(true);
    }
    let row = match kept.remove(&pid) {
        Some((row, _)) => Some(row),
        None => Row::read(pid, now)?,
    };
    Ok(row.map(|row| rows.insert(pid, (row, kin))).is_some())
}

/// A process's threads have children of their own.
fn children_of(parent: Pid) -> Option<Vec<Pid>> {
    let mut found = Vec::new();
    let threads = match fs::read_dir(format!("/proc/{parent}/task")) {
        Ok(threads) => threads,
        Err(error) if proc::is_gone(&error) => return Some(found),
        Err(_) => return None,
    };
    for thread in threads.flatten() {
        let Ok(list) = fs::read_to_string(thread.path().join("children")) else {
            // Either the thread has ended, or the kernel was built without this file.
            if fs::exists("/proc/thread-self/children").unwrap_or(false) {
                continue;
            }
            return None;
        };
        found.extend(list.split_ascii_whitespace().filter_map(|pid| Pid::new(pid.parse().ok()?)));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn our_child_is_among_our_children_whoever_of_us_started_it() {
        let mut child =
            std::thread::spawn(|| Command::new("sleep").arg("60").spawn().unwrap()).join().unwrap();
        let me = Pid::new(std::process::id()).unwrap();
        let found = children_of(me).unwrap();
        #[expect(clippy::disallowed_methods, reason = "our own child, not waited for yet")]
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found.iter().any(|pid| pid.get() == child.id()), "{found:?}");
        assert_eq!(children_of(Pid::new(4_194_304).unwrap()), Some(Vec::new()));
    }
}
