//! A whole cleanup: looks until the judgement is certain, ends what the plan names, looks again.
//!
//! The tray and the command line clean up by this one function. Every decision leaves a line in
//! the log, with its evidence.

use std::collections::HashSet;
use std::time::Duration;

use super::clock::Clock;
use crate::act::{Act, Ended};
use crate::core::plan::Refused;
use crate::core::{
    Diagnosis, Evidence, Finding, Memory, Scope, Target, Verdict, Watch, diagnose, mask, plan, wording,
};
use crate::exit::Outcome;
use crate::sense::Sense;

/// Looks again at most this often before the judgement is taken as it is.
const LOOKS: usize = 8;

/// What a cleanup did.
#[derive(Clone, PartialEq, Debug)]
pub struct CleanupReport {
    /// What it was going to end.
    pub planned: Vec<Target>,
    /// What ended.
    pub ended: Vec<Ended>,
    /// What was left alone, and why.
    pub refused: Vec<Refused>,
    /// A look after it, taken anew.
    pub after: Vec<Diagnosis>,
}

impl CleanupReport {
    /// What it means to a script.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let worst = Verdict::worst(self.after.iter().map(|diagnosis| diagnosis.verdict));
        let outcome = Outcome::of(worst);
        if outcome == Outcome::Fine && !self.refused.is_empty() { Outcome::Attention } else { outcome }
    }
}

/// Somebody who looks, with what earlier looks of his saw.
pub struct Looker<'a> {
    /// The eyes.
    pub sense: &'a mut dyn Sense,
    /// The clocks.
    pub clock: Clock,
    /// What is watched.
    pub watches: &'a [Watch],
    /// What earlier looks saw, a memory for each watch.
    pub memories: Vec<Memory>,
}

impl<'a> Looker<'a> {
    /// Somebody who has not looked yet.
    pub fn new(sense: &'a mut dyn Sense, clock: Clock, watches: &'a [Watch]) -> Self {
        Self::with_memories(sense, clock, watches, Vec::new())
    }

    /// Somebody who knows what earlier looks at these watches saw, in their order.
    pub fn with_memories(
        sense: &'a mut dyn Sense,
        clock: Clock,
        watches: &'a [Watch],
        mut memories: Vec<Memory>,
    ) -> Self {
        memories.resize(watches.len(), Memory::default());
        Self { sense, clock, watches, memories }
    }

    /// Looks once.
    pub fn look(&mut self) -> Vec<Diagnosis> {
        let now = self.clock.now();
        let snapshot = self.sense.look(self.watches, now);
        let diagnose_one = |(watch, memory): (&Watch, &mut Memory)| {
            let diagnosis = diagnose(&snapshot, watch, memory, now.moment);
            memory.learn(&diagnosis, now.moment);
            diagnosis
        };
        self.watches.iter().zip(&mut self.memories).map(diagnose_one).collect()
    }

    /// Looks until nothing is merely suspected. Blocks for the grace time where a suspect is younger.
    pub fn settle(&mut self) -> Vec<Diagnosis> {
        let mut found = self.look();
        for _ in 0..LOOKS {
            let Some(wait) = found.iter().filter_map(Diagnosis::ripe_in).max() else { break };
            // A little more, because the kernel counts ages in ticks of 10 ms.
            self.clock.wait(wait + Duration::from_millis(20));
            found = self.look();
        }
        found
    }
}

/// Cleans up. Blocks for the looks and for at most the grace times.
pub fn clean(
    looker: &mut Looker<'_>,
    act: &mut dyn Act,
    scope: Scope,
    stop_grace: Duration,
) -> CleanupReport {
    let before = looker.settle();
    let (mut planned, mut refused) = (Vec::new(), Vec::new());
    for diagnosis in &before {
        let plan = plan(diagnosis, scope);
        planned.extend(plan.targets);
        refused.extend(plan.refused);
    }
    // Two watches may share a script: what one leaves alone stays, and nobody is ended twice.
    let mut tops = HashSet::new();
    planned.retain(|target: &Target| {
        !refused.iter().any(|refused: &Refused| refused.pid == target.top.pid) && tops.insert(target.top)
    });
    for target in &planned {
        log_target("ends", target);
    }
    let report = act.end(&planned, stop_grace);
    for ended in &report.ended {
        tracing::info!(pid = %ended.pid, how = ended.how.word(), "ended");
    }
    refused.extend(report.refused);
    for refused in &refused {
        tracing::warn!(pid = %refused.pid, why = wording::refusal(refused.why), "left alone");
    }
    let after = looker.look();
    for diagnosis in &after {
        tracing::info!(watch = %diagnosis.watch.name, verdict = diagnosis.verdict.word(), "{}", wording::summary(diagnosis));
    }
    CleanupReport { planned, ended: report.ended, refused, after }
}

/// One line about a target: who, why, what it ran.
pub(crate) fn log_target(verb: &str, target: &Target) {
    let why: Vec<String> = target.evidence.iter().map(wording::evidence).collect();
    let pids = wording::pids(target.members.iter().map(|member| member.identity.pid));
    tracing::info!(
        pid = %target.top.pid,
        processes = %pids,
        why = %why.join("; "),
        command = %mask::command_line(&target.command),
        "{verb}"
    );
}

/// One line about each change between two looks at a watch.
#[must_use]
pub fn changes(old: Option<&Diagnosis>, new: &Diagnosis) -> Vec<String> {
    let mut lines = Vec::new();
    if old.is_none_or(|old| old.verdict != new.verdict) {
        lines.push(format!("{}: {} ({})", new.watch.name, wording::summary(new), new.verdict.word()));
    }
    for instance in &new.instances {
        let before = old.and_then(|old| old.instances.iter().find(|other| other.top == instance.top));
        if before.is_some_and(|before| wording::state(before.state) == wording::state(instance.state)) {
            continue;
        }
        let decides = |evidence: &&Evidence| !matches!(evidence, Evidence::TooEarly { .. });
        let why: Vec<String> = instance.evidence.iter().filter(decides).map(wording::evidence).collect();
        lines.push(format!(
            "{}: PID {} is {}: {} [{}]",
            new.watch.name,
            instance.top.pid,
            wording::state_in_a_sentence(instance.state),
            why.join("; "),
            mask::command_line(&instance.command)
        ));
    }
    let gone = old.into_iter().flat_map(|old| &old.instances);
    for instance in gone.filter(|old| !new.instances.iter().any(|instance| instance.top == old.top)) {
        lines.push(format!("{}: PID {} ended", new.watch.name, instance.top.pid));
    }
    for finding in &new.findings {
        let about_an_instance = matches!(
            finding,
            Finding::Orphan { .. } | Finding::Suspected { .. } | Finding::Superseded { .. }
        );
        if !about_an_instance && !old.is_some_and(|old| old.findings.contains(finding)) {
            lines.push(format!("{}: {}", new.watch.name, wording::finding(finding, &new.watch)));
        }
    }
    lines
}
