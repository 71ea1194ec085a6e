//! What may be ended: orphans, and duplicates where the user asked for them. Nothing else can get in.

use super::copies::younger_copy;
use super::diagnose::Diagnosis;
use super::evidence::Evidence;
use super::family::Family;
use super::identity::{Identity, Pid};
use super::instance::{Group, Instance, Ripeness, State};
use super::recognise::{may_be_a_match, telling_words};
use super::snapshot::{Container, Fact, Owner, Process, Snapshot, System};
use super::watch::Watch;

/// Which instances a plan may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Orphans only.
    Orphans,
    /// Orphans, and the given-up copies that the user asked for.
    OrphansAndDuplicates,
}

/// Why something is not ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Refusal {
    /// It is this program, or started this program.
    Ourselves,
    /// The first process, or the system's own.
    System,
    /// Another user's.
    AnotherUser,
    /// In another container.
    AnotherContainer,
    /// Whose it is, where or in which folder it runs, or what one of its processes runs, could not be read.
    CannotTell,
    /// Its command line is not the watch's: only a lease says that it belongs there.
    OnlyItsLeaseSays,
    /// Another live instance was started by it, or started it.
    ServesAnother,
    /// The configuration protects it.
    Protected,
    /// Somebody set it free on purpose.
    SetFree,
    /// Younger than the grace time, or seen once only.
    TooEarly,
    /// Somebody outside it uses it.
    InUse,
    /// Its client runs a copy of it as well, and nothing shows that it was given up.
    NotGivenUp,
    /// The pid belongs to somebody else now.
    PidReused,
    /// The process runs another program by now.
    AnotherProgram,
    /// The system would not let us.
    NotPermitted,
    /// It did not end, not even by force.
    StillAlive,
}

/// One process of a target, with what must still be true when it is ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Who.
    pub identity: Identity,
    /// Its name, for the log.
    pub name: String,
    /// Its command line where the judgement rests on it; `None` for mere descendants, which belong
    /// to the instance whatever they run.
    pub args: Option<Vec<String>>,
}

impl Member {
    /// A process of whose command line the judgement was made.
    #[must_use]
    pub fn judged(process: &Process) -> Self {
        Self { args: process.args.known().cloned(), ..Self::descendant(process) }
    }

    /// A process that belongs to an instance because one of it started it.
    #[must_use]
    pub fn descendant(process: &Process) -> Self {
        Self { identity: process.identity, name: process.name.clone(), args: None }
    }
}

/// How far ending a target goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// The members and everything that they have started since.
    WholeTree,
    /// The members and nothing else.
    OnlyThis,
}

/// What allows the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grounds {
    /// That nobody uses it, which must be so right before the end as well.
    Unused,
    /// The user, who was told what is lost.
    Asked,
}

/// One instance to be ended whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// Its top, by which people know it.
    pub top: Identity,
    /// Every process of it, the top first.
    pub members: Vec<Member>,
    /// Why it may be ended.
    pub evidence: Vec<Evidence>,
    /// The command line, with every secret in it: mask before showing.
    pub command: Vec<String>,
    /// How far it goes.
    pub reach: Reach,
    /// What allows it.
    pub grounds: Grounds,
}

impl Target {
    /// An instance as a target, whatever its state: for what the user asked for by name.
    #[must_use]
    pub fn asked_for(instance: &Instance) -> Self {
        Self { grounds: Grounds::Asked, ..Self::of(instance) }
    }

    /// An instance that nobody uses.
    fn of(instance: &Instance) -> Self {
        Self {
            top: instance.top,
            members: instance.members.clone(),
            evidence: instance.evidence.clone(),
            command: instance.command.clone(),
            reach: Reach::WholeTree,
            grounds: Grounds::Unused,
        }
    }
}

/// Something that is not ended although it looks as if it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// Its top.
    pub pid: Pid,
    /// Why not.
    pub why: Refusal,
}

/// What a cleanup will do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CleanupPlan {
    /// What it ends.
    pub targets: Vec<Target>,
    /// What it leaves, and why.
    pub refused: Vec<Refused>,
}

/// Names what a cleanup may end.
#[must_use]
pub fn plan(diagnosis: &Diagnosis, scope: Scope) -> CleanupPlan {
    let mut plan = CleanupPlan::default();
    for instance in &diagnosis.instances {
        let pid = instance.top.pid;
        let wanted = match (instance.state, scope) {
            (State::Orphan(Ripeness::Ripe), Scope::Orphans | Scope::OrphansAndDuplicates)
            | (State::Superseded { .. }, Scope::OrphansAndDuplicates) => true,
            (State::Orphan(Ripeness::Unripe { .. }), Scope::Orphans | Scope::OrphansAndDuplicates) => {
                plan.refused.push(Refused { pid, why: Refusal::TooEarly });
                false
            }
            (State::Attached, Scope::OrphansAndDuplicates) => {
                let copy = younger_copy(&diagnosis.instances, instance, &diagnosis.watch);
                plan.refused.extend(copy.map(|_| Refused { pid, why: Refusal::NotGivenUp }));
                false
            }
            (State::Superseded { .. } | State::Attached, Scope::Orphans)
            | (State::Adopted | State::Unseen, Scope::Orphans | Scope::OrphansAndDuplicates) => false,
        };
        match (wanted, instance.off_limits) {
            (false, _) => {}
            (true, Some(why)) => plan.refused.push(Refused { pid, why }),
            (true, None) => plan.targets.push(Target::of(instance)),
        }
    }
    plan
}

/// Why an instance may never be ended, whatever state it is in.
#[must_use]
pub fn off_limits(
    group: &Group<'_>,
    family: &Family<'_>,
    snapshot: &Snapshot,
    watch: &Watch,
) -> Option<Refusal> {
    let ours = ours(family, snapshot);
    let never = group.members.iter().find_map(|member| {
        never_ended(member, &ours, snapshot.system).or_else(|| protected(member, snapshot.system, watch))
    });
    // What hides its command line, below or above, may be another shim, in use.
    let hidden = || {
        let above = family.ancestors(group.top);
        group.members.iter().any(|member| matches!(member.args, Fact::Hidden))
            || above.iter().any(|ancestor| may_be_a_match(ancestor, &watch.runs, family.style()))
    };
    never.or_else(|| hidden().then_some(Refusal::CannotTell))
}

/// Why this process of a snapshot may never be ended, whoever asks for it.
#[must_use]
pub fn never_ended_here(process: &Process, snapshot: &Snapshot, watch: &Watch) -> Option<Refusal> {
    never_ended(process, &ours(&Family::of(snapshot), snapshot), snapshot.system)
        .or_else(|| protected(process, snapshot.system, watch))
}

/// "Never" in the configuration means never, whoever asks.
fn protected(process: &Process, system: System, watch: &Watch) -> Option<Refusal> {
    let line = telling_words(process, system.path_style()).join(" ");
    watch.protect.iter().any(|part| line.contains(part.as_str())).then_some(Refusal::Protected)
}

/// This program and everything that it was started by.
fn ours(family: &Family<'_>, snapshot: &Snapshot) -> Vec<Pid> {
    let ancestors = family.get(snapshot.me).map(|me| family.ancestors(me)).unwrap_or_default();
    let ancestors = ancestors.iter().map(|ancestor| ancestor.identity.pid);
    std::iter::once(snapshot.me).chain(ancestors).collect()
}

/// Why one process may never be ended. `ours` names this program and its ancestors.
fn never_ended(process: &Process, ours: &[Pid], system: System) -> Option<Refusal> {
    let pid = process.identity.pid;
    if ours.contains(&pid) {
        return Some(Refusal::Ourselves);
    }
    if pid.is_first() || (system == System::Windows && pid.get() == 4) {
        return Some(Refusal::System);
    }
    match process.owner {
        Fact::Known(Owner::Ours) => {}
        Fact::Known(Owner::Another) => return Some(Refusal::AnotherUser),
        Fact::Hidden => return Some(Refusal::CannotTell),
    }
    match process.details.as_ref().map(|details| details.container) {
        Some(Fact::Known(Container::Ours)) => None,
        Some(Fact::Known(Container::Another)) => Some(Refusal::AnotherContainer),
        Some(Fact::Hidden) | None => Some(Refusal::CannotTell),
    }
}
