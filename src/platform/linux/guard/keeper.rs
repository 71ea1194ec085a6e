//! Two processes instead of one: whichever is ended by force, the other ends what is left.
//!
//! The outer process is the one that the client started and knows; see `outer.rs` for what it does. The keeper does
//! the work. Forked before there is any thread, so that the copy is a whole program.
//!
//! A program that has started processes and only then becomes a guard, as a shell does by `exec`, leaves it those as its
//! children, which are none of the server's. It stands aside then, and the outer process is one more.
#![expect(unsafe_code, reason = "`fork`")]

use std::io;
use std::sync::Mutex;

use rustix::process::{
    Signal, getpid, getppid, set_child_subreaper, set_parent_process_death_signal, setpgid,
};
use rustix::termios::isatty;

use super::super::pidfd::Held;
use super::ourselves;
use super::outer::{Forked, stand_aside, wait_for};
use super::server::has_no_children;
use super::watch::{Signals, notice_children};
use crate::core::Identity;

/// The keeper's grip on the outer process, until the watch takes it over.
static OUTER: Mutex<Option<Held>> = Mutex::new(None);

/// The grip on the outer process, once.
pub(super) fn outer() -> io::Result<Option<Held>> {
    Ok(OUTER.lock().map_err(|_| io::ErrorKind::Deadlock)?.take())
}

pub(crate) fn stand_between(spared: &[String], clear_up: impl FnOnce()) -> io::Result<Identity> {
    let has_children = !has_no_children();
    notice_children();
    let guard = ourselves()?;
    // With a terminal the server must stay in its foreground group; without one a group of its own keeps a
    // client that ends our whole group by force from ending the keeper, too.
    let own_group = !isatty(io::stdin());
    if has_children {
        leave_our_place(guard, own_group)?;
    }
    let us = ourselves()?;
    let outer = Held::open(us.pid)?.ok_or(io::ErrorKind::NotFound)?;
    set_child_subreaper(Some(getpid()))?;
    let signals = Signals::taken()?;
    match fork(us, own_group)? {
        None => {
            drop(signals);
            set_child_subreaper(Some(getpid()))?;
            *OUTER.lock().map_err(|_| io::ErrorKind::Deadlock)? = Some(outer);
            die_of_panics();
            Ok(guard)
        }
        Some(keeper) => {
            drop(outer);
            leave(wait_for(keeper, guard, spared, signals, clear_up)?)
        }
    }
}

/// Returns in another process, which takes our place and ends with us, so that the keeper notices.
fn leave_our_place(guard: Identity, own_group: bool) -> io::Result<()> {
    let signals = Signals::taken()?;
    match fork(guard, own_group)? {
        None => {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            // It may have ended before the call above took effect.
            is_child_of(guard)
        }
        Some(outer) => leave(stand_aside(outer, signals)?),
    }
}

/// `None` in the copy. There must be one thread only.
fn fork(us: Identity, own_group: bool) -> io::Result<Option<Forked>> {
    // SAFETY: there is one thread so far, so that the copy holds no lock of another.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            if own_group {
                setpgid(None, None)?;
            }
            is_child_of(us)?;
            Ok(None)
        }
        number => Ok(Some(Forked { number, own_group })),
    }
}

/// Whether it still is, to a process that was forked by this one.
fn is_child_of(parent: Identity) -> io::Result<()> {
    let now = getppid().map(|now| now.as_raw_nonzero().get().cast_unsigned());
    if now == Some(parent.pid.get()) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
}

/// A keeper that panics dies of a signal, by which the outer process knows that something may be left. It would
/// take an exit code for the server's own.
fn die_of_panics() {
    let complain = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        complain(panic);
        std::process::abort();
    }));
}

#[expect(clippy::exit, reason = "this process is done, and its code is the server's own")]
#[expect(clippy::disallowed_methods, reason = "as above")]
fn leave(code: i32) -> ! {
    std::process::exit(code)
}
