//! `shimkeeper status`: how things are, and why. Touches nothing.

use super::args::StatusArgs;
use super::context::{Context, chosen};
use super::failure::Failure;
use super::{json, render};
use crate::console;
use crate::core::{Verdict, wording};
use crate::exit::Outcome;
use crate::sense::Machine;
use crate::work::Looker;

pub(super) fn run(context: &Context, args: &StatusArgs) -> Result<Outcome, Failure> {
    let config = context.config()?;
    let watches = chosen(&config, args.watch.as_deref())?;
    let mut machine = Machine::sparing(context.paths.lease_dir());
    let found = Looker::new(&mut machine, context.clock, &watches).settle();
    let idle: Vec<_> = found
        .iter()
        .filter(|diagnosis| diagnosis.verdict == Verdict::Idle)
        .map(|diagnosis| &diagnosis.watch)
        .collect();
    // Where the list cannot be read, the look before has said so.
    if !idle.is_empty()
        && let Ok(titled) = machine.titled(&idle, context.clock.now())
        && let Some(remark) = wording::titled(titled.iter().map(|one| (one.identity.pid, one.name.as_str())))
    {
        console::complain(&remark);
    }
    if args.json {
        console::say(&json::status(&found));
    } else {
        let shown: Vec<String> = found
            .iter()
            .map(|diagnosis| render::diagnosis(diagnosis, context.palette, context.verbose))
            .collect();
        console::say(shown.join("\n").trim_end());
    }
    Ok(Outcome::of(Verdict::worst(found.iter().map(|diagnosis| diagnosis.verdict))))
}
