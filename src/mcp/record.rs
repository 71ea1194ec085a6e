//! What the text of a wrapped server does not tell any more: small notes, one file of them for each
//! configuration. Without them a server is unwrapped by what stands in the text.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::files;

/// What is remembered of one configuration.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Record {
    /// The configuration, for people who look; what is no UTF-8 in it is replaced.
    file: String,
    servers: Vec<Remembered>,
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
}

/// A word as it was written before and after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Swapped {
    /// Its place in the command line, the program being 0.
    pub(super) at: usize,
    pub(super) before: String,
    pub(super) after: String,
}

impl Record {
    /// What is remembered of this configuration; nothing where it cannot be read.
    pub(super) fn read(state: &Path, file: &Path) -> Self {
        let text = fs::read_to_string(place(state, file)).ok();
        let record: Option<Self> = text.and_then(|text| serde_json::from_str(&text).ok());
        let name = file.to_string_lossy();
        let record = record.filter(|record| record.file == name);
        record.unwrap_or_else(|| Self { file: name.into_owned(), servers: Vec::new() })
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
        Self { file: self.file.clone(), servers: self.servers.iter().chain(more).cloned().collect() }
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
        if joined.servers.len() == stored.servers.len() { Ok(()) } else { joined.write(state, file) }
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
