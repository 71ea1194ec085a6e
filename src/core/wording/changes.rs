//! What has changed between two looks: for the log, and for `watch`.

use super::{evidence, state, state_in_a_sentence, summary};
use crate::core::{Diagnosis, Evidence, Finding, mask};

/// One line about each change between two looks at a watch.
#[must_use]
pub fn changes(old: Option<&Diagnosis>, new: &Diagnosis) -> Vec<String> {
    let mut lines = Vec::new();
    if old.is_none_or(|old| old.verdict != new.verdict) {
        lines.push(format!("{}: {} ({})", new.watch.name, summary(new), new.verdict.word()));
    }
    for instance in &new.instances {
        let before = old.and_then(|old| old.instances.iter().find(|other| other.top == instance.top));
        if before.is_some_and(|before| state(before.state) == state(instance.state)) {
            continue;
        }
        let decides = |evidence: &&Evidence| !matches!(evidence, Evidence::TooEarly { .. });
        let why: Vec<String> = instance.evidence.iter().filter(decides).map(evidence).collect();
        lines.push(format!(
            "{}: PID {} is {}: {} [{}]",
            new.watch.name,
            instance.top.pid,
            state_in_a_sentence(instance.state),
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
            lines.push(format!("{}: {}", new.watch.name, super::finding(finding, &new.watch)));
        }
    }
    lines
}
