//! What is wrong with folders, the log or the start at login, and what to do.

use std::fmt::Display;

use super::Complaint;
use crate::core::mask::plain;

/// A file could not be written.
#[must_use]
pub fn cannot_write(path: &dyn Display, error: &dyn Display) -> String {
    format!("cannot write {}: {error}", plain(&path.to_string()))
}

/// A folder could not be made.
#[must_use]
pub fn cannot_make_folder(path: &dyn Display, error: &dyn Display) -> String {
    format!("cannot make the folder {}: {error}", plain(&path.to_string()))
}

/// What to do about a place that cannot be written.
pub const WRITABLE_HINT: &str = "give yourself the right to write there, or name another folder with --home";

/// The system does not say where this user's files go.
#[must_use]
pub fn no_home() -> Complaint {
    Complaint::new("this system does not say where your home folder is", "name a folder with --home")
}

/// `--home` or `--config` without a value.
#[must_use]
pub fn empty_path() -> Complaint {
    Complaint::new("an empty path was given", "name a folder with --home, or a file with --config")
}

/// `--home` names something that is no folder.
#[must_use]
pub fn home_is_no_folder(path: &dyn Display) -> Complaint {
    Complaint::new(format!("{} is not a folder", plain(&path.to_string())), "name a folder with --home")
}

/// The log cannot be written; the program goes on without.
#[must_use]
pub fn log_not_kept(dir: &dyn Display, error: &dyn Display) -> String {
    format!("no log is kept in {}: {error}", plain(&dir.to_string()))
}

/// A console that others have, too, is not asked to end.
pub const CONSOLE_IS_SHARED: &str = "its console also belongs to somebody else";

/// A switch was set, and the system shows another state all the same.
pub const SWITCH_NOT_TAKEN: &str = "the change was written, but the system does not show it: look for somebody who changes it back, or sign in again";

/// Something stands at the name of a file of ours that is none.
#[must_use]
pub fn no_file_of_ours(path: &dyn Display) -> String {
    format!("{} is a link or no file, so it is left alone", plain(&path.to_string()))
}

/// A link stands at the name of a folder of ours.
#[must_use]
pub fn no_folder_of_ours(path: &dyn Display) -> String {
    format!("{} is a link to a folder, so it is left alone", plain(&path.to_string()))
}

/// A bug of ours, as the log has it.
pub const PANICKED: &str = "Shimkeeper ran into a bug of its own";

/// What the system's list of programs started at login says about us.
pub const AUTOSTART_COMMENT: &str = "Sees orphaned MCP servers and ends them on your word";

/// Start at login is not known on this system yet.
pub const AUTOSTART_UNKNOWN: &str = "starting at login is not supported on this system yet";

/// A program's path cannot be written into an autostart entry.
#[must_use]
pub fn autostart_path(path: &dyn Display) -> String {
    let path = plain(&path.to_string());
    format!("{path} cannot be started at login: its path holds an = or is not UTF-8")
}

/// The tray's lock cannot be had because of where it stands.
#[must_use]
pub fn tray_without_a_lock(lock: &dyn std::fmt::Display, why: &dyn std::fmt::Display) -> String {
    format!(
        "the lock {lock} cannot be had ({why}): the tray goes on without it, and a second one that is started would show \
         a second icon; `--home` on a local disk cures that"
    )
}
