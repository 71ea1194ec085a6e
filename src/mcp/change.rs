//! Wraps and unwraps servers in a text: text in, text out, with what was done to which server.
//!
//! Touches no file. What comes out is read again and compared with what was meant before anybody may
//! write it.

use super::client::Client;
use super::edit::{Edit, applied};
use super::record::{Record, Remembered, Swapped, mark};
use super::refusal::Refusal;
use super::runs::{
    Guarded, SAFE_START, guarded, is_ours, orders_a_guard, runs_one_of, safe_start, whole_command_line,
};
use super::server::{Args, Command, Kind, Server, servers};
use super::tree::{Document, Format};
use super::wrap::{Guard, Swap};
use super::{unwrap, wrap};
use crate::core::recognise::file_name;
use crate::core::wording::{self, Complaint};
use crate::core::{PathStyle, Watch};

/// Which servers are meant.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// Those that run the script of a watch.
    Watched(&'a [Watch]),
    /// The one of this name, wherever it stands.
    Named(&'a str),
    /// All of them.
    All,
}

/// What the text does not say, and wrapping needs.
pub struct Surroundings<'a> {
    /// How paths are read here.
    pub style: PathStyle,
    /// Whether the script of this path is known to be missing, seen from this folder.
    pub is_missing: &'a dyn Fn(&str, Option<&str>) -> bool,
    /// Whether a file of this path is there, seen from this folder.
    pub is_file: &'a dyn Fn(&str, Option<&str>) -> bool,
}

/// A server with what was done to it.
#[derive(Debug)]
pub struct Done {
    /// What the client calls it.
    pub name: String,
    /// What happened.
    pub outcome: Outcome,
}

/// What happened to a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The guard stands in front of it.
    Wrapped(Wrapper),
    /// It did already.
    WrappedBefore {
        /// The guard's path, as the entry has it.
        program: String,
    },
    /// The guard is gone.
    Unwrapped(Restored),
    /// It was not there.
    NotWrapped,
    /// Left as it is, and why.
    Refused(Complaint),
    /// It was not meant.
    NotMeant,
}

/// What became of the EXAI project's own wrapper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrapper {
    /// There was none.
    None,
    /// The shim that it starts stands in its place.
    Replaced,
    /// The shim is not beside it, so that it stays.
    Kept,
}

/// How sure it is that the text is what it was before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Restored {
    /// To the byte.
    Exactly,
    /// Somebody has changed it since; our part is gone, theirs stays.
    Edited,
    /// The same, and what stood in place of the EXAI project's wrapper is gone, so that it does not come back.
    WithoutWrapper,
    /// Nothing is known of how it was before; what stands in the text decided.
    Unremembered,
}

/// A text that is to take the place of another.
#[derive(Debug)]
pub struct Change {
    /// The whole new text.
    pub text: String,
    /// What was done to each server, in their order.
    pub done: Vec<Done>,
    /// What must be remembered to undo it.
    pub record: Record,
    pub(super) edits: Vec<Edit>,
}

/// Puts the guard in front of the selected servers.
pub fn wrapped(
    text: &str,
    client: Client,
    selection: Selection<'_>,
    guard: &Guard,
    around: &Surroundings<'_>,
    record: Record,
) -> Result<Change, Refusal> {
    let mut draft = Draft::new(text, client, record)?;
    for server in servers(&draft.document, client.shapes()) {
        let outcome = match &server.kind {
            _ if !is_meant(&server, selection, around.style) => Outcome::NotMeant,
            Kind::Odd { complaint, .. } => Outcome::Refused(complaint.clone()),
            Kind::Remote { .. } => Outcome::Refused(wording::mcp_remote()),
            Kind::Stdio(command) if draft.guarded(command).is_some() => {
                Outcome::WrappedBefore { program: command.program.text.clone() }
            }
            Kind::Stdio(command) => match whole_command_line(&command.program.text, around.style) {
                Some(program) if !(around.is_file)(&command.program.text, command.cwd.as_deref()) => {
                    Outcome::Refused(wording::mcp_whole_command_line(program))
                }
                Some(_) | None => draft.wrap(&server, command, guard, around),
            },
        };
        draft.done.push(Done { name: server.name, outcome });
    }
    draft.finish()
}

/// Takes the guard away from the selected servers.
pub fn unwrapped(
    text: &str,
    client: Client,
    selection: Selection<'_>,
    around: &Surroundings<'_>,
    record: Record,
) -> Result<Change, Refusal> {
    let mut draft = Draft::new(text, client, record)?;
    let found = servers(&draft.document, client.shapes());
    let stands = |path: &[String]| found.iter().any(|server| server.path == path);
    for server in &found {
        let outcome = match &server.kind {
            _ if !is_meant(server, selection, around.style) => Outcome::NotMeant,
            Kind::Stdio(command) => draft.unwrap(server, command, stands),
            // Our guard may stand in it, and cannot be taken out.
            Kind::Odd { complaint, texts } if names_our_guard(texts) => Outcome::Refused(complaint.clone()),
            Kind::Odd { .. } | Kind::Remote { .. } => Outcome::NotWrapped,
        };
        draft.done.push(Done { name: server.name.clone(), outcome });
    }
    draft.finish()
}

/// Whether these texts, whole or word by word, can be our guard in front of something.
fn names_our_guard(texts: &[String]) -> bool {
    let words =
        || texts.iter().flat_map(|text| std::iter::once(text.as_str()).chain(text.split_whitespace()));
    words().any(is_ours) && words().any(|word| word == "guard")
}

fn is_meant(server: &Server, selection: Selection<'_>, style: PathStyle) -> bool {
    match selection {
        Selection::Named(name) => server.name == name,
        Selection::All => !matches!(server.kind, Kind::Remote { .. }),
        Selection::Watched(watches) => match &server.kind {
            Kind::Stdio(command) => runs_a_watched_script(command, watches, style),
            // What it would run cannot be told; who means that script will want to know why.
            Kind::Odd { texts, .. } => watches.iter().any(|watch| {
                let script = file_name(&watch.script, watch.style);
                texts.iter().any(|text| text.contains(script))
            }),
            Kind::Remote { .. } => false,
        },
    }
}

/// By itself, behind our guard, or through the EXAI project's wrapper.
fn runs_a_watched_script(command: &Command, watches: &[Watch], style: PathStyle) -> bool {
    let mut words = command.words();
    if let Some(inner) = guarded(&words).and_then(|guarded| guarded.inner) {
        words.drain(..inner);
    }
    if let Some((at, shim)) = safe_start(&words, style) {
        words[at] = shim;
    }
    runs_one_of(&words, command.cwd.as_deref(), watches, style)
}

/// A change that is being made.
struct Draft<'t> {
    document: Document<'t>,
    client: Client,
    edits: Vec<Edit>,
    done: Vec<Done>,
    record: Record,
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
    fn new(text: &'t str, client: Client, record: Record) -> Result<Self, Refusal> {
        let document = Document::parse(text, client.format())?;
        Ok(Self { document, client, edits: Vec::new(), done: Vec::new(), record, expected: Vec::new() })
    }

    fn wrap(
        &mut self,
        server: &Server,
        command: &Command,
        guard: &Guard,
        around: &Surroundings<'_>,
    ) -> Outcome {
        let mut words = command.words();
        let found = safe_start(&words, around.style);
        let kept = found.as_ref().is_some_and(|(_, shim)| (around.is_missing)(shim, command.cwd.as_deref()));
        let swap = found.filter(|_| !kept).and_then(|(at, text)| {
            let raw = swapped_raw(self.document.raw(&command.word(at)?.span), &text, self.document.format);
            Some(Swap { at, text, raw })
        });
        let wrapper = match (&swap, kept) {
            (Some(_), _) => Wrapper::Replaced,
            (None, true) => Wrapper::Kept,
            (None, false) => Wrapper::None,
        };
        self.edits.extend(wrap::edits(&self.document, command, guard, swap.as_ref()));
        let script = swap.and_then(|swap| {
            let before = self.document.raw(&command.word(swap.at)?.span).to_owned();
            words[swap.at] = swap.text;
            Some(Swapped { at: swap.at, before, after: swap.raw })
        });
        let before = std::iter::once(guard.program.clone()).chain(guard.words());
        self.expected.push(Expected {
            path: server.path.clone(),
            words: before.chain(words).collect(),
            remembered: Some(Remembered {
                path: server.path.clone(),
                wrapped: String::new(),
                args_added: matches!(command.args, Args::Absent),
                script,
            }),
        });
        Outcome::Wrapped(wrapper)
    }

    /// By its name, or because we have written it.
    fn guarded(&self, command: &Command) -> Option<Guarded> {
        guarded_or_noted(&self.document, command, &self.record)
    }

    fn unwrap(&mut self, server: &Server, command: &Command, stands: impl Fn(&[String]) -> bool) -> Outcome {
        let mut words = command.words();
        let Some(guarded) = self.guarded(command) else { return Outcome::NotWrapped };
        let mark = mark_of(&self.document, command);
        let remembered = self.record.of(&server.path, &mark, stands);
        let edits = match unwrap::edits(&self.document, command, &guarded, remembered) {
            Ok(edits) => edits,
            Err(complaint) => return Outcome::Refused(complaint),
        };
        let inner = guarded.inner.unwrap_or_default();
        words.drain(..inner);
        let script = remembered.and_then(|remembered| remembered.script.as_ref());
        let swapped =
            script.and_then(|swap| Some((swap, unwrap::swapped_at(&self.document, command, inner, swap)?)));
        let restored = match remembered {
            None => Restored::Unremembered,
            Some(_) if script.is_some() && swapped.is_none() => Restored::WithoutWrapper,
            Some(remembered) if remembered.wrapped != mark => Restored::Edited,
            Some(remembered)
                if remembered.args_added && !unwrap::can_remove_args(&self.document, command) =>
            {
                Restored::Edited
            }
            Some(_) => Restored::Exactly,
        };
        if let Some((swap, at)) = swapped {
            // How it is written comes from our own record; what it says must be a wrapper's path.
            let ours = self
                .document
                .format
                .reads(&swap.before)
                .filter(|text| text.to_lowercase().ends_with(SAFE_START));
            match ours {
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

    /// Makes the text, and reads it again.
    fn finish(mut self) -> Result<Change, Refusal> {
        let edits = super::edit::in_order(self.edits);
        let text = applied(self.document.text, &edits);
        if edits.is_empty() {
            let text = format!("{}{text}", self.document.mark);
            return Ok(Change { text, done: self.done, record: self.record, edits });
        }
        let differs = || Refusal::whole_file(wording::mcp_would_not_read_back());
        {
            let again = Document::parse(&text, self.document.format).map_err(|_| differs())?;
            let found = servers(&again, self.client.shapes());
            for expected in self.expected {
                let server = found.iter().find(|server| server.path == expected.path);
                let command = match server.map(|server| &server.kind) {
                    Some(Kind::Stdio(command)) if command.words() == expected.words => command,
                    Some(Kind::Stdio(_) | Kind::Remote { .. } | Kind::Odd { .. }) | None => {
                        return Err(differs());
                    }
                };
                if let Some(remembered) = expected.remembered {
                    self.record.remember(Remembered { wrapped: mark_of(&again, command), ..remembered });
                }
            }
        }
        let text = format!("{}{text}", self.document.mark);
        Ok(Change { text, done: self.done, record: self.record, edits })
    }
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
fn mark_of(document: &Document<'_>, command: &Command) -> String {
    let args = match &command.args {
        Args::Absent => "",
        Args::List { span, .. } => document.raw(span),
    };
    mark([document.raw(&command.program.span).as_bytes(), args.as_bytes()])
}

/// The path of the shim as its wrapper's was written: only the name changes where that is possible.
fn swapped_raw(raw: &str, text: &str, format: Format) -> String {
    let name = super::runs::SHIM;
    let at = raw.to_lowercase().rfind(SAFE_START).filter(|at| raw.is_char_boundary(*at));
    let kept =
        at.and_then(|at| Some(format!("{}{name}{}", raw.get(..at)?, raw.get(at + SAFE_START.len()..)?)));
    kept.filter(|kept| format.reads(kept).as_deref() == Some(text)).unwrap_or_else(|| format.literal(text))
}
