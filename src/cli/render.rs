//! How things look on a terminal: aligned, evidence indented, colour only where it is wanted.

use std::fmt::Write;

use crate::core::wording::{self, bytes, capital, duration, percent};
use crate::core::{Diagnosis, Instance, Ripeness, State, Verdict, mask};

/// Colours, or none. Meaning is never by colour alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Palette {
    coloured: bool,
}

/// What is painted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Paint {
    Bold,
    Dim,
    Red,
    Amber,
    Green,
    Grey,
}

impl Palette {
    pub(super) const fn new(coloured: bool) -> Self {
        Self { coloured }
    }

    pub(super) fn paint(self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Red => "1;31",
            Paint::Amber => "1;33",
            Paint::Green => "1;32",
            Paint::Grey => "1;90",
        };
        if self.coloured { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The colour of a verdict, the same as its icon's.
pub(super) const fn colour(verdict: Verdict) -> Paint {
    match verdict {
        Verdict::Orphaned | Verdict::Blocked => Paint::Red,
        Verdict::Duplicate | Verdict::Starting => Paint::Amber,
        Verdict::Healthy => Paint::Green,
        Verdict::Unseen | Verdict::Idle => Paint::Grey,
    }
}

const fn colour_of_state(state: State) -> Paint {
    match state {
        State::Orphan(Ripeness::Ripe) => Paint::Red,
        State::Orphan(Ripeness::Unripe { .. }) | State::Superseded { .. } => Paint::Amber,
        State::Attached | State::Adopted => Paint::Green,
        State::Unseen => Paint::Grey,
    }
}

/// One watch, whole.
pub(super) fn diagnosis(diagnosis: &Diagnosis, palette: Palette, verbose: bool) -> String {
    let mut out = String::new();
    let verdict = palette.paint(colour(diagnosis.verdict), &diagnosis.verdict.word().to_uppercase());
    let name = palette.paint(Paint::Bold, &mask::plain(&diagnosis.watch.name));
    line(&mut out, &format!("{name}  {verdict}  {}", wording::summary(diagnosis)));
    for instance in &diagnosis.instances {
        out.push_str(&self::instance(instance, palette, verbose));
    }
    let mut label = "port";
    for row in &diagnosis.holders {
        let who = wording::holder(&row.holder, row.name.as_deref());
        line(&mut out, &format!("  {label:<13}{}  {} {who}", row.address, wording::holds(row.hold)));
        label = "";
    }
    for finding in &diagnosis.findings {
        let hint = wording::finding_hint(finding, diagnosis);
        let about_an_instance = matches!(finding.kind(), "orphan" | "suspected" | "superseded");
        if !about_an_instance {
            let says = capital(&wording::finding(finding, &diagnosis.watch));
            line(&mut out, &format!("  {:<13}{says}", "note"));
        }
        if let Some(hint) =
            hint.filter(|_| !out.contains(&wording::finding_hint(finding, diagnosis).unwrap_or_default()))
        {
            line(&mut out, &palette.paint(Paint::Dim, &format!("  {:<13}{hint}", "→")));
        }
    }
    out
}

/// One instance with its evidence.
pub(super) fn instance(instance: &Instance, palette: Palette, verbose: bool) -> String {
    let mut out = String::new();
    let state = palette.paint(
        colour_of_state(instance.state),
        &format!("{:<13}", wording::state(instance.state).to_lowercase()),
    );
    let cpu = percent(instance.cpu_permille);
    line(
        &mut out,
        &format!(
            "  {state}PID {:<8} {:>7}  {:>7}  {}  {}",
            instance.top.pid,
            duration(instance.age),
            bytes(instance.memory_bytes),
            if verbose { format!("{cpu:>7}") } else { String::new() },
            wording::reason(instance)
        ),
    );
    line(
        &mut out,
        &palette.paint(Paint::Dim, &format!("{:15}{}", "", mask::command_line(&instance.command))),
    );
    if verbose || instance.members.len() > 1 {
        let pids = wording::pids(instance.members.iter().map(|member| member.identity.pid));
        line(&mut out, &palette.paint(Paint::Dim, &format!("{:15}processes: {pids}", "")));
    }
    for evidence in &instance.evidence {
        line(&mut out, &format!("{:15}· {}", "", wording::evidence(evidence)));
    }
    out
}

fn line(out: &mut String, text: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}
