//! The server as our child, and everything below us as its tree.
#![expect(unsafe_code, reason = "who of our children ended is told by `waitid` alone")]

use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus};

use rustix::process::{Signal as UnixSignal, WaitOptions, WaitStatus, waitpid};

use super::super::birth::{birth, children};
use super::super::details::args;
use super::super::pidfd::Held;
use super::super::spawn::tie_to_us;
use super::ourselves;
use super::successor::{Found, Streams, untaken};
use super::watch::give_back_signals;
use crate::core::{Identity, Pid};
use crate::platform::guard::{Ended, NotStarted, Signal, Succession};

/// The code of a server that somebody else has collected.
const UNKNOWN: i32 = 125;

#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    identity: Identity,
    held: Held,
    ended: Option<Ended>,
    spared: Vec<String>,
    streams: Option<Streams>,
    successor: Option<Successor>,
}

/// Whoever goes on in its place.
#[derive(Debug)]
struct Successor {
    identity: Identity,
    held: Held,
    ended: Option<Ended>,
}

impl Server {
    pub(crate) fn start(mut command: Command, spared: &[String]) -> Result<Self, NotStarted> {
        tie_to_us(&mut command);
        give_back_signals(&mut command);
        let mut child = command.spawn().map_err(whose_fault)?;
        let streams = Streams::of(&child);
        match hold(&mut child) {
            Ok((identity, held, ended)) => {
                Ok(Self { child, identity, held, ended, spared: spared.to_vec(), streams, successor: None })
            }
            Err(error) => {
                end_unheld(&mut child);
                Err(error.into())
            }
        }
    }

    pub(crate) fn identity(&self) -> Identity {
        self.successor.as_ref().map_or(self.identity, |successor| successor.identity)
    }

    pub(super) fn held(&self) -> &Held {
        self.successor.as_ref().map_or(&self.held, |successor| &successor.held)
    }

    pub(crate) fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(crate) fn ended(&mut self) -> io::Result<Option<Ended>> {
        if self.ended.is_none() {
            self.ended = match self.child.try_wait() {
                // Somebody else has collected it.
                Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Some(Ended { code: UNKNOWN }),
                status => status?.map(ended),
            };
        }
        let successor = &mut self.successor;
        reap_each(self.identity.pid, |pid, status| {
            if let Some(successor) = successor
                && successor.identity.pid == pid
            {
                successor.ended = Some(status);
            }
        });
        Ok(self.ended)
    }

    pub(crate) fn succession(&mut self) -> Succession {
        let Some(streams) = &self.streams else { return Succession::Nobody };
        // What the system does not tell now it may tell in a moment.
        let Ok(members) = self.members() else { return Succession::NotYetTold };
        let identity = match streams.successor(&members) {
            Found::This(identity) => identity,
            Found::Perhaps => return Succession::NotYetTold,
            Found::Nobody => return Succession::Nobody,
        };
        if self.successor.as_ref().is_some_and(|successor| successor.identity == identity) {
            return Succession::GoesOn;
        }
        let held = Held::open(identity.pid);
        match (held, birth(identity.pid)) {
            (Ok(Some(held)), Ok(Some(birth))) if birth == identity.birth => {
                self.successor = Some(Successor { identity, held, ended: None });
                Succession::GoesOn
            }
            // It has ended meanwhile, and perhaps left the streams to another one.
            _ => Succession::NotYetTold,
        }
    }

    pub(crate) fn has_a_successor(&self) -> bool {
        self.successor.as_ref().is_some_and(|successor| !successor.held.has_ended().unwrap_or(false))
    }

    pub(crate) fn successors_end(&self) -> Option<Ended> {
        self.successor.as_ref()?.ended
    }

    pub(crate) fn untaken(&self) -> Option<u64> {
        untaken(self.identity().pid)
    }

    pub(crate) fn is_gone(&mut self) -> bool {
        if !matches!(self.ended(), Ok(Some(_))) {
            return false;
        }
        has_no_children() || self.members().is_ok_and(|members| members.is_empty())
    }

    pub(crate) fn pass_on(&self, signal: Signal) -> io::Result<()> {
        // The numbers that we take are all named.
        UnixSignal::from_named_raw(signal.number).map_or(Ok(()), |signal| self.held().signal(signal))
    }

    pub(crate) fn ask(&self) -> io::Result<()> {
        self.held().signal(UnixSignal::TERM)
    }

    pub(crate) fn ask_the_rest(&self) -> io::Result<()> {
        self.signal_all(UnixSignal::TERM)
    }

    pub(crate) fn force(&self) -> io::Result<()> {
        self.signal_all(UnixSignal::KILL)
    }

    fn signal_all(&self, signal: UnixSignal) -> io::Result<()> {
        match self.members() {
            Ok(members) => {
                signal_each(members.into_iter(), signal);
                Ok(())
            }
            // Itself at least is in our hands.
            Err(error) => self.held.signal(signal).and(Err(error)),
        }
    }

    /// Itself, whatever it is called, and what it has started and is not spared.
    pub(super) fn members(&self) -> io::Result<Vec<Identity>> {
        members(|member| member != self.identity && is_spared(member, &self.spared))
    }
}

/// A program is not at fault where there is no room for one more file or process, or no memory.
fn whose_fault(error: io::Error) -> NotStarted {
    match error.raw_os_error() {
        Some(libc::EMFILE | libc::ENFILE | libc::EAGAIN | libc::ENOMEM) => NotStarted::Guard(error),
        Some(_) | None => NotStarted::Command(error),
    }
}

/// Who a new child is, a grip on it, and how it ended if it has.
fn hold(child: &mut Child) -> io::Result<(Identity, Held, Option<Ended>)> {
    let pid = Pid::new(child.id()).ok_or(io::ErrorKind::InvalidData)?;
    // Our child keeps its number until we have waited for it, even if it ended already.
    let held = Held::open(pid)?.ok_or(io::ErrorKind::NotFound)?;
    let (birth, ended) = match birth(pid)? {
        Some(birth) => (birth, None),
        // Too short a life to have been looked at: no birth, and nothing left to end. To wait for it would close its
        // input, which somebody else may go on with.
        None => (crate::core::Birth { boot: 0, token: 0 }, child.try_wait()?.map(ended)),
    };
    Ok((Identity { pid, birth }, held, ended))
}

/// Ends a child that could not be held. What it has started meanwhile is left to the outer process.
#[expect(
    clippy::disallowed_methods,
    reason = "our own child, not waited for yet, and there is no grip on it"
)]
fn end_unheld(child: &mut Child) {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

/// Whether it belongs to what is never ended.
pub(super) fn is_spared(member: Identity, spared: &[String]) -> bool {
    if spared.is_empty() {
        return false;
    }
    // What hides its command line may be what must not be touched.
    let line = args(member.pid).ok().flatten().map(|words| words.join(" "));
    line.is_none_or(|line| spared.iter().any(|part| line.contains(part.as_str())))
}

fn ended(status: ExitStatus) -> Ended {
    // As shells count it.
    let signalled = || 128 + status.signal().unwrap_or(0);
    Ended { code: status.code().unwrap_or_else(signalled) }
}

fn ended_by(status: WaitStatus) -> Ended {
    ended(ExitStatus::from_raw(status.as_raw()))
}

/// Everything below us: all of it was started by the server, because we start nothing else. What is spared is left
/// out with all that it has started itself.
pub(super) fn members(is_spared: impl Fn(Identity) -> bool) -> io::Result<Vec<Identity>> {
    let mut known = vec![ourselves()?];
    loop {
        let mut found = children(&known)?;
        found.retain(|identity| !known.contains(identity) && !is_spared(*identity));
        if found.is_empty() {
            known.remove(0);
            return Ok(known);
        }
        known.extend(found);
    }
}

/// Each through a grip whose birth was compared. What cannot be signalled has ended or is another user's.
pub(super) fn signal_each(members: impl Iterator<Item = Identity>, signal: UnixSignal) {
    for member in members {
        if let Ok(Some(held)) = Held::open(member.pid)
            && matches!(birth(member.pid), Ok(Some(birth)) if birth == member.birth)
        {
            let _ = held.signal(signal);
        }
    }
}

/// Waits for whatever of our adopted children has ended, the server aside: its status is its own.
pub(super) fn reap_the_rest(server: Pid) {
    reap_each(server, |_, _| ());
}

/// The same, and tells how each has ended.
fn reap_each(server: Pid, mut tell: impl FnMut(Pid, Ended)) {
    while let Some(ended) = next_ended() {
        if ended == server {
            // It would be told again and again; whoever asks for its status reaps it.
            return;
        }
        let pid = i32::try_from(ended.get()).ok().and_then(rustix::process::Pid::from_raw);
        match waitpid(pid, WaitOptions::NOHANG) {
            Ok(Some((_, status))) => tell(ended, ended_by(status)),
            Ok(None) => {}
            Err(_) => return,
        }
    }
}

/// A child that ended and was not waited for yet. It stays so.
fn next_ended() -> Option<Pid> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the structure is ours and long enough; zeroed, it names nobody.
    let pid = unsafe {
        if libc::waitid(libc::P_ALL, 0, info.as_mut_ptr(), options) != 0 {
            return None;
        }
        info.assume_init().si_pid()
    };
    u32::try_from(pid).ok().and_then(Pid::new)
}

/// Whoever is orphaned below us becomes our child, so that no child means nobody.
pub(super) fn has_no_children() -> bool {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: as above.
    let failed = unsafe { libc::waitid(libc::P_ALL, 0, info.as_mut_ptr(), options) != 0 };
    failed && io::Error::last_os_error().raw_os_error() == Some(libc::ECHILD)
}
