//! The work on one file: reads it, says what would change, writes it.

use std::path::{Path, PathBuf};

use super::change::{unwrapped, wrapped};
use super::diff::diff;
use super::listed::is_gone;
use super::locate::Place;
use super::outcome::{Change, Done, Selection, Surroundings};
use super::record::Record;
use super::refusal::Refusal;
use super::rules::Policy;
use super::store::{Loaded, load, save};
use super::tree::Document;
use super::wrap::Guard;
use crate::core::wording::{self, Complaint};
use crate::core::{PathStyle, UnixTime, mask};

/// What is about to be done to a file.
#[derive(Debug)]
pub struct Planned {
    loaded: Loaded,
    change: Change,
    place: Place,
    /// What was on record.
    remembered: Record,
}

/// What work stands on.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The folder of what is remembered.
    pub state: &'a Path,
    /// How paths are read here.
    pub style: PathStyle,
    /// The rules that are in sight.
    pub policy: &'a Policy,
}

/// Wraps in mind. Blocks; touches nothing.
pub fn plan_wrap(
    place: &Place,
    selection: Selection<'_>,
    guard: &Guard,
    ground: &Ground<'_>,
) -> Result<Planned, Refusal> {
    place.client.format()?;
    let loaded = load(&place.path)?;
    let record = Record::read(ground.state, &loaded.file);
    let objects = |before: &[String], after: &[String]| ground.policy.objects(place.client, before, after);
    let around = Surroundings {
        is_missing: &is_missing,
        is_file: &is_file,
        objects: &objects,
        keeper: place.keeper,
        ..Surroundings::bare(ground.style)
    };
    let remembered = record.clone();
    let change = wrapped(&loaded.text, place.client, selection, guard, &around, record)?;
    Ok(Planned { loaded, change, place: place.clone(), remembered })
}

/// Unwraps in mind. Blocks; touches nothing.
pub fn plan_unwrap(place: &Place, selection: Selection<'_>, ground: &Ground<'_>) -> Result<Planned, Refusal> {
    place.client.format()?;
    let loaded = load(&place.path)?;
    let record = Record::read(ground.state, &loaded.file);
    let around = Surroundings {
        is_missing: &is_missing,
        is_file: &is_file,
        keeper: place.keeper,
        ..Surroundings::bare(ground.style)
    };
    let remembered = record.clone();
    let change = unwrapped(&loaded.text, place.client, selection, &around, record)?;
    Ok(Planned { loaded, change, place: place.clone(), remembered })
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
    pub fn outcomes(&self) -> impl Iterator<Item = &Done> {
        self.change.done.iter()
    }

    /// Whether somebody else has changed the file since we did.
    #[must_use]
    pub fn others_changed(&self) -> bool {
        self.change.others_changed
    }

    /// The copy of the file as it was before it was wrapped, where it is still kept.
    #[must_use]
    pub fn earlier(&self) -> Option<PathBuf> {
        self.remembered.backup()
    }

    /// Why the file is not called empty though no server was found in it.
    #[must_use]
    pub fn unread(&self) -> Option<&Complaint> {
        self.change.unread.as_ref()
    }

    /// Whether the file would change at all.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.change.text != self.loaded.text
    }

    /// What would change, masked.
    pub fn diff(&self) -> Result<String, Refusal> {
        let format = self.place.client.format()?;
        let old = Document::parse(&self.loaded.text, format)?;
        let new = Document::parse(&self.change.text, format)?;
        let path = mask::plain(&self.place.path.display().to_string());
        let changes = diff(&old, &new, &self.change.edits);
        Ok(format!("--- {path}\n+++ {path} {}\n{changes}", wording::MCP_AFTERWARDS))
    }

    /// Writes it. Gives the path of the backup. Blocks.
    pub fn save(&self, state: &Path, now: UnixTime) -> Result<PathBuf, Refusal> {
        save(state, &self.loaded, &self.change, now)
    }

    /// Whether something on record is of no more use, though the file stays as it is.
    #[must_use]
    pub fn forgets(&self) -> bool {
        self.change.record != self.remembered
    }

    /// Forgets that. Blocks.
    pub fn settle(&self, state: &Path) -> Result<(), Refusal> {
        if !self.forgets() {
            return Ok(());
        }
        let written = self.change.record.write(state, &self.loaded.file);
        written.map_err(|error| Refusal::whole_file(wording::mcp_not_written(&error)))
    }
}
