//! What a guard says: to the person on standard error, to the client in JSON-RPC, to the log.

use super::name;

/// The error that a request in flight gets when its server is replaced.
pub const REQUEST_LOST: &str = "the server was restarted before it answered; send the request again";

/// Why a question of a server that is gone is taken back.
pub const QUESTION_LOST: &str = "the server was restarted";

/// No guarantee, no start.
#[must_use]
pub fn cannot_guard(why: &dyn std::fmt::Display) -> String {
    format!("the server was not started: the guard cannot make sure that it ends with its client ({why})")
}

/// A program that cannot be started.
#[must_use]
pub fn cannot_start(command: &str, why: &dyn std::fmt::Display) -> String {
    format!("{command} could not be started ({why})")
}

/// What to do about it.
pub const CANNOT_START_HINT: &str = "try the server's command by itself in a terminal";

/// A configuration that does not load; the server runs all the same.
#[must_use]
pub fn guards_without_configuration(why: &str) -> String {
    format!("{why}; the server is started without it, and nothing is cleaned up before")
}

/// A watch that the server does not belong to, and no port.
#[must_use]
pub fn restarted_behind_the_pipes(name_of_server: &str, pid: u32) -> String {
    format!("{} was restarted as PID {pid}; its client did not notice", name(name_of_server))
}

/// A restart was wanted while one is at work.
pub const RESTART_BUSY: &str = "a restart is already in progress";

/// A restart was wanted of a guard that is on its way out.
pub const GUARD_ENDING: &str = "the server is being ended together with its guard";

/// A restart was wanted of a server whose streams are its own.
pub const NOT_RESTARTABLE: &str =
    "it was started with --no-restart, so that its client would notice; reload it there instead";

/// A new server that could not be started.
#[must_use]
pub fn restart_not_started(why: &str) -> String {
    format!("the server was stopped, and could not be started again ({why}); its client has to")
}

/// A restart that was not begun, because what it needs is not to be had.
#[must_use]
pub fn restart_without_means(why: &dyn std::fmt::Display) -> String {
    format!("the server goes on as it is: the guard cannot get what a restart needs ({why})")
}

/// A server that has to wait until the system has room for one more process.
#[must_use]
pub fn starved(name_of_server: &str, why: &dyn std::fmt::Display) -> String {
    format!("{} cannot be started now and is tried again soon ({why})", name(name_of_server))
}

/// A new server that ended at once.
#[must_use]
pub fn restart_ended_at_once_with(code: i32) -> String {
    format!("the server was started again and ended at once with code {code}")
}

/// A new server that takes its time.
pub const RESTART_SILENT: &str =
    "the server was started again and has not answered `initialize` yet; its client goes on when it does";

/// A client that does not read what the old server has said.
pub const RESTART_UNREAD: &str =
    "the server was started again; its client does not read at the moment, and goes on when it does";

/// A new server that refuses `initialize`.
#[must_use]
pub fn restart_refused(says: &str) -> String {
    let colon = if says.is_empty() { "" } else { ": " };
    format!("the server was started again and refused `initialize`{colon}{says}")
}

/// A client that knows another server than the one that runs now; `news` is what [`another_version`] and its like say.
#[must_use]
pub fn reload_the_client(name_of_server: &str, news: &str) -> String {
    format!(
        "the new server behind {} is not what its client knows ({news}); reload the client",
        name(name_of_server)
    )
}

/// Another version behind the same pipes.
#[must_use]
pub fn another_version(old: &str, new: &str) -> String {
    match (old, new) {
        ("", new) => format!("it is {new}"),
        (old, "") => format!("it was {old}"),
        (old, new) => format!("it is {new}, was {old}"),
    }
}

/// What else can be new about a server.
pub const ANOTHER_PROTOCOL: &str = "it speaks another version of the protocol";
/// The same.
pub const OTHER_CAPABILITIES: &str = "it has other capabilities";
/// The same.
pub const OTHER_INSTRUCTIONS: &str = "it gives other instructions";
/// What a client reads of a server.
pub const LIST_OF_TOOLS: &str = "tools";
/// The same.
pub const LIST_OF_PROMPTS: &str = "prompts";
/// The same.
pub const LIST_OF_RESOURCES: &str = "resources";
/// The same.
pub const LIST_OF_TEMPLATES: &str = "resource templates";

/// A list that is not the one that the client has read.
#[must_use]
pub fn another_list(what: &str) -> String {
    format!("it has other {what}")
}

/// A list that the new server has not told.
#[must_use]
pub fn unknown_list(what: &str) -> String {
    format!("it did not tell its {what} in time")
}

/// What a client had set and a new server does not take.
#[must_use]
pub fn level_not_set_again(says: &str) -> String {
    format!("the new server did not take the log level that the client had set{}", because(says))
}

/// The same for a subscription.
#[must_use]
pub fn not_subscribed_again(uri: &str, says: &str) -> String {
    format!("the new server did not take the client's subscription to {uri}{}", because(says))
}

fn because(says: &str) -> String {
    if says.is_empty() { String::new() } else { format!(" ({says})") }
}

/// What ended with a server and was no part of it.
#[must_use]
pub fn ended_along(along: &str) -> String {
    format!("ended with the server, which had started it: {along}")
}

/// What would end with it.
#[must_use]
pub fn will_end_along(along: &str) -> String {
    format!("this also ends what the server has started in a session of its own: {along}")
}

/// More of it than is named.
#[must_use]
pub fn and_more(count: usize) -> String {
    format!("{count} more")
}

/// What to do about it.
pub const PROTECT_HINT: &str =
    "`protect = [\"NAME\"]` in the server's watch keeps it alive, as in `protect = [\"tmux\"]`";

/// A request that nobody knows.
pub const UNKNOWN_REQUEST: &str = "a guard knows three requests: hello, restart, along";

/// A guard that gave no answer.
pub const GUARD_SILENT: &str = "the guard gave no answer in time; the log says what it did";

/// A server that keeps crashing.
#[must_use]
pub fn gives_up(name_of_server: &str, code: i32) -> String {
    format!("{} keeps failing (code {code}) and is not started again", name(name_of_server))
}

/// A server that failed and is started again.
#[must_use]
pub fn starts_again(name_of_server: &str, code: i32, delay: std::time::Duration) -> String {
    format!("{} failed (code {code}) and is started again in {delay:?}", name(name_of_server))
}

/// What hangs inside the system.
#[must_use]
pub fn immortal(name_of_server: &str) -> String {
    format!("something of {} did not end, not even by force", name(name_of_server))
}

/// Several watches, none named.
pub const START_ONE_WATCH: &str = "several watches are configured: say which one with --watch NAME";

/// A watch that says nothing about how to start its server.
#[must_use]
pub fn no_command(watch: &str) -> String {
    format!("the watch \"{}\" has no `command`, so there is nothing to start", name(watch))
}

/// What to do about it.
#[must_use]
pub fn no_command_hint(file: &dyn std::fmt::Display) -> String {
    format!("set `command` in {file}; `shimkeeper config init` writes a file with everything explained")
}

/// What happens next, for a person at a terminal.
#[must_use]
pub fn starts_in_the_foreground(watch: &str) -> String {
    format!("starting {}; Ctrl-C ends it", name(watch))
}
