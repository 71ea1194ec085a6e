//! Linux behind the facade, through `/proc`, pidfds and the session bus.

mod attributes;
pub(crate) mod autostart;
mod birth;
mod callers;
pub(crate) mod control;
pub(crate) mod desktop;
mod desktop_exec;
mod details;
mod diag;
mod ends;
pub(crate) mod event_loop;
pub(crate) mod guard;
mod listeners;
mod netlink;
mod other_ends;
mod pidfd;
mod ports;
mod proc;
pub(crate) mod schedule;
pub(crate) mod session;
mod spawn;
mod systemctl;
mod systemd_exec;
mod systemd_units;
mod table;
pub(crate) mod toast;
pub(crate) mod tray;
mod trials;
mod unix_diag;

pub(crate) use super::posix::flow;
pub(crate) use super::posix::input;
pub(crate) use super::posix::local_time::local_offset;
pub(crate) use super::posix::private;
pub(crate) use super::posix::programs;
pub(crate) use super::posix::signals::when_asked_to_end;
pub(crate) use super::posix::spawn::set_free;
pub(crate) use attributes::copy as copy_attributes;
pub(crate) use birth::{age, birth, birth_clock, children, hides_others, presence};
pub(crate) use callers::Calls;
pub(crate) use details::{args, environment, name, program};
pub(crate) use ends::Ends;
pub(crate) use listeners::Listeners;
pub(crate) use other_ends::sockets_tell_their_peers;
pub(crate) use pidfd::{Held, wait_for_ends};
pub(crate) use spawn::{let_run, tie_to_us};
pub(crate) use table::Table;
pub(crate) use trials::try_bytes_of_the_system;

use std::io;

use details::details;

use crate::core::{Identity, PathStyle, System};

pub(crate) const SYSTEM: System = System::Linux;
pub(crate) const PATH_STYLE: PathStyle = PathStyle::Unix;
pub(crate) const TABLE_TELLS_WORDS: bool = true;

#[expect(
    clippy::unnecessary_wraps,
    reason = "the Windows twin of this function asks a program that can fail"
)]
pub(crate) fn old_cleanup_task() -> io::Result<Option<String>> {
    Ok(None)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the Windows twin of this function asks a program that can fail"
)]
pub(crate) fn reserved_range(_: u16) -> io::Result<Option<(u16, u16)>> {
    Ok(None)
}

/// Nobody needs a helper here: a signal reaches its process and nobody else.
pub(crate) fn ask_in_console(_: Identity, _: &[Identity]) -> io::Result<bool> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) fn heirs(_port: u16) -> Vec<crate::core::Identity> {
    Vec::new()
}
