//! What the guard needs of the system: to stand between client and server, to wait for either, and to
//! hold everything that the server starts. Decides nothing.
//!
//! # Platforms
//! Linux: the guard is two processes. The one that the client started (the *outer* one) starts the *keeper*,
//! which runs the server. Both take in whatever is orphaned below them, so that either can die by force and
//! the other still ends the rest. No cgroup: by itself it ends nobody, so that one of the two must live all the same.
//! Windows: one process in a job of its own that closes with it.

use std::fs::File;
use std::io;
use std::process::{ChildStdin, ChildStdout, Command};
use std::sync::Arc;
use std::time::Duration;

use super::os;
use crate::core::{Identity, Pid};

/// What a program was told by a signal or by its console.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Signal {
    /// The system's number for it.
    pub(crate) number: i32,
    /// What it means.
    pub(crate) means: Meaning,
    /// Whether the server has got it already: a terminal tells everybody in the foreground.
    pub(crate) reached_the_server: bool,
}

/// What a signal means to a guard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Meaning {
    /// "End."
    End,
    /// Whatever the server makes of it.
    #[cfg_attr(all(windows, not(test)), expect(dead_code, reason = "a console tells nothing but the end"))]
    Whatever,
}

/// Why the guard woke up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wake {
    /// The server ended, or something below it did.
    ServerEnded,
    /// The client ended.
    ClientEnded,
    /// The process that the client started was ended by force; only the keeper is left (Linux).
    GuardEnded,
    /// Nobody can write to our standard input any more, though some of it may be unread (Linux).
    #[cfg_attr(windows, expect(dead_code, reason = "whoever reads the input learns of its end"))]
    InputClosed,
    /// Somebody told us something.
    Told(Signal),
    /// [`Waker::wake`] was called.
    Called,
}

/// What a server has set up for good, and what ends with it all the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Apart {
    pub(crate) pid: Pid,
    /// Its program, as `protect` could name it.
    pub(crate) name: String,
}

/// Makes this process a guard: whatever it starts from now on ends with it. Call it before any thread is
/// started. Returns the identity that the client knows.
///
/// An error means that the guarantee cannot be had.
///
/// # Platforms
/// Linux: returns in the keeper. The outer process never returns: it passes signals on, ends with the
/// keeper's exit code. What the keeper leaves behind it ends, aside from what has a part of a command line in
/// `spared`; if the keeper was ended by force, it also calls `clear_up`. It wakes a keeper that was stopped when its
/// client ended, and one more process stands before it where this one has children already.
/// Windows: this process is in a job that ends everything in it when the job closes.
pub(crate) fn stand_between(spared: &[String], clear_up: impl FnOnce()) -> io::Result<Identity> {
    os::guard::stand_between(spared, clear_up)
}

/// The process that started this one; `None` where it has ended.
pub(crate) fn parent_of(child: Identity) -> io::Result<Option<Identity>> {
    os::guard::parent_of(child)
}

/// Whether our standard input is what a client makes: a pipe or a socket.
pub(crate) fn has_a_clients_input() -> bool {
    os::guard::has_a_clients_input()
}

/// Whether this process can write to what we read.
///
/// # Platforms
/// Linux: whoever has the pipe open for writing, or the socket at its other end, where the kernel tells which that is.
/// Elsewhere never told.
pub(crate) fn speaks_to_us(pid: crate::core::Pid) -> bool {
    os::guard::speaks_to_us(pid)
}

/// Whether our standard input is a client's, and anybody at all can still write to it.
///
/// # Platforms
/// Elsewhere than on Linux never told.
pub(crate) fn input_is_open() -> bool {
    os::guard::input_is_open()
}

/// Whether there is a way to notice the end of an input that another process reads.
///
/// # Platforms
/// Linux: yes, so that the server may inherit it; Windows: no, so that it must be pumped.
pub(crate) const INPUT_CAN_BE_INHERITED: bool = os::guard::INPUT_CAN_BE_INHERITED;

/// Our standard input, unbuffered.
pub(crate) fn input() -> io::Result<File> {
    os::guard::input()
}

/// How much of our standard input nobody has read yet, in bytes; `None` where that cannot be told.
pub(crate) fn unread_input() -> Option<u64> {
    os::guard::unread_input()
}

/// Our standard output, unbuffered.
pub(crate) fn output() -> io::Result<File> {
    os::guard::output()
}

/// Lets go of our standard output, which the server has got: whoever reads it sees its end when the server closes it.
///
/// # Platforms
/// Windows: nothing; the server has the stream itself only where it is no pipe.
pub(crate) fn give_up_output() -> io::Result<()> {
    os::guard::give_up_output()
}

/// Whether nobody listens on the port, by binding it for a moment on every address.
///
/// # Platforms
/// Windows: exclusively, so that a listener on another address is noticed; an error is a port that the
/// system reserves.
pub(crate) fn port_is_free(port: u16) -> io::Result<bool> {
    os::guard::port_is_free(port)
}

/// Why a process is not watched.
#[derive(Debug)]
pub(crate) enum Unwatched {
    /// It has ended.
    Gone,
    /// The system would not say, or had no room for one more file.
    CannotTell(io::Error),
}

impl From<io::Error> for Unwatched {
    fn from(error: io::Error) -> Self {
        Self::CannotTell(error)
    }
}

impl From<Unwatched> for io::Error {
    fn from(unwatched: Unwatched) -> Self {
        match unwatched {
            Unwatched::Gone => io::ErrorKind::NotFound.into(),
            Unwatched::CannotTell(error) => error,
        }
    }
}

/// Waits for everything that concerns a guard.
#[derive(Debug)]
pub(crate) struct Watch(os::guard::Watch);

impl Watch {
    /// Watches our standard input and, where it is known, the client.
    pub(crate) fn new(client: Option<Identity>) -> io::Result<Self> {
        os::guard::Watch::new(client).map(Self)
    }

    /// Watches this server from now on, instead of an earlier one; or whoever goes on in its place.
    pub(crate) fn watch_server(&mut self, server: &Server) -> io::Result<()> {
        self.0.watch_server(&server.0)
    }

    /// Watches another client from now on.
    pub(crate) fn watch_client(&mut self, client: Option<Identity>) -> Result<(), Unwatched> {
        self.0.watch_client(client)
    }

    /// Tells of the end of our standard input once more.
    ///
    /// # Platforms
    /// Windows: nothing; whoever reads the input learns of its end.
    pub(crate) fn watch_input_again(&mut self) {
        self.0.watch_input_again();
    }

    /// What wakes this watch from any thread.
    pub(crate) fn waker(&self) -> Arc<Waker> {
        Arc::new(Waker(self.0.waker()))
    }

    /// Has the next wait give back, just before it blocks, what only work needs. What is needed of it again costs a
    /// few page faults.
    ///
    /// # Platforms
    /// Linux: free parts of the heap, and the pages of the program itself. Windows: nothing.
    pub(crate) fn give_back_memory(&mut self) {
        self.0.give_back_memory();
    }

    /// Blocks until something happens or the time is over; `None` waits for ever. Each end is told once.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Vec<Wake>> {
        self.0.wait(timeout)
    }
}

/// Wakes a [`Watch`].
#[derive(Debug)]
pub(crate) struct Waker(os::guard::Waker);

impl Waker {
    /// Makes the next or present wait return [`Wake::Called`].
    pub(crate) fn wake(&self) {
        self.0.wake();
    }
}

/// How a server ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ended {
    /// The exit code to pass on.
    ///
    /// # Platforms
    /// Unix: 128 and the signal's number for whoever died of one; Windows: the raw 32 bits.
    pub(crate) code: i32,
}

/// Whether somebody goes on in the place of a server that has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Succession {
    /// Nobody.
    Nobody,
    /// Somebody that it has started has its standard input and output for its own.
    GoesOn,
    /// Some of them begin or end at this very moment: ask again.
    NotYetTold,
}

/// Why there is no server.
#[derive(Debug)]
pub(crate) enum NotStarted {
    /// Its program could not be run.
    Command(io::Error),
    /// The guard had not the means to run it or to hold it. Nothing of it runs.
    Guard(io::Error),
}

impl From<io::Error> for NotStarted {
    fn from(error: io::Error) -> Self {
        Self::Guard(error)
    }
}

/// The server, with everything that it has started. Our own end ends it; drop it only when it is gone.
///
/// # Platforms
/// Linux: dropping it ends nothing; Windows: it ends what is left.
#[derive(Debug)]
pub(crate) struct Server(os::guard::Server);

impl Server {
    /// What the server has set up for good, in a session of its own and below nobody but us; what is spared aside.
    ///
    /// # Platforms
    /// Windows: nothing of the kind.
    pub(crate) fn apart(&self) -> Vec<Apart> {
        self.0.apart()
    }

    /// Starts it as our own. Call it from the thread that lives as long as the program. Standard streams
    /// are as `command` says. Parts of command lines in `spared` are never ended by [`Server::ask_the_rest`]
    /// and [`Server::force`].
    ///
    /// # Platforms
    /// Windows: what was spared elsewhere ends here with the job all the same. No console window is shown.
    pub(crate) fn start(command: Command, spared: &[String]) -> Result<Self, NotStarted> {
        os::guard::Server::start(command, spared).map(Self)
    }

    /// Who it is: the process that was started, or whoever goes on in its place.
    pub(crate) fn identity(&self) -> Identity {
        self.0.identity()
    }

    /// The other end of its standard input, once.
    pub(crate) fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.0.take_stdin()
    }

    /// The other end of its standard output, once.
    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.0.take_stdout()
    }

    /// Once it has ended: whether somebody that it has started goes on in its place. That one is the server from then
    /// on, for [`Server::identity`], [`Server::ask`], [`Server::pass_on`] and [`Watch::watch_server`].
    pub(crate) fn succession(&mut self) -> Succession {
        self.0.succession()
    }

    /// Whether the one that [`Server::succession`] found last still runs.
    pub(crate) fn has_a_successor(&self) -> bool {
        self.0.has_a_successor()
    }

    /// How that one ended, where it can be told.
    pub(crate) fn successors_end(&self) -> Option<Ended> {
        self.0.successors_end()
    }

    /// How much of what the client has said waits in its standard input, in bytes; `None` where that is not told.
    pub(crate) fn untaken(&self) -> Option<u64> {
        self.0.untaken()
    }

    /// How the process that was started ended, if it has. Does not wait. Also takes note of everything below it that
    /// has ended.
    pub(crate) fn ended(&mut self) -> io::Result<Option<Ended>> {
        self.0.ended()
    }

    /// Whether nothing of it is left: not itself, nor anything that it has started.
    pub(crate) fn is_gone(&mut self) -> bool {
        self.0.is_gone()
    }

    /// Passes a signal on to it.
    ///
    /// # Platforms
    /// Windows: as [`Server::ask`]; there is no other signal that reaches it.
    pub(crate) fn pass_on(&self, signal: Signal) -> io::Result<()> {
        self.0.pass_on(signal)
    }

    /// Asks it to end.
    ///
    /// # Platforms
    /// Linux: SIGTERM to it alone; Windows: Ctrl-C in its console, to everything that it has started there,
    /// too. In a person's terminal, which it shares with us, nothing is sent.
    pub(crate) fn ask(&self) -> io::Result<()> {
        self.0.ask()
    }

    /// Asks what it left behind to end.
    pub(crate) fn ask_the_rest(&self) -> io::Result<()> {
        self.0.ask_the_rest()
    }

    /// Ends all of it without asking. Does not wait; repeat it until [`Server::is_gone`], because something
    /// may be started meanwhile.
    pub(crate) fn force(&self) -> io::Result<()> {
        self.0.force()
    }
}
