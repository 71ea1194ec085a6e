//! The guard on Windows: one process in a job that closes with it, and a job inside that for each server.
//!
//! Whoever ends the guard, however it is done, closes its last handle to the outer job, and the system
//! itself ends everything in it. So there is no second process, and nobody who would have to clear up.

mod parent;
mod port;
mod server;
mod stdio;
mod successor;
mod told;
mod watch;

pub(crate) use parent::parent_of;
pub(crate) use port::{addresses_refused, port_is_free};
pub(crate) use server::Server;
pub(crate) use stdio::{has_a_clients_input, input, output};
pub(crate) use watch::{Waker, Watch};

use std::io;
use std::sync::OnceLock;

use super::birth::birth;
use super::job::Job;
use crate::core::{Identity, Pid};

/// Nothing here tells that the writers of a pipe are gone but reading it.
pub(crate) const INPUT_CAN_BE_INHERITED: bool = false;

/// The clearing up is for a process that outlives the one that was ended by force; here there is none.
pub(crate) fn stand_between(_: &[String], _: impl FnOnce()) -> io::Result<Identity> {
    static OUTER: OnceLock<Job> = OnceLock::new();
    // Asked for now: while another thread reads a pipe, every question about that pipe waits.
    stdio::look();
    let job = Job::create()?;
    job.take_us_in()?;
    // Kept for ever: dropping it would end us.
    if let Err(second) = OUTER.set(job) {
        std::mem::forget(second);
    }
    ourselves()
}

fn ourselves() -> io::Result<Identity> {
    let pid = Pid::new(std::process::id()).ok_or(io::ErrorKind::InvalidData)?;
    let birth = birth(pid)?.ok_or(io::ErrorKind::NotFound)?;
    Ok(Identity { pid, birth })
}

#[expect(clippy::unnecessary_wraps, reason = "the Linux twin of this function can fail")]
pub(crate) const fn give_up_output() -> io::Result<()> {
    Ok(())
}

/// A read of a pipe that waits in another thread would make the question wait, too.
pub(crate) const fn unread_input() -> Option<u64> {
    None
}

/// Who else holds the other end of a pipe is told to nobody.
pub(crate) const fn speaks_to_us(_: Pid) -> bool {
    false
}

/// As above.
pub(crate) const fn input_is_open() -> bool {
    false
}
