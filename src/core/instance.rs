//! One running shim as people count it: a tree of matches and launchers, named by its top.
//!
//! A Windows venv shows every shim as two processes with one command line; a `uv run` adds a third.
//! They are one instance here. Deliberately says nothing about good or bad; that is `judge.rs`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::evidence::Evidence;
use super::family::{Family, Parent};
use super::guarded::Guarded;
use super::identity::{Identity, Pid};
use super::launcher::{is_furniture, is_launcher, may_be_a_launcher};
use super::moment::UnixTime;
use super::plan::{Member, Refusal};
use super::reaper::{Fostering, fostering};
use super::recognise::{is_match, may_be_a_match};
use super::snapshot::Process;
use super::unseen::Trait;
use super::watch::Watch;

/// Whether an orphan may be called one yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ripeness {
    /// Seen at two looks and older than the grace time.
    Ripe,
    /// Seen once, or too young.
    Unripe {
        /// How long until it can be ripe.
        ripe_in: Duration,
    },
}

/// What an instance is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Its client lives.
    Attached,
    /// Its client ended and left it behind.
    Orphan(Ripeness),
    /// Set free on purpose, or used by somebody else.
    Adopted,
    /// Its client lives, but has let go of its input and started the same server again.
    Superseded {
        /// The younger one.
        by: Pid,
    },
    /// What a judgement needs could not be read.
    Unseen,
}

impl State {
    /// The word for it in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Attached => "attached",
            Self::Orphan(_) => "orphan",
            Self::Adopted => "adopted",
            Self::Superseded { .. } => "superseded",
            Self::Unseen => "unseen",
        }
    }
}

/// Who started an instance and uses it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Client {
    /// It runs.
    Living {
        /// Who.
        identity: Identity,
        /// Its name.
        name: String,
    },
    /// It ended. What is known of it depends on the system and on earlier looks.
    Gone {
        /// Its number.
        pid: Option<Pid>,
        /// Its name.
        name: Option<String>,
    },
    /// It may not be looked at.
    Unseen,
}

/// One running shim.
#[derive(Clone, PartialEq, Debug)]
pub struct Instance {
    /// The uppermost process, by which it is named.
    pub top: Identity,
    /// The process that runs the script.
    pub main: Identity,
    /// Every process of it, the top first, parents before children.
    pub members: Vec<Member>,
    /// What it is.
    pub state: State,
    /// Who uses it.
    pub client: Client,
    /// Why it is what it is.
    pub evidence: Vec<Evidence>,
    /// Whether one of its processes holds the watched port.
    pub listens: bool,
    /// Whether somebody is known to have the other end of its input.
    pub is_spoken_to: bool,
    /// Whether its standard input is a channel that somebody may still write to: whoever started it speaks with it so,
    /// as far as anybody can tell.
    pub can_be_spoken_to: bool,
    /// The command line of `main`, with every secret in it: mask before showing.
    pub command: Vec<String>,
    /// The working folder of `main`.
    pub cwd: Option<String>,
    /// When its top began, for display.
    pub started_at: UnixTime,
    /// How long its top had lived, for display.
    pub age: Duration,
    /// The same without the time that the machine slept, as far as earlier looks tell.
    pub awake: Duration,
    /// The same of `main`.
    pub main_awake: Duration,
    /// Memory of all its processes, in bytes.
    pub memory_bytes: u64,
    /// Share of one core of all its processes, in tenths of a percent.
    pub cpu_permille: u32,
    /// Why it may never be ended, whatever it is.
    pub off_limits: Option<Refusal>,
    /// What its guard tells, where it has one.
    pub guarded: Option<Guarded>,
}

impl Instance {
    /// Whether its parent lives and nobody has the other end of its input.
    #[must_use]
    pub fn is_let_go(&self) -> bool {
        self.state == State::Unseen
            && self.evidence.iter().any(|one| matches!(one, Evidence::ParentLives { .. }))
    }
}

/// Where the way up from a shim ends.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    /// At a client that lives.
    Client(&'a Process),
    /// At a reaper that started it itself.
    StartedBy(&'a Process),
    /// At a reaper that took it in.
    TakenIn(&'a Process),
    /// At a parent that ended.
    Gone(Pid),
    /// At a number that belongs to a stranger now.
    Reused(&'a Process),
    /// Where we may not look.
    Hidden(Option<Pid>),
    /// At a reaper, and what decides is hidden.
    CannotTell(Trait),
}

/// The processes of one instance, not judged yet.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The uppermost process.
    pub top: &'a Process,
    /// The uppermost match.
    pub main: &'a Process,
    /// The top and all its descendants, parents before children.
    pub members: Vec<&'a Process>,
    /// Where the way up ends.
    pub origin: Origin<'a>,
}

/// Groups the matches among `processes` into instances, ordered by their top's number.
#[must_use]
pub fn group<'a>(processes: &'a [Process], family: &Family<'a>, watch: &Watch) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<Pid, Group<'a>> = BTreeMap::new();
    let style = family.style();
    let is_one = |process: &&Process| is_match(process, &watch.runs, style);
    let mut matches: Vec<&Process> = processes.iter().filter(is_one).collect();
    matches.sort_by_key(|process| process.identity.pid);
    for process in matches {
        let (top, main, origin) = climb(process, family, watch);
        groups.entry(top.identity.pid).or_insert_with(|| Group {
            top,
            main,
            members: tree(top, family),
            origin,
        });
    }
    groups.into_values().collect()
}

/// A process and everything that it started, parents before children, without furniture.
pub(super) fn tree<'a>(top: &'a Process, family: &Family<'a>) -> Vec<&'a Process> {
    let all = std::iter::once(top).chain(family.descendants(top.identity.pid));
    all.filter(|member| !is_furniture(member, family.style())).collect()
}

/// Walks up from a match or launcher through its own copies and launchers to where it came from.
pub(super) fn climb<'a>(
    start: &'a Process,
    family: &Family<'a>,
    watch: &Watch,
) -> (&'a Process, &'a Process, Origin<'a>) {
    let style = family.style();
    let mark = watch.runs.mark(style);
    let (mut at, mut top, mut main) = (start, start, start);
    // A launcher that serves others too is looked through, but it is not ours to end.
    let mut shared = false;
    // A torn snapshot may hold a circle of equal births; no real chain is this long.
    for _ in 0..64 {
        let parent = match family.parent(at) {
            Parent::Living(parent) => parent,
            Parent::Gone(pid) => return (top, main, Origin::Gone(pid)),
            Parent::Reused(stranger) => return (top, main, Origin::Reused(stranger)),
            Parent::Unclear(_) => return (top, main, Origin::CannotTell(Trait::Birth)),
            Parent::Hidden(pid) => return (top, main, Origin::Hidden(pid)),
        };
        match fostering(parent, at, mark, family.system(), family) {
            Fostering::NotAReaper => {}
            Fostering::TakenIn => return (top, main, Origin::TakenIn(parent)),
            Fostering::StartedByIt => return (top, main, Origin::StartedBy(parent)),
            Fostering::CannotTell(which) => return (top, main, Origin::CannotTell(which)),
            Fostering::OrdersHidden => return (top, main, Origin::Hidden(Some(parent.identity.pid))),
        }
        if may_be_a_match(parent, &watch.runs, style) || may_be_a_launcher(parent, style) {
            return (top, main, Origin::Hidden(Some(parent.identity.pid)));
        }
        let copy = is_match(parent, &watch.runs, style);
        if !copy && !is_launcher(parent, style) {
            return (top, main, Origin::Client(parent));
        }
        // Whatever a copy above started, through whomever, belongs to that copy.
        shared = !copy && (shared || serves_others(parent, at, family));
        if !shared {
            top = parent;
            // A runner is only what it is called by; what it started is the server.
            if copy && !parent.line(style).is_a_runner_of(&watch.runs) {
                main = parent;
            }
        }
        at = parent;
    }
    (top, main, Origin::Hidden(at.parent))
}

fn serves_others(launcher: &Process, child: &Process, family: &Family<'_>) -> bool {
    family
        .children(launcher.identity.pid)
        .iter()
        .any(|other| other.identity != child.identity && !is_furniture(other, family.style()))
}
