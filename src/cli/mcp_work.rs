//! `shimkeeper mcp wrap` and `unwrap`: what is done to each file, and what is said of it.

use std::path::Path;

use super::context::Context;
use super::failure::Failure;
use super::mcp_shown::{Asked, Since, outcome};
use crate::console;
use crate::core::mask::plain;
use crate::core::wording;
use crate::exit::Outcome;
use crate::mcp::{self, Here, Living, Place, Planned, Refusal, Turn};

/// What is done to each file in turn.
pub(super) struct Work<'a> {
    pub(super) context: &'a Context,
    pub(super) here: &'a Here<'a>,
    pub(super) asked: Asked<'a>,
    /// The one file that is meant.
    pub(super) file: Option<&'a Path>,
    pub(super) wraps: bool,
    /// What to say where no server was meant: as an answer, or as a complaint.
    pub(super) nothing: Result<String, String>,
}

/// What came of it.
#[derive(Default)]
struct Tally {
    changed: usize,
    /// Servers that were meant and are as they should be now.
    settled: usize,
    left_alone: usize,
    failed: usize,
    names: Vec<String>,
}

impl Work<'_> {
    pub(super) fn on(
        &self,
        places: &[Place],
        plan: impl Fn(&Place) -> Result<Planned, Refusal>,
    ) -> Result<Outcome, Failure> {
        let mut tally = Tally::default();
        for place in places {
            if self.passes_over(place, &plan) {
                continue;
            }
            let done = self.plan(place, &plan).and_then(|(planned, turn)| {
                let done = self.carry_out(&planned, &mut tally);
                drop(turn);
                done
            });
            if let Err(refusal) = done {
                tally.failed += 1;
                refused(place, &refusal);
            }
        }
        self.sum_up(&tally)
    }

    /// Whether nothing is done to a file because it is not read. Said, where nobody has named the file.
    fn passes_over(&self, place: &Place, plan: &impl Fn(&Place) -> Result<Planned, Refusal>) -> bool {
        if self.file.is_some() || place.client.is_read() {
            return false;
        }
        if let Err(refusal) = plan(place)
            && self.wraps
        {
            let (client, path) = (place.client.name(), place.path.display());
            console::complain(&wording::mcp_passed_over(client, &path, &refusal.sentence));
        }
        true
    }

    /// What is to be written is planned anew in our own turn: somebody else may have had his in between.
    fn plan(
        &self,
        place: &Place,
        plan: &impl Fn(&Place) -> Result<Planned, Refusal>,
    ) -> Result<(Planned, Option<Turn>), Refusal> {
        let planned = plan(place)?;
        if self.asked.dry_run || !(planned.changes() || planned.forgets()) {
            return Ok((planned, None));
        }
        let turn = mcp::take_turn(&self.context.paths.state_dir(), |span| self.context.clock.wait(span))?;
        if let Some(says) = &turn.says {
            console::complain(says);
        }
        Ok((plan(place)?, Some(turn)))
    }

    fn carry_out(&self, planned: &Planned, tally: &mut Tally) -> Result<(), Refusal> {
        let place = planned.place();
        let state = self.context.paths.state_dir();
        let mut lines = Vec::new();
        let mut failures = Vec::new();
        let since = Since { others_changed: planned.others_changed() };
        for done in planned.outcomes() {
            let name = done.name.as_str();
            tally.names.push(name.to_owned());
            match outcome(name, &done.outcome, since, &self.asked) {
                Ok(Some(line)) => {
                    let is_left_alone = matches!(done.outcome, mcp::Outcome::LeftAlone(_));
                    *if is_left_alone { &mut tally.left_alone } else { &mut tally.settled } += 1;
                    lines.push(format!("  {line}"));
                    lines.extend(done.notes.iter().map(|note| format!("      {note}")));
                }
                Ok(None) => {}
                Err(complaint) => failures.push((name.to_owned(), complaint)),
            }
        }
        if planned.changes() {
            tally.changed += 1;
            if self.asked.dry_run {
                lines.push(planned.diff()?);
            } else {
                self.warn_of_the_living(place);
                let backup = planned.save(&state, self.context.clock.wall())?;
                if !self.wraps && planned.others_changed() {
                    lines.push(wording::mcp_others_changed(planned.earlier().as_deref()));
                }
                lines.push(wording::mcp_backup(&backup.display()));
                lines.push(wording::mcp_reload(place.client.name()));
                if place.client.asks_again() {
                    lines.push(wording::mcp_asks_again(place.client.name()));
                }
            }
        } else if !self.asked.dry_run {
            planned.settle(&state)?;
        }
        if !lines.is_empty() {
            console::say(&plain(&place.path.display().to_string()));
            console::say(&lines.join("\n"));
        }
        for (name, complaint) in failures {
            tally.failed += 1;
            let says = wording::mcp_server_refused(&place.path.display(), &name, &complaint.sentence);
            console::complain(&says);
            if let Some(hint) = complaint.hint {
                console::complain(&format!("hint: {hint}"));
            }
        }
        match planned.unread() {
            Some(complaint) if planned.outcomes().next().is_some() => {
                let path = place.path.display();
                let says = wording::mcp_passed_over(place.client.name(), &path, &complaint.sentence);
                console::complain(&says);
                Ok(())
            }
            Some(complaint) if self.file.is_some() => Err(Refusal::of_the_file(complaint.clone())),
            Some(_) | None => Ok(()),
        }
    }

    /// A client that keeps its file in memory may write it as it remembers it.
    fn warn_of_the_living(&self, place: &Place) {
        if !place.client.keeps_in_memory(&place.path) {
            return;
        }
        let pid = match mcp::living(self.here, place.client) {
            None => return,
            Some(Living::AroundUs) => None,
            Some(Living::As(pid)) => Some(pid.get()),
        };
        console::complain(&wording::mcp_close_first(place.client.name(), pid, &place.path.display()));
    }

    fn sum_up(&self, tally: &Tally) -> Result<Outcome, Failure> {
        if self.asked.dry_run && tally.changed > 0 {
            console::say(&wording::mcp_dry_run(tally.changed));
        }
        if tally.failed > 0 {
            return Ok(Outcome::Attention);
        }
        if tally.settled > 0 {
            return Ok(Outcome::Fine);
        }
        if let Some(server) = self.asked.server {
            let mut known: Vec<&str> = tally.names.iter().map(String::as_str).collect();
            known.sort_unstable();
            known.dedup();
            let complaint = wording::mcp_no_such_server(server, nearest(server, &known), &known);
            return Err(Failure::new(Outcome::Attention, complaint.sentence).hint(complaint.hint));
        }
        if tally.left_alone > 0 {
            return Err(Failure::new(Outcome::Attention, wording::MCP_ALL_LEFT_ALONE)
                .hint(Some(wording::MCP_ALL_LEFT_ALONE_HINT)));
        }
        match &self.nothing {
            Ok(answer) => {
                console::say(answer);
                Ok(Outcome::Fine)
            }
            Err(_) if tally.names.is_empty() => {
                Err(Failure::new(Outcome::Attention, wording::MCP_NO_SERVERS)
                    .hint(Some(wording::MCP_NO_FILES_HINT)))
            }
            Err(_) if self.asked.all => Err(Failure::new(Outcome::Attention, wording::MCP_ALL_REMOTE)),
            Err(complaint) => {
                Err(Failure::new(Outcome::Attention, complaint).hint(Some(wording::MCP_NONE_RUNS_HINT)))
            }
        }
    }
}

fn refused(place: &Place, refusal: &Refusal) {
    console::complain(&wording::mcp_refused(&place.path.display(), refusal.place, &refusal.sentence));
    if let Some(hint) = &refusal.hint {
        console::complain(&format!("hint: {hint}"));
    }
}

/// Below this likeness (0 to 1) a suggestion would puzzle more than help.
const ALIKE: f64 = 0.55;

fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let name = name.to_lowercase();
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&name, &known.to_lowercase());
    let alike =
        known.iter().map(|known| (likeness(known), *known)).filter(|(likeness, _)| *likeness >= ALIKE);
    alike.max_by(|(left, _), (right, _)| left.total_cmp(right)).map(|(_, known)| known)
}
