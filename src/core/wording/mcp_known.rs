//! What is said about forms, rules and servers of MCP clients that need more than a change of the file.

use std::fmt::Display;
use std::path::Path;

use super::{Complaint, name};
use crate::core::UnixTime;
use crate::core::mask::plain;

const BY_HAND: &str = "put `shimkeeper guard` in front of the command by hand; docs/clients.md says how";

/// A form that is known, in a language that is not read.
#[must_use]
pub fn mcp_form_unread(form: &str) -> Complaint {
    Complaint::new(format!("this form ({form}) is known, but it cannot be read or wrapped yet"), BY_HAND)
}

/// Servers that stand in a list.
#[must_use]
pub fn mcp_form_list(key: &str) -> Complaint {
    mcp_form_unread(&format!("{} as a list", plain(key)))
}

/// Servers under the key of another client.
#[must_use]
pub fn mcp_form_of_another(key: &str, client: &str, reads: &[String]) -> Complaint {
    Complaint::new(
        format!(
            "the servers are under {}, which {client} does not read: it reads {}",
            plain(key),
            reads.join(", ")
        ),
        "move them to the key that the client reads",
    )
}

/// A file in which nothing is known.
#[must_use]
pub fn mcp_form_unknown(looked_for: &[String]) -> Complaint {
    Complaint::new(
        format!("this file has a form that is not known: looked for {}", looked_for.join(", ")),
        BY_HAND,
    )
}

/// A file of a client that is passed over.
#[must_use]
pub fn mcp_passed_over(client: &str, path: &dyn Display, why: &str) -> String {
    format!("{client}: {}: {why}", plain(&path.to_string()))
}

/// An entry that names no command because the client knows what to start.
#[must_use]
pub fn mcp_hosted() -> Complaint {
    Complaint::new(
        "it has no command: the client knows what to start, or it only switches a server that is defined elsewhere",
        "nothing can be wrapped here",
    )
}

/// A file that a plugin or an extension brings.
#[must_use]
pub fn mcp_of_a_plugin() -> Complaint {
    Complaint::new(
        "this file belongs to a plugin or an extension, whose next update overwrites it",
        "copy the entry into your own configuration and switch the plugin's off",
    )
}

/// A file that an administrator lays down.
#[must_use]
pub fn mcp_of_an_administrator() -> Complaint {
    Complaint::new(
        "this file is an administrator's, for everybody on this machine",
        "let an administrator change it by hand",
    )
}

/// A server that is debugged by its name.
#[must_use]
pub fn mcp_debugged() -> Complaint {
    Complaint::new(
        "it has dev.debug, and VS Code debugs only a command that ends in `node` or begins with `python`",
        "name it with --server to wrap it all the same",
    )
}

/// The same for one that was named.
pub const MCP_DEBUGGED_NOTE: &str = "VS Code cannot debug it (dev.debug) while it is wrapped";

/// A server that is allowed by its exact command.
#[must_use]
pub fn mcp_allowed(client: &str, rules: &str) -> Complaint {
    Complaint::new(
        format!("{rules} allows it by its exact command: {client} would refuse it when wrapped"),
        "let the wrapped command be allowed there first",
    )
}

/// A server that is denied by its exact command.
#[must_use]
pub fn mcp_denied(client: &str, rules: &str) -> Complaint {
    Complaint::new(
        format!(
            "{rules} denies it by its exact command, which {client} would not see any more when it is wrapped"
        ),
        "remove the server, or the rule",
    )
}

/// Only servers of a registry may start.
#[must_use]
pub fn mcp_registry_only(client: &str, rules: &str) -> Complaint {
    Complaint::new(
        format!(
            "{rules} lets {client} start servers of its registry only: it may refuse one with another command"
        ),
        "ask those who keep the registry",
    )
}

/// Rules that could not be read.
#[must_use]
pub fn mcp_rules_unread(path: &dyn Display, why: &str) -> Complaint {
    Complaint::new(
        format!(
            "{} may allow or deny it by its exact command, and could not be read: {why}",
            plain(&path.to_string())
        ),
        "mend that file, or make it readable; then try again",
    )
}

/// A key of a file of rules that is written in another form.
#[must_use]
pub fn mcp_rule_unknown(key: &str) -> String {
    format!("`{key}` has a form that is not known here")
}

/// A server in a container.
#[must_use]
pub fn mcp_in_a_container(program: &str) -> String {
    format!(
        "what {program}'s daemon runs is not ended with the client; the guard ends `{program}` only. \
         With --init and --rm most containers end by themselves"
    )
}

/// A server in a pod.
#[must_use]
pub fn mcp_in_a_pod(program: &str) -> String {
    format!("what the cluster runs is not ended with the client; the guard ends `{program}` only")
}

/// A server on another machine.
#[must_use]
pub fn mcp_on_another_machine(program: &str) -> String {
    format!("what the other machine runs is not ended with the client; the guard ends `{program}` only")
}

/// A server in a Linux below Windows.
pub const MCP_IN_WSL: &str = "what Linux runs below WSL is not ended with the client; the guard ends `wsl` only. Put the guard inside: \
     wsl shimkeeper guard -- CMD";

/// A server that the service manager runs.
#[must_use]
pub fn mcp_in_a_service(program: &str) -> String {
    format!("what the service manager runs is not ended with the client; the guard ends `{program}` only")
}

/// An entry that we wrapped and somebody else has unwrapped.
#[must_use]
pub fn mcp_undone(server: &str, since: Option<UnixTime>, backup: Option<&Path>) -> String {
    let when = since.map(|since| format!(" on {}", since.day())).unwrap_or_default();
    let backup =
        backup.map(|backup| format!("; the file as it was before: {}", plain(&backup.display().to_string())));
    format!("{} was wrapped{when}, and is not any more{}", name(server), backup.unwrap_or_default())
}

/// What to do about that.
#[must_use]
pub fn mcp_undone_hint(file: &dyn Display) -> String {
    format!(
        "another program has written the file since: close it and wrap again, or forget it with \
         `shimkeeper mcp unwrap --file {}`",
        plain(&file.to_string())
    )
}

/// What to do about a file of a client that cannot be read.
pub const MCP_UNREADABLE_HINT: &str = "`shimkeeper mcp list` says what is wrong with it";

/// Guards that keep their leases where nobody looks.
#[must_use]
pub fn guards_elsewhere(count: usize, folder: &Path) -> String {
    let guards = super::count(count, "guard keeps its lease", "guards keep their leases");
    format!("{guards} in {}, where status and tray do not look", plain(&folder.display().to_string()))
}

/// What to do about that.
pub const GUARDS_ELSEWHERE_HINT: &str = "your XDG variables differ there: look with --home and that folder, or write this folder into the entry by \
     `shimkeeper mcp unwrap`, then `shimkeeper mcp wrap`";

/// The same where something else is the matter with an entry.
#[must_use]
pub fn mcp_trouble(file: &dyn Display, says: &str) -> String {
    format!("{}: {says}", plain(&file.to_string()))
}

/// A server and what is said of it.
#[must_use]
pub fn mcp_of_server(server: &str, says: &str) -> String {
    format!("{}: {says}", name(server))
}

/// Everything that was wrapped still is.
#[must_use]
pub fn mcp_all_sound(count: usize) -> String {
    match count {
        0 => "no client's server is wrapped".to_owned(),
        count => format!("{} wrapped, as left", super::count(count, "server is", "servers are")),
    }
}

/// A record that is of no more use.
#[must_use]
pub fn mcp_forgotten(file: &dyn Display) -> String {
    format!("{} is gone; its record was removed", plain(&file.to_string()))
}

/// The same, only said.
#[must_use]
pub fn mcp_would_forget(file: &dyn Display) -> String {
    format!("{} is gone; its record would be removed", plain(&file.to_string()))
}

/// A bare name that starts nothing here.
#[must_use]
pub fn mcp_bare_not_found(folder: &dyn Display) -> Complaint {
    Complaint::new(
        "no `shimkeeper` is found on PATH, so no client would find one",
        format!("add {} to PATH, or leave --bare out", plain(&folder.to_string())),
    )
}

/// A bare name that starts another program.
#[must_use]
pub fn mcp_bare_is_another(found: &dyn Display) -> Complaint {
    Complaint::new(
        format!("the `shimkeeper` on PATH is {}, not this program", plain(&found.to_string())),
        "run that one, or put this program's folder in front on PATH",
    )
}

/// A bare guard keeps its leases where nobody looks.
#[must_use]
pub fn mcp_bare_elsewhere(usual: &dyn Display, ours: &dyn Display) -> String {
    format!(
        "guards that are started by a bare name keep their leases below {}, not below {}",
        plain(&usual.to_string()),
        plain(&ours.to_string())
    )
}
