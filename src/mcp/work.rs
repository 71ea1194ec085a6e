//! The work on one file: reads it, says what would change, writes it.

use std::path::{Path, PathBuf};

use super::change::{Change, Outcome, Selection, Surroundings, guarded_or_noted, unwrapped, wrapped};
use super::diff::diff;
use super::locate::Place;
use super::record::Record;
use super::refusal::Refusal;
use super::runs::Guarded;
use super::server::{Kind, servers};
use super::store::{Loaded, load, save};
use super::tree::Document;
use super::wrap::Guard;
use crate::core::wording;
use crate::core::{PathStyle, mask};

/// A server as it is listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// What the client calls it.
    pub name: String,
    /// The project that it belongs to, where one file holds several.
    pub project: Option<String>,
    /// What it is.
    pub kind: ListedKind,
}

/// What a listed server is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ListedKind {
    /// A process that the client starts.
    Stdio {
        /// Its own command line, without our guard, as it may be shown.
        command: String,
        /// Our program in front of it.
        guard: Option<ListedGuard>,
    },
    /// Something that runs elsewhere.
    Remote {
        /// Where, as it may be shown.
        url: String,
    },
    /// An entry that cannot be understood, and why.
    Odd(String),
}

/// Our program in front of a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedGuard {
    /// Its path, as the entry has it.
    pub program: String,
    /// Whether nothing is there any more.
    pub is_gone: bool,
}

/// The servers of a file. Blocks; touches nothing.
pub fn list(place: &Place, state: &Path) -> Result<Vec<Listed>, Refusal> {
    let loaded = load(&place.path)?;
    let record = Record::read(state, &loaded.file);
    let document = Document::parse(&loaded.text, place.client.format())?;
    let listed = servers(&document, place.client.shapes()).into_iter().map(|server| {
        let project = match server.path.as_slice() {
            [projects, project, ..] if projects == "projects" => Some(mask::plain(project)),
            _ => None,
        };
        let kind = match server.kind {
            Kind::Stdio(command) => {
                listed_command(&command.words(), guarded_or_noted(&document, &command, &record))
            }
            Kind::Remote { url } => ListedKind::Remote { url: mask::command_line(&[url]) },
            Kind::Odd { complaint, .. } => ListedKind::Odd(complaint.sentence),
        };
        Listed { name: server.name, project, kind }
    });
    Ok(listed.collect())
}

fn listed_command(words: &[String], found: Option<Guarded>) -> ListedKind {
    let Some(found) = found else {
        return ListedKind::Stdio { command: mask::command_line(words), guard: None };
    };
    let program = words.first().cloned().unwrap_or_default();
    let is_gone = is_gone(&program);
    let inner = words.get(found.inner.unwrap_or(words.len())..).unwrap_or_default();
    let guard = Some(ListedGuard { program: mask::plain(&program), is_gone });
    ListedKind::Stdio { command: mask::command_line(inner), guard }
}

/// Whether certainly nothing is where an entry has our program. Blocks.
#[must_use]
pub fn is_gone(program: &str) -> bool {
    let path = Path::new(program);
    path.is_absolute() && matches!(path.try_exists(), Ok(false))
}

/// What is about to be done to a file.
#[derive(Debug)]
pub struct Planned {
    loaded: Loaded,
    change: Change,
    place: Place,
}

/// Wraps in mind. Blocks; touches nothing.
pub fn plan_wrap(
    place: &Place,
    selection: Selection<'_>,
    guard: &Guard,
    state: &Path,
    style: PathStyle,
) -> Result<Planned, Refusal> {
    let loaded = load(&place.path)?;
    let record = Record::read(state, &loaded.file);
    let around = Surroundings { style, is_missing: &is_missing, is_file: &is_file };
    let change = wrapped(&loaded.text, place.client, selection, guard, &around, record)?;
    Ok(Planned { loaded, change, place: place.clone() })
}

/// Unwraps in mind. Blocks; touches nothing.
pub fn plan_unwrap(
    place: &Place,
    selection: Selection<'_>,
    state: &Path,
    style: PathStyle,
) -> Result<Planned, Refusal> {
    let loaded = load(&place.path)?;
    let record = Record::read(state, &loaded.file);
    let around = Surroundings { style, is_missing: &is_missing, is_file: &is_file };
    let change = unwrapped(&loaded.text, place.client, selection, &around, record)?;
    Ok(Planned { loaded, change, place: place.clone() })
}

/// Known only where the path is a whole one, or the folder to start in is.
fn is_missing(script: &str, cwd: Option<&str>) -> bool {
    seen_from(script, cwd).to_str().is_some_and(is_gone)
}

fn is_file(path: &str, cwd: Option<&str>) -> bool {
    seen_from(path, cwd).is_file()
}

fn seen_from(path: &str, cwd: Option<&str>) -> PathBuf {
    cwd.map_or_else(|| PathBuf::from(path), |cwd| Path::new(cwd).join(path))
}

impl Planned {
    /// Where.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Every server of the file, and what becomes of it.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, &Outcome)> {
        self.change.done.iter().map(|done| (done.name.as_str(), &done.outcome))
    }

    /// Whether the file would change at all.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.change.text != self.loaded.text
    }

    /// What would change, masked.
    pub fn diff(&self) -> Result<String, Refusal> {
        let format = self.place.client.format();
        let old = Document::parse(&self.loaded.text, format)?;
        let new = Document::parse(&self.change.text, format)?;
        let path = mask::plain(&self.place.path.display().to_string());
        let changes = diff(&old, &new, &self.change.edits);
        Ok(format!("--- {path}\n+++ {path} {}\n{changes}", wording::MCP_AFTERWARDS))
    }

    /// Writes it. Gives the path of the backup. Blocks.
    pub fn save(&self, state: &Path) -> Result<PathBuf, Refusal> {
        save(state, &self.loaded, &self.change)
    }
}
