//! `shimkeeper cleanup`: ends the orphans, or says what it would end.

use std::collections::HashSet;

use super::args::CleanupArgs;
use super::context::Context;
use super::failure::Failure;
use super::render::Paint;
use super::{json, render};
use crate::core::{Diagnosis, Scope, Verdict, plan, wording};
use crate::exit::Outcome;
use crate::work::{CleanupReport, Looker, clean};
use crate::{act, console, leases, sense};

pub(super) fn run(context: &Context, args: &CleanupArgs) -> Result<Outcome, Failure> {
    let config = context.config()?;
    let scope = if args.duplicates { Scope::OrphansAndDuplicates } else { Scope::Orphans };
    let mut machine = sense::Machine::with_leases(context.paths.lease_dir());
    let mut looker = Looker::new(&mut machine, context.clock, &config.watches);
    if args.check_only {
        return Ok(check_only(context, args, &looker.settle(), scope));
    }
    context.log();
    let report = clean(&mut looker, &mut act::Machine, scope, config.stop_grace);
    leases::sweep_quietly(&context.paths.lease_dir(), context.clock.now().wall);
    if args.json {
        console::say(&json::cleanup(&report));
    } else {
        tell(context, &report);
    }
    tell_what_is_left(&report.after);
    Ok(report.outcome())
}

/// Looks, touches nothing.
fn check_only(context: &Context, args: &CleanupArgs, found: &[Diagnosis], scope: Scope) -> Outcome {
    let plans: Vec<_> = found.iter().map(|diagnosis| plan(diagnosis, scope)).collect();
    let refused: Vec<_> = plans.iter().flat_map(|plan| plan.refused.clone()).collect();
    let mut planned: Vec<_> = plans.iter().flat_map(|plan| plan.targets.clone()).collect();
    // As a cleanup does it: two watches may share a script, and what one leaves alone stays.
    let mut tops = HashSet::new();
    planned.retain(|target| {
        !refused.iter().any(|refused| refused.pid == target.top.pid) && tops.insert(target.top)
    });
    if args.json {
        let report = CleanupReport { planned, ended: Vec::new(), refused, after: found.to_vec() };
        console::say(&json::cleanup(&report));
    } else {
        for target in &planned {
            let pids = wording::pids(target.members.iter().map(|member| member.identity.pid));
            console::say(&context.palette.paint(Paint::Red, &wording::would_end(&pids)));
            for evidence in &target.evidence {
                console::say(&format!("  · {}", wording::evidence(evidence)));
            }
        }
        tell_refused(&refused);
        if planned.is_empty() {
            tell_nothing_to_do(context, found);
        }
    }
    tell_what_is_left(found);
    Outcome::of(worst(found))
}

fn tell(context: &Context, report: &CleanupReport) {
    for target in &report.planned {
        for member in &target.members {
            let pid = member.identity.pid;
            if let Some(ended) = report.ended.iter().find(|ended| ended.pid == pid) {
                console::say(&wording::ended_one(pid, &member.name, ended.how.word(), ended.how.was_asked()));
            }
        }
        for evidence in &target.evidence {
            console::say(&format!("  · {}", wording::evidence(evidence)));
        }
    }
    tell_refused(&report.refused);
    if report.planned.is_empty() {
        tell_nothing_to_do(context, &report.after);
        return;
    }
    for row in report.after.iter().filter_map(wording::port_row) {
        console::say(&wording::capital(&row));
    }
}

fn tell_refused(refused: &[plan::Refused]) {
    for refused in refused {
        console::complain(&wording::left_alone(refused.pid, refused.why));
    }
}

/// Why this ends with another code than 0, where it is not what was ended or refused.
fn tell_what_is_left(found: &[Diagnosis]) {
    for reason in wording::what_needs_attention(found) {
        console::complain(&wording::still_needs_attention(&reason));
    }
}

/// The two sentences that scripts look for, and whatever else needs attention.
fn tell_nothing_to_do(context: &Context, found: &[Diagnosis]) {
    for diagnosis in found {
        let found = |kinds: &[&str]| diagnosis.findings.iter().any(|finding| kinds.contains(&finding.kind()));
        if diagnosis.instances.is_empty() {
            if !found(&["unseen"]) {
                console::say(&wording::no_processes_found(diagnosis.watch.server()));
            }
        } else if !found(&["orphan", "suspected", "unseen"]) {
            console::say(wording::NO_CLEANUP_NEEDED);
        }
        if !matches!(diagnosis.verdict, Verdict::Healthy | Verdict::Idle) {
            console::say(render::diagnosis(diagnosis, context.palette, context.verbose).trim_end());
        }
    }
}

fn worst(found: &[Diagnosis]) -> Verdict {
    Verdict::worst(found.iter().map(|diagnosis| diagnosis.verdict))
}
