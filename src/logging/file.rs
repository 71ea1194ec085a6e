//! The files: opening today's, finding it again, keeping seven.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing::Level;

use super::daily::Daily;
use super::line::subscriber;
use super::panics;
use crate::core::{UnixTime, wording};
use crate::platform::files;
use crate::platform::private;

const PREFIX: &str = "shimkeeper";
const SUFFIX: &str = "log";
const KEPT: usize = 7;

/// Why no log is kept. The program goes on without.
#[derive(Debug, thiserror::Error)]
#[error("{}", wording::log_not_kept(&.dir.display(), .why))]
pub struct LoggingError {
    dir: PathBuf,
    why: String,
}

impl LoggingError {
    pub(super) fn new(dir: &Path, why: &dyn fmt::Display) -> Self {
        Self { dir: dir.to_owned(), why: why.to_string() }
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        wording::WRITABLE_HINT
    }
}

/// Opens the log in `dir` for the whole program, down to `finest`, and sees to it that a panic of
/// any thread stands in it. Once a program; nothing changes where it fails. `lost` hears, on any thread, when
/// lines can no longer be written; it must not log.
pub fn init(
    dir: &Path,
    finest: Level,
    lost: impl Fn(&LoggingError) + Send + 'static,
) -> Result<(), LoggingError> {
    let fail = |why: &dyn fmt::Display| LoggingError::new(dir, why);
    let file = Mutex::new(open(dir, lost).map_err(|error| fail(&error))?);
    tracing::subscriber::set_global_default(subscriber(file, finest)).map_err(|error| fail(&error))?;
    panics::log();
    Ok(())
}

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

fn is_log(name: &str) -> bool {
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

fn open(dir: &Path, lost: impl Fn(&LoggingError) + Send + 'static) -> io::Result<Daily> {
    Daily::open(dir, Box::new(lost))
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
fn logs(dir: &Path) -> Vec<String> {
    let entries = dir.read_dir().into_iter().flatten();
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_log(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::platform::files::testing::Scratch;

    #[test]
    fn a_folder_that_cannot_be_written_is_an_error_with_a_way_out() {
        let file = std::env::current_exe().unwrap();
        let error = init(&file.join("logs"), Level::INFO, |_| ()).unwrap_err();
        assert!(error.to_string().contains("no log is kept in"), "{error}");
        assert!(error.hint().contains("--home"));
    }

    #[test]
    fn the_log_of_today_is_found_or_else_the_newest() {
        let scratch = Scratch::new();
        let dir = scratch.path();
        let now = UnixTime(1_795_356_000);
        let today = dir.join("shimkeeper.2026-11-22.log");
        assert_eq!(current_log(dir, now), today);
        assert_eq!(current_log(&dir.join("missing"), now), dir.join("missing/shimkeeper.2026-11-22.log"));
        for name in [
            "shimkeeper.2026-11-09.log",
            "shimkeeper.2026-11-20.log",
            "shimkeeper.zzzz-zz-zz.log",
            "shimkeeper-notes.log",
            "shimkeeper.2026-11-21.log.gz",
        ] {
            fs::write(dir.join(name), "").unwrap();
        }
        assert_eq!(current_log(dir, now), dir.join("shimkeeper.2026-11-20.log"));
        fs::write(&today, "").unwrap();
        assert_eq!(current_log(dir, now), today);
    }

    #[test]
    fn seven_files_are_kept_and_the_name_is_the_documented_one() {
        let scratch = Scratch::new();
        let dir = scratch.path().join("logs");
        fs::create_dir(&dir).unwrap();
        for day in 1..=KEPT {
            fs::write(dir.join(format!("shimkeeper.2001-01-0{day}.log")), "").unwrap();
        }
        fs::write(dir.join("notes.log"), "").unwrap();
        for _ in 0..3 {
            drop(open(&dir, |_| ()).unwrap());
            let mut names = logs(&dir);
            names.sort();
            assert_eq!(names.len(), KEPT, "{names:?}");
            assert_eq!(names[0], "shimkeeper.2001-01-02.log", "{names:?}");
            assert!(is_log(&names[6]) && !names[6].contains("2001"), "{names:?}");
        }
        assert!(dir.join("notes.log").exists());
    }

    #[test]
    fn todays_file_is_kept_beside_those_of_a_clock_that_ran_ahead() {
        let scratch = Scratch::new();
        let dir = scratch.path().join("logs");
        fs::create_dir(&dir).unwrap();
        for day in 1..=KEPT {
            fs::write(dir.join(format!("shimkeeper.2999-01-0{day}.log")), "").unwrap();
        }
        let mut daily = open(&dir, |error| panic!("{error}")).unwrap();
        daily.write_all(b"first\n").unwrap();
        daily.write_all(b"second\n").unwrap();
        let mut names = logs(&dir);
        names.sort();
        assert_eq!(names.len(), KEPT, "{names:?}");
        assert!(!names[0].contains("2999") && names[1] == "shimkeeper.2999-01-02.log", "{names:?}");
        assert_eq!(fs::read_to_string(dir.join(&names[0])).unwrap(), "first\nsecond\n");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_into_the_log() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new();
        let dir = scratch.folder("logs");
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        drop(open(&dir, |_| ()).unwrap());
        assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
}
