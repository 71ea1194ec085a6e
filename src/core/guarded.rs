//! What leases say about instances.
//!
//! Any program of this user can write a lease. So a lease names things and speaks for a process, never
//! against one: nothing is ended because of a lease that would not be ended without it. It counts for the
//! servers below its guard and for nobody else.

use std::time::Duration;

use super::evidence::{Evidence, KnownClient};
use super::family::{Family, Fate};
use super::identity::{Identity, Pid};
use super::instance::{Client, Group, Instance, Origin, Ripeness, State, climb, tree};
use super::judge::Judgement;
use super::launcher::{has_a_guards_orders, is_guard, is_launcher, may_be_a_guard};
use super::lease::{Lease, LeaseClient};
use super::memory::Memory;
use super::moment::Moment;
use super::recognise::is_match;
use super::snapshot::{Fact, OtherEnd, Process, Snapshot};
use super::unseen::Trait;
use super::watch::Watch;

/// An instance that a guard runs and tells of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guarded {
    /// The guard: whoever wants something of the server asks it.
    pub guard: Identity,
    /// What the guard calls the server.
    pub name: String,
    /// Whether the guard can restart it without its client noticing.
    pub restartable: bool,
    /// The log that the guard writes.
    pub log: String,
    /// How long the server has run; `None` while its guard starts it.
    pub up: Option<Duration>,
    /// Whether the chain of parents leads to the client that the guard names.
    pub is_confirmed: bool,
    /// Whether only the lease says that this belongs to the watch: its command line does not.
    pub by_lease_alone: bool,
}

/// Leases without those of guards that ended, and without servers that ended, in the order of their guards.
#[must_use]
pub fn living(mut leases: Vec<Lease>, processes: &[Process]) -> Vec<Lease> {
    let lives = |identity: &Identity| processes.iter().any(|process| process.identity == *identity);
    leases.retain(|lease| lives(&lease.guard));
    for lease in &mut leases {
        lease.server = lease.server.filter(lives);
    }
    leases.sort_by_key(|lease| (lease.guard.pid, lease.guard.birth.token));
    leases
}

/// The lease of the guard that runs `pid`, whatever that is: the guard, its server, or what that started.
#[must_use]
pub fn lease_over(snapshot: &Snapshot, pid: Pid) -> Option<&Lease> {
    let family = Family::of(snapshot);
    let process = family.get(pid)?;
    let above = family.ancestors(process).into_iter().map(|ancestor| ancestor.identity);
    let mut way = std::iter::once(process.identity).chain(above);
    let leases = snapshot.leases.known()?;
    way.find_map(|identity| leases.iter().find(|lease| lease.guard == identity))
}

/// The leases of one look as they bear on one watch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leases<'a> {
    all: &'a Fact<Vec<Lease>>,
    family: &'a Family<'a>,
    watch: &'a Watch,
}

/// What is said of one instance by the guard above it.
enum Word<'a> {
    /// Its lease.
    Lease(&'a Lease),
    /// There is a guard, and no lease of it.
    Silence(&'a Process),
    /// There is a guard, and leases could not be read.
    Unread,
}

impl<'a> Leases<'a> {
    pub(super) fn of(snapshot: &'a Snapshot, family: &'a Family<'a>, watch: &'a Watch) -> Self {
        Self { all: &snapshot.leases, family, watch }
    }

    /// Those whose guards run.
    fn living(&self) -> impl Iterator<Item = &'a Lease> {
        let family = self.family;
        self.all.known().into_iter().flatten().filter(move |lease| lives(lease.guard, family))
    }

    fn of_this_watch(&self) -> impl Iterator<Item = &'a Lease> {
        let name = &self.watch.name;
        self.living().filter(move |lease| lease.watch.as_ref() == Some(name))
    }

    /// The guards in whose care a process is: from the nearest to the outermost. A client of an instance
    /// may be guarded itself; that is another story.
    fn guards_over(&self, main: &'a Process) -> Vec<&'a Process> {
        let above = self.family.ancestors(main);
        let line = std::iter::once(main).chain(above).take_while(|one| self.belongs_to_a_chain(one));
        let guards: Vec<&Process> = line.filter(|one| self.is_a_guard(one)).collect();
        if guards.is_empty() { self.guard_that_speaks_to(main).into_iter().collect() } else { guards }
    }

    /// Where a launcher has ended and parents tell nothing any more (Windows): the guard that names this very process
    /// its server, and has the other end of its input in its hands.
    fn guard_that_speaks_to(&self, main: &Process) -> Option<&'a Process> {
        let OtherEnd::Somebody(who) = &main.details.as_ref()?.other_end else { return None };
        let names_it = |lease: &&Lease| lease.server == Some(main.identity) && who.contains(&lease.guard.pid);
        let guard = self.family.get(self.living().find(names_it)?.guard.pid)?;
        self.is_a_guard(guard).then_some(guard)
    }

    /// By its command line; where its file is called otherwise, by its orders and its lease, or that of its
    /// other half; where they are hidden, by its name and its lease.
    fn is_a_guard(&self, process: &Process) -> bool {
        let style = self.family.style();
        if is_guard(process, style) {
            return true;
        }
        let is_vouched_for = |guard: &Process| {
            guard.identity == process.identity && may_be_a_guard(process, style)
                || has_a_guards_orders(guard)
                    && has_a_guards_orders(process)
                    && guard.line(style).program_name() == process.line(style).program_name()
        };
        self.living().filter_map(|lease| self.family.get(lease.guard.pid)).any(is_vouched_for)
    }

    fn belongs_to_a_chain(&self, process: &Process) -> bool {
        let style = self.family.style();
        is_match(process, &self.watch.runs, style)
            || is_launcher(process, style)
            || self.is_a_guard(process)
            || self.of_this_watch().any(|lease| lease.server == Some(process.identity))
    }

    fn word_on(&self, group: &Group<'a>) -> Option<Word<'a>> {
        let guards = self.guards_over(group.main);
        let lease = guards
            .iter()
            .find_map(|guard| self.living().find(|lease| lease.guard == guard.identity))
            .map(Word::Lease);
        lease.or_else(|| match (self.all, guards.first()) {
            (_, None) => None,
            (Fact::Hidden, Some(_)) => Some(Word::Unread),
            (Fact::Known(_), Some(guard)) => Some(Word::Silence(guard)),
        })
    }

    /// What guards run for the watch and nobody would recognise by its command line, or what they are
    /// just starting.
    pub(super) fn groups_by_lease_alone(&self, known: &[Group<'a>]) -> Vec<Group<'a>> {
        let told: Vec<Identity> =
            known.iter().flat_map(|group| self.guards_over(group.main)).map(|guard| guard.identity).collect();
        let mut found: Vec<Group<'a>> = Vec::new();
        let mut untold: Vec<&Lease> =
            self.of_this_watch().filter(|lease| !told.contains(&lease.guard)).collect();
        // Of a guard within another one the outer speaks, in whatever order their files are listed.
        untold.sort_by_key(|lease| (lease.guard.birth.token, lease.guard.pid));
        for lease in untold {
            let Some(guard) = self.family.get(lease.guard.pid) else { continue };
            if !self.is_a_guard(guard) {
                continue;
            }
            let (top, _, origin) = climb(guard, self.family, self.watch);
            let is_same = |group: &Group<'_>| group.top.identity == top.identity;
            if known.iter().chain(&found).any(is_same) {
                continue;
            }
            let members = tree(top, self.family);
            let is_its = |one: &&&Process| {
                lease.server == Some(one.identity)
                    && self.guards_over(one).iter().any(|above| above.identity == guard.identity)
            };
            let server = members.iter().find(is_its).copied();
            found.push(Group { top, main: server.unwrap_or(guard), members, origin });
        }
        found
    }

    /// Lets the guard above an instance have its say.
    pub(super) fn weigh(
        &self,
        judgement: &mut Judgement,
        group: &Group<'a>,
        memory: &Memory,
        now: Moment,
    ) -> Option<Guarded> {
        let lease = match self.word_on(group)? {
            Word::Lease(lease) => lease,
            Word::Silence(guard) => {
                judgement.evidence.push(Evidence::GuardSilent { guard: guard.identity.pid });
                return None;
            }
            Word::Unread => {
                judgement.evidence.push(Evidence::TraitHidden(Trait::Lease));
                make_uncertain(judgement);
                return None;
            }
        };
        let by_lease_alone = !is_match(group.main, &self.watch.runs, self.family.style());
        let is_confirmed = lease.client.as_ref().is_none_or(|client| match group.origin {
            Origin::Client(parent) => parent.identity == client.identity,
            Origin::StartedBy(_)
            | Origin::TakenIn(_)
            | Origin::Gone(_)
            | Origin::Reused(_)
            | Origin::Hidden(_)
            | Origin::CannotTell(_) => false,
        });
        let client = match &lease.client {
            None => KnownClient::Nobody,
            Some(client) => self.weigh_client(judgement, client, group, memory, now),
        };
        judgement.evidence.push(Evidence::Guarded { guard: lease.guard.pid, client });
        Some(Guarded {
            guard: lease.guard,
            name: lease.name.clone(),
            restartable: lease.restartable,
            log: lease.log.clone(),
            up: (!by_lease_alone || Some(group.main.identity) == lease.server)
                .then_some(memory.awake(group.main, now)),
            is_confirmed,
            by_lease_alone,
        })
    }

    fn weigh_client(
        &self,
        judgement: &mut Judgement,
        client: &LeaseClient,
        group: &Group<'a>,
        memory: &Memory,
        now: Moment,
    ) -> KnownClient {
        let (pid, name) = (client.identity.pid, client.name.clone());
        match self.family.fate(client.identity) {
            Fate::Lives => {
                match judgement.state {
                    State::Attached | State::Orphan(_) | State::Adopted | State::Superseded { .. } => {
                        judgement.state = State::Attached;
                        judgement.client =
                            Client::Living { identity: client.identity, name: client.name.clone() };
                        judgement.evidence.retain(|one| !matches!(one, Evidence::TooEarly { .. }));
                    }
                    State::Unseen => {}
                }
                KnownClient::Living { pid, name }
            }
            Fate::Hidden => {
                if make_uncertain(judgement) {
                    judgement.evidence.push(Evidence::TraitHidden(Trait::Client));
                }
                KnownClient::Hidden { pid, name }
            }
            Fate::Ended => {
                if let State::Orphan(ripeness) = judgement.state {
                    let ripeness = self.ripeness(ripeness, group, memory, now);
                    judgement.evidence.retain(|one| !matches!(one, Evidence::TooEarly { .. }));
                    judgement.evidence.extend(match ripeness {
                        Ripeness::Ripe => None,
                        Ripeness::Unripe { ripe_in } => Some(Evidence::TooEarly { ripe_in }),
                    });
                    judgement.state = State::Orphan(ripeness);
                    judgement.client = Client::Gone { pid: Some(pid), name: Some(client.name.clone()) };
                }
                KnownClient::Ended { pid, name }
            }
        }
    }

    /// Its guard ends it by itself, and gets the grace time for that.
    fn ripeness(&self, so_far: Ripeness, group: &Group<'_>, memory: &Memory, now: Moment) -> Ripeness {
        let judged = [group.top, group.main];
        let since = judged.iter().filter_map(|process| memory.suspected_since(process.identity)).min();
        let waited = since.map_or(Duration::ZERO, |since| now.since(since));
        let left = self.watch.orphan_grace.saturating_sub(waited);
        match so_far {
            Ripeness::Ripe if left.is_zero() => Ripeness::Ripe,
            Ripeness::Ripe => Ripeness::Unripe { ripe_in: left },
            Ripeness::Unripe { ripe_in } => Ripeness::Unripe { ripe_in: ripe_in.max(left) },
        }
    }
}

impl Instance {
    /// How long its server has run: a guard is older than the server that it started anew.
    #[must_use]
    pub fn up(&self) -> Duration {
        self.guarded.as_ref().and_then(|guarded| guarded.up).unwrap_or(self.awake)
    }

    /// Whether its guard is just starting its server.
    #[must_use]
    pub fn is_being_started(&self) -> bool {
        self.guarded.as_ref().is_some_and(|guarded| guarded.up.is_none())
    }

    /// Whether who uses it is told by the chain of parents, as every judgement that goes against a process
    /// must be.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        match &self.guarded {
            Some(guarded) => guarded.is_confirmed && !guarded.by_lease_alone,
            None => !self.misses_its_lease(),
        }
    }

    /// Whether a guard keeps it and what that tells could not be read.
    #[must_use]
    pub fn misses_its_lease(&self) -> bool {
        self.evidence.contains(&Evidence::TraitHidden(Trait::Lease))
    }
}

/// What might speak for an orphan could not be read, so it is none. Tells whether it was one.
fn make_uncertain(judgement: &mut Judgement) -> bool {
    let is_orphan = matches!(judgement.state, State::Orphan(_));
    if is_orphan {
        judgement.state = State::Unseen;
        judgement.evidence.retain(|one| !matches!(one, Evidence::TooEarly { .. }));
    }
    is_orphan
}

/// Whether two instances may be one server started twice, as far as guards tell: they know its name, and in
/// which order their clients started them.
pub(super) fn is_one_server(younger: &Instance, older: &Instance) -> bool {
    match (&younger.guarded, &older.guarded) {
        (Some(younger), Some(older)) => {
            younger.name == older.name && !younger.guard.birth.no_later_than(older.guard.birth)
        }
        (None, _) | (_, None) => true,
    }
}

fn lives(identity: Identity, family: &Family<'_>) -> bool {
    match family.fate(identity) {
        Fate::Lives => true,
        Fate::Ended | Fate::Hidden => false,
    }
}
