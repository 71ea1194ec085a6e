//! What a guard does when the system has no room for a server.
#![cfg(test)]

use std::time::Duration;

use super::events::{Answer, Effect, Event, OnFailure};
use super::policy::Policy;
use super::times::{MOST_CRASHES, NOT_STARTED};
use crate::core::Moment;

/// A guard that was asked for a restart, whose old server is gone, and to which these things happen then, each when the one
/// before was waited for as long as that needs. What it does, notes aside.
fn after(events: &[Event]) -> (Vec<Effect>, Moment) {
    let mut policy = Policy::new(Duration::from_secs(3), OnFailure::End);
    let mut now = Moment::default();
    let before = [Event::Started, Event::Introduced, Event::RestartWanted];
    for event in before.into_iter().chain([Event::ServerEnded { code: 0, last: 0, gone: true }]) {
        let _ = policy.step(event, now);
    }
    let mut done = Vec::new();
    for event in events {
        done.extend(policy.step(*event, now));
        if let (Event::Starved, Some(deadline)) = (event, policy.deadline()) {
            now = deadline;
            done.extend(policy.step(Event::Tick(super::events::Moved::default()), now));
        }
    }
    done.retain(|effect| !matches!(effect, Effect::Note(_)));
    (done, now)
}

#[test]
fn the_next_one_is_tried_again_and_whoever_asked_for_it_waits() {
    let (done, _) = after(&[Event::Starved, Event::Started, Event::Introduced]);
    assert_eq!(done, [Effect::Start, Effect::Answer(Answer::Done)]);
}

#[test]
fn it_is_given_up_in_the_end() {
    let tries = usize::try_from(MOST_CRASHES).unwrap();
    let (done, now) = after(&vec![Event::Starved; tries + 1]);
    let (starts, end) = done.split_at(tries);
    assert!(starts.iter().all(|effect| *effect == Effect::Start));
    assert_eq!(end, [Effect::Answer(Answer::NotStarted), Effect::Exit(NOT_STARTED)]);
    assert!(now.0 < Duration::from_mins(2), "{now:?}");
}

#[test]
fn the_first_one_is_not_waited_for() {
    let mut policy = Policy::new(Duration::from_secs(3), OnFailure::StartAgain);
    assert_eq!(policy.step(Event::Starved, Moment::default()), [Effect::Exit(NOT_STARTED)]);
}
