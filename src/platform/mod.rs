//! What the operating system can do for us: one facade, documented here once.
//!
//! Every system has the same functions with the same signatures. `cfg` on systems and `unsafe`
//! stand in this room only. Nothing here decides anything.

#[cfg(not(any(target_os = "linux", windows)))]
compile_error!("Shimkeeper runs on Linux and Windows so far; on other systems nobody has tried it yet");

#[cfg_attr(windows, path = "windows/mod.rs")]
#[cfg_attr(not(windows), path = "linux/mod.rs")]
mod os;
#[cfg(unix)]
mod posix;

pub(crate) mod attributes;
pub(crate) mod autostart;
pub(crate) mod callers;
pub(crate) mod ends;
pub(crate) mod event_loop;
pub(crate) mod files;
pub(crate) mod guard;
pub(crate) mod input;
pub(crate) mod listeners;
pub(crate) mod private;
pub(crate) mod programs;
pub(crate) mod schedule;
pub(crate) mod streams;
pub(crate) mod table;
pub(crate) mod toast;
pub(crate) mod tray;

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use crate::core::{Birth, Identity, PathStyle, Pid, Presence, System, UnixTime};

/// The system that this program runs on.
pub(crate) const SYSTEM: System = os::SYSTEM;

/// How paths are read on this system.
pub(crate) const PATH_STYLE: PathStyle = os::PATH_STYLE;

/// Whether the table of processes tells command lines word by word as [`args`] does.
pub(crate) const TABLE_TELLS_WORDS: bool = os::TABLE_TELLS_WORDS;

/// When the process with this number began; `None` where there is no such process.
pub(crate) fn birth(pid: Pid) -> io::Result<Option<Birth>> {
    os::birth(pid)
}

/// What the clock that births are counted by says now.
///
/// # Platforms
/// Linux: ticks since boot, suspended time included; Windows: FILETIME.
pub(crate) fn birth_clock() -> u64 {
    os::birth_clock()
}

/// How long a process has lived at `now` of [`birth_clock`].
pub(crate) fn age(birth: Birth, now: u64) -> Duration {
    os::age(birth, now)
}

/// How far the user's clock was ahead of UTC at that time, in seconds; 0 where that is not told.
///
/// # Platforms
/// Linux: by the rules of the time zone at that time; Windows: by those of today.
pub(crate) fn local_offset(at: UnixTime) -> i32 {
    os::local_offset(at)
}

/// Whether a process that no list shows exists.
pub(crate) fn presence(pid: Pid) -> Presence {
    os::presence(pid)
}

/// Whether the system does not even tell that other users' processes exist.
///
/// # Platforms
/// Linux: `/proc` mounted with `hidepid`, for whoever is not exempt from it; told by the first process, so that where
/// that one is ours, as in some containers, it is not noticed. Windows: everybody sees the list.
pub(crate) fn hides_others() -> bool {
    os::hides_others()
}

/// Whether the other end of a local socket can be told at all.
///
/// # Platforms
/// Linux: the kernel's socket monitor, which a small kernel or a sandbox may lack; Windows: no server has such an input.
pub(crate) fn sockets_tell_their_peers() -> io::Result<()> {
    os::sockets_tell_their_peers()
}

/// The command line, empty for kernel threads; `None` where there is no such process. An error means
/// that it exists and may not be read.
pub(crate) fn args(pid: Pid) -> io::Result<Option<Vec<String>>> {
    os::args(pid)
}

/// The name that the system shows now; `None` where the system keeps none beside the program file.
pub(crate) fn name(pid: Pid) -> Option<String> {
    os::name(pid)
}

/// The program file, where it is told by itself; `None` where nobody does.
pub(crate) fn program(pid: Pid) -> Option<String> {
    os::program(pid)
}

/// Who holds a socket that listens on this port. Empty where nothing was found in a bounded time.
///
/// # Platforms
/// Windows: every open handle of the processes that we may open is looked at. Linux: the socket list
/// names every holder already.
pub(crate) fn heirs(port: u16) -> Vec<Identity> {
    os::heirs(port)
}

/// The environment of a process, secrets included: never show or log it.
pub(crate) fn environment(pid: Pid) -> io::Result<Vec<(OsString, OsString)>> {
    os::environment(pid)
}

/// Every process whose parent on record is one of `parents`, and no older than it.
///
/// # Platforms
/// Windows: without console hosts, which end when everybody has left their console.
pub(crate) fn children(parents: &[Identity]) -> io::Result<Vec<Identity>> {
    os::children(parents)
}

/// The range around a port that the system keeps for others, where that is why it cannot be bound.
/// Binds the port for a moment: only for a port that nobody listens on, and not often.
///
/// # Platforms
/// Windows: error 10013 and the excluded port ranges; elsewhere there are none.
pub(crate) fn reserved_range(port: u16) -> io::Result<Option<(u16, u16)>> {
    os::reserved_range(port)
}

/// An address family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// A grip on one process: its number cannot be given to another while this is held.
///
/// # Platforms
/// Linux: a pidfd (kernel 5.3 or later); Windows: a process handle.
#[derive(Debug)]
pub(crate) struct Held(os::Held);

impl Held {
    /// Takes hold of whatever process has this number now; `None` where there is none.
    pub(crate) fn open(pid: Pid) -> io::Result<Option<Self>> {
        Ok(os::Held::open(pid)?.map(Self))
    }

    /// Asks it to end. Does not wait for that. `along` are all those who are asked at the same time. Tells whether there
    /// was a way to ask it.
    ///
    /// # Platforms
    /// Linux: SIGTERM. Windows: Ctrl-C in its own console, sent by a helper, where everybody in that
    /// console is among `along`; elsewhere there is no way.
    pub(crate) fn ask(&self, along: &[Identity]) -> io::Result<bool> {
        self.0.ask(along)
    }

    /// Ends it without asking. Does not wait.
    pub(crate) fn force(&self) -> io::Result<()> {
        self.0.force()
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&self) -> io::Result<bool> {
        self.0.has_ended()
    }
}

/// What the helper of [`Held::ask`] does where one is needed. Tells whether `target` was asked.
pub(crate) fn ask_in_console(target: Identity, along: &[Identity]) -> io::Result<bool> {
    os::ask_in_console(target, along)
}

/// Blocks until every one of them has ended, or until the time is over.
pub(crate) fn wait_for_ends(held: &[&Held], timeout: Duration) -> io::Result<()> {
    os::wait_for_ends(&held.iter().map(|held| &held.0).collect::<Vec<_>>(), timeout)
}

/// Calls `tell` whenever the system or the user asks this program to end; without it such a request ends
/// the program on the spot.
///
/// # Platforms
/// Linux: SIGTERM, SIGINT, SIGHUP; Windows: nothing arrives at a program without a window, and what was
/// tied to us ends with us.
pub(crate) fn when_asked_to_end(tell: impl Fn() + Send + 'static) -> io::Result<()> {
    os::when_asked_to_end(tell)
}

/// Arranges that a child ends when the *thread* that starts it ends, however that happens: call it
/// from a thread that lives as long as the program. The child runs once [`let_run`] is called.
///
/// # Platforms
/// Linux: parent-death signal; Windows: a job object that closes with us.
pub(crate) fn tie_to_us(command: &mut Command) {
    os::tie_to_us(command);
}

/// Lets a child run that was started with [`tie_to_us`]. If that fails, it never has and never will.
///
/// # Platforms
/// Windows: it was started suspended and is put into the job first; Linux: it runs already.
pub(crate) fn let_run(child: &Child) -> io::Result<()> {
    os::let_run(child)
}

/// Reads bytes as what the system tells of processes and sockets, and panics where what was read cannot be. For
/// whoever tries it with bytes of their own.
///
/// # Platforms
/// Linux: files of `/proc`, and the answer to the query for sockets; Windows: nothing is told by texts.
pub(crate) fn try_bytes_of_the_system(bytes: &[u8]) {
    os::try_bytes_of_the_system(bytes);
}

/// Arranges that a child outlives us on purpose and is recognised as set free.
///
/// # Platforms
/// Linux: it starts a session of its own and ignores SIGHUP, as with `setsid nohup`; Windows: it gets
/// a console of its own without a window, and a variable that names us as its parent.
pub(crate) fn set_free(command: &mut Command) {
    os::set_free(command);
}

/// The name of the scheduled task by which the EXAI project ends shims, if it is installed.
///
/// # Platforms
/// Windows only; elsewhere there is no such task.
pub(crate) fn old_cleanup_task() -> io::Result<Option<String>> {
    os::old_cleanup_task()
}

pub(crate) mod control {
    //! How a second start reaches the tray that runs already.
    use super::{Duration, Path, io, os};

    /// Listens at `path` on a thread of its own; each line that arrives goes to `answer`, whose reply
    /// is sent back, and then dropped. Where no thread is to be had for that, `refusal` is sent back. Only this user can
    /// reach it.
    pub(crate) fn listen<Reply: AsRef<str>>(
        path: &Path,
        answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
        refusal: impl Fn(&io::Error) -> String + Send + 'static,
    ) -> io::Result<()> {
        os::control::listen(path, answer, refusal)
    }

    /// Sends one line and returns the reply. Blocks for at most `patience`.
    pub(crate) fn send(path: &Path, line: &str, patience: Duration) -> io::Result<String> {
        os::control::send(path, line, patience)
    }
}

pub(crate) mod desktop {
    //! What the desktop offers. Asked by `doctor`, and by the tray where no panel shows its icon.
    use super::os;

    /// Whose desktop it is.
    ///
    /// # Platforms
    /// Linux: by the environment and `/etc/os-release`; elsewhere nothing is told.
    pub(crate) fn seat() -> crate::core::wording::Seat {
        os::desktop::seat()
    }

    /// Whether something is done for the first time in this session; from now on it was done.
    ///
    /// # Platforms
    /// Linux: kept below `$XDG_RUNTIME_DIR`; elsewhere it is not kept.
    pub(crate) fn is_first_in_session(what: &str) -> bool {
        os::desktop::is_first_in_session(what)
    }

    /// Which program shows toasts; `None` where there is none.
    pub(crate) fn notifier() -> Result<Option<String>, String> {
        os::desktop::notifier()
    }
}
