//! Why a command ended without doing its work.

use crate::console;
use crate::exit::Outcome;

/// Why a command ended without doing its work.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) outcome: Outcome,
    pub(super) says: String,
    pub(super) hint: Option<String>,
}

impl Failure {
    pub(super) fn new(outcome: Outcome, says: impl Into<String>) -> Self {
        Self { outcome, says: says.into(), hint: None }
    }

    /// Says it, and what to do.
    pub(super) fn complain(&self) {
        console::complain(&self.says);
        if let Some(hint) = &self.hint {
            console::complain(&format!("hint: {hint}"));
        }
    }

    pub(super) fn says(&self) -> &str {
        &self.says
    }

    pub(super) fn hint(self, hint: Option<impl Into<String>>) -> Self {
        Self { hint: hint.map(Into::into), ..self }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Outcome::Attention, format!("{error:#}"))
    }
}
