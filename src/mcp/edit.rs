//! Replaces stretches of a text. What is not named in an edit stays as it is, to the byte.

use super::tree::Span;

/// New text in place of a stretch of the old one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Edit {
    pub(super) span: Span,
    pub(super) text: String,
}

impl Edit {
    pub(super) fn replace(span: &Span, text: impl Into<String>) -> Self {
        Self { span: span.clone(), text: text.into() }
    }

    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { span: at..at, text: text.into() }
    }

    pub(super) fn remove(span: Span) -> Self {
        Self { span, text: String::new() }
    }
}

/// In the order of the text; what is inserted stands before what is replaced at the same place.
pub(super) fn in_order(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    edits
}

/// The text with the edits, which are in order and do not overlap.
pub(super) fn applied(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut done = 0;
    for edit in edits {
        out.push_str(text.get(done..edit.span.start).unwrap_or_default());
        out.push_str(&edit.text);
        done = edit.span.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}
