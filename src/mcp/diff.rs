//! What would change, as people read it: the lines before and after, with some around them, masked.

use super::edit::Edit;
use super::masked::Masked;
use super::tree::{Document, Span};
use crate::core::position::position;

/// How many lines are shown around a change.
const AROUND: usize = 2;

/// A line that is longer, in bytes, is shown only around the change.
const LONG: usize = 400;

/// How much is shown on either side of a change in a long line, in bytes.
const BESIDE: usize = 60;

/// The changes between two texts, of which the edits made the second one from the first.
pub(super) fn diff(old: &Document<'_>, new: &Document<'_>, edits: &[Edit]) -> String {
    let mut rest = shifted(edits);
    let (shown_old, shown_new) = (Masked::new(old), Masked::new(new));
    let mut out = Vec::new();
    while !rest.is_empty() {
        let mut places = vec![rest.remove(0)];
        // What lies close together is shown together.
        while let (Some(last), Some(next)) = (places.last(), rest.first())
            && old.raw(&(last.0.end..next.0.start)).matches('\n').count() <= 2 * AROUND
            && !is_long(old, &last.0)
        {
            places.push(rest.remove(0));
        }
        let (Some(first), Some(last)) = (places.first(), places.last()) else { break };
        let (was, is) = (first.0.start..last.0.end, first.1.start..last.1.end);
        out.push(format!("@@ line {} @@", position(old.text, was.start).0));
        if is_long(old, &was) {
            out.push(format!("-{}", beside(old, &shown_old, &was)));
            out.push(format!("+{}", beside(new, &shown_new, &is)));
            continue;
        }
        let (was, is) = (whole_lines(old.text, &was), whole_lines(new.text, &is));
        let before = lines_before(old.text, was.start);
        let after = lines_after(old.text, was.end);
        let marked = |mark: char, shown: &Masked<'_, '_>, text: &str, part: Span| {
            lines(text, part).map(|line| format!("{mark}{}", shown.line(&line))).collect::<Vec<_>>()
        };
        out.extend(marked(' ', &shown_old, old.text, before..was.start));
        out.extend(changed(old, new, &shown_old, &shown_new, was.clone(), is));
        out.extend(marked(' ', &shown_old, old.text, was.end..after));
    }
    out.join("\n")
}

/// The lines of a change, where those that stay are shown once.
fn changed(
    old: &Document<'_>,
    new: &Document<'_>,
    shown_old: &Masked<'_, '_>,
    shown_new: &Masked<'_, '_>,
    was: Span,
    is: Span,
) -> Vec<String> {
    let mut is = lines(new.text, is);
    let mut out = Vec::new();
    for line in lines(old.text, was) {
        // Whether the line stands further down in the new text, too.
        match is.clone().position(|other| new.raw(&other) == old.raw(&line)) {
            Some(skipped) => {
                let added: Vec<Span> = is.by_ref().take(skipped + 1).collect();
                let added = added.iter().take(skipped);
                out.extend(added.map(|other| format!("+{}", shown_new.line(other))));
                out.push(format!(" {}", shown_old.line(&line)));
            }
            None => out.push(format!("-{}", shown_old.line(&line))),
        }
    }
    out.extend(is.map(|other| format!("+{}", shown_new.line(&other))));
    out
}

/// Where each edit is in the old text, and where in the new one.
fn shifted(edits: &[Edit]) -> Vec<(Span, Span)> {
    let (mut grown, mut shrunk) = (0, 0);
    let place = |edit: &Edit| {
        let start = edit.span.start + grown - shrunk;
        grown += edit.text.len();
        shrunk += edit.span.len();
        (edit.span.clone(), start..start + edit.text.len())
    };
    edits.iter().map(place).collect()
}

fn is_long(document: &Document<'_>, part: &Span) -> bool {
    whole_lines(document.text, part).len() > LONG + part.len()
}

/// A change in a long line, with a little on either side.
fn beside(document: &Document<'_>, shown: &Masked<'_, '_>, part: &Span) -> String {
    let text = document.text;
    let line = whole_lines(text, part);
    let start = text.floor_char_boundary(part.start.saturating_sub(BESIDE)).max(line.start);
    let end = text.ceil_char_boundary(part.end + BESIDE).min(line.end);
    format!("…{}…", shown.line(&(start..end)))
}

fn whole_lines(text: &str, part: &Span) -> Span {
    let start = text.get(..part.start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let end = text.get(part.end..).and_then(|after| after.find('\n'));
    start..end.map_or(text.len(), |newline| part.end + newline + 1)
}

fn lines_before(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let kept: usize = before.split_inclusive('\n').rev().take(AROUND).map(str::len).sum();
    at - kept
}

fn lines_after(text: &str, at: usize) -> usize {
    let after = text.get(at..).unwrap_or_default();
    at + after.split_inclusive('\n').take(AROUND).map(str::len).sum::<usize>()
}

/// The lines of a part of the text that holds whole ones.
fn lines(text: &str, part: Span) -> impl Iterator<Item = Span> + Clone {
    let mut at = part.start;
    text.get(part).unwrap_or_default().split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..at
    })
}
