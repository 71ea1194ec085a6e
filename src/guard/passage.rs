//! How long the output of a server is read that is gone: until it ends, or until nothing more of the server's own can
//! be in it.
//!
//! Whoever the server has started and is spared may hold the other end of the pipe for ever. It is not disturbed: what
//! it says from then on is read and thrown away, because a pipe that nobody reads any more would end it.

use std::convert::Infallible;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::outflow::Outflow;
use super::outward::Introduction;
use super::relay::lock;

/// When so long nothing has come, nothing is left of what a server has said that is gone.
const QUIET: Duration = Duration::from_millis(300);

/// Whoever still talks after so many of these, or so many pieces, is not the server: what a pipe can hold was read
/// meanwhile.
const MOST_WAITS: u32 = 8;
const MOST_PIECES: u64 = 32;

/// One server's output on its way to the client. Locked as long as a piece of it is passed on.
#[derive(Default)]
pub(super) struct Passage {
    /// What is passed on of it.
    pub(super) outflow: Outflow,
    /// Whose answer is awaited.
    pub(super) introduction: Option<Introduction>,
    /// Whoever reads it is past what the server before has said.
    has_begun: bool,
    /// How many pieces were passed on.
    pieces: u64,
    /// Nothing is passed on any more.
    is_over: bool,
    /// What the client is to be told by us once a line of the server's is over.
    untold: Vec<u8>,
}

impl Passage {
    /// The server's turn to be heard has come.
    pub(super) fn begin(&mut self, introduction: Option<Introduction>) {
        self.introduction = introduction;
        self.has_begun = true;
    }

    /// Whether the next piece is to be passed on; it counts.
    pub(super) const fn takes_one_more(&mut self) -> bool {
        self.pieces += 1;
        !self.is_over
    }

    /// Something of our own for the client. What of it is to be said now: nothing within a line of the server's, and
    /// nothing any more once that is gone, because the next one has news of its own.
    pub(super) fn tell(&mut self, words: &[u8]) -> Vec<u8> {
        if !self.is_over {
            self.untold.extend_from_slice(words);
        }
        self.take_untold()
    }

    /// What can be said now of what could not be said before.
    pub(super) fn take_untold(&mut self) -> Vec<u8> {
        if self.outflow.is_within_a_line() { Vec::new() } else { std::mem::take(&mut self.untold) }
    }

    /// The pipe has ended, and no answer comes any more. Whether it was over before.
    pub(super) fn end(&mut self) -> bool {
        self.introduction = None;
        self.is_over
    }
}

/// The thread that reads it, for whoever waits for its end.
pub(super) struct Outward {
    pub(super) passage: Arc<Mutex<Passage>>,
    /// Ends with the thread.
    pub(super) reading: Receiver<Infallible>,
}

impl Outward {
    /// Waits until everything is passed on that the server has said, which is gone: as long as the client takes to
    /// read it, and a little longer where somebody else holds the pipe. Returns what is left of it.
    pub(super) fn finish(self) -> Outflow {
        let first = lock(&self.passage).pieces;
        let (mut seen, mut waits) = (first, 0);
        while let Err(RecvTimeoutError::Timeout) = self.reading.recv_timeout(QUIET) {
            // Not to be had while the client is being written to.
            let mut passage = lock(&self.passage);
            if !passage.has_begun {
                continue;
            }
            waits += 1;
            let is_somebody_elses = waits >= MOST_WAITS || passage.pieces - first >= MOST_PIECES;
            if passage.pieces == seen || is_somebody_elses {
                passage.end();
                break;
            }
            seen = passage.pieces;
        }
        let mut passage = lock(&self.passage);
        passage.is_over = true;
        std::mem::take(&mut passage.outflow)
    }
}
