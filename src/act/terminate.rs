//! Ends processes. There is no `terminate(pid)`: every call takes the proof and uses its grip.

use std::io;
use std::time::Duration;

use super::confirm::Confirmed;
use crate::core::Identity;
use crate::platform;
use crate::platform::guard::Server;

/// Asks a process to end. Does not wait for that. `along` are all those who are asked at the same time. Tells whether
/// there was a way to ask it.
pub(super) fn ask(target: &Confirmed, along: &[Identity]) -> io::Result<bool> {
    target.held.ask(along)
}

/// Asks a process to end by entering its console: the work of a helper that [`ask`] starts where there
/// is no other way. Nothing happens unless everybody in that console is among `along`.
pub fn ask_in_console(target: Identity, along: &[Identity]) -> io::Result<bool> {
    platform::ask_in_console(target, along)
}

/// Ends a process by force. Does not wait.
pub(super) fn force(target: &Confirmed) -> io::Result<()> {
    target.held.force()
}

/// Whether it has ended. An unreadable answer counts as "no".
pub(super) fn has_ended(target: &Confirmed) -> bool {
    target.held.has_ended().unwrap_or(false)
}

/// Blocks until all have ended or the time is over.
pub(super) fn wait(targets: &[&Confirmed], timeout: Duration) -> io::Result<()> {
    platform::wait_for_ends(&targets.iter().map(|target| &target.held).collect::<Vec<_>>(), timeout)
}

/// Asks a guard's own server to end. Does not wait.
pub(super) fn ask_server(server: &Server) -> io::Result<()> {
    server.ask()
}

/// Asks what such a server left behind to end. Does not wait.
pub(super) fn ask_the_rest(server: &Server) -> io::Result<()> {
    server.ask_the_rest()
}

/// Ends such a server and all that it has started by force. Does not wait.
pub(super) fn force_server(server: &Server) -> io::Result<()> {
    server.force()
}
