//! `shimkeeper watch`: the monitor without a tray. Says what happens; ends nothing.

use std::io::{self, Write};

use super::args::WatchArgs;
use super::context::Context;
use super::failure::Failure;
use super::json;
use crate::core::{Diagnosis, wording};
use crate::exit::Outcome;
use crate::sense::Machine;
use crate::work::Looker;

pub(super) fn run(context: &Context, args: &WatchArgs) -> Result<Outcome, Failure> {
    let config = context.config()?;
    let mut machine = Machine::sparing(context.paths.lease_dir());
    let mut looker = Looker::new(&mut machine, context.clock, &config.watches);
    let mut before: Vec<Diagnosis> = Vec::new();
    loop {
        let found = looker.look();
        let lines: Vec<String> = found
            .iter()
            .flat_map(|new| wording::changes(before.iter().find(|old| old.watch.name == new.watch.name), new))
            .collect();
        if !lines.is_empty() && tell(&found, &lines, args).is_err() {
            // Whoever read us has gone.
            return Ok(Outcome::Fine);
        }
        let soon = found.iter().filter_map(Diagnosis::ripe_in).min();
        context.clock.wait(soon.map_or(config.poll_interval, |soon| soon.min(config.poll_interval)));
        before = found;
    }
}

fn tell(found: &[Diagnosis], lines: &[String], args: &WatchArgs) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", json::status_line(found))?;
    } else {
        let at = found.first().map(|diagnosis| diagnosis.taken_at.rfc3339()).unwrap_or_default();
        for line in lines {
            writeln!(out, "{at} {line}")?;
        }
    }
    out.flush()
}
