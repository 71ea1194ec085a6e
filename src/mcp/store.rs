//! Reads configurations of clients and writes them back: in one piece, with a backup, and only where
//! nobody else has written meanwhile.
//!
//! A link is followed and stays. A file keeps its rights.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::outcome::Change;
use super::record::mark;
use super::refusal::Refusal;
use crate::core::{UnixTime, wording};
use crate::platform::files::{self, Unread};
use crate::platform::private;
use crate::single::{self, Lock};

/// The largest configuration that is read, in bytes: Claude Code keeps histories in its own.
const MOST: u64 = 200_000_000;

/// How many backups are kept of one file.
const KEPT: usize = 10;

/// How much of a file's name the name of its backup holds, in bytes.
const KEPT_OF_NAME: usize = 100;

/// A configuration as it was read.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The file itself, behind all links.
    pub(super) file: PathBuf,
    pub(super) text: String,
}

/// Reads a whole file. Blocks; touches nothing.
pub(super) fn load(path: &Path) -> Result<Loaded, Refusal> {
    let unreadable = |error: io::Error| Refusal::whole_file(wording::unreadable(&error));
    let file = fs::canonicalize(path).map_err(unreadable)?;
    if !file.is_file() {
        return Err(Refusal::whole_file(wording::no_file()));
    }
    let text = files::read_text(&file, MOST).map_err(|Unread { place, complaint }| match place {
        Some(place) => Refusal::at(place, complaint),
        None => Refusal::whole_file(complaint),
    })?;
    Ok(Loaded { file, text })
}

/// This user's turn to change configurations, given back when it is dropped: of two that read the same
/// record and write it the later one would lose what the earlier one remembered.
#[derive(Debug)]
pub struct Turn {
    /// Locked while it is open, where the file system knows locks.
    _lock: File,
    /// What has to be said where it knows none.
    pub says: Option<String>,
}

/// How often it is looked whether others are done with their changes, and how long is waited in between: 6 s in all.
/// Whoever takes longer was stopped, or hangs.
const LOOKS: usize = 300;
const BETWEEN: Duration = Duration::from_millis(20);

/// Waits until nobody else changes configurations with this state folder, but not for ever. `wait` blocks for so
/// long.
pub fn take_turn(state: &Path, wait: impl Fn(Duration)) -> Result<Turn, Refusal> {
    let path = state.join("mcp.lock");
    for _ in 0..LOOKS {
        match single::acquire(&path) {
            Ok(Lock::Ours(lock)) => return Ok(Turn { _lock: lock, says: None }),
            Ok(Lock::Unknown(file, error)) => {
                let says = wording::mcp_without_a_turn(&path.display(), &error);
                return Ok(Turn { _lock: file, says: Some(says) });
            }
            Ok(Lock::Theirs) => wait(BETWEEN),
            Err(error) => return Err(Refusal::whole_file(wording::mcp_not_written(&error))),
        }
    }
    Err(Refusal::whole_file(wording::mcp_locked(&path.display())))
}

/// Puts the change in place of what was read, in one's own [`Turn`]. Gives the backup of what was there. Blocks.
pub(super) fn save(
    state: &Path,
    loaded: &Loaded,
    change: &Change,
    now: UnixTime,
) -> Result<PathBuf, Refusal> {
    let refused = |error: io::Error| Refusal::whole_file(wording::mcp_not_written(&error));
    let about = fs::metadata(&loaded.file).map_err(refused)?;
    if about.permissions().readonly() {
        return Err(Refusal::whole_file(wording::mcp_read_only()));
    }
    let other_names = private::other_names(&about);
    if other_names > 0 {
        return Err(Refusal::whole_file(wording::mcp_hard_links(other_names)));
    }
    let backup = back_up(state, loaded).map_err(refused)?;
    // Before the file: a note that is never needed does no harm, one that is missing does.
    let mut record = change.record.clone();
    record.stamp(now, &backup);
    record.add_to(state, &loaded.file).map_err(refused)?;
    match files::rewrite(&loaded.file, loaded.text.as_bytes(), change.text.as_bytes()) {
        Ok(files::Rewrite::Done) => {
            // The work is done; notes that stay although they are of no more use are litter, not harm.
            let _ = record.write(state, &loaded.file);
            Ok(backup)
        }
        Ok(files::Rewrite::ChangedMeanwhile) => Err(Refusal::whole_file(wording::mcp_changed_meanwhile())),
        Err(error) => Err(refused(error)),
    }
}

/// A copy for this user's eyes alone, away from the folder of the file, which may be published.
fn back_up(state: &Path, loaded: &Loaded) -> io::Result<PathBuf> {
    let folder = state.join("backups");
    let name = loaded.file.file_name().unwrap_or_default().to_string_lossy();
    let (of_path, of_text) =
        (mark([loaded.file.as_os_str().as_encoded_bytes()]), mark([loaded.text.as_bytes()]));
    // The name is for people, and names cannot be as long as one likes.
    let name = &name[..name.floor_char_boundary(KEPT_OF_NAME)];
    // The same content has the same name: it is kept once.
    let backup = folder.join(format!("{of_path}-{of_text}-{name}"));
    files::write_atomically(&backup, loaded.text.as_bytes())?;
    forget_old_ones(&folder, &of_path);
    Ok(backup)
}

/// Keeps the newest. What cannot be removed stays: litter, not harm.
fn forget_old_ones(folder: &Path, of_path: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let ours = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(of_path));
    let mut backups: Vec<_> =
        ours.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    backups.sort();
    for (_, path) in backups.iter().rev().skip(KEPT) {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::PathStyle;
    use crate::mcp::{Client, Ground, Guard, Place, Policy, Selection, plan_unwrap, plan_wrap};
    use crate::platform::files::testing::Scratch;

    #[test]
    fn what_an_unwrap_that_failed_would_have_forgotten_is_still_on_record() {
        let scratch = Scratch::new();
        let (path, state) = (scratch.path().join("c.json"), scratch.path().join("state"));
        let text = r#"{"mcpServers":{"a":{"command":"./start_ws_shim_safe.py"}}}"#;
        fs::write(&path, text).unwrap();
        let place = Place::of_user(Client::CLAUDE_CODE, path.clone());
        let guard = Guard { program: "/opt/shimkeeper".to_owned(), options: Vec::new() };
        let policy = Policy::default();
        let ground = Ground { state: &state, style: PathStyle::Unix, policy: &policy };
        let wrap = plan_wrap(&place, Selection::All, &guard, &ground).unwrap();
        wrap.save(&state, UnixTime(1)).unwrap();
        let wrapped = fs::read_to_string(&path).unwrap();
        let unwrap = || plan_unwrap(&place, Selection::All, &ground).unwrap();
        let late = unwrap();
        fs::write(&path, format!("{wrapped}\n")).unwrap();
        late.save(&state, UnixTime(2)).unwrap_err();
        unwrap().save(&state, UnixTime(3)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{text}\n"));
    }
}
