//! The scheduled cleanup as a timer of systemd's user manager: two files in `$XDG_CONFIG_HOME/systemd/user`,
//! and the link by which the timer is switched on.
//!
//! Nothing is written where no such manager answers. Files that are there count as ours by their names.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use directories::BaseDirs;
use serde::Deserialize;

use super::autostart::is_same_file;
use super::systemctl;
use super::systemd_units::{self as units, SERVICE, TIMER};
use crate::core::{UnixTime, mask, wording};
use crate::platform::files;
use crate::platform::schedule::{Change, EnableError, Job, Runs, Schedule};

pub(crate) const STEP: Duration = Duration::from_secs(1);
pub(crate) const PROGRAM: &str = "shimkeeper";
pub(crate) const WORD: &str = "cleanup";

pub(crate) fn status(program: &Path) -> io::Result<Schedule> {
    let there = Files::read(&folder()?)?;
    if there == Files::default() {
        return Ok(Schedule::Off);
    }
    let (Some(service), Some(timer)) = (there.service, there.timer) else { return Ok(Schedule::Stopped) };
    let words = units::words(&service).unwrap_or_default();
    let command = mask::command_line(&words);
    if !words.first().is_some_and(|started| is_same_file(Path::new(started), program)) {
        return Ok(Schedule::Elsewhere { command });
    }
    match units::every(&timer) {
        Some(every) if is_kept()? => Ok(Schedule::On { every, command }),
        Some(_) | None => Ok(Schedule::Stopped),
    }
}

/// Whether the timer runs now, and will after the next login.
fn is_kept() -> io::Result<bool> {
    let says = systemctl::ask(&["show", "--property=ActiveState", "--property=UnitFileState", TIMER])?;
    let has = |line| says.lines().any(|said| said == line);
    Ok(has("ActiveState=active") && has("UnitFileState=enabled"))
}

pub(crate) fn runs() -> Runs {
    let told = systemctl::ask(&["list-timers", "--all", "--output=json", TIMER]);
    told.map(|told| runs_in(&told)).unwrap_or_default()
}

/// Times in microseconds since 1970. Older managers write a table, of which nothing is read.
fn runs_in(told: &str) -> Runs {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Row {
        next: Option<u64>,
        last: Option<u64>,
    }
    let rows: Vec<Row> = serde_json::from_str(told).unwrap_or_default();
    let row = rows.into_iter().next().unwrap_or_default();
    let said = |time: Option<u64>| {
        time.filter(|time| (1..u64::MAX).contains(time)).map(|time| UnixTime(time / 1_000_000).rfc3339())
    };
    Runs { last: said(row.last), next: said(row.next) }
}

pub(crate) fn enable(job: &Job) -> Result<Change, EnableError> {
    let wanted = Files::of(job)?;
    let folder = folder()?;
    // A manager that does not answer now would leave files which nobody reads.
    systemctl::ask(&["show", "--property=Version"]).map_err(EnableError::Nobody)?;
    let before = Files::read(&folder)?;
    if before == wanted && is_kept()? {
        return Ok(Change::None);
    }
    if let Err(error) = wanted.put(&folder).and_then(|()| switch_on()) {
        // As good as it can be made; what went wrong first is what the caller must know.
        let _ = before.put(&folder).and_then(|()| systemctl::ask(&["daemon-reload"]));
        return Err(error.into());
    }
    Ok(Change::Made)
}

fn switch_on() -> io::Result<()> {
    systemctl::ask(&["daemon-reload"])?;
    systemctl::ask(&["enable", TIMER])?;
    // A timer that runs already would go on counting by its old interval.
    systemctl::ask(&["restart", TIMER]).map(drop)
}

pub(crate) fn disable() -> io::Result<()> {
    let folder = folder()?;
    let is_linked = folder.join(LINK).symlink_metadata().is_ok();
    if Files::read(&folder)? == Files::default() && !is_linked {
        return Ok(());
    }
    let answers = systemctl::ask(&["show", "--property=Version"]).is_ok();
    // Without a manager nothing runs, and the files are all there is.
    let stopped = if answers { systemctl::ask(&["disable", "--now", TIMER]).map(drop) } else { Ok(()) };
    Files::default().put(&folder)?;
    if answers {
        systemctl::ask(&["daemon-reload"])?;
    }
    // With its files gone a timer that would not stop has nothing left to start.
    if let Err(error) = stopped {
        tracing::debug!(%error, "the timer was not switched off before its files were removed");
    }
    Ok(())
}

/// How the manager remembers that the timer is switched on.
const LINK: &str = "timers.target.wants/shimkeeper-cleanup.timer";

fn folder() -> io::Result<PathBuf> {
    let folders =
        BaseDirs::new().ok_or_else(|| io::Error::new(ErrorKind::NotFound, wording::no_home().sentence))?;
    Ok(folders.config_dir().join("systemd/user"))
}

/// What stands in the two files.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Files {
    service: Option<String>,
    timer: Option<String>,
}

impl Files {
    fn of(job: &Job) -> io::Result<Self> {
        let program = job.program.to_str().filter(|path| units::takes(path)).ok_or_else(|| {
            io::Error::new(ErrorKind::InvalidInput, wording::schedule_path(&job.program.display()))
        })?;
        let words: Vec<&str> = std::iter::once(program).chain(job.args.iter().map(String::as_str)).collect();
        Ok(Self { service: Some(units::service(&words)), timer: Some(units::timer(job.every)) })
    }

    fn read(folder: &Path) -> io::Result<Self> {
        let read = |name| match fs::read(folder.join(name)) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        Ok(Self { service: read(SERVICE)?, timer: read(TIMER)? })
    }

    /// Makes the folder look like this. Without a timer there is nothing to be switched on either.
    fn put(&self, folder: &Path) -> io::Result<()> {
        for (name, text) in [(SERVICE, &self.service), (TIMER, &self.timer)] {
            match text {
                Some(text) => files::write_atomically(&folder.join(name), text.as_bytes())?,
                None => gone(fs::remove_file(folder.join(name)))?,
            }
        }
        if self.timer.is_none() { gone(fs::remove_file(folder.join(LINK))) } else { Ok(()) }
    }
}

/// What is not there need not be removed.
fn gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_managers_times_are_read() {
        let told = r#"[{"next":1795356000000000,"left":7,"last":951782400000000,"passed":9,"unit":"x"}]"#;
        let runs = runs_in(told);
        assert_eq!(runs.next.as_deref(), Some("2026-11-22T14:00:00Z"));
        assert_eq!(runs.last.as_deref(), Some("2000-02-29T00:00:00Z"));
    }

    #[test]
    fn what_is_not_told_is_not_said() {
        for told in ["", "[]", r#"[{"next":null,"last":0}]"#, "NEXT LEFT LAST\n- - -\n", "{}"] {
            assert_eq!(runs_in(told), Runs::default(), "{told:?}");
        }
    }
}
