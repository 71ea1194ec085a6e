//! Menu rows, tooltips and toasts.

use std::time::Duration;

use super::{bytes, count, duration, finding, holder, holds, name, pids, refusal, refusal_hint, wait};
use crate::core::diagnose::Diagnosis;
use crate::core::finding::Finding;
use crate::core::identity::Pid;
use crate::core::instance::Instance;
use crate::core::moment::UnixTime;
use crate::core::plan::Refusal;
use crate::core::watch::Watch;

/// The button that opens the log.
pub const BUTTON_OPEN_LOG: &str = "Open log";
/// The headline before the first look.
pub const NOT_LOOKED_YET: &str = "Not looked yet";
/// The headline while a cleanup is at work.
pub const CLEANING: &str = "Cleaning up…";
/// The headline while a restart is at work.
pub const RESTARTING: &str = "Restarting…";
/// The headline of a paused monitor.
pub const PAUSED: &str = "Monitoring is paused";
/// The title of what a cleanup did.
pub const CLEANED: &str = "Cleaned up";
/// The title of a cleanup that broke off.
pub const NOT_CLEANED: &str = "Not cleaned up";
/// The title of what an automatic cleanup did.
pub const CLEANED_BY_ITSELF: &str = "Orphans were ended automatically";
/// The title of a restart that was done.
pub const RESTARTED: &str = "Restarted";
/// The title of a restart that was not done.
pub const NOT_RESTARTED: &str = "Not restarted";
/// The row that stops and goes on looking.
pub const ROW_PAUSE: &str = "Pause";
/// The row that ends orphans without asking.
pub const ROW_AUTO_CLEANUP: &str = "Clean up automatically";
/// The row that starts us at login.
pub const ROW_AUTOSTART: &str = "Start at login";
/// The row that opens the configuration.
pub const ROW_CONFIG: &str = "Open configuration";
/// The row that restarts the server.
pub const ROW_RESTART: &str = "Restart";
/// The row that ends the tray.
pub const ROW_QUIT: &str = "Quit";
/// Said where no screen can be reached.
pub const NO_DISPLAY: &str = "there is no display to show an icon on; start the tray in a desktop session, or use `shimkeeper watch` in a terminal";
/// Said where the session bus cannot be reached.
pub const NO_BUS: &str = "the icon could not be shown; on Linux it needs a session bus (DBUS_SESSION_BUS_ADDRESS), which a desktop session has; `shimkeeper watch` works without one";
/// Said where the icon cannot be made at all.
pub const NO_ICON: &str = "the icon could not be shown";
/// The title where nothing shows icons.
pub const NO_PANEL: &str = "No panel shows Shimkeeper's icon";
/// Said by a second start.
pub const RUNS_ALREADY: &str = "the tray is already running and shows its state now";
/// A tray that was asked to end and goes on.
pub const DOES_NOT_END: &str = "it was asked to exit and is still running";
/// Something went wrong inside us.
pub const INTERNAL_ERROR: &str = "something went wrong inside Shimkeeper; the log says what";
/// Why something has to wait.
pub const BUSY_ALREADY: &str = "a cleanup or restart is already in progress";
/// A restart is for one watch.
pub const RESTART_ONE_WATCH: &str = "a restart is for one watch: name it with --watch";
/// The headline where the configuration does not load.
pub const CONFIG_BROKEN: &str = "The configuration does not load";
/// The title where a changed configuration does not load.
pub const CONFIG_KEPT: &str = "The configuration does not load; the one before stays in use";
/// Why nothing was read anew: the file has gone.
#[must_use]
pub fn config_is_gone(file: &str) -> String {
    format!("{file} is no longer there; quit and start again to go on without it")
}

/// Said when a changed configuration was read.
pub const CONFIG_READ: &str = "the configuration was read anew";
/// The title of trouble of ours.
pub const SOMETHING_FAILED: &str = "Shimkeeper could not do that";
/// The row before anything was done.
pub const NOTHING_DONE_YET: &str = "Nothing ended or restarted so far";
/// The title of the About toast.
pub const ABOUT_TITLE: &str = concat!("Shimkeeper ", env!("CARGO_PKG_VERSION"));

/// What this program is, and what else there is to know that no state depends on.
#[must_use]
pub fn about(pace: &str, watching: &str, last: Option<&str>) -> String {
    let what = "Sees orphaned MCP servers, says why they are orphans, and ends them and nothing else.";
    [what, watching, pace, last.unwrap_or(NOTHING_DONE_YET)].join("\n")
}

/// A sentence about a watch, with its first letter in capitals: but a name stays as the user wrote it.
#[must_use]
pub fn capital_but_for(name: &str, text: &str) -> String {
    if text.starts_with(name) { text.into() } else { capital(text) }
}

/// A sentence's first letter in capitals, as menus begin.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// How long the only server has run and what it takes, for a row of its own.
#[must_use]
pub fn runs_row(instance: &Instance) -> String {
    // It would count the seconds on the panel, and the panel would read the menu each time.
    let young = instance.age < Duration::from_mins(1);
    let age = if young { "less than a minute".into() } else { duration(instance.age) };
    format!("Has run for {age}, takes {}", bytes(instance.memory_bytes))
}

/// The row of a watch's port; `None` where the watch has none.
#[must_use]
pub fn port_row(diagnosis: &Diagnosis) -> Option<String> {
    diagnosis.watch.port_number().map(|port| row_of_the_port(port, diagnosis))
}

fn row_of_the_port(port: u16, diagnosis: &Diagnosis) -> String {
    if let Some(row) = diagnosis.holders.first() {
        let more = match diagnosis.holders.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let holder = holder(&row.holder, row.name.as_deref());
        return format!("Port {port}: {} {holder}{more}", holds(row.hold));
    }
    let keeps = |found: &&Finding| {
        matches!(found, Finding::Reserved { .. } | Finding::Taken { .. } | Finding::NotPermitted)
    };
    match diagnosis.findings.iter().find(keeps) {
        Some(found) => capital(&finding(found, &diagnosis.watch)),
        None if diagnosis.port_is_free() => format!("Port {port}: free"),
        None => format!("Port {port}: could not be read"),
    }
}

/// The row about what was done last. `offset` is how far the user's clock is ahead of UTC, in seconds.
#[must_use]
pub fn last_row(when: UnixTime, offset: i32, what: &str) -> String {
    format!("Last at {}: {what}", when.clock(offset))
}

/// The row about how often it is looked.
#[must_use]
pub fn pace_row(interval: Duration, paused: bool) -> String {
    if paused { "Monitoring is paused".into() } else { format!("Looks every {}", wait(interval)) }
}

/// The row about what is watched.
#[must_use]
pub fn watching_row(watches: &[Watch]) -> String {
    let named = |watch: &Watch| match watch.port_number() {
        None => watch.runs.shown(),
        Some(port) => format!("{} ({port})", watch.runs.shown()),
    };
    format!("Watches {}", watches.iter().map(named).collect::<Vec<_>>().join(", "))
}

/// Why a toast could not be shown, for the menu and the log.
#[must_use]
pub fn toast_failed(why: &str) -> String {
    format!("Toasts cannot be shown: {}", crate::core::mask::plain_short(why, 120))
}

/// Why it cannot be told whether we start at login.
#[must_use]
pub fn autostart_unknown(why: &str) -> String {
    format!("whether we start at login could not be read: {why}")
}

/// Pausing and going on, for the log.
#[must_use]
pub const fn paused(paused: bool) -> &'static str {
    if paused { "paused by the user" } else { "resumed by the user" }
}

/// What a cleanup did, in one line for a toast or a row.
#[must_use]
pub fn cleaned_line(
    targets: &[Pid],
    ended: usize,
    refused: &[(Pid, Refusal)],
    free_ports: &[u16],
    held_ports: &[u16],
) -> String {
    let mut parts = Vec::new();
    match (targets, ended) {
        ([], _) => parts.push("nothing had to be ended".into()),
        ([one], 1) => parts.push(format!("ended PID {one}")),
        (many, all) => parts.push(format!(
            "ended {} (PID {})",
            count(all, "process", "processes"),
            pids(many.iter().copied())
        )),
    }
    parts.extend(refused.iter().map(|(pid, why)| {
        let hint = refusal_hint(*why).map_or_else(String::new, |hint| format!(": {hint}"));
        format!("PID {pid} was left alone, {}{hint}", refusal(*why))
    }));
    parts.extend(free_ports.iter().map(|port| format!("port {port} is free")));
    parts.extend(held_ports.iter().map(|port| format!("port {port} is still held")));
    capital(&parts.join("; "))
}

/// A watch that does not exist.
#[must_use]
pub fn no_such_watch(watch: &str) -> String {
    format!("no watch is called \"{}\"; `shimkeeper config show` lists them", name(watch))
}

/// How long something has run, for a row.
#[must_use]
pub fn since(age: Duration) -> String {
    format!("for {}", duration(age))
}

/// Something with a line for each of several troubles, for the menu.
#[must_use]
pub fn in_one_row(trouble: &str) -> String {
    match (trouble.lines().next(), trouble.lines().count()) {
        (Some(first), more @ 2..) => format!("{first} (and {} more)", more - 1),
        (first, _) => first.unwrap_or_default().to_owned(),
    }
}

/// The row and the button that end orphans.
#[must_use]
pub fn clean_up(orphans: usize) -> String {
    match orphans {
        1 => "Clean up 1 orphan".into(),
        n => format!("Clean up {n} orphans"),
    }
}

/// The row that ends orphans.
#[must_use]
pub fn cleanup_row(orphans: usize) -> String {
    match orphans {
        0 => "No orphan to clean up".into(),
        n => clean_up(n),
    }
}

/// The row in place of those that do not fit.
#[must_use]
pub fn more_rows(number: usize) -> String {
    format!("and {number} more: shimkeeper status shows all")
}

/// The About row.
#[must_use]
pub fn row_about() -> String {
    format!("About {ABOUT_TITLE}")
}

/// A first tray that does not answer the second.
#[must_use]
pub fn runs_but_silent(why: &str) -> String {
    format!("the tray runs already but does not answer ({why}); end it and start it again")
}

/// Something that the tray left could not be taken back.
#[must_use]
pub fn not_forgotten(error: &dyn std::fmt::Display) -> String {
    format!("something that the tray wrote could not be removed: {error}")
}

/// A change of autostart that failed.
#[must_use]
pub fn autostart_not_changed(why: &str) -> String {
    format!("whether we start at login could not be changed: {why}")
}
