//! Restarts through guards: one after the other, each behind the pipes of its own client.
//!
//! Ends and starts nothing itself. A guard is asked only while a look shows it as the one that was judged,
//! and is believed only when a look shows another server.

use std::time::Duration;

use super::looker::Looker;
use super::tools::{PORT_PATIENCE, START_PATIENCE, Tools};
use crate::core::control::Done;
use crate::core::restart::RestartPlan;
use crate::core::{Diagnosis, Identity, Instance, wording};
use crate::leases;

/// What a guard may take beyond the grace times: it waits for the port and for the server's first words.
const MORE_PATIENCE: Duration = Duration::from_secs(40);

/// Asks every guard of a plan. Says what was done, or, where one failed, that with everything else.
pub(super) fn ask(
    looker: &mut Looker<'_>,
    tools: &mut Tools<'_>,
    plan: &RestartPlan<'_>,
) -> Result<String, String> {
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for instance in &plan.ask {
        match ask_one(looker, tools, instance) {
            Ok(says) => done.push(says),
            Err(why) => failed.push(why),
        }
    }
    let left = plan.left.iter().map(|instance| wording::left_without_guard(instance));
    let has_failed = !failed.is_empty();
    let says = failed.into_iter().chain(done).chain(left).collect::<Vec<_>>().join("; ");
    if has_failed { Err(says) } else { Ok(says) }
}

/// What a restart through guards would end that is no part of their servers, in their words. A guard that does not
/// answer says nothing.
pub fn along(act: &mut dyn crate::act::Act, leases: &std::path::Path, plan: &RestartPlan<'_>) -> Vec<String> {
    let guards = plan.ask.iter().filter_map(|instance| instance.guarded.as_ref());
    let doors = guards.map(|guarded| leases::control_of(leases, guarded.guard));
    doors.filter_map(|door| act.what_ends_along(&door).ok()).filter(|along| !along.is_empty()).collect()
}

fn ask_one(looker: &mut Looker<'_>, tools: &mut Tools<'_>, instance: &Instance) -> Result<String, String> {
    let Some(guarded) = &instance.guarded else { unreachable!("a plan asks guards of guarded instances") };
    let guard = guarded.guard;
    // The one before took its time.
    let look = looker.look();
    let Some(before) = look.first().and_then(|diagnosis| behind(diagnosis, guard)) else {
        return Err(wording::guard_gone(instance, guard.pid));
    };
    let old = before.main;
    tracing::info!(guard = %guard.pid, server = %old.pid, name = %guarded.name, "asks the guard for a restart");
    let door = leases::control_of(tools.leases, guard);
    let patience = tools.stop_grace * 2 + MORE_PATIENCE;
    let answer = tools.act.ask_guard(&door, patience);
    tracing::info!(guard = %guard.pid, ?answer, "the guard answers");
    let Done { news, along, .. } = answer.map_err(|why| wording::guard_failed(instance, guard.pid, &why))?;
    let has_another = |instance: &Instance| instance.main != old && !instance.is_being_started();
    let another = |diagnosis: &Diagnosis| behind(diagnosis, guard).filter(|one| has_another(one)).cloned();
    let seen = looker
        .wait_for(PORT_PATIENCE, |diagnosis| another(diagnosis).is_some())
        .map_err(|_| wording::guard_not_believed(instance, guard.pid))?;
    let Some(new) = another(&seen) else { unreachable!("it was waited for") };
    let watch = &seen.watch;
    let done = wording::restarted_by_guard(old.pid, &new, guard.pid, watch, news.as_deref());
    let done = wording::with_what_ended_along(&done, along.as_deref());
    if before.listens {
        let listens = |diagnosis: &Diagnosis| behind(diagnosis, guard).is_some_and(|one| one.listens);
        if looker.wait_for(START_PATIENCE, listens).is_err() {
            return Ok(wording::does_not_listen_yet(&done, watch));
        }
    }
    Ok(done)
}

fn behind(diagnosis: &Diagnosis, guard: Identity) -> Option<&Instance> {
    let is_its = |instance: &&Instance| instance.guarded.as_ref().is_some_and(|known| known.guard == guard);
    diagnosis.instances.iter().find(is_its)
}
