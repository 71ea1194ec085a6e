//! What is said about work on the configurations of MCP clients.
//!
//! Names and paths come from files of other programs: they are shown plain and short.

use std::fmt::Display;
use std::path::Path;

use super::{Complaint, count, name};
use crate::core::mask::plain;

/// Behind the path of a file as it would be.
pub const MCP_AFTERWARDS: &str = "(afterwards)";

/// Nothing was found that a client could read.
pub const MCP_NO_FILES: &str = "no configuration of an MCP client was found here or in your home";

/// What to do about that.
pub const MCP_NO_FILES_HINT: &str = "name one with --file";

/// A file without servers.
pub const MCP_NO_SERVERS_IN_IT: &str = "it has no servers";

/// Nothing is a process.
pub const MCP_ALL_REMOTE: &str = "every server here is reached by a url: there is no process to guard";

/// Nobody runs what is watched.
#[must_use]
pub fn mcp_none_runs(scripts: &[&str]) -> String {
    format!("no server here runs {}", super::names(scripts))
}

/// What to do about that.
pub const MCP_NONE_RUNS_HINT: &str =
    "`shimkeeper mcp list` shows the servers; name one with --server, or take every one with --all";

/// Nothing to wrap in a file without servers.
pub const MCP_NO_SERVERS: &str = "the files that were read have no servers";

/// A name that no server has.
#[must_use]
pub fn mcp_no_such_server(server: &str, nearest: Option<&str>, known: &[&str]) -> Complaint {
    let quoted = |name: &str| format!("\"{}\"", super::name(name));
    let hint = match nearest {
        Some(nearest) => format!("did you mean {}?", quoted(nearest)),
        None if known.is_empty() => MCP_NO_SERVERS.to_owned(),
        None => {
            format!(
                "the servers are {}",
                known.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
            )
        }
    };
    Complaint::new(format!("no server is called {}", quoted(server)), hint)
}

/// A place and what is wrong there.
#[must_use]
pub fn mcp_refused(path: &dyn Display, place: Option<(usize, usize)>, sentence: &str) -> String {
    let place = place.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
    format!("{}{place}: {sentence}", plain(&path.to_string()))
}

/// A server that is left as it is.
#[must_use]
pub fn mcp_server_refused(path: &dyn Display, server: &str, sentence: &str) -> String {
    format!("{}: {}: {sentence}", plain(&path.to_string()), name(server))
}

/// Whether something was done or only tried in mind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rehearsal {
    /// It was done.
    No,
    /// It would be done.
    Yes,
}

impl Rehearsal {
    const fn would(self) -> &'static str {
        match self {
            Self::No => "",
            Self::Yes => "would be ",
        }
    }
}

/// A server that was wrapped, or would be.
#[must_use]
pub fn mcp_wrapped(server: &str, rehearsal: Rehearsal) -> String {
    format!("{}: {}wrapped", name(server), rehearsal.would())
}

/// A server that was wrapped before.
#[must_use]
pub fn mcp_wrapped_before(server: &str) -> String {
    format!("{}: already wrapped", name(server))
}

/// The EXAI project's wrapper gave way to the shim.
pub const MCP_SHIM_INSTEAD: &str = "; start_ws_shim_safe.py gave way to the run_ws_shim.py that it starts";

/// The EXAI project's wrapper stays.
pub const MCP_SHIM_MISSING: &str = "; start_ws_shim_safe.py stays, because no run_ws_shim.py lies beside it";

/// A server that was unwrapped, or would be.
#[must_use]
pub fn mcp_unwrapped(server: &str, rehearsal: Rehearsal) -> String {
    format!("{}: {}unwrapped, to the byte as it was", name(server), rehearsal.would())
}

/// A server that was changed by hand after it was wrapped.
#[must_use]
pub fn mcp_unwrapped_edited(server: &str, rehearsal: Rehearsal) -> String {
    format!(
        "{}: {}unwrapped; what was changed in it since it was wrapped is kept",
        name(server),
        rehearsal.would()
    )
}

/// A server of which the guard's own words were changed by hand.
#[must_use]
pub fn mcp_unwrapped_guard_edited(server: &str, rehearsal: Rehearsal) -> String {
    format!(
        "{}: {}unwrapped. Your changes to the guard's own arguments are discarded; everything else is kept",
        name(server),
        rehearsal.would()
    )
}

/// A server whose file somebody else has changed after it was wrapped.
#[must_use]
pub fn mcp_unwrapped_among_changes(server: &str, rehearsal: Rehearsal) -> String {
    format!("{}: {}unwrapped", name(server), rehearsal.would())
}

/// A file that somebody else has changed after it was wrapped.
#[must_use]
pub fn mcp_others_changed(backup: Option<&Path>) -> String {
    let says = "  somebody else has changed the file since it was wrapped; what they changed is kept";
    match backup {
        Some(backup) => format!("{says}. The earlier state is in {}", plain(&backup.display().to_string())),
        None => format!("{says}. The earlier state is not kept any more"),
    }
}

/// A server that is left as it is.
#[must_use]
pub fn mcp_left_alone(server: &str, why: &str) -> String {
    format!("{}: left alone: {why}", name(server))
}

/// Every server that was meant is left as it is.
pub const MCP_ALL_LEFT_ALONE: &str = "nothing was wrapped";

/// What to do about that.
pub const MCP_ALL_LEFT_ALONE_HINT: &str = "--server NAME says what can be done about one of them";

/// A client that may undo the change.
#[must_use]
pub fn mcp_close_first(client: &str, pid: Option<u32>, path: &dyn Display) -> String {
    let process = pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
    format!(
        "close {client} first: it is running{process} and may overwrite {} with its own copy, without this change",
        plain(&path.to_string())
    )
}

/// A client that wants to be asked again.
#[must_use]
pub fn mcp_asks_again(client: &str) -> String {
    format!("  {client} will ask for your approval again, because the command has changed")
}

/// A server whose script was changed by hand after it had taken the place of another.
#[must_use]
pub fn mcp_unwrapped_without_wrapper(server: &str, rehearsal: Rehearsal) -> String {
    let (name, would) = (name(server), rehearsal.would());
    format!(
        "{name}: {would}unwrapped; start_ws_shim_safe.py was not put back, because the run_ws_shim.py in its place \
         was changed or removed since"
    )
}

/// A server of which nothing is remembered.
#[must_use]
pub fn mcp_unwrapped_unremembered(server: &str, rehearsal: Rehearsal) -> String {
    let (name, would) = (name(server), rehearsal.would());
    format!("{name}: {would}unwrapped by the text of the file; there is no record of how it was before")
}

/// A server that is not wrapped.
#[must_use]
pub fn mcp_not_wrapped(server: &str) -> String {
    format!("{}: not wrapped", name(server))
}

/// No server was wrapped.
pub const MCP_NOTHING_WRAPPED: &str = "no server is wrapped; nothing was changed";

/// Where the old file is.
#[must_use]
pub fn mcp_backup(path: &dyn Display) -> String {
    format!("  backup: {}", plain(&path.to_string()))
}

/// A client reads its configuration when it starts.
#[must_use]
pub fn mcp_reload(client: &str) -> String {
    format!("  now reload {client}: it reads its servers when it starts")
}

/// Only a rehearsal.
#[must_use]
pub fn mcp_dry_run(files: usize) -> String {
    format!("nothing was written; {} would change", count(files, "file", "files"))
}

/// The columns of a listed server.
pub mod mcp_state {
    /// A process with our guard.
    pub const WRAPPED: &str = "wrapped";
    /// A process without it.
    pub const NOT_WRAPPED: &str = "not wrapped";
    /// Something elsewhere.
    pub const REMOTE: &str = "by url";
    /// An entry that cannot be understood.
    pub const ODD: &str = "unclear";
    /// A guard that does not start.
    pub const BROKEN: &str = "broken";
}

/// Our program is not where the entry says.
#[must_use]
pub fn mcp_guard_gone(program: &str) -> String {
    format!("wrapped, but {}: {WRAP_AGAIN}", gone(program))
}

/// A server that was wrapped before by a program that is gone.
#[must_use]
pub fn mcp_wrapped_by_nobody(program: &str) -> Complaint {
    Complaint::new(format!("already wrapped, but {}", gone(program)), WRAP_AGAIN)
}

fn gone(program: &str) -> String {
    let program = plain(program);
    let is_bare = !program.contains(['/', '\\']);
    if is_bare { format!("no {program} is found on PATH") } else { format!("{program} does not exist") }
}

/// What to do about that.
const WRAP_AGAIN: &str = "run `shimkeeper mcp unwrap`, then `shimkeeper mcp wrap`";

/// The project of a server.
#[must_use]
pub fn mcp_project(project: &str) -> String {
    format!("in {project}")
}
