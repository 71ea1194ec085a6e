//! From the client to the server: what it says is noted, passed on, and kept where no server takes it.

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use super::chunk::Chunk;
use super::conversation::Fate;
use super::lines::Lines;
use super::relay::{Heard, LONGEST_LINE, Shared, lock, say_what_is_not_remembered};
use crate::platform::streams::{self, Sink, Source};

/// The way to the server.
#[derive(Default)]
pub(super) struct Inlet {
    pub(super) server: Option<Box<dyn Sink>>,
    /// Which one that is.
    pub(super) number: u32,
    /// The server takes no more; another one may come.
    pub(super) broken: bool,
    /// What no server has taken.
    pub(super) undelivered: Vec<u8>,
    /// The client's unfinished line.
    pub(super) lines: Lines,
    /// How much of it was passed on already, in bytes.
    pub(super) sent: usize,
    /// The line that the last chunk completed, whole, where its beginning was passed on before.
    pub(super) completed: Vec<u8>,
}

impl Shared {
    pub(super) fn listen_to_client(&self, mut input: Box<dyn Source>) {
        let mut chunk = Chunk::new();
        while let Ok(said) = chunk.read(&mut *input) {
            if said.is_empty() {
                break;
            }
            self.deliver(said);
            self.is_used();
        }
        // First: the server may be gone, and the next one would be for nothing.
        (self.tell)(Heard::InputEnded);
        self.open_inlet().server = None;
    }

    /// The inlet, once there is somebody to speak to.
    pub(super) fn open_inlet(&self) -> MutexGuard<'_, Inlet> {
        let closed = |inlet: &mut Inlet| self.holds.load(Ordering::SeqCst) || inlet.broken;
        self.inlet_changed.wait_while(lock(&self.inlet), closed).unwrap_or_else(PoisonError::into_inner)
    }

    fn deliver(&self, chunk: &[u8]) {
        let mut inlet = self.open_inlet();
        // Noted before it is passed on: the answer may come at once.
        let passed = self.note(&mut inlet, chunk);
        self.write(&mut inlet, passed.as_deref().unwrap_or(chunk));
    }

    /// Looks at what the client says. `None` where all of it is passed on as it is; otherwise what is.
    fn note(&self, inlet: &mut Inlet, chunk: &[u8]) -> Option<Vec<u8>> {
        let mut conversation = lock(&self.conversation);
        // While a line may have to be dropped, none is passed on before it is complete.
        let withholds = conversation.changes_lines() || inlet.sent < inlet.lines.rest().len();
        let (mut passed, mut sent) = (Vec::new(), inlet.sent);
        let mut completed = Vec::new();
        inlet.lines.add(chunk, |line| {
            let fate = conversation.client_says(line);
            if sent > 0 {
                completed = line.to_vec();
            }
            if withholds {
                match fate {
                    // What was begun cannot be taken back.
                    _ if sent > 0 => passed.extend_from_slice(line.get(sent..).unwrap_or_default()),
                    Fate::Passed => passed.extend_from_slice(line),
                    Fate::Replaced(batch) => passed.extend_from_slice(&batch),
                    Fate::Dropped => {}
                }
            }
            sent = 0;
        });
        inlet.completed = completed;
        if conversation.is_mcp() && !self.is_mcp.swap(true, Ordering::SeqCst) {
            self.tell_if_of_no_use();
        }
        say_what_is_not_remembered(&mut conversation);
        let rest = inlet.lines.rest();
        // No message is as long. What follows is passed on all the same.
        let is_too_long = rest.len() > LONGEST_LINE;
        if is_too_long || !conversation.changes_lines() {
            passed.extend_from_slice(rest.get(sent..).filter(|_| withholds).unwrap_or_default());
            sent = rest.len();
        }
        inlet.sent = sent;
        if is_too_long {
            inlet.lines.clear();
            inlet.sent = 0;
        }
        withholds.then_some(passed)
    }

    /// Writes to the server. What it does not take is kept for the next one.
    pub(super) fn write(&self, inlet: &mut Inlet, bytes: &[u8]) {
        let mut written = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            let Some(server) = &mut inlet.server else { break };
            match streams::write(&mut **server, rest) {
                Ok(count) => {
                    written += count;
                    self.delivered.fetch_add(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
                }
                Err(_) => self.is_broken(inlet),
            }
        }
        if written < bytes.len() {
            self.keep(inlet, bytes, written);
        }
    }

    /// The server takes no more. It has ended, or only closed its input: then the client would wait for ever.
    pub(super) fn is_broken(&self, inlet: &mut Inlet) {
        inlet.server = None;
        inlet.broken = true;
        self.stream_closed(inlet.number);
    }

    /// Keeps the lines of which the server has not taken the end. The unfinished one is kept anyway.
    fn keep(&self, inlet: &mut Inlet, bytes: &[u8], written: usize) {
        let after_line = |part: &[u8]| memchr::memrchr(b'\n', part).map(|at| at + 1);
        let (taken, _) = bytes.split_at(written);
        let whole = bytes.get(..after_line(bytes).unwrap_or(0)).unwrap_or_default();
        let mut lines = match after_line(taken) {
            Some(begin) => whole.get(begin..).unwrap_or_default().to_vec(),
            // Not even the first one, of which the beginning may have been passed on before.
            None if inlet.completed.is_empty() => whole.to_vec(),
            None => {
                let first = whole.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                [inlet.completed.as_slice(), whole.get(first..).unwrap_or_default()].concat()
            }
        };
        let mut conversation = lock(&self.conversation);
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            conversation.not_delivered(line);
        }
        inlet.undelivered.append(&mut lines);
    }
}
