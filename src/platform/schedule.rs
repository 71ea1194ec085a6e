//! A cleanup that the system starts again and again, for machines without the tray.
//!
//! # Platforms
//! Linux: a timer and a service of systemd's user manager; Windows: a task of the Task Scheduler. Both
//! run while the user is logged in. The console program runs on Linux; on Windows it would flash a window
//! each time, so the tray's program does the same work without one.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::os::schedule as os;
use crate::core::wording;

/// The steps in which the system counts.
///
/// # Platforms
/// Linux: seconds; Windows: minutes.
pub(crate) const STEP: Duration = os::STEP;

/// The file of the program that runs, which stands beside the console program.
pub(crate) const PROGRAM: &str = os::PROGRAM;

/// The word that lets it clean up.
pub(crate) const WORD: &str = os::WORD;

/// What is to run, and how often.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Job {
    /// The program's full path.
    pub(crate) program: PathBuf,
    /// Its words.
    pub(crate) args: Vec<String>,
    /// How often.
    pub(crate) every: Duration,
}

/// What the system starts now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Schedule {
    /// Nothing.
    Off,
    /// This program.
    On {
        /// How often.
        every: Duration,
        /// The whole command, fit for showing.
        command: String,
    },
    /// Another program under our name: an older place of ours, most likely.
    Elsewhere {
        /// What is started, fit for showing.
        command: String,
    },
    /// It is set up, but switched off or half gone.
    Stopped,
}

/// When it ran and will run, as the system tells it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Runs {
    /// The last time.
    pub(crate) last: Option<String>,
    /// The next time.
    pub(crate) next: Option<String>,
}

/// Whether something had to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    /// It was so before.
    None,
    /// It is so now.
    Made,
}

/// Why nothing is scheduled; everything is as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnableError {
    /// This system has nobody who starts things by time.
    #[error("{}", wording::schedule_nobody(.0))]
    #[cfg_attr(windows, expect(dead_code, reason = "the Task Scheduler is always there"))]
    Nobody(io::Error),
    /// It was tried.
    #[error(transparent)]
    Failed(#[from] io::Error),
}

/// What is scheduled now, as far as `program` is concerned. Blocks for a small program of the system.
pub(crate) fn status(program: &Path) -> io::Result<Schedule> {
    os::status(program)
}

/// When it ran and will run; empty where the system does not tell.
pub(crate) fn runs() -> Runs {
    os::runs()
}

/// Sees to it that this job is scheduled, and nothing else under our name.
pub(crate) fn enable(job: &Job) -> Result<Change, EnableError> {
    os::enable(job)
}

/// Sees to it that nothing of ours is scheduled. Fine if nothing was.
pub(crate) fn disable() -> io::Result<()> {
    os::disable()
}
