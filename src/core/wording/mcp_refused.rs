//! Why a configuration of an MCP client, or an entry in it, cannot be changed.
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

/// A command that is not a list of strings where the client wants one.
#[must_use]
pub fn mcp_command_no_list() -> Complaint {
    Complaint::new(
        "its command is not a list of strings",
        "write it like [\"python\", \"-u\", \"server.py\"]",
    )
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
        "no command of its own stands behind `guard`, so it cannot start",
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
