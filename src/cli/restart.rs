//! `shimkeeper restart`: through the tray where it runs, because somebody must own the server.

use std::io::ErrorKind;
use std::time::Duration;

use super::args::RestartArgs;
use super::context::{Context, chosen};
use super::failure::Failure;
use crate::core::control::{Reply, Request};
use crate::core::restart::{RestartPlan, restart as plan_restart};
use crate::core::{Instance, Pid, Watch, mask, wording};
use crate::exit::Outcome;
use crate::work::connected::cut_off;
use crate::work::restart::{Ownership, Restarted, restart};
use crate::work::tools::Tools;
use crate::work::{Looker, ask};
use crate::{act, console, logging, platform, sense};

/// Grace times, the port, the start: the tray answers when all is done.
const TRAY_PATIENCE: Duration = Duration::from_secs(100);

pub(super) fn run(context: &Context, args: &RestartArgs) -> Result<Outcome, Failure> {
    let config = context.config()?;
    let watches = meant(context, chosen(&config, args.watch.as_deref())?, args.pid)?;
    let [watch] = watches.as_slice() else {
        return Err(Failure::new(Outcome::Usage, wording::RESTART_ONE_WATCH));
    };
    let mut machine = sense::Machine::with_leases(context.paths.lease_dir());
    let mut looker = Looker::new(&mut machine, context.clock, &watches);
    let settled = looker.settle();
    let plan = settled.first().map(plan_restart);
    // Said before anything is done: somebody may be working with it.
    if let Some(Ok(plan)) = &plan
        && !plan.loses.is_empty()
    {
        console::complain(&wording::client_loses(&wording::names(&plan.loses)));
    }
    if let Some(Ok(plan)) = &plan {
        nobody_else_is_connected(plan, args.pid)?;
    }
    // Guards own their servers and need no tray.
    let is_for_guards = matches!(&plan, Some(Ok(plan)) if !plan.ask.is_empty());
    if !is_for_guards {
        let request = Request::Restart { watch: Some(watch.name.clone()) }.line();
        match platform::control::send(&context.paths.control(), &request, TRAY_PATIENCE) {
            Ok(answer) => return by_the_tray(&answer),
            // Nobody is there to ask; then we do it.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {}
            // Somebody was asked and may be at work: a second restart on top of it would be one too many.
            Err(_) => return Err(Failure::new(Outcome::Attention, wording::TRAY_SILENT)),
        }
    }
    let leases = context.paths.lease_dir();
    if let Some(Ok(plan)) = &plan {
        for along in ask::along(&mut act::Machine, &leases, plan) {
            console::complain(&wording::will_end_along(&mask::plain_short(&mask::text(&along), 1000)));
            console::complain(&format!("hint: {}", wording::PROTECT_HINT));
        }
    }
    context.log();
    let log = logging::current_log(&context.paths.log_dir(), context.clock.now().wall);
    let tools =
        Tools { act: &mut act::Machine, leases: &leases, stop_grace: config.stop_grace, is_agreed: true };
    let done = restart(&mut looker, tools, Ownership::Free(&log), &[], &mut |_| ());
    let says = match done.map_err(|why| Failure::new(Outcome::Attention, why))? {
        Restarted::ByUs { says, .. } => wording::set_free(&says),
        Restarted::ByGuards { says } => says,
    };
    console::say(&wording::capital(&says));
    Ok(Outcome::Fine)
}

/// The watch to which the server of this number belongs, where one is given.
fn meant(context: &Context, watches: Vec<Watch>, pid: Option<Pid>) -> Result<Vec<Watch>, Failure> {
    let Some(pid) = pid else { return Ok(watches) };
    let mut machine = sense::Machine::with_leases(context.paths.lease_dir());
    let found = Looker::new(&mut machine, context.clock, &watches).look();
    let its = found.into_iter().find(|one| one.instances.iter().any(|instance| has(instance, pid)));
    let its = its.ok_or_else(|| Failure::new(Outcome::Attention, wording::no_server_of_a_watch(pid)))?;
    Ok(vec![its.watch])
}

fn has(instance: &Instance, pid: Pid) -> bool {
    instance.members.iter().any(|member| member.identity.pid == pid)
}

/// A restart cuts off whoever is connected, and not all of them were asked: then the user has to name the server.
fn nobody_else_is_connected(plan: &RestartPlan<'_>, agreed: Option<Pid>) -> Result<(), Failure> {
    let is_agreed = |instance: &Instance| agreed.is_some_and(|pid| has(instance, pid));
    let Some((pid, user)) = cut_off(&mut act::Machine, plan, is_agreed) else { return Ok(()) };
    let failure = Failure::new(Outcome::Attention, wording::not_restarted_in_use(pid, &user));
    Err(failure.hint(Some(wording::not_restarted_in_use_hint(pid))))
}

fn by_the_tray(answer: &str) -> Result<Outcome, Failure> {
    match Reply::parse(answer) {
        Some(Reply::Done(done)) => {
            console::say(&wording::capital(&wording::by_the_tray(&done.says)));
            Ok(Outcome::Fine)
        }
        Some(Reply::Failed(why)) => Err(Failure::new(Outcome::Attention, why)),
        Some(Reply::Ends { .. }) | None => Err(Failure::new(Outcome::Attention, wording::TRAY_SILENT)),
    }
}
