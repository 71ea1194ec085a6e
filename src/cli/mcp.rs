//! `shimkeeper mcp`: the guard in the configurations of MCP clients.

use std::path::Path;

use super::args::Globals;
use super::context::Context;
use super::failure::Failure;
use super::mcp_args::{McpArgs, McpListArgs, McpUnwrapArgs, McpWhat, McpWrapArgs};
use super::mcp_guard::{bare, guard};
use super::mcp_shown::{Asked, Found, Listed, listing, listing_json};
use super::mcp_work::Work;
use crate::core::{Watch, wording};
use crate::exit::Outcome;
use crate::mcp::{self, Ground, Here, Place, Policy, Selection, Trouble};
use crate::{console, platform};

pub(super) fn run(context: &Context, globals: &Globals, args: &McpArgs) -> Result<Outcome, Failure> {
    match &args.what {
        McpWhat::List(args) => list(context, args),
        McpWhat::Wrap(args) => wrap(context, globals, args),
        McpWhat::Unwrap(args) => unwrap(context, args),
    }
}

fn wrap(context: &Context, globals: &Globals, args: &McpWrapArgs) -> Result<Outcome, Failure> {
    here(|here| {
        let places = places(here, args.file.as_deref())?;
        let watches = context.config()?.watches;
        let guard = if args.bare { bare(context)? } else { guard(context, globals)? };
        let selection = match &args.server {
            Some(name) => Selection::Named(name),
            None if args.all => Selection::All,
            None => Selection::Watched(&watches),
        };
        let (state, policy) = (context.paths.state_dir(), Policy::read(here));
        for (path, why) in policy.unread() {
            console::complain(&wording::mcp_rules_unread(&path.display(), why));
        }
        let ground = Ground { state: &state, style: platform::PATH_STYLE, policy: &policy };
        let asked = Asked { server: args.server.as_deref(), all: args.all, dry_run: args.dry_run };
        let file = args.file.as_deref();
        let work = Work { context, here, asked, file, wraps: true, nothing: nothing_to_wrap(&watches) };
        work.on(&places, |place| mcp::plan_wrap(place, selection, &guard, &ground))
    })
}

fn unwrap(context: &Context, args: &McpUnwrapArgs) -> Result<Outcome, Failure> {
    here(|here| {
        let state = context.paths.state_dir();
        if let Some(file) = args.file.as_deref().filter(|_| !args.dry_run)
            && mcp::forget_missing(&state, file).unwrap_or_default()
        {
            console::say(&wording::mcp_forgotten(&file.display()));
            return Ok(Outcome::Fine);
        }
        let places = places(here, args.file.as_deref())?;
        let selection = args.server.as_deref().map_or(Selection::All, Selection::Named);
        let policy = Policy::default();
        let ground = Ground { state: &state, style: platform::PATH_STYLE, policy: &policy };
        let asked = Asked { server: args.server.as_deref(), all: false, dry_run: args.dry_run };
        let nothing = Ok(wording::MCP_NOTHING_WRAPPED.to_owned());
        let work = Work { context, here, asked, file: args.file.as_deref(), wraps: false, nothing };
        work.on(&places, |place| mcp::plan_unwrap(place, selection, &ground))
    })
}

/// Does something with what places follow from.
pub(super) fn here<T>(with: impl FnOnce(&Here<'_>) -> T) -> T {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    with(&Here {
        system: platform::SYSTEM,
        home: std::env::home_dir().unwrap_or_default(),
        folder: std::env::current_dir().unwrap_or_default(),
        variable: &variable,
    })
}

/// The file that the user named, or everything that clients would read here.
fn places(here: &Here<'_>, file: Option<&Path>) -> Result<Vec<Place>, Failure> {
    let Some(file) = file else { return Ok(here.places()) };
    // What cannot be looked at is refused with the reason.
    if matches!(file.try_exists(), Ok(false)) {
        let missing = wording::config_missing().sentence;
        let says = wording::mcp_refused(&file.display(), None, &missing);
        return Err(Failure::new(Outcome::Usage, says));
    }
    Ok(vec![here.place_of(file)])
}

fn nothing_to_wrap(watches: &[Watch]) -> Result<String, String> {
    let mut servers: Vec<&str> = watches.iter().map(|watch| watch.runs.told(platform::PATH_STYLE)).collect();
    servers.dedup();
    Err(wording::mcp_none_runs(&servers))
}

fn list(context: &Context, args: &McpListArgs) -> Result<Outcome, Failure> {
    here(|here| {
        let state = context.paths.state_dir();
        let places = places(here, args.file.as_deref())?;
        let found: Vec<Found<'_>> =
            places.iter().map(|place| (place, mcp::list(place, &state, platform::PATH_STYLE))).collect();
        let could_read_all = found.iter().all(|(_, listing)| match listing {
            Ok(listing) => listing.unread.is_none() || args.file.is_none(),
            Err(_) => false,
        });
        let undone = undone(here, &state, args.file.as_deref());
        // A settings file without servers is no news, unless the user named it or nothing else is there.
        let mut told: Vec<_> = found.iter().collect();
        let says_something = |found: &&Found<'_>| match &found.1 {
            Ok(listing) => !listing.servers.is_empty() || listing.unread.is_some(),
            Err(_) => true,
        };
        if args.file.is_none() && (told.iter().any(says_something) || !undone.is_empty()) {
            told.retain(says_something);
        }
        let listed = Listed { files: &told, undone: &undone };
        if args.json {
            console::say(&listing_json(&listed));
        } else if told.is_empty() && undone.is_empty() {
            console::say(wording::MCP_NO_FILES);
            console::complain(&format!("hint: {}", wording::MCP_NO_FILES_HINT));
        } else {
            console::say(&listing(&listed, context.palette));
        }
        Ok(if could_read_all { Outcome::Fine } else { Outcome::Attention })
    })
}

/// What was wrapped in this file, or in any, and is not any more.
fn undone(here: &Here<'_>, state: &Path, file: Option<&Path>) -> Vec<Trouble> {
    let only = file.map(|file| std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned()));
    let (mut troubles, _) = mcp::troubles(here, state);
    troubles.retain(|trouble| {
        matches!(trouble.kind, mcp::TroubleKind::Undone { .. })
            && only.as_ref().is_none_or(|only| *only == trouble.file)
    });
    troubles
}
