//! Parents and children, by links that were checked against births.
//!
//! Windows keeps a dead parent's number on record and soon gives it to a stranger, so a link counts
//! only where the parent was born no later than the child.

use std::collections::{BTreeMap, HashSet};

use super::identity::{Identity, Pid};
use super::path_style::PathStyle;
use super::snapshot::{Presence, Process, Snapshot, System};

/// What became of a process's parent.
#[derive(Clone, Copy, Debug)]
pub enum Parent<'a> {
    /// It lives.
    Living(&'a Process),
    /// It ended.
    Gone(Pid),
    /// It ended, and its number belongs to a younger process.
    Reused(&'a Process),
    /// It was born later, and yet the system made it first: the clock was set back in between, so that
    /// births prove nothing here.
    Unclear(&'a Process),
    /// It exists, but we may not look; `None` where it is outside our container.
    Hidden(Option<Pid>),
}

fn was_made_before(parent: &Process, child: &Process) -> bool {
    matches!((parent.order, child.order), (Some(parent), Some(child)) if parent < child)
}

/// What became of a process that somebody has named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It lives.
    Lives,
    /// It ended.
    Ended,
    /// Something has its number, but we may not look.
    Hidden,
}

/// The processes of one snapshot with their valid links.
#[derive(Debug)]
pub struct Family<'a> {
    /// By number.
    by_pid: Vec<&'a Process>,
    /// The parents' numbers in order, and at the same places their children in order. Lists, because a thousand
    /// processes are looked through at each look.
    parents: Vec<Pid>,
    children: Vec<&'a Process>,
    absent: &'a BTreeMap<Pid, Presence>,
    system: System,
}

impl<'a> Family<'a> {
    /// Orders a snapshot's processes into a family.
    #[must_use]
    pub fn of(snapshot: &'a Snapshot) -> Self {
        let mut by_pid: Vec<&Process> = snapshot.processes.iter().collect();
        by_pid.sort_unstable_by_key(|process| process.identity.pid);
        let mut family = Self {
            by_pid,
            parents: Vec::new(),
            children: Vec::new(),
            absent: &snapshot.absent,
            system: snapshot.system,
        };
        let link = |child: &&'a Process| match family.parent(child) {
            Parent::Living(parent) => Some((parent.identity.pid, *child)),
            Parent::Gone(_) | Parent::Reused(_) | Parent::Unclear(_) | Parent::Hidden(_) => None,
        };
        let mut links: Vec<(Pid, &Process)> = family.by_pid.iter().filter_map(link).collect();
        // The order in which a system lists processes must not matter to anybody: children stand by number.
        links.sort_by_key(|(parent, _)| *parent);
        (family.parents, family.children) = links.into_iter().unzip();
        family
    }

    /// The system that was looked at.
    #[must_use]
    pub const fn system(&self) -> System {
        self.system
    }

    /// How its paths are read.
    #[must_use]
    pub const fn style(&self) -> PathStyle {
        self.system.path_style()
    }

    /// The process with this number.
    #[must_use]
    pub fn get(&self, pid: Pid) -> Option<&'a Process> {
        let at = self.by_pid.binary_search_by_key(&pid, |process| process.identity.pid).ok()?;
        self.by_pid.get(at).copied()
    }

    /// What became of a process that somebody has named.
    #[must_use]
    pub fn fate(&self, identity: Identity) -> Fate {
        match (self.get(identity.pid), self.absent.get(&identity.pid)) {
            (Some(process), _) if process.identity == identity => Fate::Lives,
            (Some(_), _) | (None, Some(Presence::Gone)) => Fate::Ended,
            (None, Some(Presence::Hidden) | None) => Fate::Hidden,
        }
    }

    /// What became of the parent of `process`.
    #[must_use]
    pub fn parent(&self, process: &Process) -> Parent<'a> {
        let Some(pid) = process.parent else { return Parent::Hidden(None) };
        match self.get(pid) {
            Some(parent) if parent.identity.birth.no_later_than(process.identity.birth) => {
                Parent::Living(parent)
            }
            Some(parent) if was_made_before(parent, process) => Parent::Unclear(parent),
            Some(stranger) => Parent::Reused(stranger),
            None => match self.absent.get(&pid) {
                Some(Presence::Gone) => Parent::Gone(pid),
                Some(Presence::Hidden) | None => Parent::Hidden(Some(pid)),
            },
        }
    }

    /// The children of `pid`, by number.
    #[must_use]
    pub fn children(&self, pid: Pid) -> &[&'a Process] {
        let from = self.parents.partition_point(|parent| *parent < pid);
        let to = self.parents.partition_point(|parent| *parent <= pid);
        self.children.get(from..to).unwrap_or_default()
    }

    /// Everything that `top` started, directly or not, parents before children; without `top`.
    #[must_use]
    pub fn descendants(&self, top: Pid) -> Vec<&'a Process> {
        let (mut found, mut seen, mut next) = (Vec::new(), HashSet::from([top]), vec![top]);
        while let Some(pid) = next.pop() {
            for child in self.children(pid) {
                // Births are equal within one tick, so that a torn snapshot could hold a circle.
                if seen.insert(child.identity.pid) {
                    found.push(*child);
                    next.push(child.identity.pid);
                }
            }
        }
        found
    }

    /// The living ancestors of `process`, nearest first.
    #[must_use]
    pub fn ancestors(&self, process: &Process) -> Vec<&'a Process> {
        let (mut found, mut seen) = (Vec::new(), HashSet::from([process.identity.pid]));
        let mut link = self.parent(process);
        while let Parent::Living(parent) = link {
            if !seen.insert(parent.identity.pid) {
                break;
            }
            found.push(parent);
            link = self.parent(parent);
        }
        found
    }
}
