//! Wraps and unwraps servers in a text: text in, text out, with what was done to which server. Touches no file.

use super::away::away;
use super::client::Client;
use super::draft::Draft;
use super::outcome::{Change, Done, Outcome, Selection, Surroundings};
use super::record::Record;
use super::refusal::Refusal;
use super::row::Rules;
use super::runs::{guarded, is_ours, runs_one_of, safe_start, whole_command_line};
use super::server::{Command, Kind, Server, servers};
use super::unread::unread;
use super::wrap::Guard;
use crate::core::wording::{self, Complaint};
use crate::core::{PathStyle, Watch};

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
    let found = servers(&draft.document, client.forms());
    draft.unread = unread(&draft.document, client, &found);
    for server in found {
        let mut notes = Vec::new();
        let outcome = match &server.kind {
            _ if !is_meant(&server, selection, around.style) => Outcome::NotMeant,
            Kind::Odd { complaint, .. } => Outcome::Refused(complaint.clone()),
            Kind::Hosted(complaint) => objection(selection, complaint.clone()),
            Kind::Remote { .. } => Outcome::Refused(wording::mcp_remote()),
            Kind::Stdio(command) => match draft.guarded(command) {
                Some(guarded) if guarded.inner.is_none() => Outcome::Refused(wording::mcp_no_inner()),
                Some(_) => Outcome::WrappedBefore { program: command.program.text.clone() },
                None => obstacle(client, command, selection, guard, around).unwrap_or_else(|| {
                    notes = notes_on(command, client, around.style);
                    draft.wrap(&server, command, guard, around)
                }),
            },
        };
        draft.done.push(Done { name: server.name, outcome, notes });
    }
    draft.finish()
}

/// What keeps a server from being wrapped that could be.
fn obstacle(
    client: Client,
    command: &Command,
    selection: Selection<'_>,
    guard: &Guard,
    around: &Surroundings<'_>,
) -> Option<Outcome> {
    if let Some(program) = whole_command_line(&command.program.text, around.style)
        && !(around.is_file)(&command.program.text, command.cwd.as_deref())
    {
        return Some(Outcome::Refused(wording::mcp_whole_command_line(program)));
    }
    if let Some(complaint) = around.keeper.objects() {
        return Some(objection(selection, complaint));
    }
    let before = command.words();
    let after: Vec<String> =
        std::iter::once(guard.program.clone()).chain(guard.words()).chain(before.iter().cloned()).collect();
    if let Some(complaint) = (around.objects)(&before, &after) {
        return Some(objection(selection, complaint));
    }
    let is_named = matches!(selection, Selection::Named(_));
    (is_debugged(client, command) && !is_named).then(|| Outcome::LeftAlone(wording::mcp_debugged()))
}

/// Who names a server wants to know why it cannot be; who means all of them goes on with the others.
fn objection(selection: Selection<'_>, complaint: Complaint) -> Outcome {
    match selection {
        Selection::Named(_) => Outcome::Refused(complaint),
        Selection::All | Selection::Watched(_) => Outcome::LeftAlone(complaint),
    }
}

/// VS Code debugs a server only by what its command is called.
fn is_debugged(client: Client, command: &Command) -> bool {
    command.is_debugged && matches!(client.0.rules, Rules::VsCode)
}

fn notes_on(command: &Command, client: Client, style: PathStyle) -> Vec<String> {
    let debugged = is_debugged(client, command).then(|| wording::MCP_DEBUGGED_NOTE.to_owned());
    let away = away(&command.words(), style).map(|(away, program)| away.note(program));
    debugged.into_iter().chain(away).collect()
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
    let found = servers(&draft.document, client.forms());
    draft.unread = unread(&draft.document, client, &found);
    let stands = |path: &[String]| found.iter().any(|server| server.path == path);
    for server in &found {
        let outcome = match &server.kind {
            _ if !is_meant(server, selection, around.style) => Outcome::NotMeant,
            Kind::Stdio(command) => draft.unwrap(server, command, stands),
            // Our guard may stand in it, and cannot be taken out.
            Kind::Odd { complaint, texts } if names_our_guard(texts) => Outcome::Refused(complaint.clone()),
            Kind::Odd { .. } | Kind::Remote { .. } | Kind::Hosted(_) => Outcome::NotWrapped,
        };
        draft.done.push(Done { name: server.name.clone(), outcome, notes: Vec::new() });
    }
    // What is wrapped nowhere any more needs no undoing.
    draft.forget_the_undone(selection);
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
        Selection::All => !matches!(server.kind, Kind::Remote { .. } | Kind::Hosted(_)),
        Selection::Watched(watches) => match &server.kind {
            Kind::Stdio(command) => runs_a_watched_script(command, watches, style),
            // What it would run cannot be told; who means that script will want to know why.
            Kind::Odd { texts, .. } => watches.iter().any(|watch| {
                let mark = watch.runs.mark(style);
                mark.is_some_and(|mark| texts.iter().any(|text| text.contains(mark)))
            }),
            Kind::Remote { .. } | Kind::Hosted(_) => false,
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
