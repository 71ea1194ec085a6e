//! The guard on Linux: two processes, pidfds, subreapers, and the parent-death signal as second line.

mod apart;
mod keeper;
mod memory;
mod outer;
mod server;
mod stdio;
mod successor;
mod watch;

pub(crate) use super::input::has_a_clients_input;
pub(crate) use super::ports::port_is_free;
pub(crate) use keeper::stand_between;
pub(crate) use server::Server;
pub(crate) use stdio::{give_up_output, input, input_is_open, output, speaks_to_us, unread_input};
pub(crate) use watch::{Waker, Watch};

use std::io;

use super::birth::birth;
use super::proc;
use crate::core::{Identity, Pid};

/// The read end of a pipe tells by poll that its writers are gone, whoever reads it.
pub(crate) const INPUT_CAN_BE_INHERITED: bool = true;

pub(crate) fn parent_of(child: Identity) -> io::Result<Option<Identity>> {
    let Some(stat) = proc::stat(child.pid)? else { return Ok(None) };
    let Some(pid) = Pid::new(stat.parent) else { return Ok(None) };
    let parent = birth(pid)?.map(|birth| Identity { pid, birth });
    Ok(parent.filter(|parent| parent.birth.no_later_than(child.birth)))
}

/// Who this process is.
pub(super) fn ourselves() -> io::Result<Identity> {
    let pid = Pid::new(std::process::id()).ok_or(io::ErrorKind::InvalidData)?;
    let birth = birth(pid)?.ok_or(io::ErrorKind::NotFound)?;
    Ok(Identity { pid, birth })
}
