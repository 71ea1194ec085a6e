//! What the text of a wrapped server does not tell any more: small notes, one file of them for each
//! configuration. Without them a server is unwrapped by what stands in the text.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::core::UnixTime;
use crate::platform::files;

/// What is remembered of one configuration.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// The configuration, for people who look; what is no UTF-8 in it is replaced.
    file: String,
    servers: Vec<Remembered>,
    /// The marks of the file as we left it last: one, or two while it is being written.
    #[serde(default)]
    written: Vec<String>,
    /// Whether somebody else has changed the file between two of our changes.
    #[serde(default)]
    others_between: bool,
}

/// What is remembered of one server.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Remembered {
    /// The way to it in the file.
    pub(super) path: Vec<String>,
    /// The mark of `command` and `args` as they were written; see [`mark`].
    pub(super) wrapped: String,
    /// Whether there were no `args`.
    pub(super) args_added: bool,
    /// The word that gave way to another.
    pub(super) script: Option<Swapped>,
    /// Our program, its options and orders, as they were written; empty where that was not remembered yet.
    #[serde(default)]
    pub(super) guard: Vec<String>,
    /// When, in seconds since 1970.
    #[serde(default)]
    pub(super) since: Option<u64>,
    /// The copy of the file as it was before.
    #[serde(default)]
    pub(super) backup: Option<String>,
}

/// A word as it was written before and after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Swapped {
    /// Its place in the command line, the program being 0.
    pub(super) at: usize,
    pub(super) before: String,
    pub(super) after: String,
}

impl Remembered {
    /// The copy of the file as it was before.
    pub(super) fn backup(&self) -> Option<PathBuf> {
        self.backup.as_ref().map(PathBuf::from)
    }
}

impl Record {
    /// What is remembered of this configuration; nothing where it cannot be read.
    pub(super) fn read(state: &Path, file: &Path) -> Self {
        let text = fs::read_to_string(place(state, file)).ok();
        let record: Option<Self> = text.and_then(|text| serde_json::from_str(&text).ok());
        let name = file.to_string_lossy();
        let record = record.filter(|record| record.file == name);
        record.unwrap_or_else(|| Self::empty(file))
    }

    /// One that remembers nothing.
    pub(super) fn empty(file: &Path) -> Self {
        Self { file: file.to_string_lossy().into_owned(), ..Self::default() }
    }

    /// Every record that there is and that can be read.
    pub(super) fn all(state: &Path) -> Vec<Self> {
        let Ok(entries) = fs::read_dir(state.join("wrapped")) else { return Vec::new() };
        let texts = entries.flatten().filter_map(|entry| fs::read_to_string(entry.path()).ok());
        let mut found: Vec<Self> = texts.filter_map(|text| serde_json::from_str(&text).ok()).collect();
        found.sort_by(|left, right| left.file.cmp(&right.file));
        found
    }

    /// The configuration.
    pub(super) fn file(&self) -> &Path {
        Path::new(&self.file)
    }

    /// Everything that is remembered of servers.
    pub(super) fn servers(&self) -> &[Remembered] {
        &self.servers
    }

    /// The copy of the file as it was before it was wrapped first, where it is still there.
    pub(super) fn backup(&self) -> Option<PathBuf> {
        let first = self.servers.iter().min_by_key(|server| server.since)?;
        first.backup().filter(|path| path.is_file())
    }

    /// Whether somebody else has changed the file since we did, which has this text now.
    pub(super) fn others_changed(&self, text: &str) -> bool {
        let is_ours = self.written.is_empty() || self.written.contains(&mark([text.as_bytes()]));
        !self.servers.is_empty() && (self.others_between || !is_ours)
    }

    /// Takes note of what we write, and whether somebody else had changed what stood there.
    pub(super) fn writes(&mut self, text: &str, others_changed: bool) {
        self.others_between = others_changed;
        self.written = vec![mark([text.as_bytes()])];
        if self.servers.is_empty() {
            (self.others_between, self.written) = (false, Vec::new());
        }
    }

    /// Writes down when the servers that are new here were wrapped, and where the file is kept as it was.
    pub(super) fn stamp(&mut self, now: UnixTime, backup: &Path) {
        for server in self.servers.iter_mut().filter(|server| server.since.is_none()) {
            server.since = Some(now.0);
            server.backup = backup.to_str().map(str::to_owned);
        }
    }

    /// What is remembered of the server that this way leads to and that was written like this. One that
    /// stands nowhere in the file any more can have been renamed: then the mark tells.
    pub(super) fn of(
        &self,
        path: &[String],
        mark: &str,
        stands: impl Fn(&[String]) -> bool,
    ) -> Option<&Remembered> {
        let of_path = || self.servers.iter().filter(|server| server.path == path);
        let exactly = of_path().find(|server| server.wrapped == mark);
        let renamed = || self.servers.iter().find(|server| server.wrapped == mark && !stands(&server.path));
        exactly.or_else(renamed).or_else(|| of_path().next())
    }

    /// Whether we have written a command line that has this mark.
    pub(super) fn knows(&self, mark: &str) -> bool {
        self.servers.iter().any(|server| server.wrapped == mark)
    }

    /// The notes of both. Of the same server both stay: which of them fits is told by its mark.
    fn joined(&self, other: &Self) -> Self {
        let more = other.servers.iter().filter(|server| !self.servers.contains(server));
        Self {
            file: self.file.clone(),
            servers: self.servers.iter().chain(more).cloned().collect(),
            written: other.written.iter().chain(&self.written).cloned().collect(),
            others_between: self.others_between || other.others_between,
        }
    }

    pub(super) fn forget(&mut self, path: &[String]) {
        self.servers.retain(|server| server.path != path);
    }

    pub(super) fn remember(&mut self, server: Remembered) {
        self.forget(&server.path);
        self.servers.push(server);
    }

    /// Before the file is written: adds to what is on record, and takes nothing from it, because the write
    /// can fail.
    pub(super) fn add_to(&self, state: &Path, file: &Path) -> io::Result<()> {
        let stored = Self::read(state, file);
        let joined = self.joined(&stored);
        if joined == stored { Ok(()) } else { joined.write(state, file) }
    }

    /// Puts it where [`read`](Self::read) finds it; a record of nothing is removed.
    pub(super) fn write(&self, state: &Path, file: &Path) -> io::Result<()> {
        let place = place(state, file);
        if self.servers.is_empty() {
            return match fs::remove_file(&place) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                Ok(()) | Err(_) => Ok(()),
            };
        }
        files::write_atomically(&place, &serde_json::to_vec_pretty(self)?)
    }
}

fn place(state: &Path, file: &Path) -> PathBuf {
    state.join("wrapped").join(format!("{}.json", mark([file.as_os_str().as_encoded_bytes()])))
}

/// A short mark by which the same bytes are known again: FNV-1a, which stays the same in every version
/// of everything. It guards against mistakes, not against people.
pub(super) fn mark<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        // A byte that is in no text keeps the parts apart.
        for byte in part.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
