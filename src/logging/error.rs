//! Why no log is kept.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::core::wording;

/// The program goes on without.
#[derive(Debug, thiserror::Error)]
#[error("{}", wording::log_not_kept(&.dir.display(), .why))]
pub struct LoggingError {
    dir: PathBuf,
    why: String,
}

impl LoggingError {
    pub(super) fn new(dir: &Path, why: &dyn fmt::Display) -> Self {
        Self { dir: dir.to_owned(), why: why.to_string() }
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        wording::WRITABLE_HINT
    }
}
