//! Puts our guard in front of a server's command line. Text in, edits out.
//!
//! The program's own words are never written anew: what stood in `command` moves into `args` as it is
//! written, so that taking the guard out again needs no memory of it.

use super::edit::Edit;
use super::exai::Swap;
use super::server::{Args, Command};
use super::tree::{Document, Format, Span};

/// How our own program is called in a configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guard {
    /// The whole path of our program.
    pub program: String,
    /// Options of ours that must be the same there as here.
    pub options: Vec<String>,
}

impl Guard {
    /// The words between our program and the server's.
    pub(super) fn words(&self) -> Vec<String> {
        self.options.iter().cloned().chain(["guard".to_owned(), "--".to_owned()]).collect()
    }
}

/// What changes in the text.
pub(super) fn edits(
    document: &Document<'_>,
    command: &Command,
    guard: &Guard,
    swap: Option<&Swap>,
) -> Vec<Edit> {
    let format = document.format;
    let program = match swap {
        Some(swap) if swap.at == 0 => swap.raw.as_str(),
        _ => document.raw(&command.program.span),
    };
    let mut words: Vec<String> = guard.words().iter().map(|word| format.literal(word)).collect();
    if command.is_one_list {
        let between = format!(",{}", document.lead(command.program.span.start).unwrap_or(" "));
        words.insert(0, format.literal(&guard.program));
        let mut edits = vec![Edit::insert(command.program.span.start, words.join(&between) + &between)];
        if let Some((swap, word)) = swap.and_then(|swap| Some((swap, command.word(swap.at)?))) {
            edits.push(Edit::replace(&word.span, swap.raw.clone()));
        }
        return super::edit::in_order(edits);
    }
    words.push(program.to_owned());
    let mut edits = vec![Edit::replace(&command.program.span, format.literal(&guard.program))];
    edits.push(match &command.args {
        Args::Absent => whole_args(document, command, &words.join(", ")),
        Args::List { span, words: old, .. } => match old.first() {
            // Comments in front of the first word stay in front of ours.
            Some(first) => {
                let between = format!(",{}", document.lead(first.span.start).unwrap_or(" "));
                Edit::insert(first.span.start, words.join(&between) + &between)
            }
            None => Edit::insert(span.start + 1, words.join(", ")),
        },
    });
    if let Some(swap) = swap.filter(|swap| swap.at > 0)
        && let Some(word) = command.word(swap.at)
    {
        edits.push(Edit::replace(&word.span, swap.raw.clone()));
    }
    super::edit::in_order(edits)
}

/// A whole `args` where there was none.
fn whole_args(document: &Document<'_>, command: &Command, words: &str) -> Edit {
    let way = document.raw(&(command.key.start..command.leaf));
    match (document.format, command.braces) {
        (Format::Json, _) => {
            let lead = document.lead(command.key.start).unwrap_or(" ");
            Edit::insert(command.program.span.end, format!(",{lead}\"args\": [{words}]"))
        }
        (Format::Toml, true) => Edit::insert(command.program.span.end, format!(", {way}args = [{words}]")),
        (Format::Toml, false) => {
            let (at, newline) = document.line_end(command.program.span.end);
            let lead = document.lead(command.key.start).unwrap_or_default();
            let indent = lead.trim_start_matches(['\r', '\n']);
            Edit::insert(at, format!("{newline}{indent}{way}args = [{words}]"))
        }
    }
}

impl Document<'_> {
    /// The line break and the indentation in front of what begins a line; `None` in the middle of one.
    pub(super) fn lead(&self, at: usize) -> Option<&str> {
        let before = self.text.get(..at)?;
        let newline = before.rfind('\n')?;
        let newline = if before[..newline].ends_with('\r') { newline - 1 } else { newline };
        Some(&before[newline..]).filter(|lead| lead.trim().is_empty())
    }

    /// Where the line ends that this place is in, and how lines end in this file.
    pub(super) fn line_end(&self, at: usize) -> (usize, &'static str) {
        let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let rest = self.raw(&Span { start: at, end: self.text.len() });
        let line = rest.split('\n').next().unwrap_or_default();
        (at + line.strip_suffix('\r').unwrap_or(line).len(), newline)
    }
}
