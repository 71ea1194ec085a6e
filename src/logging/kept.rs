//! The files: today's by its name, opened or made anew, and seven of them kept.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::core::UnixTime;
use crate::platform::files;
use crate::platform::private;

const PREFIX: &str = "shimkeeper";
const SUFFIX: &str = "log";
pub(super) const KEPT: usize = 7;

/// The file that the log goes to at `now`, or the newest there is if nothing was written today.
#[must_use]
pub fn current_log(dir: &Path, now: UnixTime) -> PathBuf {
    let today = dir.join(name_of(now));
    if today.exists() {
        return today;
    }
    // Days are written so that the later one is the greater text.
    logs(dir).into_iter().max().map_or(today, |name| dir.join(name))
}

pub(super) fn is_log(name: &str) -> bool {
    let day = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    day.is_some_and(|day| {
        day.len() == ".2026-11-22.".len()
            && day.bytes().all(|byte| byte.is_ascii_digit() || b".-".contains(&byte))
    })
}

/// The name of the file for what is logged at `now`.
pub(super) fn name_of(now: UnixTime) -> String {
    let (day, mut name) = (now.day(), String::new());
    // One piece of memory of one size, line after line: what grows leaves holes behind.
    name.reserve_exact(PREFIX.len() + day.len() + SUFFIX.len() + 2);
    for part in [PREFIX, ".", &day, ".", SUFFIX] {
        name.push_str(part);
    }
    name
}

/// Opens a file for more lines, in a folder that is this user's alone, and removes what is too old.
pub(super) fn begin(dir: &Path, name: &str) -> io::Result<File> {
    files::make_folder(dir)?;
    private::close_folder(dir)?;
    let path = dir.join(name);
    let mut options = File::options();
    options.append(true).create(true);
    let file = match private::open_ours(&path, &mut options) {
        // No log of ours: a link, a pipe, a file that has another name as well.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            fs::remove_file(&path)?;
            private::open_ours(&path, &mut options)?
        }
        opened => opened?,
    };
    private::close_file(&file)?;
    remove_old(dir, name);
    Ok(file)
}

/// Keeps the file that was just begun, and of the others the newest by the day in their name. They may be of
/// later days: a clock that once ran ahead.
fn remove_old(dir: &Path, begun: &str) {
    let mut names = logs(dir);
    names.retain(|name| name != begun);
    names.sort_unstable();
    for name in names.iter().rev().skip(KEPT - 1) {
        // Another program of ours may be quicker; what stays is tried again at the next start.
        let _ = fs::remove_file(dir.join(name));
    }
}

/// The names of the log files in a folder.
pub(super) fn logs(dir: &Path) -> Vec<String> {
    let entries = dir.read_dir().into_iter().flatten();
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_log(name))
        .collect()
}
