//! The process that the client started: passes signals on, waits for the keeper, and ends what it leaves behind.
//!
//! It wakes for nothing else while the keeper is at work. Deliberately decides nothing about the client: when that may
//! have ended, it only sees to it that the keeper runs and can decide.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{Signal as UnixSignal, WaitOptions, WaitStatus, waitpid};

use super::super::pidfd::Held;
use super::super::proc;
use super::memory::give_back_memory;
use super::server::{has_no_children, is_spared, members, reap_the_rest, signal_each};
use super::stdio::hangup_of;
use super::watch::Signals;
use crate::core::{Identity, Pid};
use crate::platform::guard::Meaning;

/// How long what the keeper left behind may take to go.
const PATIENCE: Duration = Duration::from_secs(3);

/// Between two rounds of that.
const PACE: Duration = Duration::from_millis(5);

/// Between two looks at a keeper that has work to do.
const LOOK_PACE: Duration = Duration::from_secs(1);

/// After so many looks it has done it, or the end was none of its client.
const LOOKS: u32 = 30;

/// A keeper that so many looks in a row found stopped, although it was woken each time, is ended by force if nobody is
/// left that it could work for.
const MOST_STOPS: u32 = 5;

/// A process that was forked, to be waited for: the keeper, or the outer process itself.
#[derive(Clone, Copy)]
pub(super) struct Forked {
    pub(super) number: i32,
    pub(super) own_group: bool,
}

impl Forked {
    /// Whoever cannot be held cannot be waited for; it notices when we end.
    fn hold(self) -> io::Result<(Pid, Held)> {
        let pid = u32::try_from(self.number).ok().and_then(Pid::new).ok_or(io::ErrorKind::InvalidData)?;
        Ok((pid, Held::open(pid)?.ok_or(io::ErrorKind::NotFound)?))
    }

    fn pass_on(self, held: &Held, signals: &mut Signals) {
        while let Ok(Some(told)) = signals.next() {
            // In one group with us it has heard a terminal itself.
            if let Some(signal) = told
                && (self.own_group || !signal.reached_the_server)
                && let Some(number) = UnixSignal::from_named_raw(signal.number)
            {
                let _ = held.signal(number);
                if signal.means == Meaning::End {
                    self.wake(held);
                }
            }
        }
    }

    /// Has it go on if it is stopped. To who is not, that would be one more signal for the server.
    fn wake(self, held: &Held) {
        let pid = u32::try_from(self.number).ok().and_then(Pid::new);
        if pid.is_none_or(is_stopped) {
            let _ = held.signal(UnixSignal::CONT);
        }
    }

    fn collect(self) -> Option<WaitStatus> {
        let status = waitpid(rustix::process::Pid::from_raw(self.number), WaitOptions::empty());
        status.ok().flatten().map(|(_, status)| status)
    }
}

/// What may tell of the client's end. Each tells it once.
struct Hints {
    starter: Starter,
    /// `None` where nothing would tell of its end.
    input: Option<Input>,
}

/// Whoever started the guard.
enum Starter {
    Watched(Held),
    Ended,
    Unknown,
}

struct Input {
    descriptor: OwnedFd,
    hangup: PollFlags,
    told: bool,
}

impl Input {
    fn has_hung_up(&self) -> bool {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        poll(&mut [PollFd::from_borrowed_fd(self.descriptor.as_fd(), self.hangup)], Some(&now)) == Ok(1)
    }
}

impl Hints {
    const fn none() -> Self {
        Self { starter: Starter::Unknown, input: None }
    }

    /// Of the guard that the client knows.
    fn of(guard: Identity) -> Self {
        let starter = proc::stat(guard.pid).ok().flatten().and_then(|stat| Pid::new(stat.parent));
        let starter = starter.and_then(|pid| Held::open(pid).ok().flatten());
        let input = hangup_of(io::stdin()).and_then(|hangup| {
            Some(Input { descriptor: fcntl_dupfd_cloexec(io::stdin(), 3).ok()?, hangup, told: false })
        });
        Self { starter: starter.map_or(Starter::Unknown, Starter::Watched), input }
    }

    /// A starter may have been passing by, so that its end says nothing as long as somebody can speak to the server.
    fn nobody_is_left(&self) -> bool {
        self.input.as_ref().map_or(matches!(self.starter, Starter::Ended), Input::has_hung_up)
    }
}

/// Looks at a keeper that should be at work.
#[derive(Clone, Copy)]
struct Looks {
    left: u32,
    stopped: u32,
}

/// What the outer process of `guard` does for the rest of its life. Parts of command lines in `spared` are never
/// ended. Returns the exit code.
pub(super) fn wait_for(
    keeper: Forked,
    guard: Identity,
    spared: &[String],
    mut signals: Signals,
    clear_up: impl FnOnce(),
) -> io::Result<i32> {
    let mut hints = Hints::of(guard);
    // The client must notice when the keeper lets go of what it says, and soon after that of what it hears.
    let _ = give_up_streams();
    let (pid, held) = keeper.hold()?;
    let mut looks: Option<Looks> = None;
    give_back_memory();
    loop {
        let ready = wait(&held, &signals, &mut hints, looks.is_some().then_some(LOOK_PACE));
        keeper.pass_on(&held, &mut signals);
        if ready.has_ended {
            break;
        }
        if ready.hinted {
            keeper.wake(&held);
            looks = Some(Looks { left: LOOKS, stopped: 0 });
        } else if ready.is_late {
            looks = looks.and_then(|looks| look(pid, &held, &hints, looks));
            if looks.is_none() {
                give_back_memory();
            }
        }
        reap_the_rest(pid);
    }
    // From here on nobody reads what the client says, and the files are needed.
    drop((hints, held));
    let status = keeper.collect();
    // Whatever it ran is ours now.
    end_what_is_left(spared);
    if let Some(code) = status.and_then(WaitStatus::exit_status) {
        return Ok(code);
    }
    // It was ended by force.
    clear_up();
    Ok(128 + status.and_then(WaitStatus::terminating_signal).unwrap_or(0))
}

/// What a process does for the rest of its life whose place another one has taken. It ends nobody: its children are
/// none of the server's. Returns the exit code.
pub(super) fn stand_aside(outer: Forked, mut signals: Signals) -> io::Result<i32> {
    let _ = give_up_streams();
    let (pid, held) = outer.hold()?;
    give_back_memory();
    loop {
        let ready = wait(&held, &signals, &mut Hints::none(), None);
        outer.pass_on(&held, &mut signals);
        if ready.has_ended {
            break;
        }
        reap_the_rest(pid);
    }
    let status = outer.collect();
    let by_signal = || 128 + status.and_then(WaitStatus::terminating_signal).unwrap_or(0);
    Ok(status.and_then(WaitStatus::exit_status).unwrap_or_else(by_signal))
}

/// What one wait has brought.
struct Ready {
    has_ended: bool,
    /// The client may have ended.
    hinted: bool,
    is_late: bool,
}

/// An interrupted wait is to be repeated, and so is one that failed for want of memory.
fn wait(held: &Held, signals: &Signals, hints: &mut Hints, timeout: Option<Duration>) -> Ready {
    let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
    let starter = match &hints.starter {
        Starter::Watched(starter) => starter.as_fd(),
        // What is not there is who we wait for once more, for nothing.
        Starter::Ended | Starter::Unknown => held.as_fd(),
    };
    let (input, hangup) = match &hints.input {
        Some(Input { descriptor, hangup, told: false }) => (descriptor.as_fd(), *hangup),
        Some(Input { told: true, .. }) | None => (held.as_fd(), PollFlags::IN),
    };
    let mut polled = [
        PollFd::from_borrowed_fd(held.as_fd(), PollFlags::IN),
        PollFd::from_borrowed_fd(signals.as_fd(), PollFlags::IN),
        PollFd::from_borrowed_fd(starter, PollFlags::IN),
        PollFd::from_borrowed_fd(input, hangup),
    ];
    let is_late = poll(&mut polled, timeout.as_ref()) == Ok(0);
    let [has_ended, _, starter, input] = polled.map(|polled| !polled.revents().is_empty());
    if starter {
        hints.starter = Starter::Ended;
    }
    if let Some(known) = &mut hints.input {
        known.told |= input;
    }
    Ready { has_ended, hinted: starter || input, is_late }
}

/// Who is held by a debugger shows another state, and is left to it.
fn is_stopped(pid: Pid) -> bool {
    matches!(proc::stat(pid), Ok(Some(stat)) if stat.state == 'T')
}

/// Wakes a keeper that is stopped, or in the end ends it. `None` after the last look.
fn look(pid: Pid, held: &Held, hints: &Hints, looks: Looks) -> Option<Looks> {
    let is_stopped = is_stopped(pid);
    let stopped = if is_stopped { looks.stopped + 1 } else { 0 };
    if is_stopped {
        let is_forced = MOST_STOPS <= stopped && hints.nobody_is_left();
        let _ = held.signal(if is_forced { UnixSignal::KILL } else { UnixSignal::CONT });
    }
    let left = looks.left.checked_sub(1)?;
    Some(Looks { left, stopped })
}

fn end_what_is_left(spared: &[String]) {
    let rounds = PATIENCE.as_millis() / PACE.as_millis();
    for _ in 0..rounds {
        while let Ok(Some(_)) = rustix::process::wait(WaitOptions::NOHANG) {}
        if has_no_children() {
            return;
        }
        if let Ok(members) = members(|member| is_spared(member, spared)) {
            if members.is_empty() && !spared.is_empty() {
                return;
            }
            signal_each(members.into_iter(), UnixSignal::KILL);
        }
        if let Ok(pace) = Timespec::try_from(PACE) {
            let _ = poll(&mut [], Some(&pace));
        }
    }
}

/// Puts the null device in place of standard input and output.
fn give_up_streams() -> io::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    Ok(())
}
