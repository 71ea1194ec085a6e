//! How the servers of clients look on a terminal and as JSON.

use serde::Serialize;

use super::args::McpArgs;
use super::render::{Paint, Palette};
use crate::core::mask::plain;
use crate::core::wording::{self, Complaint, Rehearsal, mcp_state};
use crate::mcp::{self, Client, Listed, ListedKind, Outcome, Place, Refusal, Restored, Wrapper};

/// A file with what was found in it.
type Found<'a> = (&'a Place, Result<Vec<Listed>, Refusal>);

/// The version of the shape.
const SCHEMA: u32 = 1;

/// What happened to a server, in a line; nothing where nobody asked for it.
pub(super) fn outcome(name: &str, outcome: &Outcome, args: &McpArgs) -> Result<Option<String>, Complaint> {
    let rehearsal = if args.dry_run { Rehearsal::Yes } else { Rehearsal::No };
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
        Outcome::Unwrapped(Restored::Exactly) => wording::mcp_unwrapped(name, rehearsal),
        Outcome::Unwrapped(Restored::Edited) => wording::mcp_unwrapped_edited(name, rehearsal),
        Outcome::Unwrapped(Restored::WithoutWrapper) => {
            wording::mcp_unwrapped_without_wrapper(name, rehearsal)
        }
        Outcome::Unwrapped(Restored::Unremembered) => wording::mcp_unwrapped_unremembered(name, rehearsal),
        Outcome::NotWrapped if args.server.is_some() => wording::mcp_not_wrapped(name),
        Outcome::NotWrapped | Outcome::NotMeant => return Ok(None),
        Outcome::Refused(complaint) => return Err(complaint.clone()),
    }))
}

/// Every file with its servers, one line each.
pub(super) fn listing(found: &[&Found<'_>], palette: Palette) -> String {
    let files = found.iter().map(|(place, servers)| {
        let path = plain(&place.path.display().to_string());
        let mut lines = vec![palette.paint(Paint::Bold, &format!("{}: {path}", place.client.name()))];
        match servers {
            Ok(servers) if servers.is_empty() => {
                lines.push(format!("  {}", palette.paint(Paint::Grey, wording::MCP_NO_SERVERS_IN_IT)));
            }
            Ok(servers) => {
                let width = servers.iter().map(|server| plain(&server.name).chars().count()).max();
                lines.extend(servers.iter().map(|server| row(server, width.unwrap_or_default(), palette)));
            }
            Err(refusal) => {
                lines.push(format!("  {}", palette.paint(Paint::Red, &refusal.to_string())));
                lines.extend(refusal.hint.iter().map(|hint| format!("  hint: {hint}")));
            }
        }
        lines.join("\n")
    });
    files.collect::<Vec<_>>().join("\n\n")
}

fn row(server: &Listed, width: usize, palette: Palette) -> String {
    let (state, paint, what) = match &server.kind {
        ListedKind::Stdio { command, guard: Some(guard) } if guard.is_gone => {
            let gone = wording::mcp_guard_gone(&guard.program);
            (mcp_state::WRAPPED, Paint::Red, format!("{command}\n      {gone}"))
        }
        ListedKind::Stdio { command, guard: Some(_) } => (mcp_state::WRAPPED, Paint::Green, command.clone()),
        ListedKind::Stdio { command, guard: None } => (mcp_state::NOT_WRAPPED, Paint::Amber, command.clone()),
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
    /// Masked.
    command: Option<String>,
    /// Masked.
    url: Option<String>,
    says: Option<String>,
}

/// The same for scripts.
pub(super) fn listing_json(found: &[&Found<'_>]) -> String {
    let files = found.iter().map(|(place, servers)| FileJson {
        client: (place.client != Client::Unknown).then_some(place.client.name()),
        path: place.path.display().to_string(),
        error: servers.as_ref().err().map(|refusal| ErrorJson {
            line: refusal.place.map(|(line, _)| line),
            column: refusal.place.map(|(_, column)| column),
            says: refusal.sentence.clone(),
        }),
        servers: servers.iter().flatten().map(server_json).collect(),
    });
    let listing = ListingJson { schema: SCHEMA, files: files.collect() };
    serde_json::to_string_pretty(&listing).unwrap_or_default()
}

fn server_json(server: &Listed) -> ServerJson {
    let mut json = ServerJson {
        name: server.name.clone(),
        project: server.project.clone(),
        kind: "stdio",
        wrapped: false,
        guard: None,
        guard_is_gone: false,
        command: None,
        url: None,
        says: None,
    };
    match &server.kind {
        ListedKind::Stdio { command, guard } => {
            json.command = Some(command.clone());
            json.wrapped = guard.is_some();
            json.guard_is_gone = guard.as_ref().is_some_and(|guard| guard.is_gone);
            json.guard = guard.as_ref().map(|guard| guard.program.clone());
        }
        ListedKind::Remote { url } => (json.kind, json.url) = ("url", Some(url.clone())),
        ListedKind::Odd(why) => (json.kind, json.says) = ("unclear", Some(why.clone())),
    }
    json
}
