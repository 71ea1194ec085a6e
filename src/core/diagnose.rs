//! Sums one look up for one watch. Pure: the same facts give the same diagnosis, in any order.

use std::collections::BTreeSet;

use super::copies::younger_copy;
use super::evidence::Evidence;
use super::family::Family;
use super::finding::Finding;
use super::guarded::Leases;
pub use super::held::{HeldBy, holder_pid};
use super::held::{holders, trouble_of, what_keeps};
use super::identity::{Identity, Pid};
use super::instance::{Group, Instance, Ripeness, State, group};
use super::judge::{Judgement, judge};
use super::memory::Memory;
use super::module::module_of_the_watch;
use super::moment::{Moment, UnixTime};
use super::path_style::PathStyle;
use super::plan::{Member, Refusal, off_limits};
use super::recognise::{is_match, is_renamed, may_be_a_match, telling_words};
use super::severity::{Verdict, of_finding};
use super::snapshot::{Fact, Hold, Holder, OtherEnd, Owner, Process, Snapshot, Stream, System};
use super::unseen::{Trait, Unseen};
use super::watch::Watch;

/// How long an instance that must listen may take to do so.
pub const START_TIME: std::time::Duration = std::time::Duration::from_secs(30);

/// What one look says about one watch.
#[derive(Clone, PartialEq, Debug)]
pub struct Diagnosis {
    /// The watch.
    pub watch: Watch,
    /// The system that was looked at.
    pub system: System,
    /// When it was looked, for display.
    pub taken_at: UnixTime,
    /// The worst of it.
    pub verdict: Verdict,
    /// Who holds the port.
    pub holders: Vec<HeldBy>,
    /// The shims that run, by the number of their top.
    pub instances: Vec<Instance>,
    /// Everything that is not simply in order.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// What could not be read.
    pub fn unseen(&self) -> impl Iterator<Item = &Unseen> {
        self.findings.iter().filter_map(|finding| match finding {
            Finding::Unseen(unseen) => Some(unseen),
            Finding::Orphan { .. }
            | Finding::Suspected { .. }
            | Finding::Foreign { .. }
            | Finding::Ghost { .. }
            | Finding::Reserved { .. }
            | Finding::Taken { .. }
            | Finding::NotPermitted
            | Finding::Superseded { .. }
            | Finding::NotListening { .. } => None,
        })
    }

    /// Whether the port was read and a server can have it: nobody listens on it, and it can be bound.
    #[must_use]
    pub fn port_is_free(&self) -> bool {
        let is_taken = |finding: &Finding| match finding {
            Finding::Reserved { .. } | Finding::Taken { .. } | Finding::NotPermitted => true,
            Finding::Unseen(unseen) => {
                matches!(unseen, Unseen::Listeners { .. } | Unseen::Reservation { .. })
            }
            Finding::Orphan { .. }
            | Finding::Suspected { .. }
            | Finding::Foreign { .. }
            | Finding::Ghost { .. }
            | Finding::Superseded { .. }
            | Finding::NotListening { .. } => false,
        };
        self.holders.is_empty() && !self.findings.iter().any(is_taken)
    }

    /// Whether no process has the port, as far as could be read. Remains of closed connections may still linger on it.
    #[must_use]
    pub fn nobody_has_the_port(&self) -> bool {
        let is_unknown =
            |unseen: &Unseen| matches!(unseen, Unseen::Listeners { .. } | Unseen::Reservation { .. });
        self.holders.is_empty() && !self.unseen().any(is_unknown)
    }

    /// How long until every suspect can be judged; `None` where nothing is suspected.
    #[must_use]
    pub fn ripe_in(&self) -> Option<std::time::Duration> {
        let waits = self.instances.iter().filter_map(|instance| match instance.state {
            State::Orphan(Ripeness::Unripe { ripe_in }) => Some(ripe_in),
            State::Orphan(Ripeness::Ripe)
            | State::Attached
            | State::Adopted
            | State::Superseded { .. }
            | State::Unseen => None,
        });
        waits.max()
    }
}

/// Judges everything that a snapshot shows of a watch.
#[must_use]
pub fn diagnose(snapshot: &Snapshot, watch: &Watch, memory: &Memory, now: Moment) -> Diagnosis {
    let family = Family::of(snapshot);
    let (runs, style) = (&watch.runs, family.style());
    let holders = holders(snapshot, watch, &family);
    let leases = Leases::of(snapshot, &family, watch);
    let mut groups = group(&snapshot.processes, &family, watch);
    groups.extend(leases.groups_by_lease_alone(&groups));
    groups.sort_by_key(|group| group.top.identity.pid);
    let mut instances: Vec<Instance> = groups
        .iter()
        .map(|group| {
            let mut judgement = judge(group, &family, watch, memory, now);
            let guarded = leases.weigh(&mut judgement, group, memory, now);
            if [group.top, group.main].into_iter().any(|process| is_renamed(process, runs, style)) {
                doubt(&mut judgement);
            }
            let off_limits = off_limits(group, &family, snapshot, watch)
                .or_else(|| (!is_match(group.main, runs, style)).then_some(Refusal::OnlyItsLeaseSays));
            let (awake, main_awake) = (memory.awake(group.top, now), memory.awake(group.main, now));
            let built = build(group, judgement, &holders, style);
            let instance = Instance { awake, main_awake, off_limits, guarded, ..built };
            let missed = instance.misses_its_lease() || hides_what_it_runs(&instance);
            let missed = missed.then_some(Refusal::CannotTell);
            Instance { off_limits: instance.off_limits.or(missed), ..instance }
        })
        .collect();
    mark_superseded(&mut instances, watch);
    spare_those_in_use(&mut instances);
    let findings = findings(snapshot, watch, &holders, &instances);
    let verdict = verdict(&findings, &instances, watch);
    Diagnosis {
        watch: watch.clone(),
        system: snapshot.system,
        taken_at: snapshot.taken_at,
        verdict,
        holders,
        instances,
        findings,
    }
}

/// What only an earlier look tells may speak for a process and never against it.
fn doubt(judgement: &mut Judgement) {
    judgement.evidence.push(Evidence::TraitHidden(Trait::Title));
    if let State::Orphan(_) = judgement.state {
        judgement.state = State::Unseen;
        judgement.evidence.retain(|one| !matches!(one, Evidence::TooEarly { .. }));
    }
}

fn hides_what_it_runs(instance: &Instance) -> bool {
    instance.evidence.contains(&Evidence::TraitHidden(Trait::Title))
}

fn build(group: &Group<'_>, mut judgement: Judgement, holders: &[HeldBy], style: PathStyle) -> Instance {
    let listening = holders.iter().filter(|row| row.hold == Hold::Listens);
    let held = listening.filter(|row| match &row.holder {
        Holder::Known(identity) => group.members.iter().any(|member| member.identity == *identity),
        Holder::Gone(_) | Holder::Hidden => false,
    });
    let addresses: BTreeSet<&str> = held.map(|row| row.address.as_str()).collect();
    let listens = !addresses.is_empty();
    judgement.evidence.extend(addresses.into_iter().map(|at| Evidence::HoldsPort { address: at.into() }));
    Instance {
        top: group.top.identity,
        main: group.main.identity,
        members: group.members.iter().map(|member| member_of(member, group)).collect(),
        state: judgement.state,
        client: judgement.client,
        evidence: judgement.evidence,
        listens,
        is_spoken_to: is_spoken_to(group),
        can_be_spoken_to: [group.top, group.main].into_iter().any(can_be_spoken_to),
        command: telling_words(group.main, style).to_vec(),
        cwd: group.main.details.as_ref().and_then(|details| details.cwd.clone()),
        started_at: group.top.started_at,
        age: group.top.age,
        awake: group.top.age,
        main_awake: group.main.age,
        memory_bytes: group.members.iter().map(|member| member.memory_bytes).sum(),
        cpu_permille: group.members.iter().map(|member| member.cpu_permille).sum(),
        off_limits: None,
        guarded: None,
    }
}

fn is_spoken_to(group: &Group<'_>) -> bool {
    let details = [group.top, group.main].into_iter().filter_map(|process| process.details.as_ref());
    details.into_iter().any(|details| matches!(details.other_end, OtherEnd::Somebody(_)))
}

/// Whether somebody may write to the standard input of a process, as an MCP client does.
fn can_be_spoken_to(process: &Process) -> bool {
    process.details.as_ref().is_some_and(|details| {
        let is_a_channel = details.streams.known().is_none_or(|streams| streams.input == Stream::Pipe);
        is_a_channel && !matches!(details.other_end, OtherEnd::Nobody { .. } | OtherEnd::NoChannel)
    })
}

fn member_of(process: &Process, group: &Group<'_>) -> Member {
    let judged = [group.top.identity, group.main.identity].contains(&process.identity);
    if judged { Member::judged(process) } else { Member::descendant(process) }
}

/// A client that has let go of the input of one and started the same server again has given up the first one.
fn mark_superseded(instances: &mut [Instance], watch: &Watch) {
    let superseded: Vec<(usize, Pid, bool)> = instances
        .iter()
        .enumerate()
        .filter(|(_, older)| older.is_let_go())
        .filter_map(|(at, older)| younger_copy(instances, older, watch).map(|(by, surely)| (at, by, surely)))
        .collect();
    for (at, by, surely) in superseded {
        let older = &mut instances[at];
        older.state = State::Superseded { by };
        older.evidence.push(Evidence::StartedAgain { by });
        if !surely && older.off_limits.is_none() {
            older.off_limits = Some(Refusal::CannotTell);
        }
    }
}

/// An instance among whose descendants another one serves a living client, or must stay for another
/// reason, is in use itself, and so is one among the descendants of such an instance.
fn spare_those_in_use(instances: &mut [Instance]) {
    let is_orphan = |instance: &Instance| matches!(instance.state, State::Orphan(_));
    let may_end =
        |instance: &Instance| is_orphan(instance) || matches!(instance.state, State::Superseded { .. });
    let holds = |instance: &Instance, pid: Pid| {
        instance.top.pid != pid && instance.members.iter().any(|member| member.identity.pid == pid)
    };
    let shared: Vec<bool> = instances
        .iter()
        .map(|instance| {
            let mut stay = instances.iter().filter(|other| !is_orphan(other) || other.off_limits.is_some());
            stay.any(|other| {
                holds(instance, other.top.pid) || may_end(instance) && holds(other, instance.top.pid)
            })
        })
        .collect();
    for (instance, shared) in instances.iter_mut().zip(shared) {
        if shared && instance.off_limits.is_none() {
            instance.off_limits = Some(Refusal::ServesAnother);
        }
    }
}

fn findings(snapshot: &Snapshot, watch: &Watch, holders: &[HeldBy], instances: &[Instance]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for instance in instances {
        let pid = instance.top.pid;
        match instance.state {
            State::Orphan(Ripeness::Ripe) => findings.push(Finding::Orphan { pid }),
            State::Orphan(Ripeness::Unripe { .. }) => findings.push(Finding::Suspected { pid }),
            State::Superseded { by } => findings.push(Finding::Superseded { pid, by }),
            State::Unseen => findings.extend(unseen_of(instance).map(Finding::Unseen)),
            State::Attached | State::Adopted => {
                let is_late = instance.up() >= START_TIME && !instance.is_being_started();
                if watch.must_listen() && !instance.listens && is_late {
                    findings.push(Finding::NotListening { pid });
                }
            }
        }
    }
    // Where the processes were not read, nobody can say that a holder is none of ours.
    let is_blind = snapshot.unseen.iter().any(|unseen| matches!(unseen, Unseen::Processes { .. }));
    let modules = modules(snapshot, watch, instances);
    let may_be_ours = |row: &HeldBy| matches!(row.holder, Holder::Known(identity) if modules.iter().any(|(which, _)| *which == identity));
    let of_others = holders.iter().filter(|row| row.hold != Hold::Listens || !may_be_ours(row));
    findings.extend(of_others.filter_map(|row| {
        let trouble = trouble_of(row, watch, instances)?;
        let port = watch.port_number()?;
        let is_a_guess = is_blind && matches!(trouble, Finding::Foreign { .. });
        Some(if is_a_guess { Finding::Unseen(Unseen::Holder { port }) } else { trouble })
    }));
    if let Some(number) = watch.port_number().filter(|_| holders.is_empty()) {
        findings.extend(snapshot.ports.get(&number).and_then(|port| what_keeps(port, number)));
    }
    let hidden = snapshot.processes.iter().filter(|process| could_be_a_shim(process, watch, snapshot.system));
    let hidden =
        hidden.map(|process| Unseen::CommandLine { pid: process.identity.pid, name: process.name.clone() });
    let concerns_us = |unseen: &&Unseen| match unseen {
        Unseen::Listeners { .. } => watch.port.is_some(),
        Unseen::Reservation { port, .. } | Unseen::Holder { port } => Some(*port) == watch.port_number(),
        Unseen::Processes { .. }
        | Unseen::CommandLine { .. }
        | Unseen::Module { .. }
        | Unseen::Parent { .. }
        | Unseen::Trait { .. }
        | Unseen::Use { .. } => true,
    };
    let mut unseen: Vec<Unseen> = snapshot.unseen.iter().filter(concerns_us).cloned().chain(hidden).collect();
    unseen.extend(modules.into_iter().map(|(_, module)| module));
    unseen.sort();
    findings.extend(unseen.into_iter().map(Finding::Unseen));
    let mut once = Vec::with_capacity(findings.len());
    for finding in findings {
        if !once.contains(&finding) {
            once.push(finding);
        }
    }
    once
}

fn unseen_of(instance: &Instance) -> impl Iterator<Item = Unseen> {
    let pid = instance.top.pid;
    instance.evidence.iter().filter_map(move |evidence| match evidence {
        Evidence::ParentHidden { pid: parent } => Some(Unseen::Parent { pid, parent: *parent }),
        Evidence::TraitHidden(which) => Some(Unseen::Trait { pid, which: *which }),
        Evidence::ParentLives { pid: parent, name } => {
            Some(Unseen::Use { pid, parent: *parent, name: name.clone() })
        }
        Evidence::ClientLives { .. }
        | Evidence::StartedByInit { .. }
        | Evidence::ParentEnded { .. }
        | Evidence::ParentReused { .. }
        | Evidence::TakenIn { .. }
        | Evidence::ClientEnded { .. }
        | Evidence::Service { .. }
        | Evidence::IgnoresHangup
        | Evidence::LivingTerminal
        | Evidence::StartedByHand
        | Evidence::SpokenTo { .. }
        | Evidence::NobodySpeaks
        | Evidence::InputMadeBy { .. }
        | Evidence::CalledBy { .. }
        | Evidence::Protected { .. }
        | Evidence::TooEarly { .. }
        | Evidence::StartedAgain { .. }
        | Evidence::Guarded { .. }
        | Evidence::GuardSilent { .. }
        | Evidence::HoldsPort { .. } => None,
    })
}

/// The modules that may be the watch's server, the uppermost of those that started each other. What belongs to an
/// instance is known.
fn modules(snapshot: &Snapshot, watch: &Watch, instances: &[Instance]) -> Vec<(Identity, Unseen)> {
    let is_known = |identity: Identity| {
        instances.iter().any(|instance| instance.members.iter().any(|member| member.identity == identity))
    };
    let found: Vec<(&Process, &str)> = snapshot
        .processes
        .iter()
        .filter(|process| !matches!(process.owner, Fact::Known(Owner::Another)))
        .filter_map(|process| {
            Some((process, module_of_the_watch(process, &watch.runs, snapshot.system.path_style())?))
        })
        .filter(|(process, _)| !is_known(process.identity))
        .collect();
    let is_below =
        |process: &Process| found.iter().any(|(other, _)| Some(other.identity.pid) == process.parent);
    let upper = found.iter().filter(|(process, _)| !is_below(process));
    upper
        .map(|(process, module)| {
            let (pid, name) = (process.identity.pid, process.name.clone());
            (process.identity, Unseen::Module { pid, name, module: (*module).to_owned() })
        })
        .collect()
}

/// A hidden command line matters where the program could run our script and is not another user's,
/// whose processes we would not touch anyway.
fn could_be_a_shim(process: &Process, watch: &Watch, system: System) -> bool {
    may_be_a_match(process, &watch.runs, system.path_style())
        && !matches!(process.owner, Fact::Known(Owner::Another))
}

fn verdict(findings: &[Finding], instances: &[Instance], watch: &Watch) -> Verdict {
    let quiet = instances.iter().map(|instance| match instance.state {
        State::Attached | State::Adopted if instance.is_being_started() => Verdict::Starting,
        State::Attached | State::Adopted
            if watch.must_listen() && !instance.listens && instance.up() < START_TIME =>
        {
            Verdict::Starting
        }
        State::Attached | State::Adopted => Verdict::Healthy,
        // These have a finding, or are judged by their siblings.
        State::Orphan(_) | State::Superseded { .. } => Verdict::Starting,
        State::Unseen => Verdict::Unseen,
    });
    Verdict::worst(findings.iter().map(of_finding).chain(quiet))
}
