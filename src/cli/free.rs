//! `shimkeeper free`: says who holds a port and, if the user agrees, ends exactly that one.

use std::io::{self, BufRead, IsTerminal, Write};

use super::args::FreeArgs;
use super::context::Context;
use super::failure::Failure;
use super::json;
use crate::act::{Act, EndReport};
use crate::core::diagnose::HeldBy;
use crate::core::guarded::lease_over;
use crate::core::heir::Proof;
use crate::core::holder::keeper_of_others;
use crate::core::plan::{Grounds, Reach, Refused, never_ended_here};
use crate::core::snapshot::{Callers, Hold};
use crate::core::{
    Diagnosis, Fact, Finding, Holder, Member, Memory, Moment, Pid, Port, Snapshot, Target, Watch, diagnose,
    mask, wording,
};
use crate::exit::Outcome;
use crate::sense::{Machine, Sense};
use crate::{act, console, platform};

pub(super) fn run(context: &Context, args: &FreeArgs) -> Result<Outcome, Failure> {
    let config = context.config()?;
    let number = args.port.or_else(|| config.watches.iter().find_map(Watch::port_number));
    let Some(port) = number else {
        return Err(
            Failure::new(Outcome::Usage, wording::NO_PORT_TO_FREE).hint(Some(wording::NO_PORT_TO_FREE_HINT))
        );
    };
    // What is protected is so whatever the port.
    let of_port = config.watches.iter().find(|watch| watch.port_number() == number);
    let first = of_port.or(config.watches.first()).cloned();
    let watch = Watch { port: Some(Port::always(port)), ..first.unwrap_or_else(Watch::exai) };
    let mut machine = Machine::with_leases(context.paths.lease_dir());
    let watches = [watch];
    let snapshot = machine.look(&watches, context.clock.now());
    let [watch] = &watches;
    let found = judged(&snapshot, watch);
    let rows = &found.holders;
    if let Some(unseen) = snapshot.unseen.first() {
        let failure = Failure::new(Outcome::Blind, wording::unseen(unseen));
        let failure = failure.hint(Some(wording::unseen_hint(unseen)));
        return finish_untouched(args, port, rows, failure);
    }
    if rows.is_empty() {
        return nobody_has_it(args, port, &found);
    }
    if !args.json {
        for row in rows {
            console::say(&describe(row, &snapshot));
        }
    }
    let pid = match choose(args, rows, port) {
        Ok(pid) => pid,
        Err(failure) => return finish_untouched(args, port, rows, failure),
    };
    let target = match target(&snapshot, watch, port, pid) {
        Ok(target) => target,
        Err(failure) => return finish_untouched(args, port, rows, failure),
    };
    if !agreed(args, &target) {
        return finish_untouched(args, port, rows, Failure::new(Outcome::Attention, wording::NOTHING_ENDED));
    }
    context.log();
    tracing::info!(%pid, port, command = %mask::command_line(&target.command), "ends the holder of a port, as the user asked");
    let report = act::Machine.end(&[target], config.stop_grace);
    let after = machine.look(&watches, context.clock.now());
    Ok(tell(args, port, rows, &report, (watch, &after)))
}

/// Everything on the port. What else is said of the watch is nobody's question here.
fn judged(snapshot: &Snapshot, watch: &Watch) -> Diagnosis {
    diagnose(snapshot, watch, &Memory::default(), Moment::default())
}

/// It is free, or kept by what cannot be ended.
fn nobody_has_it(args: &FreeArgs, port: u16, found: &Diagnosis) -> Result<Outcome, Failure> {
    if let Some(keeps) = keeps(found) {
        return finish_untouched(args, port, &[], keeps);
    }
    if args.json {
        console::say(&json::free(port, &[], true, &[], &[]));
    } else {
        console::say(&wording::port_is_free(port));
    }
    Ok(Outcome::Fine)
}

/// What keeps the port from being bound where no process is known to have it.
fn keeps(found: &Diagnosis) -> Option<Failure> {
    let keeps = |found: &&Finding| {
        matches!(found, Finding::Reserved { .. } | Finding::Taken { .. } | Finding::NotPermitted)
    };
    let keeps = found.findings.iter().find(keeps)?;
    let failure = Failure::new(Outcome::Attention, wording::finding(keeps, &found.watch));
    Some(failure.hint(wording::finding_hint(keeps, found)))
}

/// Nothing was ended: a script still gets its JSON.
fn finish_untouched(
    args: &FreeArgs,
    port: u16,
    rows: &[HeldBy],
    failure: Failure,
) -> Result<Outcome, Failure> {
    if args.json {
        console::say(&json::free(port, rows, false, &[], &[]));
    }
    Err(failure)
}

fn describe(row: &HeldBy, snapshot: &Snapshot) -> String {
    let who = wording::holder(&row.holder, row.name.as_deref());
    let process = who_can_be_ended(row)
        .and_then(|pid| snapshot.processes.iter().find(|process| process.identity.pid == pid));
    let command = process.map(|process| match &process.args {
        Fact::Known(args) => mask::command_line(args),
        Fact::Hidden => wording::COMMAND_HIDDEN.into(),
    });
    let command = command.map_or_else(String::new, |command| format!("\n  {command}"));
    let heir = row.heir.as_ref().map(wording::heir);
    let heir = heir.map_or_else(String::new, |heir| format!("\n  {heir}"));
    let guard = who_can_be_ended(row).and_then(|pid| {
        let lease = lease_over(snapshot, pid)?;
        Some(format!("\n  {}", wording::guard_over(lease, pid)))
    });
    let how = match row.hold {
        Hold::Listens => String::new(),
        Hold::Bound | Hold::Connected => format!("{} ", wording::holds(row.hold)),
    };
    let users = who_can_be_ended(row).map(|pid| users(pid, snapshot)).unwrap_or_default();
    format!("{}  {how}{who}{heir}{command}{}{users}", row.address, guard.unwrap_or_default())
}

/// Who is connected to it, a line each: that is lost with its end.
fn users(pid: Pid, snapshot: &Snapshot) -> String {
    let find = |pid: Pid| snapshot.processes.iter().find(|process| process.identity.pid == pid);
    let details = find(pid).and_then(|process| process.details.as_ref());
    let Some(Callers::Known(callers)) = details.map(|details| &details.callers) else { return String::new() };
    let name = |pid: Pid| find(pid).map(|process| process.name.clone()).unwrap_or_default();
    let lines = callers.iter().filter(|caller| !caller.who.contains(&pid)).map(|caller| {
        let who = caller.who.first().map(|pid| (*pid, name(*pid)));
        format!("\n  {}", wording::called_by(who.as_ref(), &caller.at))
    });
    lines.collect()
}

/// The process that a row's socket goes with: its holder, or the heir of one that ended.
fn who_can_be_ended(row: &HeldBy) -> Option<Pid> {
    match &row.holder {
        Holder::Known(identity) => Some(identity.pid),
        Holder::Gone(_) => row.heir.as_ref().map(|heir| heir.identity.pid),
        Holder::Hidden => None,
    }
}

/// An heir that is only likely must be named by the user.
fn is_certain(row: &HeldBy) -> bool {
    row.heir.as_ref().is_none_or(|heir| heir.proof == Proof::HoldsTheSocket)
}

/// Which holder is meant.
fn choose(args: &FreeArgs, rows: &[HeldBy], port: u16) -> Result<Pid, Failure> {
    let connected = rows.iter().filter(|row| row.hold == Hold::Connected);
    let (connected, rows): (Vec<&HeldBy>, Vec<&HeldBy>) =
        (connected.collect(), rows.iter().filter(|row| row.hold != Hold::Connected).collect());
    let is_meant = |row: &&&HeldBy| args.pid.is_none_or(|pid| who_can_be_ended(row) == Some(pid));
    if let Some(row) = connected.iter().find(is_meant)
        && (rows.is_empty() || args.pid.is_some())
    {
        let who = wording::holder(&row.holder, row.name.as_deref());
        let failure = Failure::new(Outcome::Attention, wording::only_connected(&who, &row.address));
        return Err(failure.hint(Some(wording::outgoing_hint(port, platform::PATH_STYLE))));
    }
    let mut known: Vec<Pid> = rows.iter().copied().filter_map(who_can_be_ended).collect();
    known.sort_unstable();
    known.dedup();
    match (args.pid, known.as_slice()) {
        (Some(pid), known) if known.contains(&pid) => Ok(pid),
        (Some(pid), _) => Err(Failure::new(Outcome::Attention, wording::does_not_hold(pid, port))),
        (None, [one]) if rows.iter().all(|row| is_certain(row) && who_can_be_ended(row) == Some(*one)) => {
            if args.yes && !io::stdin().is_terminal() {
                return Err(Failure::new(Outcome::Usage, wording::YES_NEEDS_PID));
            }
            Ok(*one)
        }
        (None, [_]) if !rows.iter().all(|row| is_certain(row)) => {
            Err(Failure::new(Outcome::Attention, wording::NAME_THE_HEIR))
        }
        (None, []) => {
            Err(Failure::new(Outcome::Blind, wording::holder_unknown(port)).hint(Some(wording::HOLDER_HINT)))
        }
        (None, _) => Err(Failure::new(Outcome::Attention, wording::SEVERAL_HOLDERS)),
    }
}

fn target(snapshot: &Snapshot, watch: &Watch, port: u16, pid: Pid) -> Result<Target, Failure> {
    let process = snapshot.processes.iter().find(|process| process.identity.pid == pid);
    let process =
        process.ok_or_else(|| Failure::new(Outcome::Attention, wording::does_not_hold(pid, port)))?;
    if let Some(keeper) = keeper_of_others(process, snapshot.system) {
        return Err(Failure::new(Outcome::Attention, wording::keeper(keeper, pid))
            .hint(Some(wording::keeper_hint(keeper, port))));
    }
    if let Some(why) = never_ended_here(process, snapshot, watch) {
        return Err(Failure::new(Outcome::Attention, wording::left_alone(pid, why)));
    }
    Ok(Target {
        top: process.identity,
        members: vec![Member::judged(process)],
        evidence: Vec::new(),
        command: process.args().to_vec(),
        reach: Reach::OnlyThis,
        grounds: Grounds::Asked,
    })
}

fn agreed(args: &FreeArgs, target: &Target) -> bool {
    if args.yes {
        return true;
    }
    if !io::stdin().is_terminal() {
        console::complain(wording::NOBODY_TO_ASK);
        return false;
    }
    let mut out = io::stderr();
    let question = wording::end_it(target.top.pid);
    if write!(out, "{question} ").and_then(|()| out.flush()).is_err() {
        return false;
    }
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).is_ok()
        && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

fn tell(
    args: &FreeArgs,
    port: u16,
    before: &[HeldBy],
    report: &EndReport,
    (watch, after): (&Watch, &Snapshot),
) -> Outcome {
    let found = judged(after, watch);
    let left = &found.holders;
    let is_free = found.port_is_free() && after.unseen.is_empty();
    if args.json {
        let rows = if report.ended.is_empty() { before } else { left };
        console::say(&json::free(port, rows, is_free, &report.ended, &report.refused));
    } else {
        for ended in &report.ended {
            console::say(&wording::ended_one(ended.pid, "", ended.how.word(), ended.how.was_asked()));
        }
        for Refused { pid, why } in &report.refused {
            console::complain(&wording::left_alone(*pid, *why));
        }
        if is_free {
            console::say(&wording::port_is_free(port));
        }
        for row in left {
            console::say(&describe(row, after));
        }
    }
    if let Some(keeps) = keeps(&found).filter(|_| left.is_empty()) {
        keeps.complain();
    }
    if let Some(unseen) = after.unseen.first() {
        let blind = Failure::new(Outcome::Blind, wording::unseen(unseen));
        blind.hint(Some(wording::unseen_hint(unseen))).complain();
    }
    if let Some(row) = left.first() {
        let who = wording::holder(&row.holder, row.name.as_deref());
        console::complain(&wording::port_still_held(port, &who));
    }
    match (is_free, after.unseen.is_empty()) {
        (true, _) => Outcome::Fine,
        (false, true) => Outcome::Attention,
        (false, false) => Outcome::Blind,
    }
}
