//! A change of a text while it is being made: edits, what was done, what must be remembered.
//!
//! What comes out is read again and compared with what was meant before anybody may write it.

use super::client::Client;
use super::edit::{Edit, applied};
use super::outcome::{Change, Done, Outcome, Restored, Selection, Surroundings};
use super::record::{Record, Remembered, mark};
use super::refusal::Refusal;
use super::runs::{Guarded, guarded, orders_a_guard};
use super::server::{Args, Command, Kind, Server, servers};
use super::tree::Document;
use super::wrap::Guard;
use super::{exai, unwrap, wrap};
use crate::core::wording::{self, Complaint};

/// A change that is being made.
pub(super) struct Draft<'t> {
    pub(super) document: Document<'t>,
    client: Client,
    edits: Vec<Edit>,
    pub(super) done: Vec<Done>,
    pub(super) unread: Option<Complaint>,
    record: Record,
    others_changed: bool,
    /// The command lines that must be read from the new text, by the way to their server.
    expected: Vec<Expected>,
}

struct Expected {
    path: Vec<String>,
    words: Vec<String>,
    /// What is to be remembered of it, but for its mark.
    remembered: Option<Remembered>,
}

impl<'t> Draft<'t> {
    pub(super) fn new(text: &'t str, client: Client, record: Record) -> Result<Self, Refusal> {
        let document = Document::parse(text, client.format()?)?;
        let others_changed = record.others_changed(text);
        let (edits, done, expected) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { document, client, edits, done, unread: None, record, others_changed, expected })
    }

    pub(super) fn wrap(
        &mut self,
        server: &Server,
        command: &Command,
        guard: &Guard,
        around: &Surroundings<'_>,
    ) -> Outcome {
        let mut words = command.words();
        let (swap, wrapper) = exai::swap(&self.document, command, around);
        self.edits.extend(wrap::edits(&self.document, command, guard, swap.as_ref()));
        let script = swap.and_then(|swap| {
            let swapped = exai::swapped(&self.document, command, &swap)?;
            words[swap.at] = swap.text;
            Some(swapped)
        });
        let ours: Vec<String> = std::iter::once(guard.program.clone()).chain(guard.words()).collect();
        self.expected.push(Expected {
            path: server.path.clone(),
            words: ours.iter().cloned().chain(words).collect(),
            remembered: Some(Remembered {
                path: server.path.clone(),
                wrapped: String::new(),
                args_added: matches!(command.args, Args::Absent),
                script,
                guard: ours,
                since: None,
                backup: None,
            }),
        });
        Outcome::Wrapped(wrapper)
    }

    /// By its name, or because we have written it.
    pub(super) fn guarded(&self, command: &Command) -> Option<Guarded> {
        guarded_or_noted(&self.document, command, &self.record)
    }

    pub(super) fn unwrap(
        &mut self,
        server: &Server,
        command: &Command,
        stands: impl Fn(&[String]) -> bool,
    ) -> Outcome {
        let mut words = command.words();
        let Some(guarded) = self.guarded(command) else { return Outcome::NotWrapped };
        let mark = mark_of(&self.document, command);
        let remembered = self.record.of(&server.path, &mark, stands);
        let edits = match unwrap::edits(&self.document, command, &guarded, remembered) {
            Ok(edits) => edits,
            Err(complaint) => return Outcome::Refused(complaint),
        };
        let inner = guarded.inner.unwrap_or_default();
        let script = remembered.and_then(|remembered| remembered.script.as_ref());
        let swapped =
            script.and_then(|swap| Some((swap, exai::swapped_at(&self.document, command, inner, swap)?)));
        let restored = match remembered {
            None => Restored::Unremembered,
            Some(_) if script.is_some() && swapped.is_none() => Restored::WithoutWrapper,
            Some(remembered) if remembered.wrapped != mark => {
                let ours = words.get(..inner).unwrap_or_default();
                let is_ours_still = remembered.guard.is_empty() || remembered.guard == ours;
                if is_ours_still { Restored::Edited } else { Restored::GuardEdited }
            }
            Some(remembered)
                if remembered.args_added && !unwrap::can_remove_args(&self.document, command) =>
            {
                Restored::Edited
            }
            Some(_) => Restored::Exactly,
        };
        words.drain(..inner);
        if let Some((swap, at)) = swapped {
            match exai::restored(swap, self.document.format) {
                Some(text) => words[at - inner] = text,
                None => return Outcome::Refused(wording::mcp_would_not_read_back()),
            }
        }
        self.edits.extend(edits);
        let noted = remembered.map(|remembered| remembered.path.clone());
        self.record.forget(&noted.unwrap_or_else(|| server.path.clone()));
        self.expected.push(Expected { path: server.path.clone(), words, remembered: None });
        Outcome::Unwrapped(restored)
    }

    /// Forgets what is on record of servers that are meant and are not wrapped any more: somebody else has undone it.
    pub(super) fn forget_the_undone(&mut self, selection: Selection<'_>) {
        let is_meant = |path: &[String]| match selection {
            Selection::Named(name) => path.last().is_some_and(|last| last == name),
            Selection::All | Selection::Watched(_) => true,
        };
        let found = servers(&self.document, self.client.forms());
        let still: Vec<Vec<String>> = self
            .record
            .servers()
            .iter()
            .filter(|server| !is_meant(&server.path) || stands(&self.document, &found, &self.record, server))
            .map(|server| server.path.clone())
            .collect();
        let undone: Vec<_> = self.record.servers().iter().map(|server| server.path.clone()).collect();
        for path in undone.iter().filter(|path| !still.contains(path)) {
            self.record.forget(path);
        }
    }

    /// Makes the text, and reads it again.
    pub(super) fn finish(mut self) -> Result<Change, Refusal> {
        let edits = super::edit::in_order(self.edits);
        let text = applied(self.document.text, &edits);
        let others_changed = self.others_changed;
        if edits.is_empty() {
            let (done, record, unread) = (self.done, self.record, self.unread);
            let text = format!("{}{text}", self.document.mark);
            return Ok(Change { text, done, record, others_changed, unread, edits });
        }
        let differs = || Refusal::whole_file(wording::mcp_would_not_read_back());
        {
            let again = Document::parse(&text, self.document.format).map_err(|_| differs())?;
            let found = servers(&again, self.client.forms());
            for expected in self.expected {
                let server = found.iter().find(|server| server.path == expected.path);
                let command = match server.map(|server| &server.kind) {
                    Some(Kind::Stdio(command)) if command.words() == expected.words => command,
                    Some(Kind::Stdio(_) | Kind::Remote { .. } | Kind::Hosted(_) | Kind::Odd { .. })
                    | None => {
                        return Err(differs());
                    }
                };
                if let Some(remembered) = expected.remembered {
                    self.record.remember(Remembered { wrapped: mark_of(&again, command), ..remembered });
                }
            }
        }
        let text = format!("{}{text}", self.document.mark);
        self.record.writes(&text, others_changed);
        let (done, record, unread) = (self.done, self.record, self.unread);
        Ok(Change { text, done, record, others_changed, unread, edits })
    }
}

/// Whether what is remembered still stands in the text, wrapped, or in an entry that cannot be understood.
pub(super) fn stands(
    document: &Document<'_>,
    found: &[Server],
    record: &Record,
    remembered: &Remembered,
) -> bool {
    found.iter().any(|server| match &server.kind {
        Kind::Stdio(command) => {
            (server.path == remembered.path || mark_of(document, command) == remembered.wrapped)
                && guarded_or_noted(document, command, record).is_some()
        }
        Kind::Odd { .. } => server.path == remembered.path,
        Kind::Remote { .. } | Kind::Hosted(_) => false,
    })
}

/// Our guard in front of a command line: known by its name, or because its mark is on record.
pub(super) fn guarded_or_noted(
    document: &Document<'_>,
    command: &Command,
    record: &Record,
) -> Option<Guarded> {
    let words = command.words();
    let noted = || if record.knows(&mark_of(document, command)) { orders_a_guard(&words) } else { None };
    guarded(&words).or_else(noted)
}

/// The mark of what we write, as it is written.
pub(super) fn mark_of(document: &Document<'_>, command: &Command) -> String {
    let args = match &command.args {
        Args::Absent => "",
        Args::List { span, .. } => document.raw(span),
    };
    mark([document.raw(&command.program.span).as_bytes(), args.as_bytes()])
}
