//! What one instance is, and why.
//!
//! In doubt always for the process: an orphan is one only where every trait that could speak for it
//! was read and is silent.

use std::time::Duration;

use super::evidence::Evidence;
use super::family::Family;
use super::identity::Pid;
use super::instance::{Client, Group, Origin, Ripeness, State};
use super::memory::{Memory, PastClient, SECOND_LOOK_AFTER};
use super::moment::Moment;
use super::recognise::telling_words;
use super::snapshot::{Callers, Fact, OtherEnd, Process, Service, Stream, Streams, Terminal};
use super::unseen::Trait;
use super::users::{Use, by_callers, by_input};
use super::watch::Watch;

/// A state with its client and its reasons.
#[derive(Clone, PartialEq, Debug)]
pub struct Judgement {
    /// What it is.
    pub state: State,
    /// Who uses it.
    pub client: Client,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// Judges one instance. Whether it was superseded is not seen from here: that takes its siblings.
#[must_use]
pub fn judge(
    group: &Group<'_>,
    family: &Family<'_>,
    watch: &Watch,
    memory: &Memory,
    now: Moment,
) -> Judgement {
    let past = [group.top, group.main].iter().find_map(|process| memory.client_of(process.identity));
    // Where only a launcher between was ended, the client that was seen lives on.
    let lost = past.filter(|past| !lives(past, family));
    let (mut client, mut evidence) = match group.origin {
        Origin::Client(client) => {
            let Some(lost) = lost.filter(|lost| was_replaced(lost, client)) else {
                let (pid, name) = (client.identity.pid, client.name.clone());
                if is_let_go(group, family, watch) {
                    let evidence = vec![Evidence::ParentLives { pid, name }, Evidence::NobodySpeaks];
                    return Judgement { state: State::Unseen, client: living(client), evidence };
                }
                let lives = Evidence::ClientLives { pid, name };
                return Judgement { state: State::Attached, client: living(client), evidence: vec![lives] };
            };
            let ended = Evidence::ClientEnded { pid: lost.identity.pid, name: lost.name.clone() };
            (gone(None, Some(lost)), vec![ended, taken_in(client)])
        }
        Origin::StartedBy(init) => {
            let by = Evidence::StartedByInit { pid: init.identity.pid, name: init.name.clone() };
            return Judgement { state: State::Attached, client: living(init), evidence: vec![by] };
        }
        Origin::Hidden(pid) => return unseen(Evidence::ParentHidden { pid }),
        Origin::CannotTell(which) => return unseen(Evidence::TraitHidden(which)),
        Origin::TakenIn(reaper) => {
            let ended =
                lost.map(|lost| Evidence::ClientEnded { pid: lost.identity.pid, name: lost.name.clone() });
            (gone(None, lost), ended.into_iter().chain([taken_in(reaper)]).collect())
        }
        Origin::Gone(pid) => (gone(Some(pid), lost), vec![Evidence::ParentEnded { pid }]),
        Origin::Reused(by) => {
            let pid = by.identity.pid;
            let reused = Evidence::ParentReused { pid, by: by.name.clone() };
            (gone(Some(pid), lost), vec![Evidence::ParentEnded { pid }, reused])
        }
    };
    let name = |pid: Pid| family.get(pid).map(|process| process.name.clone()).unwrap_or_default();
    let (adopted, silence) = match used(group) {
        Use::SpokenToBy(pid) => (Ok(Some(Evidence::SpokenTo { pid, name: name(pid) })), None),
        Use::CalledBy(pid, at) => {
            let caller = pid.map(|pid| (pid, name(pid)));
            (Ok(Some(Evidence::CalledBy { caller, at })), None)
        }
        // What speaks for it counts, although something else is hidden.
        Use::Perhaps(which) => {
            (adoption(group, family, watch).and_then(|it| it.map_or(Err(which), |it| Ok(Some(it)))), None)
        }
        Use::Nobody => {
            // The client that an earlier look has seen is better known.
            let maker = maker(group).filter(|_| lost.is_none());
            if let (Some(maker), Client::Gone { pid, .. }) = (maker, &mut client)
                && *pid != Some(maker)
            {
                *pid = Some(maker);
                evidence.push(Evidence::InputMadeBy { pid: maker });
            }
            (adoption(group, family, watch), Some(Evidence::NobodySpeaks))
        }
        Use::NotTold => (adoption(group, family, watch), None),
    };
    let adopted = match adopted {
        Ok(adopted) => adopted,
        Err(which) => return Judgement { client, ..unseen(Evidence::TraitHidden(which)) },
    };
    let evidence: Vec<Evidence> = evidence.into_iter().chain(silence).collect();
    if let Some(reason) = adopted {
        let evidence = evidence.into_iter().chain([reason]).collect();
        return Judgement { state: State::Adopted, client, evidence };
    }
    let ripeness = ripeness(group, watch.orphan_grace, memory, now);
    let early = match ripeness {
        Ripeness::Ripe => None,
        Ripeness::Unripe { ripe_in } => Some(Evidence::TooEarly { ripe_in }),
    };
    Judgement {
        state: State::Orphan(ripeness),
        client,
        evidence: evidence.into_iter().chain(early).collect(),
    }
}

fn unseen(evidence: Evidence) -> Judgement {
    Judgement { state: State::Unseen, client: Client::Unseen, evidence: vec![evidence] }
}

fn living(process: &Process) -> Client {
    Client::Living { identity: process.identity, name: process.name.clone() }
}

fn gone(pid: Option<Pid>, lost: Option<&PastClient>) -> Client {
    // The number on record is a launcher's where one stood between; the client that was seen counts.
    Client::Gone { pid: lost.map(|lost| lost.identity.pid).or(pid), name: lost.map(|lost| lost.name.clone()) }
}

fn taken_in(reaper: &Process) -> Evidence {
    Evidence::TakenIn { pid: reaper.identity.pid, name: reaper.name.clone() }
}

/// In place of a client that has ended stands somebody older: a subreaper that we do not know by name. A parent
/// never changes in any other way.
fn was_replaced(lost: &PastClient, now: &Process) -> bool {
    now.identity.birth.no_later_than(lost.identity.birth)
}

fn lives(past: &PastClient, family: &Family<'_>) -> bool {
    family.get(past.identity.pid).is_some_and(|process| process.identity == past.identity)
}

/// Whether somebody outside still uses it: by the input of its top or its main process, or by a connection to any of
/// its processes.
fn used(group: &Group<'_>) -> Use {
    let is_a_member = |pid: Pid| group.members.iter().any(|member| member.identity.pid == pid);
    let inputs = [group.top, group.main].into_iter().filter_map(|process| process.details.as_ref());
    let inputs = inputs.map(|details| by_input(&details.other_end, is_a_member));
    let callers = group.members.iter().filter_map(|process| process.details.as_ref());
    Use::most(inputs.chain(callers.map(|details| by_callers(&details.callers, is_a_member))))
}

/// Who had made its input and has ended: the client, where the number on record is a mere launcher's.
fn maker(group: &Group<'_>) -> Option<Pid> {
    let is_a_member = |pid: &Pid| group.members.iter().any(|member| member.identity.pid == *pid);
    let details = [group.top, group.main].into_iter().filter_map(|process| process.details.as_ref());
    details
        .filter_map(|details| match details.other_end {
            OtherEnd::Nobody { made_by } => made_by,
            OtherEnd::NotAsked | OtherEnd::NoChannel | OtherEnd::Somebody(_) | OtherEnd::Unknown => None,
        })
        .find(|pid| !is_a_member(pid))
}

/// Its parent lives and has let go of its input, as an unknown process that takes in orphans has from the
/// beginning: nothing says that anybody uses it. What listens has other ways, and what no client connected needs none.
fn is_let_go(group: &Group<'_>, family: &Family<'_>, watch: &Watch) -> bool {
    let is_a_clients = |process: &Process| {
        process
            .details
            .as_ref()
            .is_some_and(|details| matches!(details.streams, Fact::Known(streams) if streams.are_a_clients()))
    };
    let listens_nowhere = group.members.iter().all(|member| {
        member.details.as_ref().is_some_and(|details| details.callers == Callers::NotListening)
    });
    used(group) == Use::Nobody
        && listens_nowhere
        && is_a_clients(group.main)
        && adoption(group, family, watch) == Ok(None)
}

/// What says that it was set free on purpose, or which trait could not be read.
fn adoption(group: &Group<'_>, family: &Family<'_>, watch: &Watch) -> Result<Option<Evidence>, Trait> {
    let protection = group.members.iter().find_map(|member| {
        let line = telling_words(member, family.style()).join(" ");
        watch.protect.iter().find(|part| line.contains(part.as_str()))
    });
    if let Some(part) = protection {
        return Ok(Some(Evidence::Protected { part: part.clone() }));
    }
    let mut hidden = None;
    for process in [group.top, group.main] {
        let Some(details) = &process.details else { return Err(Trait::Session) };
        match details.ignores_hangup {
            Fact::Known(true) => return Ok(Some(Evidence::IgnoresHangup)),
            Fact::Known(false) => {}
            Fact::Hidden => hidden = Some(Trait::Hangup),
        }
        // Clients connect both streams to pipes, also where they share our terminal or service.
        let a_clients = match details.streams {
            Fact::Known(streams) => Some(streams.are_a_clients()),
            Fact::Hidden => None,
        };
        match &details.service {
            Fact::Known(None) => {}
            Fact::Known(Some(service)) => match (is_its_own(service, group), a_clients) {
                (true, _) | (false, Some(false)) => {
                    return Ok(Some(Evidence::Service { name: service.name.clone() }));
                }
                (false, Some(true)) => {}
                (false, None) => hidden = Some(Trait::Service),
            },
            Fact::Hidden => hidden = Some(Trait::Service),
        }
        if matches!(details.streams, Fact::Known(Streams { input: Stream::Terminal, .. }))
            && details.terminal == Fact::Known(Terminal::None)
        {
            return Ok(Some(Evidence::StartedByHand));
        }
        if a_clients.is_none() {
            // It may be a terminal's that let it go.
            hidden = hidden.or(Some(Trait::Terminal));
        }
        match (details.terminal, a_clients) {
            (Fact::Known(Terminal::None), _) | (Fact::Known(Terminal::Living), Some(true)) => {}
            (Fact::Known(Terminal::Living), Some(false)) => return Ok(Some(Evidence::LivingTerminal)),
            (Fact::Known(Terminal::Living), None) | (Fact::Hidden, _) => hidden = Some(Trait::Terminal),
        }
    }
    hidden.map_or(Ok(None), Err)
}

/// A service is the shim's own unless somebody else was in it before.
fn is_its_own(service: &Service, group: &Group<'_>) -> bool {
    !service.members.iter().any(|pid| {
        // A lower number in the same service: it was there first. A wrapped counter errs to "its own",
        // which spares the process.
        *pid < group.top.identity.pid && !group.members.iter().any(|member| member.identity.pid == *pid)
    })
}

fn ripeness(group: &Group<'_>, grace: Duration, memory: &Memory, now: Moment) -> Ripeness {
    // Not of all members: an instance inside this one has suspicions of its own.
    let judged = [group.top, group.main];
    let since = judged.iter().filter_map(|process| memory.suspected_since(process.identity)).min();
    let looked = since.map_or(SECOND_LOOK_AFTER, |since| SECOND_LOOK_AFTER.saturating_sub(now.since(since)));
    let ripe_in = looked.max(grace.saturating_sub(memory.awake(group.main, now)));
    if ripe_in.is_zero() { Ripeness::Ripe } else { Ripeness::Unripe { ripe_in } }
}
