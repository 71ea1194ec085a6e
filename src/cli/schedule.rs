//! `shimkeeper schedule`: a cleanup that the system starts again and again.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::args::{Globals, ScheduleArgs, ScheduleWhat};
use super::context::Context;
use super::failure::Failure;
use crate::core::schedule::USUAL;
use crate::core::wording;
use crate::exit::Outcome;
use crate::paths;
use crate::platform::schedule::{self, Change, EnableError, Job, Schedule};
use crate::{console, single};

pub(super) fn run(context: &Context, globals: &Globals, args: &ScheduleArgs) -> Result<Outcome, Failure> {
    if args.every.is_some() && args.what != ScheduleWhat::Enable {
        return Err(Failure::new(Outcome::Usage, wording::EVERY_WITHOUT_ENABLE));
    }
    let change = match args.what {
        ScheduleWhat::Enable => enable(context, globals, args)?,
        ScheduleWhat::Disable => {
            schedule::disable().context(wording::SCHEDULE_FAILED)?;
            Change::Made
        }
        ScheduleWhat::Status => Change::Made,
    };
    let status = schedule::status(&program()?).context(wording::SCHEDULE_UNREADABLE)?;
    console::say(&match change {
        Change::None => wording::schedule_unchanged(&says(&status)),
        Change::Made => says(&status),
    });
    let is_against = matches!(
        (args.what, &status),
        (ScheduleWhat::Enable, Schedule::Off) | (ScheduleWhat::Disable, Schedule::On { .. })
    );
    if is_against {
        console::complain(wording::SWITCH_NOT_TAKEN);
    }
    if matches!(status, Schedule::On { .. }) {
        tell_more(context, args.what);
    }
    Ok(match (args.what, &status) {
        (ScheduleWhat::Enable, Schedule::On { .. })
        | (ScheduleWhat::Disable, Schedule::Off)
        | (ScheduleWhat::Status, Schedule::On { .. } | Schedule::Off) => Outcome::Fine,
        (ScheduleWhat::Enable, Schedule::Off)
        | (ScheduleWhat::Disable, Schedule::On { .. })
        | (_, Schedule::Elsewhere { .. } | Schedule::Stopped) => Outcome::Attention,
    })
}

fn enable(context: &Context, globals: &Globals, args: &ScheduleArgs) -> Result<Change, Failure> {
    // A schedule of cleanups that all end with a complaint helps nobody.
    context.config()?;
    let job = Job { program: program()?, args: words(context, globals)?, every: args.every.unwrap_or(USUAL) };
    schedule::enable(&job).map_err(|error| match error {
        EnableError::Nobody(_) => {
            let program = job.program.display().to_string();
            let words: Vec<String> = std::iter::once(program).chain(job.args).collect();
            let hint = wording::crontab_hint(&words, job.every);
            Failure::new(Outcome::Attention, error.to_string()).hint(Some(hint))
        }
        EnableError::Failed(error) => anyhow::Error::new(error).context(wording::SCHEDULE_FAILED).into(),
    })
}

/// The places that this call was given, so that the scheduled one works in the same.
fn words(context: &Context, globals: &Globals) -> anyhow::Result<Vec<String>> {
    let text = |path: PathBuf| {
        path.to_str().map(str::to_owned).with_context(|| wording::schedule_path(&path.display()))
    };
    let variable = std::env::var_os(paths::HOME_VARIABLE);
    let mut words = Vec::new();
    if paths::home(globals.home.as_deref(), variable.as_deref().map(OsStr::new)).is_some() {
        words.extend(["--home".to_owned(), text(context.paths.state_dir())?]);
    }
    if globals.config.is_some() {
        words.extend(["--config".to_owned(), text(context.paths.config_file())?]);
    }
    words.push(schedule::WORD.to_owned());
    Ok(words)
}

fn tell_more(context: &Context, what: ScheduleWhat) {
    match what {
        ScheduleWhat::Enable if single::is_held(&context.paths.tray_lock()) => {
            console::say(wording::SCHEDULE_BESIDE_TRAY);
        }
        ScheduleWhat::Status => {
            let runs = schedule::runs();
            let lines = [
                runs.last.as_deref().map(wording::schedule_last),
                runs.next.as_deref().map(wording::schedule_next),
            ];
            for line in lines.into_iter().flatten() {
                console::say(&line);
            }
        }
        ScheduleWhat::Enable | ScheduleWhat::Disable => {}
    }
}

/// The state of the schedule in a sentence.
pub(super) fn says(status: &Schedule) -> String {
    match status {
        Schedule::Off => wording::SCHEDULE_OFF.into(),
        Schedule::On { every, command } => wording::schedule_on(*every, command),
        Schedule::Elsewhere { command } => wording::schedule_elsewhere(command),
        Schedule::Stopped => wording::SCHEDULE_STOPPED.into(),
    }
}

/// The program that runs stands beside this one, or is this one.
pub(super) fn program() -> anyhow::Result<PathBuf> {
    let us = std::env::current_exe().context(wording::OUR_PLACE_UNREADABLE)?;
    let beside = us.with_file_name(schedule::PROGRAM);
    let is_us = us.file_name().is_some_and(|name| Path::new(name) == Path::new(schedule::PROGRAM));
    anyhow::ensure!(is_us || beside.is_file(), wording::program_missing(&beside.display()));
    Ok(beside)
}
