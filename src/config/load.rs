//! From a file to a configuration, or to everything that is wrong with it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::{env, path};

use toml::de::DeTable;

use super::check::Surroundings;
use super::error::{ConfigError, Problem};
use super::model::{Config, ORPHAN_GRACES, POLL_INTERVALS, STOP_GRACES};
use super::reader::{Reader, Section};
use super::{keys, watches};
use crate::core::PathStyle;
use crate::core::position::position;
use crate::core::wording;
use crate::platform::files;

/// The largest configuration that is read, in bytes.
const MOST: u64 = 1_000_000;

/// What a missing file means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// The defaults hold: nobody asked for a file.
    Standard,
    /// A mistake: the user named this file.
    Refused,
}

/// Reads and checks the whole file. Blocks; touches nothing.
pub fn load(path: &Path, style: PathStyle, missing: Missing) -> Result<Config, ConfigError> {
    if let Err(error) = fs::metadata(path)
        && error.kind() == ErrorKind::NotFound
    {
        return match missing {
            // A link to nowhere is a file that somebody wanted.
            Missing::Standard if !path.is_symlink() => Ok(Config::standard()),
            Missing::Standard | Missing::Refused => {
                Err(ConfigError::whole_file(path, wording::config_missing()))
            }
        };
    }
    let text = files::read_text(path, MOST).map_err(|unread| ConfigError::unread(path, unread))?;
    read(path, &text, style).0.map_err(|problems| ConfigError::new(path, problems))
}

/// What stands in a file that loads and will not do what it looks like, in the order of its lines. Nothing where the
/// file is not there or does not load. Blocks; touches nothing.
#[must_use]
pub fn notes(path: &Path, style: PathStyle) -> Vec<Problem> {
    let Ok(text) = files::read_text(path, MOST) else { return Vec::new() };
    let mut notes = read(path, &text, style).1;
    notes.sort_by_key(|note| note.line);
    notes
}

fn read(path: &Path, text: &str, style: PathStyle) -> (Result<Config, Vec<Problem>>, Vec<Problem>) {
    let whole = path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = whole.parent().map_or_else(PathBuf::new, Path::to_owned);
    let search = env::var_os("PATH");
    let around = Surroundings { folder: &folder, search: search.as_deref() };
    parse_with_notes(text, &around, style)
}

pub(crate) fn parse(text: &str, around: &Surroundings<'_>, style: PathStyle) -> Result<Config, Vec<Problem>> {
    parse_with_notes(text, around, style).0
}

fn parse_with_notes(
    text: &str,
    around: &Surroundings<'_>,
    style: PathStyle,
) -> (Result<Config, Vec<Problem>>, Vec<Problem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // What follows a mistake of writing is guesswork: its keys are not judged.
        return (Err(errors.iter().map(|error| syntax(text, error)).collect()), Vec::new());
    }
    let mut reader = Reader::new(text);
    let top = Section { table: table.get_ref(), known: keys::TOP, prefix: "" };
    reader.stray_keys(&top);
    let standard = Config::standard();
    let orphan_grace = reader.time(&top, keys::ORPHAN_GRACE, &ORPHAN_GRACES).unwrap_or(standard.orphan_grace);
    let config = Config {
        poll_interval: reader
            .time(&top, keys::POLL_INTERVAL, &POLL_INTERVALS)
            .unwrap_or(standard.poll_interval),
        auto_cleanup: reader.yes_or_no(&top, keys::AUTO_CLEANUP).unwrap_or(standard.auto_cleanup),
        toasts: reader.yes_or_no(&top, keys::TOASTS).unwrap_or(standard.toasts),
        orphan_grace,
        stop_grace: reader.time(&top, keys::STOP_GRACE, &STOP_GRACES).unwrap_or(standard.stop_grace),
        watches: watches::read(&mut reader, &top, around, style, orphan_grace),
    };
    if reader.problems.is_empty() { (Ok(config), reader.notes) } else { (Err(reader.problems), Vec::new()) }
}

pub(super) fn syntax(text: &str, error: &toml::de::Error) -> Problem {
    let mut problem = Problem::new(None, None, wording::no_toml(error.message()));
    if let Some(span) = error.span() {
        let (line, column) = position(text, span.start);
        (problem.line, problem.column) = (Some(line), Some(column));
    }
    problem
}
