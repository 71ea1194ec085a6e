//! What is said about the configurations of MCP clients.
//!
//! Names and paths come from files of other programs: they are shown plain and short.

use std::fmt::Display;

use super::{Complaint, count, name};
use crate::core::mask::plain;

/// The text is no JSON.
#[must_use]
pub fn mcp_no_json(why: &str) -> Complaint {
    let mut why = plain(why);
    if let Some(first) = why.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Complaint::new(format!("not valid JSON: {why}"), "correct the file by hand; nothing was touched")
}

/// The text is no TOML.
#[must_use]
pub fn mcp_no_toml(why: &str) -> Complaint {
    let complaint = super::no_toml(why);
    if ["duplicate", "escape", "recurs"].iter().any(|known| why.contains(known)) {
        return complaint;
    }
    Complaint::new(complaint.sentence, "correct the file by hand; nothing was touched")
}

/// The file is UTF-16.
#[must_use]
pub fn mcp_utf16() -> Complaint {
    Complaint::new("the text is UTF-16", "save the file with the encoding UTF-8")
}

/// The same key twice in one table.
#[must_use]
pub fn mcp_twice(key: &str) -> Complaint {
    Complaint::new(format!("the key \"{}\" stands there twice", name(key)), "remove one of the two")
}

/// An entry that is no table.
#[must_use]
pub fn mcp_no_entry() -> Complaint {
    Complaint::new("this is no server: it has no keys", "write it like { \"command\": \"python\" }")
}

/// A list where an entry should be.
#[must_use]
pub fn mcp_list_no_entry(is_toml: bool) -> Complaint {
    let hint = if is_toml {
        "write its header in one pair of brackets: [mcp_servers.NAME]"
    } else {
        "write it like { \"command\": \"python\" }"
    };
    Complaint::new("this is a list, not a server", hint)
}

/// A whole command line where a program should be.
#[must_use]
pub fn mcp_whole_command_line(program: &str) -> Complaint {
    Complaint::new(
        "its command is a whole command line, and no program has that name",
        format!(
            "write program and args apart: \"{}\" alone as the command, each other word as one of the args",
            name(program)
        ),
    )
}

/// A name of our own program by which it would not be known again.
#[must_use]
pub fn mcp_not_called_shimkeeper(program: &dyn Display) -> Complaint {
    Complaint::new(
        format!("{} would not be known as the guard again", plain(&program.to_string())),
        "give this program a name that begins with \"shimkeeper\"",
    )
}

/// An entry with neither a command nor a URL.
#[must_use]
pub fn mcp_no_command() -> Complaint {
    Complaint::new("it has no command", "give it a command, or a url")
}

/// A command that is no string.
#[must_use]
pub fn mcp_command_no_text() -> Complaint {
    Complaint::new("its command is not a string", "write the program alone as the command, in quotes")
}

/// Arguments that are no list of strings.
#[must_use]
pub fn mcp_args_no_texts() -> Complaint {
    Complaint::new("its args are not a list of strings", "write them like [\"-u\", \"server.py\"]")
}

/// A server that no client starts.
#[must_use]
pub fn mcp_remote() -> Complaint {
    Complaint::new("it is reached by a url: there is no process to guard", "name a server with a command")
}

/// Our guard with nothing behind it.
#[must_use]
pub fn mcp_no_inner() -> Complaint {
    Complaint::new(
        "no command of its own stands behind `guard --`",
        "write the server's command and args there by hand",
    )
}

/// The new text does not say what it should.
#[must_use]
pub fn mcp_would_not_read_back() -> Complaint {
    Complaint::new("the changed file would not say what it should", "change it by hand; nothing was touched")
}

/// A file that cannot be written.
#[must_use]
pub fn mcp_not_written(error: &dyn Display) -> Complaint {
    Complaint::new(format!("cannot change the file: {error}"), "give yourself the right to write there")
}

/// The lock of those who change configurations cannot be had because of where it stands.
#[must_use]
pub fn mcp_without_a_turn(lock: &dyn Display, why: &dyn Display) -> String {
    format!(
        "the lock {} cannot be had ({}): do not change configurations by a second `mcp` at the same time",
        plain(&lock.to_string()),
        plain(&why.to_string())
    )
}

/// Somebody else who changes configurations does not come to an end.
#[must_use]
pub fn mcp_locked(lock: &dyn Display) -> Complaint {
    Complaint::new(
        format!("another shimkeeper is changing configurations and holds {lock}; nothing was written"),
        "let it end (it may be suspended in a terminal), then try again",
    )
}

/// A part of a file's rights that a new file would not have.
#[must_use]
pub fn attribute_lost(attribute: &str, error: &dyn Display) -> String {
    format!("its attribute {} would be lost: {error}", plain(attribute))
}

/// A file that can be reached by more than one name.
#[must_use]
pub fn mcp_hard_links(others: u64) -> Complaint {
    let others = count(usize::try_from(others).unwrap_or(usize::MAX), "other name", "other names");
    Complaint::new(
        format!("the file has {others} (hard links), which would keep the old text"),
        "make the other names symbolic links to this one",
    )
}

/// A file that its owner keeps from being written.
#[must_use]
pub fn mcp_read_only() -> Complaint {
    Complaint::new("the file is read-only", "make it writable, or change it where it is made from")
}

/// A path that JSON and TOML cannot hold.
#[must_use]
pub fn mcp_path_not_utf8(path: &dyn Display) -> String {
    format!("the path {} is not UTF-8: no configuration can hold it", plain(&path.to_string()))
}

/// Another program was faster.
#[must_use]
pub fn mcp_changed_meanwhile() -> Complaint {
    Complaint::new("another program has changed the file meanwhile; nothing was written", "try again")
}

/// Behind the path of a file as it would be.
pub const MCP_AFTERWARDS: &str = "(afterwards)";

/// Nothing was found that a client could read.
pub const MCP_NO_FILES: &str = "no configuration of an MCP client was found here or in your home";

/// What to do about that.
pub const MCP_NO_FILES_HINT: &str = "name one with --file";

/// A file without servers.
pub const MCP_NO_SERVERS_IN_IT: &str = "no server stands in it";

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
pub const MCP_NO_SERVERS: &str = "no server stands in the files that were looked at";

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

/// Options that mean nothing for what is asked.
#[must_use]
pub fn mcp_option_means_nothing(option: &str, what: &str) -> String {
    format!("{option} means nothing to `mcp {what}`")
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
pub const MCP_SHIM_INSTEAD: &str =
    "; run_ws_shim.py stands in place of start_ws_shim_safe.py, which starts it";

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
    let (name, would) = (name(server), rehearsal.would());
    format!(
        "{name}: {would}unwrapped; it was changed after it was wrapped: what was changed of the guard's own words \
         goes with it, everything else stays"
    )
}

/// A server whose script was changed by hand after it had taken the place of another.
#[must_use]
pub fn mcp_unwrapped_without_wrapper(server: &str, rehearsal: Rehearsal) -> String {
    let (name, would) = (name(server), rehearsal.would());
    format!(
        "{name}: {would}unwrapped; start_ws_shim_safe.py does not come back: the run_ws_shim.py that took its place \
         was changed or removed since"
    )
}

/// A server of which nothing is remembered.
#[must_use]
pub fn mcp_unwrapped_unremembered(server: &str, rehearsal: Rehearsal) -> String {
    let (name, would) = (name(server), rehearsal.would());
    format!("{name}: {would}unwrapped by what stands in the file; how it was before is not on record here")
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
}

/// Our program is not where the entry says.
#[must_use]
pub fn mcp_guard_gone(program: &str) -> String {
    format!("its guard {} is gone: {WRAP_AGAIN}", plain(program))
}

/// What to do about that.
const WRAP_AGAIN: &str = "run `shimkeeper mcp unwrap`, then `shimkeeper mcp wrap`";

/// A server that was wrapped before by a program that is gone.
#[must_use]
pub fn mcp_wrapped_by_nobody(program: &str) -> Complaint {
    Complaint::new(format!("already wrapped, but its guard {} is gone", plain(program)), WRAP_AGAIN)
}

/// The project of a server.
#[must_use]
pub fn mcp_project(project: &str) -> String {
    format!("in {project}")
}
