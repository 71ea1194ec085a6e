//! The first look of a fresh process, from its start to its end, as people and scripts ask for it.

use std::process::{Command, Stdio};

use crate::limits::Limits;
use crate::shim::Shim;
use crate::stage::{Stage, Who};
use crate::support::figures::{Row, Samples, print};
use crate::support::machine::shuffle;
use crate::support::running::spent_by_children;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Status,
    Seed,
    Tools,
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::Status => "shimkeeper status",
            Self::Seed => "cleanup script with psutil",
            Self::Tools => "ss -ltnp and pgrep -f",
        }
    }

    /// What is run for it, one after the other; nothing where it cannot be.
    fn commands(self, stage: &Stage, shim: &Shim) -> Option<Vec<Command>> {
        match self {
            Self::Status => {
                let mut status = stage.shimkeeper(&shim.home);
                status.arg("status");
                Some(vec![status])
            }
            Self::Seed => {
                let python = stage.python.as_ref()?;
                let words = [&shim.script, &shim.port.to_string()];
                Some(vec![python.script(stage, Who::Us, "seed_cleanup.py", words)?])
            }
            Self::Tools => {
                let (mut ss, mut pgrep) = (stage.bed.command("ss"), stage.bed.command("pgrep"));
                ss.arg("-ltnp");
                pgrep.args(["-f", &shim.script]);
                Some(vec![ss, pgrep])
            }
        }
    }
}

pub(crate) fn first(stage: &Stage, shim: &Shim, limits: &mut Limits, place: &str, rounds: usize) {
    let rounds = (rounds / 2).max(3);
    let mut rows: Vec<(Way, Vec<Command>, Samples)> = [Way::Status, Way::Seed, Way::Tools]
        .into_iter()
        .filter_map(|way| Some((way, way.commands(stage, shim)?, Samples::default())))
        .collect();
    rows.retain_mut(|(way, commands, _)| {
        let can_run = commands.iter_mut().all(|command| run(command).is_some());
        if !can_run {
            println!("{}: skipped, not installed", way.name());
        }
        can_run
    });
    for _ in 0..rounds {
        for at in shuffle(rows.len()) {
            let (_, commands, samples) = &mut rows[at];
            samples.add(commands.iter_mut().map(|command| run(command).unwrap()).sum());
        }
    }
    print(
        &format!("First look of a fresh process, {place} (ms of CPU of the whole process)"),
        &["CPU", "against ours"],
        rows.iter().map(|(way, _, samples)| Row::of(way.name()).spread(samples).ratio(&rows[0].2, samples)),
    );
    println!();
    let ours = &rows[0].2;
    for (way, _, other) in &rows[1..] {
        let limit = match way {
            Way::Status => continue,
            Way::Seed => 1.0 / 15.0,
            Way::Tools => 1.0,
        };
        let ratio = ours.against(other, |ours, other| ours / other).median();
        let figures =
            format!("first look, {place}: {:.2} ms; {} {:.2} ms", ours.median(), way.name(), other.median());
        limits.share(&figures, ratio, Some(limit));
    }
}

/// Runs it and tells the CPU time; nothing where it cannot be started.
fn run(command: &mut Command) -> Option<f64> {
    let before = spent_by_children();
    let status = command.stdout(Stdio::null()).status().ok()?;
    assert!(status.success(), "{command:?} ended with {status}");
    Some(spent_by_children().checked_sub(before)?.as_secs_f64() * 1e3)
}
