//! Takes our guard out of a server's command line. Text in, edits out.
//!
//! All but two things can be told from the text itself: whether there were `args` at all, and whether
//! the shim stands in place of its wrapper. Those are told by what was remembered when wrapping.

use super::edit::{Edit, in_order};
use super::exai::swapped_at;
use super::record::Remembered;
use super::runs::Guarded;
use super::server::{Args, Command};
use super::tree::Document;
use crate::core::wording::{self, Complaint};

/// What changes in the text.
pub(super) fn edits(
    document: &Document<'_>,
    command: &Command,
    guarded: &Guarded,
    remembered: Option<&Remembered>,
) -> Result<Vec<Edit>, Complaint> {
    let inner = guarded.inner.ok_or_else(wording::mcp_no_inner)?;
    let Args::List { key, span, words } = &command.args else { return Err(wording::mcp_no_inner()) };
    let Some((first, program)) = words.first().zip(command.word(inner)) else {
        return Err(wording::mcp_no_inner());
    };
    let swap = remembered.and_then(|remembered| remembered.script.as_ref());
    let swapped = swap.and_then(|swap| {
        let at = swapped_at(document, command, inner, swap)?;
        Some((at, command.word(at)?, swap.before.as_str()))
    });
    if command.is_one_list {
        let mut edits = vec![Edit::remove(command.program.span.start..program.span.start)];
        if let Some((_, word, before)) = swapped {
            edits.push(Edit::replace(&word.span, before));
        }
        return Ok(in_order(edits));
    }
    let own = match swapped {
        Some((at, _, before)) if at == inner => before,
        Some(_) | None => document.raw(&program.span),
    };
    let mut edits = vec![Edit::replace(&command.program.span, own)];
    if let Some(next) = command.word(inner + 1) {
        edits.push(Edit::remove(first.span.start..next.span.start));
        if let Some((_, word, before)) = swapped.filter(|(at, ..)| *at > inner) {
            edits.push(Edit::replace(&word.span, before));
        }
    } else {
        let added = remembered.is_some_and(|remembered| remembered.args_added);
        let whole = if added { added_args(document, command, key.start, span.end) } else { None };
        edits.push(whole.unwrap_or_else(|| {
            // A comma that somebody set behind our last word would stand alone.
            let rest = document.raw(&(program.span.end..span.end));
            let comma = rest.trim_start().starts_with(',');
            let end = if comma { rest.find(',').unwrap_or_default() + 1 } else { 0 };
            Edit::remove(first.span.start..program.span.end + end)
        }));
    }
    Ok(in_order(edits))
}

/// Whether the `args` that we made still stand where we put them.
pub(super) fn can_remove_args(document: &Document<'_>, command: &Command) -> bool {
    match &command.args {
        Args::Absent => false,
        Args::List { key, span, .. } => added_args(document, command, key.start, span.end).is_some(),
    }
}

/// The whole `args` with what was written in front of it, where it still stands behind the program.
fn added_args(document: &Document<'_>, command: &Command, key: usize, end: usize) -> Option<Edit> {
    let program_end = command.program.span.end;
    if command.braces {
        let between = document.raw(&(program_end..key));
        return (between.trim() == ",").then(|| Edit::remove(program_end..end));
    }
    let (line_end, _) = document.line_end(program_end);
    let between = document.text.get(line_end..key)?;
    between.trim().is_empty().then(|| Edit::remove(line_end..end))
}
