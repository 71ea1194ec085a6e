//! What works here and what does not, configuration and log, said on the command line.

use crate::core::snapshot::System;
use std::fmt::Display;
use std::path::Path;

use crate::core::mask::plain_short;

/// The sight of everything.
pub const SIGHT_WORKS: &str = "processes and listeners can be read";
/// Other users' processes are not even listed.
pub const OTHERS_ARE_HIDDEN: &str = "the system hides other users' processes: an orphan of theirs that listens on no port would not be noticed";
/// What to do about that.
pub const OTHERS_ARE_HIDDEN_HINT: &str =
    "your own are seen; for all, look as root, or join the group that /proc is mounted with (gid=)";
/// A panel that shows icons.
pub const PANEL_WORKS: &str = "a panel shows tray icons";
/// A panel that has our icon.
pub const PANEL_LISTS_US: &str = "a panel shows the tray's icon";
/// A panel that has not.
pub const PANEL_WITHOUT_US: &str = "a panel is running, but does not list our icon";
/// What to do about that.
pub const PANEL_WITHOUT_US_HINT: &str = "the tray tries again once a minute; `shimkeeper log` says what the panel answered; restart the panel if it stays so";
/// No panel that shows icons.
pub const PANEL_MISSING: &str = "no panel shows tray icons";
/// What to do without a session.
pub const NO_SESSION_HINT: &str = "ask again inside a desktop session; `shimkeeper watch` needs none";
/// Toasts are switched off.
pub const TOASTS_OFF: &str = "switched off in the configuration";
/// Nothing shows toasts.
pub const TOASTS_MISSING: &str = "no program shows toasts";
/// What to do where nothing shows toasts.
#[must_use]
pub const fn toasts_hint(system: System) -> &'static str {
    match system {
        System::Windows => "this Windows has none; the icon's balloons take their place",
        System::Linux | System::Macos => TOASTS_HINT,
    }
}

const TOASTS_HINT: &str =
    "install a notification daemon (dunst, xfce4-notifyd, mako); the icon works without";
/// Autostart is on.
pub const AUTOSTART_ON: &str = "the tray starts at login";
/// Autostart is off.
pub const AUTOSTART_OFF: &str = "the tray does not start at login";
/// Autostart was switched off in the desktop's settings.
pub const AUTOSTART_SWITCHED_OFF: &str =
    "the tray does not start at login: it was switched off in the system's settings";
/// What to do about autostart.
pub const AUTOSTART_HINT: &str =
    "`shimkeeper autostart enable` lets this program start instead; `disable` removes the entry";
/// A change of autostart failed.
pub const AUTOSTART_FAILED: &str = "whether the tray starts at login could not be changed";
/// Autostart could not be read.
pub const AUTOSTART_UNREADABLE: &str = "whether the tray starts at login could not be read";
/// What to do about a port that cannot be bound.
pub const PORT_UNKNOWN_HINT: &str = "the line about sight says what could not be read";
/// What to do about a log that cannot be written.
pub const LOG_HINT: &str = "make the folder writable for you, or choose another with --home";
/// What to do where the task list could not be read.
pub const OLD_TASK_UNKNOWN_HINT: &str = "look for \"EXAI\" in the Task Scheduler by hand";
/// What to do where a configuration stands already.
pub const CONFIG_THERE_HINT: &str =
    "`shimkeeper config show` shows what is in effect; delete or rename the file to begin anew";

/// A tray that starts from another place.
#[must_use]
pub fn autostart_elsewhere(command: &str) -> String {
    format!("another program starts at login under our name: {}", plain_short(command, 160))
}

/// The panel could not be asked for.
#[must_use]
pub fn panel_unknown(why: &str) -> String {
    format!("whether a panel shows icons could not be asked ({})", plain_short(why, 120))
}

/// The program that shows toasts.
#[must_use]
pub fn toasts_by(name: &str) -> String {
    format!("shown by {}", plain_short(name, 60))
}

/// The notification daemon could not be asked for.
#[must_use]
pub fn toasts_unknown(why: &str) -> String {
    format!("whether toasts are shown could not be asked ({})", plain_short(why, 120))
}

/// A port that was bound for a moment.
#[must_use]
pub fn port_can_be_bound(port: u16) -> String {
    format!("port {port} is free and can be bound")
}

/// How to free a port.
#[must_use]
pub fn free_hint(port: u16) -> String {
    format!("`shimkeeper free {port}` shows the process and ends it if you agree")
}

/// Where the log is.
#[must_use]
pub fn log_in(dir: &Path) -> String {
    format!("written to {}", dir.display())
}

/// A log that cannot be written.
#[must_use]
pub fn log_not_writable(dir: &Path, error: &dyn Display) -> String {
    format!("nothing can be written to {} ({error})", dir.display())
}

/// The system does not tell who is at the other end of a socket.
#[must_use]
pub fn sockets_are_silent(error: &dyn Display) -> String {
    format!(
        "The system does not tell who has the other end of a socket ({error}): a server that its client connected by \
         one, as Node does, is left alone even when that client has ended"
    )
}

/// What to do about that.
pub const SOCKETS_ARE_SILENT_HINT: &str =
    "load the kernel's modules unix_diag and inet_diag, or look from outside the sandbox";

/// The EXAI project's own task.
#[must_use]
pub fn old_task(name: &str) -> String {
    format!("the task \"{}\" ends healthy servers every few minutes", plain_short(name, 80))
}

/// How to be rid of it.
#[must_use]
pub fn old_task_hint(name: &str) -> String {
    format!("delete it: schtasks /Delete /TN \"{}\"", plain_short(name, 80))
}

/// A configuration that loads.
#[must_use]
pub fn config_loads(file: &Path) -> String {
    format!("{} loads", file.display())
}

/// No configuration: the defaults hold.
#[must_use]
pub fn config_none(file: &Path) -> String {
    format!("{} does not exist; the defaults are in effect", file.display())
}

/// A configuration that stands already.
#[must_use]
pub fn config_there_already(file: &Path) -> String {
    format!("{} already exists; nothing was written", file.display())
}

/// A configuration that was written.
#[must_use]
pub fn config_written(file: &Path) -> String {
    format!("wrote {}: everything in it is explained and switched off", file.display())
}

/// Nothing was logged yet.
#[must_use]
pub fn no_log_yet(file: &Path) -> String {
    format!("nothing was logged yet; the log will be {}", file.display())
}
