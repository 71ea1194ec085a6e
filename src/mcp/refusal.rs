//! Why a file, or a server in it, is left as it is.

use std::fmt;

use crate::core::wording::Complaint;

/// What is wrong, where, and what to do. The file was not touched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Line and column, counted from 1, where there is such a place.
    pub place: Option<(usize, usize)>,
    /// What is wrong, as a clause.
    pub sentence: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Refusal {
    /// One that concerns the file as a whole.
    #[must_use]
    pub fn of_the_file(complaint: Complaint) -> Self {
        Self::whole_file(complaint)
    }

    pub(super) fn whole_file(complaint: Complaint) -> Self {
        Self { place: None, sentence: complaint.sentence, hint: complaint.hint }
    }

    /// The same without its place.
    pub(super) fn complaint(self) -> Complaint {
        Complaint { sentence: self.sentence, hint: self.hint }
    }

    pub(super) fn at(place: (usize, usize), complaint: Complaint) -> Self {
        Self { place: Some(place), ..Self::whole_file(complaint) }
    }
}

/// `7:12: not valid JSON: expected comma`.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}: ")?;
        }
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Refusal {}
