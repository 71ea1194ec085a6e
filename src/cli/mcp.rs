//! `shimkeeper mcp`: the guard in the configurations of MCP clients.

use std::path::Path;

use anyhow::Context as _;

use super::Failure;
use super::args::{Globals, McpArgs, McpWhat};
use super::context::Context;
use super::mcp_shown::{listing, listing_json, outcome};
use crate::core::mask::plain;
use crate::core::recognise::file_name;
use crate::core::{Watch, wording};
use crate::exit::Outcome;
use crate::mcp::{self, Guard, Here, Place, Planned, Refusal, Selection, Turn};
use crate::{console, paths, platform};

pub(super) fn run(context: &Context, globals: &Globals, args: &McpArgs) -> Result<Outcome, Failure> {
    let senseless = match args.what {
        McpWhat::List | McpWhat::Unwrap if args.all => Some("--all"),
        McpWhat::List if args.dry_run => Some("--dry-run"),
        McpWhat::List if args.server.is_some() => Some("--server"),
        McpWhat::Wrap | McpWhat::Unwrap if args.json => Some("--json"),
        McpWhat::List | McpWhat::Wrap | McpWhat::Unwrap => None,
    };
    if let Some(option) = senseless {
        let says = wording::mcp_option_means_nothing(option, args.what.word());
        return Err(Failure::new(Outcome::Usage, says));
    }
    let places = places(args.file.as_deref())?;
    match args.what {
        McpWhat::List => Ok(list(context, args, &places)),
        McpWhat::Wrap => {
            let (watches, guard) = (context.config()?.watches, guard(context, globals)?);
            let selection = selection(args, Selection::Watched(&watches));
            let plan = |place: &Place| {
                mcp::plan_wrap(place, selection, &guard, &context.paths.state_dir(), platform::PATH_STYLE)
            };
            let work = Work { context, args, nothing: nothing_to_wrap(&watches) };
            work.on(&places, plan)
        }
        McpWhat::Unwrap => {
            let selection = selection(args, Selection::All);
            let plan = |place: &Place| {
                mcp::plan_unwrap(place, selection, &context.paths.state_dir(), platform::PATH_STYLE)
            };
            Work { context, args, nothing: Ok(wording::MCP_NOTHING_WRAPPED.to_owned()) }.on(&places, plan)
        }
    }
}

/// The file that the user named, or everything that clients would read here.
fn places(file: Option<&Path>) -> Result<Vec<Place>, Failure> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let here = Here {
        system: platform::SYSTEM,
        home: std::env::home_dir().unwrap_or_default(),
        folder: std::env::current_dir().unwrap_or_default(),
        variable: &variable,
    };
    let Some(file) = file else { return Ok(here.places()) };
    if !file.exists() {
        let missing = wording::config_missing().sentence;
        let says = wording::mcp_refused(&file.display(), None, &missing);
        return Err(Failure::new(Outcome::Usage, says));
    }
    Ok(vec![here.place_of(file)])
}

/// How a client is to call us: as we are called now, with the same places. A client has no variables of this
/// terminal's.
fn guard(context: &Context, globals: &Globals) -> Result<Guard, Failure> {
    let program = std::env::current_exe().context("where this program stands could not be read")?;
    let program = written(&program)?;
    if !mcp::is_ours(&program) {
        let complaint = wording::mcp_not_called_shimkeeper(&program);
        return Err(Failure::new(Outcome::Attention, complaint.sentence).hint(complaint.hint));
    }
    let variable = std::env::var_os(paths::HOME_VARIABLE);
    let mut options = Vec::new();
    if paths::home(globals.home.as_deref(), variable.as_deref()).is_some() {
        options.extend(["--home".to_owned(), written(&context.paths.state_dir())?]);
    }
    if globals.config.is_some() {
        options.extend(["--config".to_owned(), written(&context.paths.config_file())?]);
    }
    Ok(Guard { program, options })
}

/// A path as a configuration can hold it.
fn written(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Failure::new(Outcome::Attention, wording::mcp_path_not_utf8(&path.display())))
}

fn selection<'a>(args: &'a McpArgs, otherwise: Selection<'a>) -> Selection<'a> {
    match &args.server {
        Some(name) => Selection::Named(name),
        None if args.all => Selection::All,
        None => otherwise,
    }
}

fn nothing_to_wrap(watches: &[Watch]) -> Result<String, String> {
    let mut scripts: Vec<&str> = watches.iter().map(|watch| file_name(&watch.script, watch.style)).collect();
    scripts.dedup();
    Err(wording::mcp_none_runs(&scripts))
}

fn list(context: &Context, args: &McpArgs, places: &[Place]) -> Outcome {
    let listed: Vec<_> =
        places.iter().map(|place| (place, mcp::list(place, &context.paths.state_dir()))).collect();
    let could_read_all = listed.iter().all(|(_, servers)| servers.is_ok());
    // A settings file without servers is no news, unless the user named it or nothing else is there.
    let mut told: Vec<_> = listed.iter().collect();
    let says_something =
        |servers: &Result<Vec<_>, _>| servers.as_ref().map_or(true, |servers| !servers.is_empty());
    if args.file.is_none() && told.iter().any(|(_, servers)| says_something(servers)) {
        told.retain(|(_, servers)| says_something(servers));
    }
    if args.json {
        console::say(&listing_json(&told));
    } else if told.is_empty() {
        console::say(wording::MCP_NO_FILES);
        console::complain(&format!("hint: {}", wording::MCP_NO_FILES_HINT));
    } else {
        console::say(&listing(&told, context.palette));
    }
    if could_read_all { Outcome::Fine } else { Outcome::Attention }
}

/// What is done to each file in turn.
struct Work<'a> {
    context: &'a Context,
    args: &'a McpArgs,
    /// What to say where no server was meant: as an answer, or as a complaint.
    nothing: Result<String, String>,
}

/// What came of it.
#[derive(Default)]
struct Tally {
    changed: usize,
    /// Servers that were meant and are as they should be now.
    settled: usize,
    failed: usize,
    names: Vec<String>,
}

impl Work<'_> {
    fn on(
        &self,
        places: &[Place],
        plan: impl Fn(&Place) -> Result<Planned, Refusal>,
    ) -> Result<Outcome, Failure> {
        let mut tally = Tally::default();
        for place in places {
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

    /// What is to be written is planned anew in our own turn: somebody else may have had his in between.
    fn plan(
        &self,
        place: &Place,
        plan: &impl Fn(&Place) -> Result<Planned, Refusal>,
    ) -> Result<(Planned, Option<Turn>), Refusal> {
        let planned = plan(place)?;
        if self.args.dry_run || !planned.changes() {
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
        let mut lines = Vec::new();
        let mut failures = Vec::new();
        for (name, happened) in planned.outcomes() {
            tally.names.push(name.to_owned());
            match outcome(name, happened, self.args) {
                Ok(Some(line)) => {
                    tally.settled += 1;
                    lines.push(format!("  {line}"));
                }
                Ok(None) => {}
                Err(complaint) => failures.push((name.to_owned(), complaint)),
            }
        }
        if planned.changes() {
            tally.changed += 1;
            if self.args.dry_run {
                lines.push(planned.diff()?);
            } else {
                let backup = planned.save(&self.context.paths.state_dir())?;
                lines.push(wording::mcp_backup(&backup.display()));
                lines.push(wording::mcp_reload(place.client.name()));
            }
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
        Ok(())
    }

    fn sum_up(&self, tally: &Tally) -> Result<Outcome, Failure> {
        if self.args.dry_run && tally.changed > 0 {
            console::say(&wording::mcp_dry_run(tally.changed));
        }
        if tally.failed > 0 {
            return Ok(Outcome::Attention);
        }
        if tally.settled > 0 {
            return Ok(Outcome::Fine);
        }
        if let Some(server) = &self.args.server {
            let mut known: Vec<&str> = tally.names.iter().map(String::as_str).collect();
            known.sort_unstable();
            known.dedup();
            let complaint = wording::mcp_no_such_server(server, nearest(server, &known), &known);
            return Err(Failure::new(Outcome::Attention, complaint.sentence).hint(complaint.hint));
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
            Err(_) if self.args.all => Err(Failure::new(Outcome::Attention, wording::MCP_ALL_REMOTE)),
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
