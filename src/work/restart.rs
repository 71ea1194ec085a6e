//! A whole restart: looks, stops what must be stopped, waits for the port, starts, looks again.

use std::path::Path;

use super::ask;
use super::connected::cut_off;
use super::logged::log_target;
use super::looker::Looker;
use super::tools::{PORT_PATIENCE, START_PATIENCE, Tools};
use crate::act::restart::{Launch, StartError, Started, launch_for};
use crate::config::env_file::{self, Environment};
use crate::core::restart::restart as plan_restart;
use crate::core::{Diagnosis, Identity, Instance, Target, Watch, wording};

/// Who owns the server that is started.
#[derive(Clone, Copy, Debug)]
pub enum Ownership<'a> {
    /// We do: it ends with us.
    Ours,
    /// Nobody: it is set free, and its output goes to this file.
    Free(&'a Path),
}

/// What a restart did.
#[derive(Debug)]
pub enum Restarted {
    /// We stopped and started.
    ByUs {
        /// What, in words.
        says: String,
        /// The server that was started.
        server: Started,
    },
    /// Guards did, each for its own client.
    ByGuards {
        /// What, in words.
        says: String,
    },
}

/// Restarts the servers of `looker`'s one watch: by their guards where they have some, else by ourselves;
/// `ours` are the servers that we have started for it. Blocks for the grace times. An error is a sentence:
/// what was not done and why.
pub fn restart(
    looker: &mut Looker<'_>,
    mut tools: Tools<'_>,
    ownership: Ownership<'_>,
    ours: &[Identity],
    before_stop: &mut dyn FnMut(Identity),
) -> Result<Restarted, String> {
    let [watch] = looker.watches else { return Err(wording::RESTART_ONE_WATCH.into()) };
    let settled = looker.settle();
    let [diagnosis] = settled.as_slice() else { return Err(wording::RESTART_ONE_WATCH.into()) };
    let plan = plan_restart(diagnosis).map_err(|why| wording::no_restart(&why, watch))?;
    let is_agreed = tools.is_agreed;
    if let Some((pid, user)) = cut_off(tools.act, &plan, |_| is_agreed) {
        let hint = wording::not_restarted_in_use_hint(pid);
        return Err(format!("{}; {hint}", wording::not_restarted_in_use(pid, &user)));
    }
    if !plan.ask.is_empty() {
        return ask::ask(looker, &mut tools, &plan).map(|says| Restarted::ByGuards { says });
    }
    let listened = plan.stop.iter().any(|instance| instance.listens);
    // Read before it ends: afterwards nobody knows how it was started.
    let launch = prepare(watch, plan.like.or(plan.stop.first().copied()))?;
    // A server that we have just started belongs to it, also while it does not listen yet.
    let is_ours = |instance: &&Instance| {
        instance.off_limits.is_none()
            && instance.members.iter().any(|member| ours.contains(&member.identity))
            && !plan.stop.iter().any(|stopped| stopped.top == instance.top)
    };
    let also = diagnosis.instances.iter().filter(is_ours);
    let targets: Vec<Target> = plan.stop.iter().copied().chain(also).map(Target::asked_for).collect();
    for target in &targets {
        log_target(wording::STOPS_FOR_A_RESTART, target);
        before_stop(target.top);
    }
    let report = tools.act.end(&targets, tools.stop_grace);
    if let Some(refused) = report.refused.first() {
        return Err(wording::restart_could_not_stop(refused.pid, refused.why));
    }
    let stopped = wording::pids(report.ended.iter().map(|ended| ended.pid));
    looker
        .wait_for(PORT_PATIENCE, Diagnosis::nobody_has_the_port)
        .map_err(|found| wording::restart_port_not_free(&stopped, &found))?;
    let child = match ownership {
        Ownership::Ours => launch.start_as_ours(&watch.name),
        Ownership::Free(log) => launch.start_free(log),
    };
    let ended_at_once = |status: &str| wording::restart_ended_at_once(&stopped, &launch.shown(), status);
    let mut server = child.map_err(|error| match error {
        StartError::Impossible(error) => {
            wording::restart_could_not_start(&stopped, &launch.shown(), &error.to_string())
        }
        StartError::EndedAtOnce(status) => ended_at_once(&status.to_string()),
    })?;
    tracing::info!(watch = %watch.name, pid = %server.identity.pid, command = %launch.shown(), "started");
    let should_listen = listened || watch.must_listen();
    let pid = server.identity.pid;
    let server_identity = server.identity;
    let runs = |diagnosis: &Diagnosis| {
        diagnosis.instances.iter().any(|instance| {
            (instance.listens || !should_listen)
                && instance.members.iter().any(|member| member.identity == server_identity)
        })
    };
    let came_up = looker.wait_for(START_PATIENCE, |diagnosis| runs(diagnosis) || server.ended().is_some());
    if let Some(status) = server.ended() {
        return Err(ended_at_once(&status));
    }
    let says = match came_up {
        Ok(_) => wording::restarted(&stopped, pid, watch),
        Err(_) => wording::restarted_but_silent(&stopped, pid, watch),
    };
    Ok(Restarted::ByUs { says, server })
}

fn prepare(watch: &Watch, running: Option<&Instance>) -> Result<Launch, String> {
    let added = match &watch.env_file {
        None => Environment::default(),
        Some(file) => env_file::read(Path::new(file)).map_err(|error| error.to_string())?,
    };
    let launch = launch_for(watch, running, added).map_err(|error| error.to_string())?;
    // Nothing is stopped for a start that cannot be.
    launch.check().map_err(|error| wording::restart_would_not_start(&launch.shown(), &error.to_string()))?;
    Ok(launch)
}
