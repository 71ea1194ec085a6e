//! How the servers of clients look on a terminal and as JSON.

use serde::Serialize;

use super::render::{Paint, Palette};
use crate::core::mask::plain;
use crate::core::wording::{self, Complaint, Rehearsal, mcp_state};
use crate::mcp::{
    self, ListedKind, Listing, Outcome, Place, Refusal, Restored, Trouble, TroubleKind, Wrapper,
};

/// What was asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) server: Option<&'a str>,
    pub(super) all: bool,
    pub(super) dry_run: bool,
}

/// What has happened to a file since it was wrapped.
#[derive(Clone, Copy)]
pub(super) struct Since {
    pub(super) others_changed: bool,
}

/// A file with what was found in it.
pub(super) type Found<'a> = (&'a Place, Result<Listing, Refusal>);

/// Everything that is listed.
pub(super) struct Listed<'a> {
    pub(super) files: &'a [&'a Found<'a>],
    /// What was wrapped and is not any more.
    pub(super) undone: &'a [Trouble],
}

/// The version of the shape.
const SCHEMA: u32 = 1;

/// What happened to a server, in a line; nothing where nobody asked for it.
pub(super) fn outcome(
    name: &str,
    outcome: &Outcome,
    since: Since,
    asked: &Asked<'_>,
) -> Result<Option<String>, Complaint> {
    let rehearsal = if asked.dry_run { Rehearsal::Yes } else { Rehearsal::No };
    Ok(Some(match outcome {
        Outcome::Wrapped(wrapper) => {
            let more = match wrapper {
                Wrapper::None => "",
                Wrapper::Replaced => wording::MCP_SHIM_INSTEAD,
                Wrapper::Kept => wording::MCP_SHIM_MISSING,
            };
            wording::mcp_wrapped(name, rehearsal) + more
        }
        Outcome::WrappedBefore { program } if mcp::is_gone(program) => {
            return Err(wording::mcp_wrapped_by_nobody(program));
        }
        Outcome::WrappedBefore { .. } => wording::mcp_wrapped_before(name),
        Outcome::Unwrapped(Restored::Exactly) if since.others_changed => {
            wording::mcp_unwrapped_among_changes(name, rehearsal)
        }
        Outcome::Unwrapped(Restored::Exactly) => wording::mcp_unwrapped(name, rehearsal),
        Outcome::Unwrapped(Restored::Edited) => wording::mcp_unwrapped_edited(name, rehearsal),
        Outcome::Unwrapped(Restored::GuardEdited) => wording::mcp_unwrapped_guard_edited(name, rehearsal),
        Outcome::Unwrapped(Restored::WithoutWrapper) => {
            wording::mcp_unwrapped_without_wrapper(name, rehearsal)
        }
        Outcome::Unwrapped(Restored::Unremembered) => wording::mcp_unwrapped_unremembered(name, rehearsal),
        Outcome::LeftAlone(complaint) => wording::mcp_left_alone(name, &complaint.sentence),
        Outcome::NotWrapped if asked.server.is_some() => wording::mcp_not_wrapped(name),
        Outcome::NotWrapped | Outcome::NotMeant => return Ok(None),
        Outcome::Refused(complaint) => return Err(complaint.clone()),
    }))
}

/// Every file with its servers, one line each.
pub(super) fn listing(listed: &Listed<'_>, palette: Palette) -> String {
    let files = listed.files.iter().map(|(place, listing)| {
        let path = plain(&place.path.display().to_string());
        let mut lines = vec![palette.paint(Paint::Bold, &format!("{}: {path}", place.client.name()))];
        match listing {
            Ok(listing) => {
                let servers = &listing.servers;
                let width = servers.iter().map(|server| plain(&server.name).chars().count()).max();
                lines.extend(servers.iter().map(|server| row(server, width.unwrap_or_default(), palette)));
                match &listing.unread {
                    Some(complaint) => lines.extend(complained(complaint, Paint::Amber, palette)),
                    None if servers.is_empty() => {
                        let none = palette.paint(Paint::Grey, wording::MCP_NO_SERVERS_IN_IT);
                        lines.push(format!("  {none}"));
                    }
                    None => {}
                }
            }
            Err(refusal) => {
                lines.push(format!("  {}", palette.paint(Paint::Red, &refusal.to_string())));
                lines.extend(refusal.hint.iter().map(|hint| format!("  hint: {hint}")));
            }
        }
        lines.join("\n")
    });
    let undone = listed.undone.iter().filter_map(|trouble| {
        let says = wording::mcp_trouble(&trouble.file.display(), &undone(trouble)?);
        let hint = wording::mcp_undone_hint(&trouble.file.display());
        Some(format!("{}\n  hint: {hint}", palette.paint(Paint::Red, &says)))
    });
    files.chain(undone).collect::<Vec<_>>().join("\n\n")
}

fn complained(complaint: &Complaint, paint: Paint, palette: Palette) -> Vec<String> {
    let hint = complaint.hint.iter().map(|hint| format!("  hint: {hint}"));
    std::iter::once(format!("  {}", palette.paint(paint, &complaint.sentence))).chain(hint).collect()
}

/// An entry that was wrapped and is not any more, in a line.
pub(super) fn undone(trouble: &Trouble) -> Option<String> {
    match &trouble.kind {
        TroubleKind::Undone { since, backup } => {
            Some(wording::mcp_undone(&trouble.server, *since, backup.as_deref()))
        }
        TroubleKind::NoGuard { .. } | TroubleKind::Unreadable(_) => None,
    }
}

fn row(server: &mcp::Listed, width: usize, palette: Palette) -> String {
    let below = |what: &str, note: &str| format!("{what}\n      {note}");
    let (state, paint, what) = match &server.kind {
        ListedKind::Stdio { guard: Some(guard), .. } if !guard.has_a_server => {
            let complaint = wording::mcp_no_inner();
            (mcp_state::BROKEN, Paint::Red, complaint.sentence)
        }
        ListedKind::Stdio { command, guard: Some(guard), .. } if guard.is_gone => {
            (mcp_state::BROKEN, Paint::Red, below(command, &wording::mcp_guard_gone(&guard.program)))
        }
        ListedKind::Stdio { command, guard, note } => {
            let what = note.as_ref().map_or_else(|| command.clone(), |note| below(command, note));
            match guard {
                Some(_) => (mcp_state::WRAPPED, Paint::Green, what),
                None => (mcp_state::NOT_WRAPPED, Paint::Amber, what),
            }
        }
        ListedKind::Remote { url } => (mcp_state::REMOTE, Paint::Grey, url.clone()),
        ListedKind::Odd(why) => (mcp_state::ODD, Paint::Grey, why.clone()),
    };
    let project = server.project.as_ref().map(|project| format!("  ({})", wording::mcp_project(project)));
    let state = palette.paint(paint, &format!("{state:<11}"));
    format!("  {:<width$}  {state}  {what}{}", plain(&server.name), project.unwrap_or_default())
}

#[derive(Serialize)]
struct ListingJson {
    schema: u32,
    files: Vec<FileJson>,
    undone: Vec<UndoneJson>,
}

/// An entry that was wrapped and is not any more.
#[derive(Serialize)]
struct UndoneJson {
    path: String,
    server: String,
    since: Option<String>,
    backup: Option<String>,
}

#[derive(Serialize)]
struct FileJson {
    client: Option<&'static str>,
    path: String,
    /// Why it could not be read.
    error: Option<ErrorJson>,
    servers: Vec<ServerJson>,
}

#[derive(Serialize)]
struct ErrorJson {
    line: Option<usize>,
    column: Option<usize>,
    says: String,
}

#[derive(Serialize)]
struct ServerJson {
    name: String,
    project: Option<String>,
    kind: &'static str,
    wrapped: bool,
    guard: Option<String>,
    guard_is_gone: bool,
    /// Whether a guard without a command of its own stands there, or one that is gone.
    broken: bool,
    /// Masked.
    command: Option<String>,
    /// Masked.
    url: Option<String>,
    /// What must be known of it, or why it is unclear.
    says: Option<String>,
}

/// The same for scripts.
pub(super) fn listing_json(listed: &Listed<'_>) -> String {
    let files = listed.files.iter().map(|(place, listing)| FileJson {
        client: place.client.is_known().then_some(place.client.name()),
        path: place.path.display().to_string(),
        error: match listing {
            Ok(listing) => listing.unread.as_ref().map(|complaint| ErrorJson {
                line: None,
                column: None,
                says: complaint.sentence.clone(),
            }),
            Err(refusal) => Some(ErrorJson {
                line: refusal.place.map(|(line, _)| line),
                column: refusal.place.map(|(_, column)| column),
                says: refusal.sentence.clone(),
            }),
        },
        servers: listing.iter().flat_map(|listing| &listing.servers).map(server_json).collect(),
    });
    let undone = listed.undone.iter().filter_map(|trouble| match &trouble.kind {
        TroubleKind::Undone { since, backup } => Some(UndoneJson {
            path: trouble.file.display().to_string(),
            server: trouble.server.clone(),
            since: since.map(crate::core::UnixTime::rfc3339),
            backup: backup.as_ref().map(|path| path.display().to_string()),
        }),
        TroubleKind::NoGuard { .. } | TroubleKind::Unreadable(_) => None,
    });
    let listing = ListingJson { schema: SCHEMA, files: files.collect(), undone: undone.collect() };
    serde_json::to_string_pretty(&listing).unwrap_or_default()
}

fn server_json(server: &mcp::Listed) -> ServerJson {
    let mut json = ServerJson {
        name: server.name.clone(),
        project: server.project.clone(),
        kind: "stdio",
        wrapped: false,
        guard: None,
        guard_is_gone: false,
        broken: false,
        command: None,
        url: None,
        says: None,
    };
    match &server.kind {
        ListedKind::Stdio { command, guard, note } => {
            json.command = Some(command.clone());
            json.wrapped = guard.as_ref().is_some_and(|guard| guard.has_a_server);
            json.broken = guard.as_ref().is_some_and(|guard| !guard.has_a_server || guard.is_gone);
            json.says.clone_from(note);
            json.guard_is_gone = guard.as_ref().is_some_and(|guard| guard.is_gone);
            json.guard = guard.as_ref().map(|guard| guard.program.clone());
        }
        ListedKind::Remote { url } => (json.kind, json.url) = ("url", Some(url.clone())),
        ListedKind::Odd(why) => (json.kind, json.says) = ("unclear", Some(why.clone())),
    }
    json
}
