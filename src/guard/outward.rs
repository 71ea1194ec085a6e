//! From the server to the client: passed on, and then looked at. Whole lines where the client speaks MCP.

use std::io::{self, Write};
use std::process::ChildStdout;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use super::conversation::Fate;
use super::lines::Lines;
use super::message::{Id, Message, may_ask, messages, refusal, refuses};
use super::passage::Passage;
use super::relay::{Chunk, LONGEST_LINE, Shared, lock, say_what_is_not_remembered};
use super::replies;

/// The answer to a repeated `initialize` is awaited.
pub(super) struct Introduction {
    pub(super) id: Id,
    /// The client has had the first server's answer.
    pub(super) is_swallowed: bool,
    pub(super) answered: Sender<Answered>,
}

/// How a server answers `initialize`: an error is what its own says.
pub(super) type Answered = Result<(), String>;

impl Shared {
    /// Tells the client which of its requests are lost with a server.
    pub(super) fn mourn(&self) {
        let lost = lock(&self.conversation).server_is_gone();
        // A client that is gone is told by its end.
        let _ = lock(&self.client).write_all(&replies::of_lost(&lost));
    }

    pub(super) fn listen_to_server(
        &self,
        mut stdout: ChildStdout,
        passage: &Mutex<Passage>,
        number: u32,
        is_replaced: &AtomicBool,
    ) {
        let mut chunk = Chunk::new();
        while let Ok(read) = chunk.read(&mut stdout) {
            if read.is_empty() {
                break;
            }
            let mut passage = lock(passage);
            if !passage.takes_one_more() {
                continue;
            }
            let Passage { lines, introduction, .. } = &mut *passage;
            self.passed.fetch_add(u64::try_from(read.len()).unwrap_or(0), Ordering::Relaxed);
            let passed = if introduction.is_some() {
                self.pass_on_all_but_the_answer(lines, read, introduction)
            } else if lines.rest().is_empty() && !self.is_mcp.load(Ordering::Relaxed) {
                lock(&self.client).write_all(read)
            } else if is_replaced.load(Ordering::SeqCst) {
                self.pass_on_all_but_refusals(lines, read)
            } else {
                self.pass_on_lines(lines, read)
            };
            self.is_used();
            if passed.and_then(|()| self.pass_on_what_is_no_line(lines)).is_err() {
                // Nobody listens any more: the server is told so by its next word, as it would be without us.
                lines.clear();
                *introduction = None;
                return;
            }
        }
        // Of one that is gone it says nothing.
        if !lock(passage).end() {
            self.stream_closed(number);
        }
    }

    /// No message is as long. What follows is passed on all the same.
    fn pass_on_what_is_no_line(&self, lines: &mut Lines) -> io::Result<()> {
        if lines.rest().len() > LONGEST_LINE {
            lock(&self.client).write_all(lines.rest())?;
            lines.clear();
        }
        Ok(())
    }

    /// Passes on what ends with a line's end, and then looks at it: an answer has nobody waiting for us. Only what
    /// may be a question is looked at before, because the client may answer at once.
    fn pass_on_lines(&self, lines: &mut Lines, read: &[u8]) -> io::Result<()> {
        let mut whole = Vec::new();
        if lock(&self.conversation).changes_lines() {
            lines.add(read, |line| self.pass_on(line, &mut whole));
            return lock(&self.client).write_all(&whole);
        }
        lines.add(read, |line| whole.extend_from_slice(line));
        let each = || whole.split_inclusive(|byte| *byte == b'\n');
        let (before, after): (Vec<&[u8]>, Vec<&[u8]>) = each().partition(|line| may_ask(line));
        self.look_at(&before);
        lock(&self.client).write_all(&whole)?;
        self.look_at(&after);
        Ok(())
    }

    /// Looks at a line, and adds what the client is told of it.
    fn pass_on(&self, line: &[u8], passed: &mut Vec<u8>) {
        match lock(&self.conversation).server_says(line) {
            Fate::Passed => passed.extend_from_slice(line),
            Fate::Replaced(other) => passed.extend_from_slice(&other),
            Fate::Dropped => {}
        }
    }

    fn look_at(&self, lines: &[&[u8]]) {
        if lines.is_empty() {
            return;
        }
        let mut conversation = lock(&self.conversation);
        for line in lines {
            let _ = conversation.server_says(line);
        }
        say_what_is_not_remembered(&mut conversation);
    }

    /// Line by line, of a server whose input we have closed. Some answer what they had not finished by an error,
    /// such as "connection closed": the client's connection is not, and it will be told what is true.
    fn pass_on_all_but_refusals(&self, lines: &mut Lines, read: &[u8]) -> io::Result<()> {
        let mut passed = Vec::new();
        lines.add(read, |line| {
            if !refuses(line) {
                self.pass_on(line, &mut passed);
            }
        });
        lock(&self.client).write_all(&passed)
    }

    /// Line by line, until the answer to the repeated `initialize` has come.
    fn pass_on_all_but_the_answer(
        &self,
        lines: &mut Lines,
        read: &[u8],
        introduction: &mut Option<Introduction>,
    ) -> io::Result<()> {
        let mut passed = Vec::new();
        lines.add(read, |line| {
            let is_answer = introduction.as_ref().is_some_and(|awaited| {
                messages(line).iter().any(|message| match message {
                    Message::Response { id } => *id == awaited.id,
                    Message::Request { .. } | Message::Notification { .. } => false,
                })
            });
            let awaited = if is_answer { introduction.take() } else { None };
            if !awaited.as_ref().is_some_and(|awaited| awaited.is_swallowed) {
                self.pass_on(line, &mut passed);
            }
            if let Some(awaited) = awaited {
                // Whoever waits for it may have given up.
                let _ = awaited.answered.send(refusal(line).map_or(Ok(()), Err));
            }
        });
        lock(&self.client).write_all(&passed)
    }
}
