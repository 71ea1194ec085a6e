//! Carries bytes between a client and one server after the other, on a thread for each direction.
//!
//! What is read is passed on at once; a line is only looked at, and changed where a restart has changed names. Where a
//! client speaks MCP, whole lines are passed to it, so that it never sees half a message of a server that died, aside from
//! long answers (`outflow.rs`). Writing blocks as long as the other side does not read: that is the back-pressure of a
//! plain pipe.

use std::convert::Infallible;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::asking;
use super::conversation::{Conversation, Fate, Replay};
use super::events::Event;
use super::hands::Ready;
use super::inward::Inlet;
use super::outward::{Answered, Introduction};
use super::passage::{Outward, Passage};
use super::replies;
use crate::platform::streams::{self, Sink, Source};

/// A line that is longer is passed on in pieces, in bytes.
pub(super) const LONGEST_LINE: usize = 64 * 1024 * 1024;

/// What the relay tells the guard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Heard {
    /// The client has closed our input. What it has said last may still be kept for the next server.
    InputEnded,
    /// Everything that the present server said was passed on, and it says no more.
    Drained,
    /// The new server has been told `initialize` again.
    Greeted,
    /// The new server has been told what the old one knew.
    Resumed,
    /// So it has, and it has refused `initialize`; [`Relay::refusal`] says how.
    Refused,
    /// The server of this number has closed its output, or takes no more, and its client speaks MCP: it needs both.
    Closed(u32),
    /// Something is carried again, after [`Relay::tell_when_used`].
    Used,
    /// The new server has answered what we have asked it ourselves; see [`Relay::goes_on_to_ask`].
    Own,
}

impl Heard {
    /// What it means to the guard.
    pub(crate) fn means(self, relay: Option<&Relay>) -> Option<Event> {
        match self {
            // The system tells of a closed input earlier where it can; the second time does no harm.
            Self::InputEnded => Some(Event::InputClosed),
            Self::Drained => Some(Event::Drained),
            Self::Greeted => Some(Event::Greeted),
            Self::Resumed => Some(Event::Introduced),
            Self::Refused => Some(Event::Refused),
            // Of one that was replaced it tells nothing.
            Self::Closed(number) => {
                relay.is_some_and(|relay| relay.serves(number)).then_some(Event::StreamClosed)
            }
            // The guard no longer rests.
            Self::Used | Self::Own => None,
        }
    }
}

/// Where the relay tells what it hears.
pub(crate) type Tell = Box<dyn Fn(Heard) + Send + Sync>;

pub(super) struct Shared {
    pub(super) conversation: Mutex<Conversation>,
    pub(super) is_mcp: AtomicBool,
    pub(super) inlet: Mutex<Inlet>,
    pub(super) inlet_changed: Condvar,
    /// The client is kept waiting: the server is being replaced.
    pub(super) holds: AtomicBool,
    pub(super) client: Mutex<Box<dyn Sink>>,
    pub(super) delivered: AtomicU64,
    pub(super) passed: AtomicU64,
    pub(super) tell: Tell,
    /// What the last server said that has refused `initialize`.
    refusal: Mutex<String>,
    /// The next message is to be told.
    rests: AtomicBool,
    /// The server that has closed a stream, by its number; 0 for none.
    closed: AtomicU32,
}

/// Both directions.
pub(crate) struct Relay {
    pub(super) shared: Arc<Shared>,
    outward: Option<Outward>,
    introduction: Option<JoinHandle<()>>,
    /// Counts the servers.
    pub(super) number: u32,
    /// Whether the present server is being replaced: one flag for each.
    is_replaced: Arc<AtomicBool>,
    /// What the next server needs.
    ready: Option<Ready>,
}

/// A thread that panicked has left whole values behind: each change of them is one assignment.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Relay {
    /// Starts to listen to the client. `output` is the way back to it.
    pub(crate) fn new(input: Box<dyn Source>, output: Box<dyn Sink>, tell: Tell) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            conversation: Mutex::new(Conversation::marked(asking::mark())),
            is_mcp: AtomicBool::new(false),
            inlet: Mutex::default(),
            inlet_changed: Condvar::new(),
            holds: AtomicBool::new(true),
            client: Mutex::new(output),
            delivered: AtomicU64::new(0),
            passed: AtomicU64::new(0),
            tell,
            refusal: Mutex::default(),
            rests: AtomicBool::new(false),
            closed: AtomicU32::new(0),
        });
        let inward = Arc::clone(&shared);
        thread::Builder::new().name("client".into()).spawn(move || inward.listen_to_client(input))?;
        let is_replaced = Arc::default();
        Ok(Self { shared, outward: None, introduction: None, number: 0, is_replaced, ready: None })
    }

    /// Gets what the next server needs, so that it is there when the one before is gone.
    pub(crate) fn prepare(&mut self) -> io::Result<()> {
        if self.ready.is_none() {
            self.ready = Some(Ready::new(self.number == 0)?);
        }
        Ok(())
    }

    /// Puts a server in place: the first, or the next one, which is told what its predecessor knew. Tells
    /// [`Heard::Resumed`] when the client is served again.
    pub(crate) fn serve(&mut self, stdin: Box<dyn Sink>, stdout: Box<dyn Source>) -> io::Result<()> {
        self.prepare()?;
        let Some(Ready { server, introduction }) = self.ready.take() else { return Ok(()) };
        let before = self.outward.take();
        let (answered, answer) = mpsc::channel();
        let (prefaced, preface) = mpsc::channel();
        self.number += 1;
        let number = self.number;
        self.is_replaced = Arc::default();
        let (shared, is_replaced) = (Arc::clone(&self.shared), Arc::clone(&self.is_replaced));
        let passage = Arc::new(Mutex::new(Passage::default()));
        let (reads, reading) = mpsc::channel();
        self.outward = Some(Outward { passage: Arc::clone(&passage), reading });
        let its_passage = Arc::clone(&passage);
        server.does(move || {
            let passage = its_passage;
            let _ends_with_this_thread: Sender<Infallible> = reads;
            let mut replay = None;
            // What the server before this one said comes first, also while the client is slow to read it.
            if let Some(before) = before {
                shared.mourn(before.finish());
                replay = lock(&shared.conversation).replay();
            }
            let introduction = replay.as_ref().map(|replay| Introduction {
                id: replay.id.clone(),
                is_swallowed: replay.answered,
                answered,
            });
            let _ = prefaced.send(replay);
            lock(&passage).begin(introduction);
            shared.listen_to_server(stdout, &passage, number, &is_replaced);
        });
        let (shared, is_replaced) = (Arc::clone(&self.shared), Arc::clone(&self.is_replaced));
        let next = Next { stdin, number, passage, preface, answer, is_replaced };
        let Some(introduction) = introduction else {
            shared.resume(next);
            return Ok(());
        };
        let before = self.introduction.take();
        self.introduction = Some(introduction.does(move || {
            // It ends with the output of its server, which has ended or is not waited for any more.
            let _ = before.map(JoinHandle::join);
            shared.resume(next);
        }));
        Ok(())
    }

    /// Whether this is the number of the present server.
    pub(crate) const fn serves(&self, number: u32) -> bool {
        self.number == number
    }

    /// What the last server said that has refused `initialize`.
    pub(crate) fn refusal(&self) -> String {
        lock(&self.shared.refusal).clone()
    }

    /// Keeps what the client says from now on, and closes the server's input where that can be done at once:
    /// a server that does not read is asked to end anyway.
    pub(crate) fn hold(&self) {
        // In this order: whoever is about to let the client go on looks in the other one.
        self.is_replaced.store(true, Ordering::SeqCst);
        self.shared.holds.store(true, Ordering::SeqCst);
        self.close_input();
    }

    /// Closes the server's input. Not while something is being written to it.
    pub(crate) fn close_input(&self) {
        if let Ok(mut inlet) = self.shared.inlet.try_lock() {
            inlet.server = None;
        }
    }

    /// How many bytes servers have taken so far.
    pub(crate) fn delivered(&self) -> u64 {
        self.shared.delivered.load(Ordering::Relaxed)
    }

    /// How many bytes of servers were read so far.
    pub(crate) fn passed(&self) -> u64 {
        self.shared.passed.load(Ordering::Relaxed)
    }

    /// Has the next message told, in either direction, by [`Heard::Used`]: only that one.
    pub(crate) fn tell_when_used(&self) {
        self.shared.rests.store(true, Ordering::Relaxed);
    }

    /// Whether the client is being written to at this moment, and perhaps does not read.
    pub(crate) fn is_writing(&self) -> bool {
        self.shared.client.try_lock().is_err()
    }

    /// Passes on what the last server left unfinished, once it is gone: on a thread of its own, which tells
    /// [`Heard::Drained`]. Where there is none to be had it is done here and now: nothing else is left to do.
    pub(crate) fn drain(&mut self) {
        let (shared, outward) = (Arc::clone(&self.shared), self.outward.take());
        let outward = Arc::new(Mutex::new(outward));
        let (ours, theirs) = (Arc::clone(&shared), Arc::clone(&outward));
        let pass_on = |shared: &Shared, outward: &Mutex<Option<Outward>>| {
            let rest = lock(outward).take().map(Outward::finish).unwrap_or_default();
            // A client that is gone has no use for it.
            let _ = streams::write_all(&mut **lock(&shared.client), rest.kept());
            (shared.tell)(Heard::Drained);
        };
        let started = thread::Builder::new().name("rest".into()).spawn(move || pass_on(&ours, &theirs));
        if started.is_err() {
            pass_on(&shared, &outward);
        }
    }
}

/// A server that is to take the place of the one before.
struct Next {
    stdin: Box<dyn Sink>,
    number: u32,
    passage: Arc<Mutex<Passage>>,
    /// What it must be told first, once the client has read all that the one before had said.
    preface: Receiver<Option<Replay>>,
    /// Its answer to that. Ends with its output.
    answer: Receiver<Answered>,
    /// Whether it is being replaced itself.
    is_replaced: Arc<AtomicBool>,
}

impl Shared {
    /// The server of this number has closed a stream. Some do that on purpose and are used in other ways.
    pub(super) fn stream_closed(&self, number: u32) {
        self.closed.store(number, Ordering::SeqCst);
        self.tell_if_of_no_use();
    }

    /// Call it when the client turns out to speak MCP, too.
    pub(super) fn tell_if_of_no_use(&self) {
        let number = self.closed.load(Ordering::SeqCst);
        if number > 0 && self.is_mcp.load(Ordering::SeqCst) {
            (self.tell)(Heard::Closed(number));
        }
    }

    /// Something was carried.
    pub(super) fn is_used(&self) {
        if self.rests.load(Ordering::Relaxed) && self.rests.swap(false, Ordering::Relaxed) {
            (self.tell)(Heard::Used);
        }
    }

    /// Lets a new server take the place of the one before, and the client go on.
    fn resume(&self, next: Next) {
        // The client learns what is lost before it learns anything new.
        let replay = next.preface.recv().ok().flatten();
        let mut inlet = lock(&self.inlet);
        inlet.server = Some(next.stdin);
        inlet.number = next.number;
        inlet.broken = false;
        let mut tells_of_changes = false;
        let mut heard = Heard::Resumed;
        if let Some(replay) = replay {
            self.repeat(&mut inlet, &replay.initialize);
            (self.tell)(Heard::Greeted);
            // Its input can be closed meanwhile. The client is held, however long it takes.
            drop(inlet);
            let answered = next.answer.recv();
            inlet = lock(&self.inlet);
            match answered {
                Ok(Ok(())) => {
                    if let Some(initialized) = replay.initialized {
                        self.repeat(&mut inlet, &initialized);
                    }
                    if replay.answered {
                        let asks = lock(&self.conversation).begin_to_ask();
                        self.repeat(&mut inlet, &asks);
                    }
                    tells_of_changes = replay.answered;
                }
                Ok(Err(says)) => {
                    *lock(&self.refusal) = says;
                    heard = Heard::Refused;
                }
                // Its output has ended, which is told by others.
                Err(_) => {
                    inlet.server = None;
                    inlet.broken = true;
                    return;
                }
            }
        }
        let kept = std::mem::take(&mut inlet.undelivered);
        let mut undelivered = Vec::new();
        for line in kept.split_inclusive(|byte| *byte == b'\n') {
            match lock(&self.conversation).client_says(line) {
                Fate::Passed => undelivered.extend_from_slice(line),
                Fate::Replaced(batch) => undelivered.extend_from_slice(&batch),
                // It has answered the server that did not take it.
                Fate::Dropped => {}
            }
        }
        // Of a line that has only begun the new server gets the beginning, too.
        let withheld = lock(&self.conversation).changes_lines();
        let unfinished = if withheld { Vec::new() } else { inlet.lines.rest().to_vec() };
        inlet.sent = unfinished.len();
        inlet.completed = Vec::new();
        self.write(&mut inlet, &undelivered);
        self.write(&mut inlet, &unfinished);
        self.holds.store(false, Ordering::SeqCst);
        if next.is_replaced.load(Ordering::SeqCst) {
            self.holds.store(true, Ordering::SeqCst);
        }
        drop(inlet);
        self.inlet_changed.notify_all();
        if tells_of_changes {
            let lists = lock(&self.conversation).announced_lists();
            // Nothing of the server's is passed on meanwhile.
            let mut passage = lock(&next.passage);
            let words = passage.tell(&replies::of_changed(&lists));
            let _ = streams::write_all(&mut **lock(&self.client), &words);
        }
        (self.tell)(heard);
    }
}

/// Not before it matters: what is open then is told to nobody when its server is gone.
pub(super) fn say_what_is_not_remembered(conversation: &mut Conversation) {
    if conversation.loses_count() {
        tracing::warn!(
            "more requests are open than are remembered: not all of them would be told of a restart"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::Duration;

    use super::*;

    /// A file of this test's own.
    fn scratch(name: &str, text: &str) -> File {
        let path = std::env::temp_dir().join(format!("shimkeeper-relay-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        // Where an open file cannot be removed it stays behind.
        let _ = std::fs::remove_file(path);
        file
    }

    #[test]
    fn the_end_of_the_input_is_told_while_no_server_is_there() {
        let (told, tells) = mpsc::channel();
        let tell = Box::new(move |heard| told.send(heard).unwrap());
        let relay =
            Relay::new(Box::new(scratch("input", "")), Box::new(scratch("output", "")), tell).unwrap();
        assert!(relay.shared.holds.load(Ordering::SeqCst), "the client is held");
        assert_eq!(tells.recv_timeout(Duration::from_secs(20)), Ok(Heard::InputEnded));
    }
}
