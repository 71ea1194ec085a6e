//! What a guard does when something happens: pure, like the monitor's own state.
//!
//! The order of ending is MCP's: close the input, wait, ask, wait, force. Whoever stays behind below a server
//! that has ended is asked, and then forced. Does nothing itself; `run.rs` performs the effects. Its other half is in
//! `ending.rs`.

use std::time::Duration;

use super::events::{Answer, Effect, Event, Moved, Note, OnFailure, Why};
use super::state::{State, Step, Then};
use super::times::{
    FIRST_DELAY, GIVE_UP, INTRODUCTION, LEFT_BEHIND, LONGEST_DELAY, MOST_CRASHES, NOT_STARTED, ROUND, STABLE,
};
use crate::core::Moment;
use crate::platform::guard::Meaning;

/// The whole state of a guard.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(super) state: State,
    pub(super) grace: Duration,
    on_failure: OnFailure,
    pub(super) crashes: u32,
    /// Somebody waits to hear how a restart went.
    pub(super) asked: bool,
    /// The server's exit code, once it has one.
    pub(super) code: Option<i32>,
    /// The exit code of whoever served last.
    pub(super) last: i32,
    pub(super) client_is_there: bool,
    pub(super) input_is_open: bool,
}

impl Policy {
    /// A guard that is about to start its server. `grace` lies between asking and forcing.
    pub(crate) const fn new(grace: Duration, on_failure: OnFailure) -> Self {
        Self {
            state: State::Starting,
            grace,
            on_failure,
            crashes: 0,
            asked: false,
            code: None,
            last: 0,
            client_is_there: true,
            input_is_open: true,
        }
    }

    /// When something must be done even if nothing happens.
    pub(crate) const fn deadline(&self) -> Option<Moment> {
        match self.state {
            State::Introducing { until } => until,
            State::Leaving { until, .. }
            | State::Stopping { until, .. }
            | State::Waiting { until, .. }
            | State::Draining { until, .. } => Some(until),
            State::Starting | State::Running { .. } | State::Done => None,
        }
    }

    /// Whether the last of a tree is being waited for, of which not every system tells.
    pub(crate) const fn waits_for_the_rest(&self) -> bool {
        matches!(self.state, State::Stopping { step: Step::RestAsked | Step::Forced { .. }, .. })
    }

    /// Whether a server is there, or is coming, that is not being ended.
    pub(super) const fn is_serving(&self) -> bool {
        match self.state {
            State::Starting | State::Introducing { .. } | State::Running { .. } | State::Leaving { .. } => {
                true
            }
            State::Stopping { .. } | State::Waiting { .. } | State::Draining { .. } | State::Done => false,
        }
    }

    /// Takes note of what happened, and says what is to be done.
    pub(crate) fn step(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        match event {
            Event::Started => self.started(now),
            Event::NotStarted => self.not_started(),
            Event::Starved => self.starved(now),
            Event::Greeted => self.greeted(now),
            Event::Introduced => self.introduced(Answer::Done, now),
            Event::Refused => self.introduced(Answer::Refused, now),
            Event::StreamClosed => self.stream_closed(now),
            Event::ServerEnded { code, last, gone } => self.server_ended(code, last, gone, now),
            Event::Drained => match self.state {
                State::Draining { code, .. } => self.exit(code),
                State::Starting
                | State::Introducing { .. }
                | State::Running { .. }
                | State::Leaving { .. }
                | State::Stopping { .. }
                | State::Waiting { .. }
                | State::Done => Vec::new(),
            },
            Event::ClientEnded => {
                self.client_is_there = false;
                self.end(Why::ClientEnded, now)
            }
            Event::GuardEnded => {
                self.client_is_there = false;
                self.end(Why::GuardEnded, now)
            }
            Event::InputClosed => {
                self.input_is_open = false;
                self.end(Why::InputClosed, now)
            }
            Event::Told(signal) => match signal.means {
                Meaning::End => self.told_to_end(signal, now),
                Meaning::Whatever if signal.reached_the_server => Vec::new(),
                Meaning::Whatever => vec![Effect::PassOn(signal)],
            },
            Event::RestartWanted => self.restart_wanted(now),
            Event::Tick(moves) => self.tick(moves, now),
        }
    }

    fn started(&mut self, now: Moment) -> Vec<Effect> {
        self.code = None;
        self.state = State::Introducing { until: Some(now.after(INTRODUCTION)) };
        Vec::new()
    }

    /// Only now its time runs: before, it has waited for the client to read what the old one had said.
    fn greeted(&mut self, now: Moment) -> Vec<Effect> {
        if let State::Introducing { .. } = self.state {
            self.state = State::Introducing { until: Some(now.after(INTRODUCTION)) };
        }
        Vec::new()
    }

    fn introduced(&mut self, answer: Answer, now: Moment) -> Vec<Effect> {
        match self.state {
            State::Introducing { .. } => {
                self.state = State::Running { since: now };
                self.answer(answer)
            }
            State::Starting
            | State::Running { .. }
            | State::Leaving { .. }
            | State::Stopping { .. }
            | State::Waiting { .. }
            | State::Draining { .. }
            | State::Done => Vec::new(),
        }
    }

    /// Every server does that when it ends. One that does not end then is of no use to its client.
    fn stream_closed(&mut self, now: Moment) -> Vec<Effect> {
        let since = match self.state {
            State::Running { since } => since,
            State::Introducing { .. } => now,
            State::Starting
            | State::Leaving { .. }
            | State::Stopping { .. }
            | State::Waiting { .. }
            | State::Draining { .. }
            | State::Done => return Vec::new(),
        };
        self.state = State::Leaving { since, until: now.after(self.grace) };
        Vec::new()
    }

    fn not_started(&mut self) -> Vec<Effect> {
        let mut effects = self.answer(Answer::NotStarted);
        effects.extend(self.exit(NOT_STARTED));
        effects
    }

    /// Whether a server that cannot be started now is started later: one took its place in a conversation, which is worth
    /// waiting for, and not for ever.
    pub(crate) const fn may_start_later(&self) -> bool {
        self.code.is_some() && self.client_is_there && self.input_is_open && self.crashes < MOST_CRASHES
    }

    fn starved(&mut self, now: Moment) -> Vec<Effect> {
        match self.state {
            State::Starting if self.may_start_later() => {}
            State::Starting => return self.not_started(),
            State::Introducing { .. }
            | State::Running { .. }
            | State::Leaving { .. }
            | State::Stopping { .. }
            | State::Waiting { .. }
            | State::Draining { .. }
            | State::Done => return Vec::new(),
        }
        self.crashes += 1;
        let delay = FIRST_DELAY.saturating_mul(1 << (self.crashes - 1)).min(LONGEST_DELAY);
        self.state = State::Waiting { until: now.after(delay), code: self.code.unwrap_or(NOT_STARTED) };
        Vec::new()
    }

    /// Tells whoever wanted a restart, once.
    fn answer(&mut self, answer: Answer) -> Vec<Effect> {
        if std::mem::take(&mut self.asked) { vec![Effect::Answer(answer)] } else { Vec::new() }
    }

    pub(super) fn exit(&mut self, code: i32) -> Vec<Effect> {
        self.state = State::Done;
        let mut effects = self.answer(Answer::Ending);
        effects.push(Effect::Exit(code));
        effects
    }

    pub(super) fn stop(&mut self, then: Then, step: Step, until: Moment) {
        self.state = State::Stopping { then, step, until };
    }

    fn restart_wanted(&mut self, now: Moment) -> Vec<Effect> {
        if self.asked {
            return vec![Effect::Answer(Answer::Busy)];
        }
        match self.state {
            // Nobody waits any longer for what has been silent for so long.
            State::Running { .. } | State::Leaving { .. } | State::Introducing { until: None } => {
                self.asked = true;
                self.stop(Then::StartAnew, Step::Closed, now.after(self.grace));
                vec![Effect::Note(Note::Ends(Why::Restart)), Effect::HoldClient]
            }
            State::Waiting { .. } => {
                self.asked = true;
                self.state = State::Starting;
                vec![Effect::Start]
            }
            State::Stopping { then: Then::StartAnew | Then::StartAgain, .. }
            | State::Starting
            | State::Introducing { until: Some(_) } => {
                // What is coming is what is wanted.
                self.asked = true;
                Vec::new()
            }
            State::Stopping { then: Then::Exit, .. } | State::Draining { .. } | State::Done => {
                vec![Effect::Answer(Answer::Ending)]
            }
        }
    }

    fn server_ended(&mut self, code: i32, last: i32, gone: bool, now: Moment) -> Vec<Effect> {
        self.code = Some(code);
        self.last = last;
        let then = match self.state {
            State::Running { since } | State::Leaving { since, .. } => {
                if now.since(since) >= STABLE {
                    self.crashes = 0;
                }
                self.after_end(last != 0)
            }
            State::Starting | State::Introducing { .. } => self.after_end(last != 0),
            State::Stopping { then, step, until } => {
                if gone {
                    return self.finish(then, now);
                }
                return match step {
                    Step::Closed | Step::Asked { .. } => {
                        self.stop(then, Step::RestAsked, now.after(LEFT_BEHIND));
                        vec![Effect::AskTheRest]
                    }
                    Step::RestAsked | Step::Forced { .. } => {
                        self.stop(then, step, until);
                        Vec::new()
                    }
                };
            }
            State::Waiting { .. } | State::Draining { .. } | State::Done => return Vec::new(),
        };
        let mut effects = vec![Effect::Note(Note::Ended(last))];
        effects.extend(self.answer(Answer::EndedAtOnce(last)));
        if then == Then::StartAgain {
            effects.push(Effect::HoldClient);
        }
        if gone {
            effects.extend(self.finish(then, now));
        } else {
            self.stop(then, Step::RestAsked, now.after(LEFT_BEHIND));
            effects.push(Effect::AskTheRest);
        }
        effects
    }

    fn after_end(&self, failed: bool) -> Then {
        let wanted = self.on_failure == OnFailure::StartAgain && failed;
        if wanted && self.client_is_there && self.input_is_open { Then::StartAgain } else { Then::Exit }
    }

    fn tick(&mut self, moves: Moved, now: Moment) -> Vec<Effect> {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return Vec::new();
        }
        match self.state {
            // What the old server has said comes first: the new one is not to blame for a client that does not read.
            State::Introducing { .. } if moves.waits => {
                self.state = State::Introducing { until: Some(now.after(INTRODUCTION)) };
                self.answer(Answer::Unread)
            }
            // It may still come, and nothing is lost by waiting.
            State::Introducing { .. } => {
                self.state = State::Introducing { until: None };
                [Effect::Note(Note::Silent)].into_iter().chain(self.answer(Answer::Silent)).collect()
            }
            State::Leaving { .. } => {
                let then = self.after_end(true);
                self.stop(then, Step::Closed, now.after(self.grace));
                let close = if then == Then::StartAgain { Effect::HoldClient } else { Effect::CloseInput };
                vec![Effect::Note(Note::Ends(Why::StreamClosed)), close]
            }
            // It still reads what the client has left it.
            State::Stopping { then, step: Step::Closed, .. } if moves.takes && self.client_is_there => {
                self.stop(then, Step::Closed, now.after(self.grace));
                Vec::new()
            }
            State::Stopping { then, step: Step::Closed, .. } => {
                self.stop(then, Step::Asked { at: now }, now.after(self.grace));
                vec![Effect::Ask]
            }
            State::Stopping { then, step: Step::Asked { .. } | Step::RestAsked, .. } => self.force(then, now),
            State::Stopping { then, step: Step::Forced { since }, .. } => {
                if now.since(since) >= GIVE_UP {
                    let code = self.code.unwrap_or(NOT_STARTED);
                    let mut effects = vec![Effect::Note(Note::Immortal)];
                    effects.extend(self.exit(code));
                    return effects;
                }
                self.stop(then, Step::Forced { since }, now.after(ROUND));
                vec![Effect::Force]
            }
            State::Waiting { .. } => {
                self.state = State::Starting;
                vec![Effect::Start]
            }
            // A client that is slow to read loses nothing; one that has closed our input waits for our end.
            State::Draining { code, .. } if moves.talks && self.input_is_open => {
                self.state = State::Draining { code, until: now.after(self.reading_time()) };
                Vec::new()
            }
            State::Draining { code, .. } => self.exit(code),
            State::Starting | State::Running { .. } | State::Done => Vec::new(),
        }
    }
}

#[cfg(test)]
#[path = "policy_stories.rs"]
mod stories;

#[cfg(test)]
#[path = "succession_stories.rs"]
mod succession_stories;
