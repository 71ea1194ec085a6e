//! How a guard ends: because of its client, by a signal, and when nothing is left of the server.
//!
//! A part of the policy, and as pure as that.

use std::time::Duration;

use super::events::{Effect, Note, Why};
use super::policy::Policy;
use super::state::{State, Step, Then};
use super::times::{
    AFTER_CLIENT, FIRST_DELAY, LONGEST_DELAY, MOST_CRASHES, NOT_STARTED, READING, ROUND, SECOND_REQUEST,
};
use crate::core::Moment;
use crate::platform::guard::Signal;

impl Policy {
    /// The client is gone, or has nothing more to say.
    pub(super) fn end(&mut self, why: Why, now: Moment) -> Vec<Effect> {
        let wait = if self.client_is_there { self.grace } else { AFTER_CLIENT.min(self.grace) };
        match self.state {
            State::Starting | State::Introducing { .. } | State::Running { .. } | State::Leaving { .. } => {
                self.stop(Then::Exit, Step::Closed, now.after(wait));
                let note = Effect::Note(Note::Ends(why));
                // What the client said last is still on its way to the server; then its input ends by itself.
                if self.client_is_there { vec![note] } else { vec![note, Effect::CloseInput] }
            }
            State::Stopping { step, until, .. } => {
                let until = match step {
                    Step::Closed => until.min(now.after(wait)),
                    Step::Asked { .. } | Step::RestAsked | Step::Forced { .. } => until,
                };
                self.stop(Then::Exit, step, until);
                if self.client_is_there { Vec::new() } else { vec![Effect::CloseInput] }
            }
            State::Waiting { code, .. } => self.exit(code),
            State::Draining { code, .. } if !self.client_is_there => self.exit(code),
            State::Draining { code, .. } => {
                self.state = State::Draining { code, until: now.after(self.grace) };
                Vec::new()
            }
            State::Done => Vec::new(),
        }
    }

    pub(super) fn told_to_end(&mut self, signal: Signal, now: Moment) -> Vec<Effect> {
        let pass_on = (!signal.reached_the_server).then_some(Effect::PassOn(signal));
        match self.state {
            State::Stopping { step: Step::Asked { at }, then, .. } => {
                if now.since(at) < SECOND_REQUEST {
                    self.stop(Then::Exit, Step::Asked { at }, now.after(self.grace));
                    return pass_on.filter(|_| then != Then::Exit).into_iter().collect();
                }
                self.force(Then::Exit, now)
            }
            State::Stopping { step: step @ (Step::RestAsked | Step::Forced { .. }), until, .. } => {
                self.stop(Then::Exit, step, until);
                Vec::new()
            }
            State::Waiting { code, .. } | State::Draining { code, .. } => self.exit(code),
            State::Done => Vec::new(),
            State::Starting
            | State::Introducing { .. }
            | State::Running { .. }
            | State::Leaving { .. }
            | State::Stopping { step: Step::Closed, .. } => {
                self.stop(Then::Exit, Step::Asked { at: now }, now.after(self.grace));
                let note = Effect::Note(Note::Ends(Why::Told(signal.number)));
                [note].into_iter().chain(pass_on).chain([Effect::CloseInput]).collect()
            }
        }
    }

    pub(super) fn force(&mut self, then: Then, now: Moment) -> Vec<Effect> {
        self.stop(then, Step::Forced { since: now }, now.after(ROUND));
        vec![Effect::Note(Note::Forced), Effect::Force]
    }

    /// Nothing is left of the server.
    pub(super) fn finish(&mut self, then: Then, now: Moment) -> Vec<Effect> {
        let code = self.code.unwrap_or(NOT_STARTED);
        match then {
            Then::Exit if self.client_is_there => {
                self.state = State::Draining { code, until: now.after(self.reading_time()) };
                vec![Effect::Drain]
            }
            Then::Exit => self.exit(code),
            Then::StartAnew => {
                self.state = State::Starting;
                vec![Effect::Start]
            }
            Then::StartAgain => {
                self.crashes += 1;
                if self.crashes > MOST_CRASHES {
                    self.state = State::Draining { code, until: now.after(self.reading_time()) };
                    return vec![Effect::Note(Note::GivesUp(self.last)), Effect::Drain];
                }
                if self.asked {
                    self.state = State::Starting;
                    return vec![Effect::Start];
                }
                let delay = FIRST_DELAY.saturating_mul(1 << (self.crashes - 1)).min(LONGEST_DELAY);
                self.state = State::Waiting { until: now.after(delay), code };
                vec![Effect::Note(Note::StartsAgain(self.last, delay))]
            }
        }
    }

    /// How long the client is given to read what the last server has said.
    pub(super) fn reading_time(&self) -> Duration {
        if self.input_is_open { READING } else { self.grace }
    }
}
