//! A whole cleanup: looks until the judgement is certain, ends what the plan names, looks again.
//!
//! The tray and the command line clean up by this one function. Every decision leaves a line in
//! the log, with its evidence.

use std::collections::HashSet;
use std::time::Duration;

use super::logged::log_target;
use super::looker::Looker;
use crate::act::{Act, Ended};
use crate::core::plan::Refused;
use crate::core::{Diagnosis, Scope, Target, Verdict, plan, wording};
use crate::exit::Outcome;

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
