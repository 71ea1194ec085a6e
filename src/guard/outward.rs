//! From the server to the client: noted, and passed on. Whole lines where the client speaks MCP, aside from long answers.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use super::chunk::Chunk;
use super::conversation::Fate;
use super::message::{Id, Message, messages, refusal, refuses};
use super::outflow::{Looks, Outflow, Seen};
use super::passage::Passage;
use super::relay::{Heard, LONGEST_LINE, Shared, lock, say_what_is_not_remembered};
use super::replies;
use crate::platform::streams::{self, Source};

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
    /// Tells the client what is lost with a server, after the end of what it had begun to say.
    pub(super) fn mourn(&self, mut said: Outflow) {
        let mut conversation = lock(&self.conversation);
        let (end, answers) = if conversation.is_mcp() { said.ends() } else { (&b""[..], None) };
        if let Some(answer) = answers {
            conversation.server_answers(&answer);
        }
        let lost = conversation.server_is_gone();
        drop(conversation);
        // A client that is gone is told by its end.
        let _ = streams::write_both(&mut **lock(&self.client), end, &replies::of_lost(&lost));
    }

    pub(super) fn listen_to_server(
        &self,
        mut stdout: Box<dyn Source>,
        passage: &Mutex<Passage>,
        number: u32,
        is_replaced: &AtomicBool,
    ) {
        let mut chunk = Chunk::new();
        while let Ok(read) = chunk.read(&mut *stdout) {
            if read.is_empty() {
                break;
            }
            let mut passage = lock(passage);
            if !passage.takes_one_more() {
                continue;
            }
            let Passage { outflow, introduction, .. } = &mut *passage;
            self.passed.fetch_add(u64::try_from(read.len()).unwrap_or(0), Ordering::Relaxed);
            let is_talk = introduction.is_some() || self.is_mcp.load(Ordering::Relaxed);
            let passed = if is_talk || !outflow.kept().is_empty() {
                self.pass_on_lines(outflow, read, introduction, is_replaced.load(Ordering::SeqCst))
            } else {
                outflow.goes_by(read);
                streams::write_all(&mut **lock(&self.client), read)
            };
            self.is_used();
            let passed = passed.and_then(|()| self.pass_on_what_is_no_line(outflow));
            let untold = passage.take_untold();
            if passed.and_then(|()| streams::write_all(&mut **lock(&self.client), &untold)).is_err() {
                // Nobody listens any more: the server is told so by its next word, as it would be without us.
                passage.outflow.clear();
                passage.introduction = None;
                return;
            }
        }
        // Of one that is gone it says nothing.
        if !lock(passage).end() {
            self.stream_closed(number);
        }
    }

    /// No message is as long. What follows is passed on all the same.
    fn pass_on_what_is_no_line(&self, outflow: &mut Outflow) -> io::Result<()> {
        if outflow.kept().len() > LONGEST_LINE {
            streams::write_all(&mut **lock(&self.client), &outflow.gives_way())?;
        }
        Ok(())
    }

    /// Looks at what ends with a line's end and passes it on, in this order: the client may answer a question at once.
    fn pass_on_lines(
        &self,
        outflow: &mut Outflow,
        read: &[u8],
        introduction: &mut Option<Introduction>,
        is_replaced: bool,
    ) -> io::Result<()> {
        let mut conversation = lock(&self.conversation);
        let is_special = introduction.is_some() || is_replaced;
        let looks =
            if is_special || conversation.reads_answers() { Looks::AtEverything } else { Looks::AtAnswers };
        let mut answers_us = false;
        let passed = outflow.add(read, looks, |seen| {
            let line = match seen {
                Seen::Answer(id) => {
                    conversation.server_answers(id);
                    return Fate::Passed;
                }
                Seen::Line(line) => line,
            };
            if introduction.is_some() {
                if is_swallowed(line, introduction) {
                    conversation.introduced_anew(line);
                    return Fate::Dropped;
                }
            } else if is_replaced && refuses(line) {
                // Some answer what they had not finished by an error, such as "connection closed", when their input
                // was closed: the client's connection is not, and it will be told what is true.
                return Fate::Dropped;
            }
            let fate = conversation.server_says(line);
            answers_us |= fate == Fate::Dropped;
            fate
        });
        say_what_is_not_remembered(&mut conversation);
        drop(conversation);
        if answers_us {
            (self.tell)(Heard::Own);
        }
        streams::write_both(&mut **lock(&self.client), &passed.head, passed.rest)
    }
}

/// Whether a line is the awaited answer, which is awaited no more then, and the client has had another one.
fn is_swallowed(line: &[u8], introduction: &mut Option<Introduction>) -> bool {
    let is_answer = introduction.as_ref().is_some_and(|awaited| {
        messages(line).iter().any(|message| match message {
            Message::Response { id } => *id == awaited.id,
            Message::Request { .. } | Message::Notification { .. } => false,
        })
    });
    let Some(awaited) = introduction.take_if(|_| is_answer) else { return false };
    // Whoever waits for it may have given up.
    let _ = awaited.answered.send(refusal(line).map_or(Ok(()), Err));
    awaited.is_swallowed
}
