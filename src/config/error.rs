//! What is wrong with a file: all of it, in the order of its lines.
//!
//! Nobody decides by the kind of mistake, so that a problem carries its sentence, made in
//! `core/wording/setup.rs`, and not a variant.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::core::mask::plain;
use crate::core::wording::Complaint;
use crate::platform::files::Unread;

/// A file that was not taken. At least one problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// Everything that is wrong with it, by line; what concerns the whole file comes first.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// The column in characters, counted from 1, where it helps: mistakes of writing.
    pub column: Option<usize>,
    /// The key as in `watch.port`.
    pub key: Option<String>,
    /// What is wrong, as a clause.
    pub sentence: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Problem {
    pub(super) fn new(line: Option<usize>, key: Option<String>, complaint: Complaint) -> Self {
        Self { line, column: None, key, sentence: complaint.sentence, hint: complaint.hint }
    }

    /// The problem in one line, with the file: `config.toml:7: watch.port: 70000 is no port`.
    #[must_use]
    pub fn says(&self, file: &Path) -> String {
        let mut place = plain(&file.display().to_string());
        for number in [self.line, self.column].into_iter().flatten() {
            place.push(':');
            place.push_str(&number.to_string());
        }
        let key = self.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
        format!("{place}: {key}{}", self.sentence)
    }
}

impl ConfigError {
    pub(super) fn new(file: &Path, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        Self { file: file.to_owned(), problems }
    }

    /// A file without a text.
    pub(super) fn unread(file: &Path, unread: Unread) -> Self {
        let Unread { place, complaint } = unread;
        Self::new(file, vec![Problem::new(place.map(|(line, _)| line), None, complaint)])
    }

    pub(super) fn whole_file(file: &Path, complaint: Complaint) -> Self {
        Self::new(file, vec![Problem::new(None, None, complaint)])
    }

    /// What to do about the first problem that has something to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.problems.iter().find_map(|problem| problem.hint.as_deref())
    }
}

/// One line a problem, without the hints.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}", problem.says(&self.file))?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
