//! What became of entries that we wrapped: who undid them, and which cannot start any more.

use std::path::{Path, PathBuf};

use super::draft::stands;
use super::listed::is_gone;
use super::locate::Here;
use super::record::{Record, Remembered};
use super::refusal::Refusal;
use super::server::{Kind, Server, servers};
use super::store::load;
use super::tree::Document;
use crate::core::{UnixTime, wording};

/// Something about an entry that was wrapped.
#[derive(Debug)]
pub struct Trouble {
    /// The configuration.
    pub file: PathBuf,
    /// What the client calls the server.
    pub server: String,
    /// What is the matter.
    pub kind: TroubleKind,
}

/// What is the matter with an entry that was wrapped.
#[derive(Debug)]
pub enum TroubleKind {
    /// It is not wrapped any more, and not by our doing.
    Undone {
        /// When it was wrapped.
        since: Option<UnixTime>,
        /// The copy of the file as it was before that, where it is still kept.
        backup: Option<PathBuf>,
    },
    /// Its guard is not there any more.
    NoGuard {
        /// Where it was.
        program: String,
    },
    /// The file cannot be read.
    Unreadable(Refusal),
}

/// What is the matter with everything that is on record as wrapped, and how many entries are as they should be. Blocks;
/// touches nothing.
#[must_use]
pub fn troubles(here: &Here<'_>, state: &Path) -> (Vec<Trouble>, usize) {
    let mut found = Vec::new();
    let mut sound = 0;
    for record in Record::all(state) {
        let file = record.file().to_owned();
        let trouble = |server: String, kind| Trouble { file: file.clone(), server, kind };
        // Who has removed the whole folder has no use for its servers.
        if is_absent(&file) && file.parent().is_none_or(is_absent) {
            continue;
        }
        match of_record(here, &record) {
            Ok(of_servers) => {
                for (server, kind) in of_servers {
                    match kind {
                        Some(kind) => found.push(trouble(server, kind)),
                        None => sound += 1,
                    }
                }
            }
            Err(refusal) => found.push(trouble(String::new(), TroubleKind::Unreadable(refusal))),
        }
    }
    (found, sound)
}

/// Whether certainly nothing is there.
fn is_absent(path: &Path) -> bool {
    matches!(path.try_exists(), Ok(false))
}

fn of_record(here: &Here<'_>, record: &Record) -> Result<Vec<(String, Option<TroubleKind>)>, Refusal> {
    let file = record.file();
    let text = if is_absent(file) { String::new() } else { load(file)?.text };
    let client = here.place_of(file).client;
    let document = Document::parse(&text, client.format()?)?;
    let found = servers(&document, client.forms());
    let of_server = |server: &Remembered| {
        let name = server.path.last().cloned().unwrap_or_default();
        (name, matter(&document, &found, record, server))
    };
    Ok(record.servers().iter().map(of_server).collect())
}

fn matter(
    document: &Document<'_>,
    found: &[Server],
    record: &Record,
    remembered: &Remembered,
) -> Option<TroubleKind> {
    if !stands(document, found, record, remembered) {
        return Some(TroubleKind::Undone {
            since: remembered.since.map(UnixTime),
            backup: remembered.backup().filter(|path| path.is_file()),
        });
    }
    let of_path = found.iter().find(|server| server.path == remembered.path);
    match of_path.map(|server| &server.kind) {
        Some(Kind::Stdio(command)) if is_gone(&command.program.text) => {
            Some(TroubleKind::NoGuard { program: command.program.text.clone() })
        }
        Some(Kind::Stdio(_) | Kind::Odd { .. } | Kind::Remote { .. } | Kind::Hosted(_)) | None => None,
    }
}

/// Whether something is on record of a configuration that is certainly not there any more. Blocks; touches nothing.
#[must_use]
pub fn is_missing(state: &Path, file: &Path) -> bool {
    !missing(state, file).is_empty()
}

/// Forgets a configuration that is not there any more, in one's own [`ConfigLock`](super::ConfigLock): without it another
/// of us may be writing that record. Says whether anything was on record. Blocks.
pub fn forget_missing(state: &Path, file: &Path) -> Result<bool, Refusal> {
    let found = missing(state, file);
    for whole in &found {
        let written = Record::empty(whole).write(state, whole);
        written.map_err(|error| Refusal::whole_file(wording::mcp_not_written(&error)))?;
    }
    Ok(!found.is_empty())
}

/// The names under which a file is on record that is not there. Records name files behind all links.
fn missing(state: &Path, file: &Path) -> Vec<PathBuf> {
    let Ok(whole) = std::path::absolute(file) else { return Vec::new() };
    if !is_absent(&whole) {
        return Vec::new();
    }
    let mut names = vec![behind_links(&whole, LINKS), whole];
    names.dedup();
    names.retain(|name| !Record::read(state, name).servers().is_empty());
    names
}

/// So many links are followed one after the other; Linux follows as many.
const LINKS: usize = 40;

/// The path behind all links, also where the file or the last folders are not there any more.
fn behind_links(path: &Path, links: usize) -> PathBuf {
    if let Ok(whole) = std::fs::canonicalize(path) {
        return whole;
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return path.to_owned() };
    match std::fs::read_link(path) {
        Ok(target) if links > 0 => behind_links(&folder.join(target), links - 1),
        Ok(_) | Err(_) => behind_links(folder, links).join(name),
    }
}
