//! What was seen and what it means.

use std::collections::BTreeSet;

use super::found::the_port;
use super::unseen::of_trait;
use super::users::{adoption_in_short, called_by};
use super::{count, finding, guarding, holds, name, unseen, wait};
use crate::core::diagnose::Diagnosis;
use crate::core::evidence::Evidence;
use crate::core::finding::Finding;
use crate::core::identity::Pid;
use crate::core::instance::{Client, Instance, Ripeness, State};
use crate::core::severity::Verdict;
use crate::core::snapshot::{Hold, Holder};

/// One reason, as a clause.
#[must_use]
pub fn evidence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::ClientLives { pid, name: who } => format!("its client {} ({pid}) runs", name(who)),
        Evidence::StartedByInit { pid, name: who } => format!("{} ({pid}) started it itself", name(who)),
        Evidence::ParentEnded { pid } => format!("its parent {pid} ended"),
        Evidence::ParentReused { pid, by } => {
            format!("pid {pid} now belongs to a younger process, {}", name(by))
        }
        Evidence::TakenIn { pid, name: who } => {
            format!("its parent ended: {} ({pid}) has taken it in", name(who))
        }
        Evidence::ClientEnded { pid, name: who } => format!("its client {} ({pid}) ended", name(who)),
        Evidence::Service { name: service } => {
            format!("it belongs to the service {}, which looks after it", name(service))
        }
        Evidence::IgnoresHangup => "it was set free on purpose, to outlive whoever started it".into(),
        Evidence::LivingTerminal => "a living terminal owns it".into(),
        Evidence::SpokenTo { pid, name: who } => {
            format!("{} ({pid}) still has the other end of its standard input", name(who))
        }
        Evidence::NobodySpeaks => "nobody holds the other end of its input".into(),
        Evidence::InputMadeBy { pid } => format!("its client {pid}, which had made its input, ended"),
        Evidence::CalledBy { caller, at } => called_by(caller.as_ref(), at),
        Evidence::ParentLives { pid, name: who } => format!("its parent {} ({pid}) runs", name(who)),
        Evidence::StartedByHand => {
            "its input is a terminal that let it go: somebody started it by hand and set it free".into()
        }
        Evidence::Protected { part } => format!("the configuration protects \"{}\"", name(part)),
        Evidence::TooEarly { ripe_in } => {
            format!("not certain yet: it is looked at again in {}", wait(*ripe_in))
        }
        Evidence::StartedAgain { by } => format!("the same client started the same server again: {by}"),
        Evidence::Guarded { guard, client } => guarding::guarded(*guard, client),
        Evidence::GuardSilent { guard } => guarding::guard_silent(*guard),
        Evidence::ParentHidden { pid: Some(pid) } => format!("its parent {pid} may not be looked at"),
        Evidence::ParentHidden { pid: None } => "its parent is outside this container".into(),
        Evidence::TraitHidden(which) => format!("{} could not be read", of_trait(*which)),
        Evidence::HoldsPort { address } => format!("it listens on {address}"),
    }
}

/// Processes that hide what they run, where a watch is called idle.
#[must_use]
pub fn titled<'a>(found: impl Iterator<Item = (Pid, &'a str)>) -> Option<String> {
    let all: Vec<String> = found.map(|(pid, who)| format!("{} ({pid})", name(who))).collect();
    let more = match all.len().saturating_sub(3) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let who = all.get(..3).unwrap_or(&all).join(", ");
    (!all.is_empty()).then(|| {
        format!(
            "cannot tell what {who}{more} runs under its own title: it may be a server that is watched; under \
             `shimkeeper guard` such a server is known"
        )
    })
}

/// The state of a watch in one line: "1 orphan holds port 3005".
#[must_use]
pub fn summary(diagnosis: &Diagnosis) -> String {
    let port = the_port(&diagnosis.watch);
    let server = &diagnosis.watch.name;
    match diagnosis.verdict {
        Verdict::Orphaned => orphans(diagnosis),
        Verdict::Blocked => blocked(diagnosis),
        Verdict::Unseen => diagnosis.unseen().next().map_or_else(
            || "something could not be read".into(),
            |first| format!("cannot tell: {}", unseen(first)),
        ),
        Verdict::Duplicate => {
            let superseded = diagnosis
                .findings
                .iter()
                .filter(|finding| matches!(finding, Finding::Superseded { .. }))
                .count();
            match superseded {
                0 => format!("{server} runs but does not listen on {port}"),
                n => format!("{} of {server}", count(n, "given-up copy", "given-up copies")),
            }
        }
        Verdict::Starting if diagnosis.instances.iter().any(Instance::is_being_started) => {
            format!("{server} is being started by its guard")
        }
        Verdict::Starting => format!("{server} is too young to be judged"),
        Verdict::Healthy => guarding::healthy(diagnosis),
        Verdict::Idle if diagnosis.watch.port.is_none() => format!("{server} does not run"),
        Verdict::Idle => format!("{server} does not run, {port} is free"),
    }
}

fn orphans(diagnosis: &Diagnosis) -> String {
    let is_ripe = |instance: &&Instance| instance.state == State::Orphan(Ripeness::Ripe);
    let all = diagnosis.instances.iter().filter(is_ripe).count();
    let holds = diagnosis.instances.iter().filter(is_ripe).any(|instance| instance.listens);
    let port = the_port(&diagnosis.watch);
    match (holds, all) {
        (true, 1) => format!("1 orphan holds {port}"),
        (true, n) => format!("{n} orphans, one holds {port}"),
        (false, n) => format!("{} of {}", count(n, "orphan", "orphans"), diagnosis.watch.name),
    }
}

fn blocked(diagnosis: &Diagnosis) -> String {
    let port = the_port(&diagnosis.watch);
    let who: BTreeSet<(Hold, String)> = diagnosis
        .holders
        .iter()
        .filter_map(|row| {
            let who = match (&row.holder, &row.name) {
                (Holder::Known(identity), Some(who)) => format!("{} ({})", name(who), identity.pid),
                (Holder::Known(identity), None) => identity.pid.to_string(),
                (Holder::Gone(pid), _) => format!("a ghost of {pid}"),
                (Holder::Hidden, _) => return None,
            };
            Some((row.hold, who))
        })
        .collect();
    let those_who = |hold: Hold| {
        let who: Vec<&str> =
            who.iter().filter(|(how, _)| *how == hold).map(|(_, who)| who.as_str()).collect();
        (!who.is_empty()).then(|| format!("{port} is {} {}", holds(hold), who.join(" and ")))
    };
    [Hold::Listens, Hold::Bound, Hold::Connected].into_iter().find_map(those_who).unwrap_or_else(|| {
        let keeps = |found: &&Finding| {
            matches!(found, Finding::Reserved { .. } | Finding::Taken { .. } | Finding::NotPermitted)
        };
        match diagnosis.findings.iter().find(keeps) {
            None | Some(Finding::Reserved { .. }) => format!("{port} is reserved by the system"),
            Some(found) => finding(found, &diagnosis.watch),
        }
    })
}

/// The state of an instance as its row begins.
#[must_use]
pub const fn state(state: State) -> &'static str {
    match state {
        State::Attached => "Attached",
        State::Orphan(Ripeness::Ripe) => "Orphan",
        State::Orphan(Ripeness::Unripe { .. }) => "Client gone?",
        State::Adopted => "Adopted",
        State::Superseded { .. } => "Given up",
        State::Unseen => "Cannot tell",
    }
}

/// The state of an instance as a log line says it, behind "is".
#[must_use]
pub const fn state_in_a_sentence(state: State) -> &'static str {
    match state {
        State::Attached => "attached",
        State::Orphan(Ripeness::Ripe) => "orphan",
        State::Orphan(Ripeness::Unripe { .. }) => "suspected to be an orphan",
        State::Adopted => "adopted",
        State::Superseded { .. } => "given up by its client",
        State::Unseen => "not to be judged",
    }
}

/// Why one instance is what it is, in one row: "Orphan · PID 4242: its client, Code.exe (4100), ended".
#[must_use]
pub fn instance_row(instance: &Instance) -> String {
    let why = instance.off_limits.filter(|_| instance.state == State::Orphan(Ripeness::Ripe));
    let stays = why.map_or_else(String::new, |why| format!(" · stays: {}", super::refusal(why)));
    format!("{} · PID {}: {}{stays}", state(instance.state), instance.top.pid, reason(instance))
}

/// The end of an instance's row: who its client is, or what became of it, and whether it has a guard.
#[must_use]
pub fn reason(instance: &Instance) -> String {
    let guard = match &instance.guarded {
        None => "",
        Some(_) if instance.is_being_started() => ", being started by its guard",
        Some(_) => ", guarded",
    };
    format!("{}{guard}", reason_alone(instance))
}

fn reason_alone(instance: &Instance) -> String {
    match (&instance.client, instance.state) {
        (Client::Living { .. }, State::Unseen) if instance.is_let_go() => {
            "nobody holds the other end of its input".into()
        }
        (Client::Living { name: who, .. }, State::Superseded { by }) => {
            format!("{} started {by} instead", name(who))
        }
        (
            Client::Living { name: who, .. },
            State::Attached | State::Orphan(_) | State::Adopted | State::Unseen,
        ) => format!("used by {}", name(who)),
        (Client::Gone { .. }, State::Adopted) => {
            instance.evidence.iter().find_map(adoption_in_short).unwrap_or("set free on purpose").into()
        }
        (
            Client::Gone { name, pid },
            State::Attached | State::Orphan(_) | State::Superseded { .. } | State::Unseen,
        ) => gone(name.as_deref(), *pid),
        (Client::Unseen, _) => "client may not be looked at".into(),
    }
}

/// What became of a client, told so that nobody takes it for the server's end.
fn gone(who: Option<&str>, pid: Option<Pid>) -> String {
    match (who.map(name), pid) {
        (Some(who), Some(pid)) => format!("its client, {who} ({pid}), ended"),
        (Some(who), None) => format!("its client, {who}, ended"),
        (None, Some(pid)) => format!("its client, {pid}, ended"),
        (None, None) => "its client ended".into(),
    }
}

/// Who holds a row of the port, in words.
#[must_use]
pub fn holder(holder: &Holder, who: Option<&str>) -> String {
    match (holder, who) {
        (Holder::Known(identity), Some(who)) => format!("{} ({})", name(who), identity.pid),
        (Holder::Known(identity), None) => format!("process {}", identity.pid),
        (Holder::Gone(pid), _) => format!("{pid}, which ended (a ghost listener)"),
        (Holder::Hidden, _) => "somebody whom we may not see".into(),
    }
}

/// A list of pids as words: "4242, 4243".
#[must_use]
pub fn pids(pids: impl IntoIterator<Item = Pid>) -> String {
    pids.into_iter().map(|pid| pid.to_string()).collect::<Vec<_>>().join(", ")
}
