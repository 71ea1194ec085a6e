//! One `poll` for everything that concerns a guard: ends, signals, the input, calls from other threads.
#![expect(unsafe_code, reason = "signals are blocked and read by calls that rustix does not have")]

use std::fs::File;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};

use super::super::birth::birth;
use super::super::flow;
use super::super::pidfd::Held;
use super::keeper::outer;
use super::memory::give_back_memory;
use super::server::Server;
use super::stdio::hangup_of;
use crate::core::{Identity, wording};
use crate::platform::guard::{Meaning, Signal, Unwatched, Wake};

/// The signals that concern a guard, and what they mean to it. The last ones are the server's affair: without us they
/// would be told to it, such as the alarm that somebody sets before an `exec`. Left out is what must stop us as it stops
/// the server, what a process does to itself, and what has no name.
const SIGNALS: [(i32, Meaning); 13] = [
    (libc::SIGTERM, Meaning::End),
    (libc::SIGINT, Meaning::End),
    (libc::SIGHUP, Meaning::End),
    (libc::SIGQUIT, Meaning::End),
    (libc::SIGUSR1, Meaning::Whatever),
    (libc::SIGUSR2, Meaning::Whatever),
    (libc::SIGALRM, Meaning::Whatever),
    (libc::SIGVTALRM, Meaning::Whatever),
    (libc::SIGPROF, Meaning::Whatever),
    (libc::SIGIO, Meaning::Whatever),
    (libc::SIGPWR, Meaning::Whatever),
    (libc::SIGWINCH, Meaning::Whatever),
    (libc::SIGCONT, Meaning::Whatever),
];

#[derive(Debug)]
pub(crate) struct Watch {
    signals: Signals,
    called: Arc<OwnedFd>,
    client: Option<Held>,
    outer: Option<Held>,
    server: Option<Held>,
    /// What is asked of our standard input.
    input: Option<PollFlags>,
    gives_back_memory: bool,
}

/// What each descriptor of one poll stands for.
#[derive(Clone, Copy)]
enum Source {
    Signals,
    Called,
    Client,
    Outer,
    Server,
    Input,
}

impl Watch {
    pub(crate) fn new(client: Option<Identity>) -> io::Result<Self> {
        let mut watch = Self {
            signals: Signals::taken()?,
            called: Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?),
            client: None,
            outer: outer()?,
            server: None,
            input: None,
            gives_back_memory: false,
        };
        watch.watch_input_again();
        watch.watch_client(client)?;
        Ok(watch)
    }

    pub(crate) fn watch_input_again(&mut self) {
        self.input = hangup_of(io::stdin());
    }

    pub(crate) fn watch_client(&mut self, client: Option<Identity>) -> Result<(), Unwatched> {
        self.client = None;
        let Some(client) = client else { return Ok(()) };
        let held = Held::open(client.pid)?.ok_or(Unwatched::Gone)?;
        match birth(client.pid)? {
            Some(birth) if birth == client.birth => self.client = Some(held),
            // A stranger has its number by now.
            Some(_) => return Err(Unwatched::Gone),
            None if held.has_ended()? => return Err(Unwatched::Gone),
            None => return Err(io::Error::other(wording::PROCESS_HIDDEN).into()),
        }
        Ok(())
    }

    pub(crate) fn watch_server(&mut self, server: &Server) -> io::Result<()> {
        self.server = Some(server.held().try_clone()?);
        Ok(())
    }

    pub(crate) fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.called))
    }

    pub(crate) fn give_back_memory(&mut self) {
        self.gives_back_memory = true;
    }

    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Vec<Wake>> {
        let timeout = timeout.map(Timespec::try_from).transpose().map_err(io::Error::other)?;
        let gives_back_memory = std::mem::take(&mut self.gives_back_memory);
        let ready = self.ready(timeout.as_ref(), gives_back_memory)?;
        let mut wakes = Vec::new();
        for source in ready {
            match source {
                Source::Signals => {
                    // SIGCHLD is blocked with the others: something below us ended.
                    while let Some(told) = self.signals.next()? {
                        wakes.push(told.map_or(Wake::ServerEnded, Wake::Told));
                    }
                }
                Source::Called => {
                    let mut count = [0; 8];
                    // Emptied by somebody else: fine, too.
                    let _ = rustix::io::read(&*self.called, &mut count);
                    wakes.push(Wake::Called);
                }
                Source::Client => {
                    self.client = None;
                    wakes.push(Wake::ClientEnded);
                }
                Source::Outer => {
                    self.outer = None;
                    wakes.push(Wake::GuardEnded);
                }
                Source::Server => {
                    self.server = None;
                    wakes.push(Wake::ServerEnded);
                }
                Source::Input => {
                    self.input = None;
                    wakes.push(Wake::InputClosed);
                }
            }
        }
        Ok(wakes)
    }

    fn ready(&self, timeout: Option<&Timespec>, gives_back_memory: bool) -> io::Result<Vec<Source>> {
        let stdin = io::stdin();
        let mut sources = vec![Source::Signals, Source::Called];
        let mut polled = vec![
            PollFd::new(&self.signals.descriptor, PollFlags::IN),
            PollFd::new(&*self.called, PollFlags::IN),
        ];
        for (source, held) in
            [(Source::Client, &self.client), (Source::Outer, &self.outer), (Source::Server, &self.server)]
        {
            if let Some(held) = held {
                sources.push(source);
                polled.push(PollFd::from_borrowed_fd(held.as_fd(), PollFlags::IN));
            }
        }
        if let Some(hangup) = self.input {
            sources.push(Source::Input);
            polled.push(PollFd::from_borrowed_fd(stdin.as_fd(), hangup));
        }
        // Last of all: whatever runs after it is needed again.
        if gives_back_memory {
            give_back_memory();
        }
        match poll(&mut polled, timeout) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Vec::new()),
            // For want of memory: then nothing has happened yet.
            Err(rustix::io::Errno::NOMEM | rustix::io::Errno::AGAIN) => {
                flow::pause();
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        }
        let ready = sources.into_iter().zip(&polled).filter(|(_, polled)| !polled.revents().is_empty());
        Ok(ready.map(|(source, _)| source).collect())
    }
}

#[derive(Debug)]
pub(crate) struct Waker(Arc<OwnedFd>);

impl Waker {
    pub(crate) fn wake(&self) {
        // A counter that is full wakes all the same.
        let _ = rustix::io::write(&*self.0, &1_u64.to_ne_bytes());
    }
}

/// The signals that were blocked before we took ours.
static BLOCKED_BEFORE: OnceLock<libc::sigset_t> = OnceLock::new();

/// Whether the ends of children were ignored before we cared for them.
static IGNORED_CHILDREN: AtomicBool = AtomicBool::new(false);

/// Has the ends of our children told to us, even if whoever started us had them ignored. Call it before the first
/// child is started.
pub(super) fn notice_children() {
    // SAFETY: no handler is set.
    let before = unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
    IGNORED_CHILDREN.store(before == libc::SIG_IGN, Ordering::Relaxed);
}

/// Lets a program start with the signals blocked and ignored that our client had blocked and ignored, and no others.
pub(super) fn give_back_signals(command: &mut Command) {
    let Some(before) = BLOCKED_BEFORE.get().copied() else { return };
    let ignored_children = IGNORED_CHILDREN.load(Ordering::Relaxed);
    // SAFETY: between fork and exec two system calls are made, with a set of its own.
    unsafe {
        command.pre_exec(move || {
            if ignored_children {
                libc::signal(libc::SIGCHLD, libc::SIG_IGN);
            }
            match libc::sigprocmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut()) {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            }
        });
    }
}

/// Signals as something to read. They stay blocked in this process; a program that it starts gets back what
/// was blocked before, by [`give_back_signals`].
#[derive(Debug)]
pub(super) struct Signals {
    descriptor: OwnedFd,
}

impl Signals {
    /// Takes the signals that concern a guard. What was ignored when we started stays ignored.
    pub(super) fn taken() -> io::Result<Self> {
        let mut set = MaybeUninit::<libc::sigset_t>::uninit();
        let mut before = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: the set is made by the first call before the others use it; zeroed, the other one is empty;
        // the descriptor is new.
        let descriptor = unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), libc::SIGCHLD);
            for (number, _) in SIGNALS {
                if !is_ignored(number) {
                    libc::sigaddset(set.as_mut_ptr(), number);
                }
            }
            if libc::sigprocmask(libc::SIG_BLOCK, set.as_ptr(), before.as_mut_ptr()) != 0 {
                return Err(io::Error::last_os_error());
            }
            BLOCKED_BEFORE.get_or_init(|| before.assume_init());
            let descriptor = libc::signalfd(-1, set.as_ptr(), libc::SFD_CLOEXEC | libc::SFD_NONBLOCK);
            if descriptor < 0 {
                return Err(io::Error::last_os_error());
            }
            OwnedFd::from_raw_fd(descriptor)
        };
        Ok(Self { descriptor })
    }

    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }

    /// The next one, without waiting: `Some(None)` where a child ended.
    #[expect(clippy::option_option, reason = "nothing, a child's end, a signal: each is one of these")]
    pub(super) fn next(&mut self) -> io::Result<Option<Option<Signal>>> {
        const SIZE: usize = size_of::<libc::signalfd_siginfo>();
        let mut bytes = [0_u8; SIZE];
        let mut file = std::mem::ManuallyDrop::new(
            // SAFETY: the descriptor is open as long as `self`, and this file never closes it.
            unsafe { File::from_raw_fd(std::os::fd::AsRawFd::as_raw_fd(&self.descriptor)) },
        );
        match file.read(&mut bytes) {
            Ok(SIZE) => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        }
        // SAFETY: the kernel has filled the whole structure, which has no padding that is read.
        let info: libc::signalfd_siginfo = unsafe { std::mem::transmute(bytes) };
        let number = i32::try_from(info.ssi_signo).map_err(io::Error::other)?;
        let means = SIGNALS.iter().find(|(known, _)| *known == number).map(|(_, means)| *means);
        // What the kernel itself sends for a key or a window goes to the whole foreground group. The end of a terminal
        // is told to the first process of its session alone.
        let reached_the_server = info.ssi_code == libc::SI_KERNEL
            && matches!(number, libc::SIGINT | libc::SIGQUIT | libc::SIGWINCH);
        Ok(Some(means.map(|means| Signal { number, means, reached_the_server })))
    }
}

fn is_ignored(number: i32) -> bool {
    let mut now = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: nothing is changed; the structure is long enough and zeroed.
    unsafe {
        libc::sigaction(number, std::ptr::null(), now.as_mut_ptr()) == 0
            && now.assume_init().sa_sigaction == libc::SIG_IGN
    }
}
