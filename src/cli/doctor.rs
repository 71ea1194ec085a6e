//! `shimkeeper doctor`: what works here, what does not, and what to do. Touches nothing.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::DoctorArgs;
use super::autostart;
use super::context::Context;
use super::mcp::here;
use super::render::Paint;
use super::schedule;
use crate::config::Config;
use crate::core::snapshot::Hold;
use crate::core::{Diagnosis, Finding, State, wording};
use crate::exit::Outcome;
use crate::mcp::{self, Trouble, TroubleKind};
use crate::paths::Paths;
use crate::platform::tray::Place;
use crate::platform::{autostart as login, desktop, schedule as by_time};
use crate::sense::Machine;
use crate::work::Looker;
use crate::{console, leases, platform};

/// How a thing stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    Works,
    Attention,
    Unknown,
}

/// One thing that was tried.
#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    health: Health,
    says: String,
    #[serde(rename = "do")]
    hint: Option<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    schema: u32,
    version: &'static str,
    checks: Vec<Check>,
}

pub(super) fn run(context: &Context, args: &DoctorArgs) -> Outcome {
    let mut checks = Vec::new();
    let config = match context.config() {
        Ok(config) => {
            checks.push(works("configuration", config_line(&context.paths.config_file())));
            config
        }
        Err(failure) => {
            checks.push(attention("configuration", failure.says, failure.hint));
            Config::standard()
        }
    };
    let mut machine = Machine::sparing(context.paths.lease_dir());
    let found = Looker::new(&mut machine, context.clock, &config.watches).look();
    checks.extend(sight(&found));
    checks.extend(found.iter().filter_map(port));
    checks.push(panel());
    checks.push(toasts(&config));
    checks.push(at_login());
    checks.push(scheduled());
    checks.push(guards(context));
    checks.extend(guards_elsewhere(context));
    checks.extend(clients_files(context));
    checks.push(log(context));
    checks.extend(old_task());
    if args.json {
        let report = Report { schema: 1, version: env!("CARGO_PKG_VERSION"), checks };
        console::say(&serde_json::to_string_pretty(&report).unwrap_or_default());
        return outcome(report.checks.iter());
    }
    for check in &checks {
        let (mark, paint) = match check.health {
            Health::Works => ("✓", Paint::Green),
            Health::Attention => ("!", Paint::Red),
            Health::Unknown => ("?", Paint::Amber),
        };
        console::say(&format!("{} {:<14} {}", context.palette.paint(paint, mark), check.what, check.says));
        if let Some(hint) = &check.hint {
            console::say(&context.palette.paint(Paint::Dim, &format!("  {:<14} → {hint}", "")));
        }
    }
    outcome(checks.iter())
}

fn config_line(file: &Path) -> String {
    if file.exists() { wording::config_loads(file) } else { wording::config_none(file) }
}

fn outcome<'a>(checks: impl Iterator<Item = &'a Check>) -> Outcome {
    let mut outcome = Outcome::Fine;
    for check in checks {
        outcome = match (check.health, outcome) {
            (Health::Attention, _) | (_, Outcome::Attention) => Outcome::Attention,
            (Health::Unknown, _) => Outcome::Blind,
            (Health::Works, so_far) => so_far,
        };
    }
    outcome
}

fn works(what: &'static str, says: impl Into<String>) -> Check {
    Check { what, health: Health::Works, says: says.into(), hint: None }
}

fn attention(what: &'static str, says: impl Into<String>, hint: Option<String>) -> Check {
    Check { what, health: Health::Attention, says: says.into(), hint }
}

fn unknown(what: &'static str, says: impl Into<String>, hint: &str) -> Check {
    Check { what, health: Health::Unknown, says: says.into(), hint: Some(hint.into()) }
}

/// Whether everything that a judgement needs can be read.
fn sight(found: &[Diagnosis]) -> Vec<Check> {
    let mut checks: Vec<Check> = found
        .iter()
        .flat_map(Diagnosis::unseen)
        .map(|unseen| {
            unknown("sight", wording::capital(&wording::unseen(unseen)), wording::unseen_hint(unseen))
        })
        .collect();
    if platform::hides_others() {
        checks.push(unknown("sight", wording::OTHERS_ARE_HIDDEN, wording::OTHERS_ARE_HIDDEN_HINT));
    }
    if let Err(error) = platform::sockets_tell_their_peers() {
        checks.push(unknown("sight", wording::sockets_are_silent(&error), wording::SOCKETS_ARE_SILENT_HINT));
    }
    if checks.is_empty() {
        checks.push(works("sight", wording::SIGHT_WORKS));
    }
    checks
}

/// Whether a server could bind the port now, or who has it.
fn port(found: &Diagnosis) -> Option<Check> {
    let port = found.watch.port_number()?;
    let says = wording::capital(&wording::port_row(found)?);
    let of_the_port =
        ["foreign", "bound", "connected", "ghost", "reserved", "taken", "lingering", "not_permitted"];
    let trouble = found.findings.iter().find(|finding| of_the_port.contains(&finding.kind()));
    Some(if found.port_is_free() {
        works("port", wording::port_can_be_bound(port))
    } else if is_held_as_it_should_be(found) {
        works("port", says)
    } else if let Some(trouble) = trouble {
        let tells_more = matches!(trouble, Finding::Foreign { hold: Hold::Bound | Hold::Connected, .. });
        let more = || wording::capital(&wording::finding(trouble, &found.watch));
        let says = if tells_more { more() } else { says };
        attention("port", says, wording::finding_hint(trouble, found))
    } else if found.holders.is_empty() {
        unknown("port", says, wording::PORT_UNKNOWN_HINT)
    } else {
        attention("port", says, Some(wording::free_hint(port)))
    })
}

/// By a server that somebody uses, and by nobody else.
fn is_held_as_it_should_be(found: &Diagnosis) -> bool {
    let in_use = found
        .instances
        .iter()
        .any(|instance| instance.listens && matches!(instance.state, State::Attached | State::Adopted));
    in_use && !found.findings.iter().any(|finding| matches!(finding, Finding::Foreign { .. }))
}

fn panel() -> Check {
    match platform::tray::place() {
        Ok(Place::Panel) => works("panel", wording::PANEL_WORKS),
        Ok(Place::Listed) => works("panel", wording::PANEL_LISTS_US),
        Ok(Place::NotListed) => {
            attention("panel", wording::PANEL_WITHOUT_US, Some(wording::PANEL_WITHOUT_US_HINT.into()))
        }
        Ok(Place::NoPanel) => {
            attention("panel", wording::PANEL_MISSING, Some(wording::panel_cure(&desktop::seat())))
        }
        Err(why) => unknown("panel", wording::panel_unknown(&why), wording::NO_SESSION_HINT),
    }
}

fn toasts(config: &Config) -> Check {
    if !config.toasts {
        return works("toasts", wording::TOASTS_OFF);
    }
    match desktop::notifier() {
        Ok(Some(name)) => works("toasts", wording::toasts_by(&name)),
        Ok(None) => {
            attention("toasts", wording::TOASTS_MISSING, Some(wording::toasts_hint(platform::SYSTEM).into()))
        }
        Err(why) => unknown("toasts", wording::toasts_unknown(&why), wording::NO_SESSION_HINT),
    }
}

fn at_login() -> Check {
    let status = autostart::tray_program().and_then(|tray| Ok(login::status(&tray)?));
    match status {
        Ok(status @ (login::Autostart::On | login::Autostart::Off | login::Autostart::SwitchedOff)) => {
            works("autostart", autostart::says(&status))
        }
        Ok(status @ login::Autostart::Elsewhere { .. }) => {
            attention("autostart", autostart::says(&status), Some(wording::AUTOSTART_HINT.into()))
        }
        Err(error) => unknown("autostart", error.to_string(), wording::AUTOSTART_HINT),
    }
}

fn scheduled() -> Check {
    let status = schedule::program().and_then(|program| Ok(by_time::status(&program)?));
    match status {
        Ok(status @ (by_time::Schedule::On { .. } | by_time::Schedule::Off)) => {
            works("schedule", schedule::says(&status))
        }
        Ok(status @ (by_time::Schedule::Elsewhere { .. } | by_time::Schedule::Stopped)) => {
            attention("schedule", schedule::says(&status), Some(wording::SCHEDULE_HINT.into()))
        }
        Err(error) => unknown("schedule", error.to_string(), wording::SCHEDULE_UNKNOWN_HINT),
    }
}

/// How many guards run, and whether what they tell can be read and is theirs.
fn guards(context: &Context) -> Check {
    let folder = context.paths.lease_dir();
    match (leases::of_the_living(&folder), platform::private::is_ours_alone(&folder)) {
        (Err(error), _) => {
            unknown("guards", wording::leases_unreadable(&folder, &error), wording::LEASES_HINT)
        }
        (Ok(_), Ok(false)) => {
            attention("guards", wording::leases_open(&folder), Some(wording::LEASES_OPEN_HINT.into()))
        }
        // Where there is no folder yet, there is nothing to be written to.
        (Ok(living), Ok(true) | Err(_)) => works("guards", wording::guards_live(living.len())),
    }
}

/// Guards whose client has other variables than we keep their leases in the usual place, or in one that their entry
/// names, and we do not look there.
fn guards_elsewhere(context: &Context) -> Vec<Check> {
    let ours = context.paths.lease_dir();
    let usual = [Paths::without_variables(), Paths::new(None, None)];
    let named = here(|here| mcp::homes(&here.places())).into_iter().map(|home| Paths::new(Some(&home), None));
    let mut folders: Vec<PathBuf> =
        usual.into_iter().chain(named).flatten().map(|paths| paths.lease_dir()).collect();
    folders.sort();
    folders.dedup();
    let living = |folder: &PathBuf| leases::of_the_living(folder).map_or(0, |living| living.len());
    let others = folders.into_iter().filter(|folder| *folder != ours);
    others
        .map(|folder| (living(&folder), folder))
        .filter(|(count, _)| *count > 0)
        .map(|(count, folder)| {
            let says = wording::guards_elsewhere(count, &folder);
            attention("guards", says, Some(wording::GUARDS_ELSEWHERE_HINT.into()))
        })
        .collect()
}

/// Whether every entry that was wrapped still is, and can start.
fn clients_files(context: &Context) -> Vec<Check> {
    const WHAT: &str = "clients";
    let (troubles, sound) = here(|here| mcp::troubles(here, &context.paths.state_dir()));
    if troubles.is_empty() {
        return vec![works(WHAT, wording::mcp_all_sound(sound))];
    }
    let check = |trouble: &Trouble| {
        let file = trouble.file.display();
        let of_server =
            |says: &str| wording::mcp_trouble(&file, &wording::mcp_of_server(&trouble.server, says));
        match &trouble.kind {
            TroubleKind::Undone { since, backup } => {
                let says = wording::mcp_undone(&trouble.server, *since, backup.as_deref());
                attention(WHAT, wording::mcp_trouble(&file, &says), Some(wording::mcp_undone_hint(&file)))
            }
            TroubleKind::NoGuard { program } => {
                let complaint = wording::mcp_wrapped_by_nobody(program);
                attention(WHAT, of_server(&complaint.sentence), complaint.hint)
            }
            TroubleKind::Unreadable(refusal) => {
                let hint = refusal.hint.as_deref().unwrap_or(wording::MCP_UNREADABLE_HINT);
                unknown(WHAT, wording::mcp_trouble(&file, &refusal.to_string()), hint)
            }
        }
    };
    troubles.iter().map(check).collect()
}

fn log(context: &Context) -> Check {
    let dir = context.paths.log_dir();
    match platform::private::probe_folder(&dir) {
        Ok(()) => works("log", wording::log_in(&dir)),
        Err(error) => {
            attention("log", wording::log_not_writable(&dir, &error), Some(wording::LOG_HINT.into()))
        }
    }
}

/// The EXAI project's own cleanup, which ends healthy shims every five minutes.
fn old_task() -> Option<Check> {
    match platform::old_cleanup_task() {
        Ok(None) => None,
        Ok(Some(name)) => {
            Some(attention("old task", wording::old_task(&name), Some(wording::old_task_hint(&name))))
        }
        Err(error) => Some(unknown("old task", error.to_string(), wording::OLD_TASK_UNKNOWN_HINT)),
    }
}
