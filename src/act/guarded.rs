//! Ends a guard's own server. What belongs to it is told by the system's own bookkeeping: our descendants by
//! birth, or the members of our job; nothing else can be reached through a [`Server`].

use std::io;

use super::terminate;
use crate::platform::guard::{Server, Signal};

/// Passes a signal on to it.
pub(crate) fn pass_on(server: &Server, signal: Signal) -> io::Result<()> {
    server.pass_on(signal)
}

/// Asks it to end. Does not wait.
pub(crate) fn ask(server: &Server) -> io::Result<()> {
    terminate::ask_server(server)
}

/// Asks what it left behind to end. Does not wait.
pub(crate) fn ask_the_rest(server: &Server) -> io::Result<()> {
    terminate::ask_the_rest(server)
}

/// Ends all of it by force. Does not wait.
pub(crate) fn force(server: &Server) -> io::Result<()> {
    terminate::force_server(server)
}
