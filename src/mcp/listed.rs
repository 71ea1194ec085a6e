//! The servers of a file as they are listed.

use std::env;
use std::path::{Component, Path, PathBuf};

use super::away::away;
use super::draft::guarded_or_noted;
use super::locate::Place;
use super::record::Record;
use super::refusal::Refusal;
use super::runs::{Guarded, guarded};
use super::server::{Kind, servers};
use super::store::load;
use super::tree::Document;
use super::unread::unread;
use crate::core::wording::Complaint;
use crate::core::{PathStyle, mask};
use crate::platform::programs;

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
        /// What must be known of it, too.
        note: Option<String>,
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
    /// Whether a command of the server's own stands behind it.
    pub has_a_server: bool,
}

/// A file as it is listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// Its servers.
    pub servers: Vec<Listed>,
    /// Why it is not called empty though no server was found.
    pub unread: Option<Complaint>,
}

/// The servers of a file. Blocks; touches nothing.
pub fn list(place: &Place, state: &Path, style: PathStyle) -> Result<Listing, Refusal> {
    if let Err(refusal) = place.client.format() {
        return Ok(Listing { servers: Vec::new(), unread: Some(refusal.complaint()) });
    }
    let loaded = load(&place.path)?;
    let record = Record::read(state, &loaded.file);
    let document = Document::parse(&loaded.text, place.client.format()?)?;
    let found = servers(&document, place.client.forms());
    let unread = unread(&document, place.client, &found);
    let listed = found.into_iter().map(|server| {
        let project = match server.path.as_slice() {
            [projects, project, ..] if projects == "projects" => Some(mask::plain(project)),
            _ => None,
        };
        let kind = match server.kind {
            Kind::Stdio(command) => {
                listed_command(&command.words(), guarded_or_noted(&document, &command, &record), place, style)
            }
            Kind::Remote { url } => ListedKind::Remote { url: mask::command_line(&[url]) },
            Kind::Odd { complaint, .. } | Kind::Hosted(complaint) => ListedKind::Odd(complaint.sentence),
        };
        Listed { name: server.name, project, kind }
    });
    Ok(Listing { servers: listed.collect(), unread })
}

fn listed_command(words: &[String], found: Option<Guarded>, place: &Place, style: PathStyle) -> ListedKind {
    let of_another = || place.keeper.objects().map(|complaint| complaint.sentence);
    let Some(found) = found else {
        let note = of_another().or_else(|| away(words, style).map(|(away, program)| away.note(program)));
        return ListedKind::Stdio { command: mask::command_line(words), guard: None, note };
    };
    let program = words.first().cloned().unwrap_or_default();
    let is_gone = is_gone(&program);
    let inner = words.get(found.inner.unwrap_or(words.len())..).unwrap_or_default();
    let has_a_server = found.inner.is_some();
    let guard = Some(ListedGuard { program: mask::plain(&program), is_gone, has_a_server });
    let note = away(inner, style).map(|(away, program)| away.note(program));
    ListedKind::Stdio { command: mask::command_line(inner), guard, note }
}

/// The folders that guards in clients' files are told to keep their state in. What cannot be read names none. Blocks.
#[must_use]
pub fn homes(places: &[Place]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for place in places.iter().filter(|place| place.client.is_read()) {
        let Ok((loaded, format)) = load(&place.path).and_then(|loaded| Ok((loaded, place.client.format()?)))
        else {
            continue;
        };
        let Ok(document) = Document::parse(&loaded.text, format) else { continue };
        for server in servers(&document, place.client.forms()) {
            let Kind::Stdio(command) = server.kind else { continue };
            let words = command.words();
            let Some(inner) = guarded(&words).and_then(|guarded| guarded.inner) else { continue };
            let ours = words.get(..inner).unwrap_or_default();
            let home = ours.windows(2).find(|pair| pair[0] == "--home").map(|pair| PathBuf::from(&pair[1]));
            found.extend(home.filter(|home| !found.contains(home)));
        }
    }
    found
}

/// Whether certainly nothing is where an entry has our program. Blocks.
#[must_use]
pub fn is_gone(program: &str) -> bool {
    let path = Path::new(program);
    if is_bare(path) {
        return on_path(program).is_none();
    }
    path.is_absolute() && matches!(path.try_exists(), Ok(false))
}

/// A name without any folder, which the system looks up in `PATH`.
fn is_bare(path: &Path) -> bool {
    let mut parts = path.components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
}

/// The program that this name starts here. A client's own `PATH` can be another.
#[must_use]
pub fn on_path(name: &str) -> Option<PathBuf> {
    let search = env::var_os("PATH")?;
    let folders = env::split_paths(&search).filter(|folder| folder.is_absolute());
    let spelt =
        |folder: PathBuf| programs::ENDINGS.iter().map(move |ending| folder.join(format!("{name}{ending}")));
    folders.flat_map(spelt).find(|path| programs::is_program(path))
}
