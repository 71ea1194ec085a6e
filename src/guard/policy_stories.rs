//! What a guard does, told as stories: what happens, and what is done about it.
#![cfg(test)]

use std::time::Duration;

use proptest::prelude::*;

use super::super::times::{AFTER_CLIENT, FIRST_DELAY, LONGEST_DELAY, MOST_CRASHES, SECOND_REQUEST};
use super::*;
use crate::platform::guard::Signal;

const GRACE: Duration = Duration::from_secs(3);
const SILENT: Event = Event::Tick(Moved { takes: false, talks: false, waits: false });
const BUSY: Event = Event::Tick(Moved { takes: true, talks: true, waits: false });
const UNREAD: Event = Event::Tick(Moved { takes: false, talks: true, waits: true });

/// A guard with its clock.
pub(super) struct Told {
    policy: Policy,
    now: Moment,
}

impl Told {
    pub(super) fn running() -> Self {
        Self::with(OnFailure::End)
    }

    pub(super) fn with(on_failure: OnFailure) -> Self {
        let mut told = Self { policy: Policy::new(GRACE, on_failure), now: Moment::default() };
        told.check(Event::Started, &[]);
        told.check(Event::Introduced, &[]);
        told
    }

    #[track_caller]
    pub(super) fn check(&mut self, event: Event, expected: &[Effect]) {
        let effects = self.policy.step(event, self.now);
        let notes = |effect: &&Effect| !matches!(effect, Effect::Note(_));
        let done: Vec<Effect> = effects.iter().filter(notes).copied().collect();
        assert_eq!(done, expected, "at {:?} after {event:?}", self.now);
    }

    /// Lets the deadline come.
    #[track_caller]
    pub(super) fn later(&mut self, expected: &[Effect]) {
        self.now = self.policy.deadline().expect("something is waited for");
        self.check(SILENT, expected);
    }

    #[track_caller]
    fn is_done_by(&self, wait: Duration) {
        assert!(self.now.0 <= wait, "{:?}", self.now);
    }
}

fn ended(code: i32, gone: bool) -> Event {
    Event::ServerEnded { code, last: code, gone }
}

fn signal(number: i32) -> Signal {
    Signal { number, means: Meaning::End, reached_the_server: false }
}

#[test]
fn a_client_that_dies_takes_a_polite_server_with_it() {
    let mut told = Told::running();
    told.check(Event::ClientEnded, &[Effect::CloseInput]);
    told.check(Event::InputClosed, &[Effect::CloseInput]);
    told.check(ended(0, true), &[Effect::Exit(0)]);
}

#[test]
fn a_deaf_server_is_asked_and_then_forced() {
    let mut told = Told::running();
    told.check(Event::ClientEnded, &[Effect::CloseInput]);
    told.later(&[Effect::Ask]);
    told.later(&[Effect::Force]);
    told.later(&[Effect::Force]);
    told.check(ended(137, true), &[Effect::Exit(137)]);
    told.is_done_by(AFTER_CLIENT + GRACE + ROUND * 2);
}

#[test]
fn what_a_server_leaves_behind_is_asked_and_then_forced() {
    let mut told = Told::running();
    told.check(ended(0, false), &[Effect::AskTheRest]);
    told.later(&[Effect::Force]);
    told.check(ended(0, true), &[Effect::Drain]);
    told.check(Event::Drained, &[Effect::Exit(0)]);
    told.is_done_by(LEFT_BEHIND + ROUND);
}

#[test]
fn a_closed_input_gives_a_living_client_time_for_the_last_answers() {
    let mut told = Told::running();
    told.check(Event::InputClosed, &[]);
    told.now = told.policy.deadline().unwrap();
    told.check(BUSY, &[]);
    told.later(&[Effect::Ask]);
    told.check(ended(143, true), &[Effect::Drain]);
    told.check(Event::Drained, &[Effect::Exit(143)]);
}

#[test]
fn a_slow_reader_loses_nothing_unless_it_has_closed_our_input() {
    let mut told = Told::running();
    told.check(ended(0, true), &[Effect::Drain]);
    for _ in 0..5 {
        told.now = told.policy.deadline().unwrap();
        told.check(BUSY, &[]);
    }
    told.check(Event::InputClosed, &[]);
    told.now = told.policy.deadline().unwrap();
    told.check(BUSY, &[Effect::Exit(0)]);
}

#[test]
fn a_signal_is_passed_on_once_and_a_second_one_means_now() {
    let mut told = Told::running();
    let term = signal(15);
    told.check(Event::Told(term), &[Effect::PassOn(term), Effect::CloseInput]);
    told.check(Event::Told(term), &[]);
    told.now = told.now.after(SECOND_REQUEST);
    told.check(Event::Told(term), &[Effect::Force]);
    told.check(ended(137, true), &[Effect::Drain]);
}

#[test]
fn a_terminal_has_told_the_server_itself() {
    let mut told = Told::running();
    let key = Signal { reached_the_server: true, ..signal(2) };
    told.check(Event::Told(key), &[Effect::CloseInput]);
    told.later(&[Effect::Force]);
}

#[test]
fn whatever_is_no_request_to_end_is_only_passed_on() {
    let mut told = Told::running();
    let user = Signal { means: Meaning::Whatever, ..signal(10) };
    told.check(Event::Told(user), &[Effect::PassOn(user)]);
    let window = Signal { reached_the_server: true, ..user };
    told.check(Event::Told(window), &[]);
    assert_eq!(told.policy.deadline(), None);
}

#[test]
fn a_restart_is_answered_when_the_new_server_speaks() {
    let mut told = Told::running();
    told.check(Event::RestartWanted, &[Effect::HoldClient]);
    told.check(Event::RestartWanted, &[Effect::Answer(Answer::Busy)]);
    told.later(&[Effect::Ask]);
    told.check(ended(143, false), &[Effect::AskTheRest]);
    told.check(ended(143, true), &[Effect::Start]);
    told.check(Event::Started, &[]);
    told.check(Event::Introduced, &[Effect::Answer(Answer::Done)]);
    told.check(Event::RestartWanted, &[Effect::HoldClient]);
}

#[test]
fn a_restart_that_fails_says_how() {
    let mut missing = Told::running();
    missing.check(Event::RestartWanted, &[Effect::HoldClient]);
    missing.check(ended(0, true), &[Effect::Start]);
    missing.check(Event::NotStarted, &[Effect::Answer(Answer::NotStarted), Effect::Exit(NOT_STARTED)]);
    let mut dies = restarting();
    dies.check(ended(3, true), &[Effect::Answer(Answer::EndedAtOnce(3)), Effect::Drain]);
    let mut refuses = restarting();
    refuses.check(Event::Refused, &[Effect::Answer(Answer::Refused)]);
    refuses.check(Event::RestartWanted, &[Effect::HoldClient]);
}

/// A new server that was wanted, before its first word.
fn restarting() -> Told {
    let mut told = Told::running();
    told.check(Event::RestartWanted, &[Effect::HoldClient]);
    told.check(ended(0, true), &[Effect::Start]);
    told.check(Event::Started, &[]);
    told
}

#[test]
fn a_slow_server_is_waited_for_and_whoever_asked_is_not_kept() {
    let mut told = restarting();
    told.now = told.now.after(INTRODUCTION / 2);
    told.check(Event::Greeted, &[]);
    told.later(&[Effect::Answer(Answer::Silent)]);
    assert_eq!(told.now.0, INTRODUCTION / 2 + INTRODUCTION, "its time begins with our word");
    assert_eq!(told.policy.deadline(), None);
    told.check(Event::Introduced, &[]);
    told.check(ended(0, true), &[Effect::Drain]);
}

#[test]
fn a_server_that_is_silent_for_too_long_can_be_replaced() {
    let mut told = restarting();
    told.later(&[Effect::Answer(Answer::Silent)]);
    told.check(Event::RestartWanted, &[Effect::HoldClient]);
    told.later(&[Effect::Ask]);
    told.check(ended(143, true), &[Effect::Start]);
}

#[test]
fn a_client_that_does_not_read_costs_the_new_server_nothing() {
    let mut told = restarting();
    told.now = told.policy.deadline().unwrap();
    told.check(UNREAD, &[Effect::Answer(Answer::Unread)]);
    for _ in 0..5 {
        told.now = told.policy.deadline().unwrap();
        told.check(UNREAD, &[]);
    }
    told.check(Event::RestartWanted, &[]);
    told.check(Event::Greeted, &[]);
    told.check(Event::Introduced, &[Effect::Answer(Answer::Done)]);
}

#[test]
fn a_restart_between_two_failures_ends_nothing() {
    let mut told = Told::with(OnFailure::StartAgain);
    told.check(ended(3, true), &[Effect::HoldClient]);
    told.check(Event::RestartWanted, &[Effect::Start]);
    told.check(Event::Started, &[]);
    told.check(ended(3, true), &[Effect::Answer(Answer::EndedAtOnce(3)), Effect::HoldClient]);
    told.later(&[Effect::Start]);
    told.check(Event::Started, &[]);
    told.check(Event::Introduced, &[]);
}

#[test]
fn a_server_that_closes_a_stream_and_lives_on_is_ended() {
    let mut told = Told::running();
    told.check(Event::StreamClosed, &[]);
    told.later(&[Effect::CloseInput]);
    told.later(&[Effect::Ask]);
    told.check(ended(143, true), &[Effect::Drain]);

    let mut told = Told::with(OnFailure::StartAgain);
    told.check(Event::StreamClosed, &[]);
    told.later(&[Effect::HoldClient]);
    told.check(ended(0, true), &[]);
    told.later(&[Effect::Start]);
}

#[test]
fn a_server_that_ends_soon_after_it_closed_its_streams_has_just_ended() {
    for (code, expected) in [(0, Effect::Drain), (3, Effect::HoldClient)] {
        let mut told = Told::with(OnFailure::StartAgain);
        told.check(Event::StreamClosed, &[]);
        told.check(Event::StreamClosed, &[]);
        told.check(ended(code, true), &[expected]);
    }
    let mut told = restarting();
    told.check(Event::StreamClosed, &[]);
    told.check(ended(3, true), &[Effect::Answer(Answer::EndedAtOnce(3)), Effect::Drain]);
    let mut told = Told::running();
    told.check(Event::RestartWanted, &[Effect::HoldClient]);
    told.check(Event::StreamClosed, &[]);
    told.check(ended(0, true), &[Effect::Start]);
}

#[test]
fn a_client_that_dies_during_a_restart_gets_no_new_server() {
    let mut told = Told::running();
    told.check(Event::RestartWanted, &[Effect::HoldClient]);
    told.check(Event::ClientEnded, &[Effect::CloseInput]);
    told.check(ended(0, true), &[Effect::Answer(Answer::Ending), Effect::Exit(0)]);
}

#[test]
fn a_crash_is_the_end_unless_it_was_ordered_otherwise() {
    Told::running().check(ended(3, true), &[Effect::Drain]);
    Told::with(OnFailure::StartAgain).check(ended(0, true), &[Effect::Drain]);
    let mut told = Told::with(OnFailure::StartAgain);
    told.check(ended(3, true), &[Effect::HoldClient]);
    told.later(&[Effect::Start]);
}

#[test]
fn the_delay_grows_is_bounded_and_ends() {
    let mut told = Told::with(OnFailure::StartAgain);
    let mut delays = Vec::new();
    loop {
        let before = told.now;
        let effects = told.policy.step(ended(3, true), told.now);
        if effects.contains(&Effect::Drain) {
            break;
        }
        let next = told.policy.deadline().unwrap();
        delays.push(next.since(before));
        told.now = next;
        told.check(SILENT, &[Effect::Start]);
        told.check(Event::Started, &[]);
        told.check(Event::Introduced, &[]);
    }
    assert_eq!(delays.len(), usize::try_from(MOST_CRASHES).unwrap());
    assert!(delays.is_sorted() && delays[0] == FIRST_DELAY, "{delays:?}");
    assert!(delays.iter().all(|delay| *delay <= LONGEST_DELAY));
}

#[test]
fn a_stable_time_forgives_earlier_crashes() {
    let mut told = Told::with(OnFailure::StartAgain);
    for _ in 0..3 * MOST_CRASHES {
        told.now = told.now.after(STABLE);
        told.check(ended(3, true), &[Effect::HoldClient]);
        told.later(&[Effect::Start]);
        told.check(Event::Started, &[]);
        told.check(Event::Introduced, &[]);
    }
}

#[test]
fn what_hangs_inside_the_system_is_given_up_in_the_end() {
    let mut told = Told::running();
    told.check(Event::GuardEnded, &[Effect::CloseInput]);
    let mut exit = None;
    for _ in 0..10_000 {
        told.now = told.policy.deadline().unwrap();
        let effects = told.policy.step(SILENT, told.now);
        exit = effects
            .iter()
            .find_map(|effect| if let Effect::Exit(code) = effect { Some(*code) } else { None });
        if exit.is_some() {
            break;
        }
    }
    assert_eq!(exit, Some(NOT_STARTED));
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Started),
        Just(Event::NotStarted),
        Just(Event::Starved),
        Just(Event::Greeted),
        Just(Event::Introduced),
        Just(Event::Refused),
        Just(Event::StreamClosed),
        (prop_oneof![Just(0), Just(3)], any::<bool>()).prop_map(|(code, gone)| ended(code, gone)),
        Just(Event::Drained),
        Just(Event::ClientEnded),
        Just(Event::GuardEnded),
        Just(Event::InputClosed),
        any::<bool>().prop_map(|reached| Event::Told(Signal { reached_the_server: reached, ..signal(15) })),
        Just(Event::RestartWanted),
        any::<(bool, bool, bool)>().prop_map(|(takes, talks, waits)| Event::Tick(Moved {
            takes,
            talks,
            waits
        })),
    ]
}

proptest! {
    /// Whatever happens before: once the client is gone, the guard comes to its end in a bounded time, and
    /// never starts another server.
    #[test]
    fn after_the_clients_end_nothing_is_started_and_the_end_comes(
        before in prop::collection::vec((events(), 0_u64..4000), 0..40)
    ) {
        let mut policy = Policy::new(GRACE, OnFailure::StartAgain);
        let mut now = Moment::default();
        let mut is_over = false;
        for (event, wait) in before {
            now = now.after(Duration::from_millis(wait));
            is_over |= policy.step(event, now).iter().any(|effect| matches!(effect, Effect::Exit(_)));
        }
        let begin = now;
        let mut effects = policy.step(Event::ClientEnded, now);
        for _ in 0..1000 {
            prop_assert!(!effects.contains(&Effect::Start));
            is_over |= effects.iter().any(|effect| matches!(effect, Effect::Exit(_)));
            let Some(deadline) = policy.deadline() else { break };
            now = deadline.max(now);
            effects = policy.step(BUSY, now);
        }
        prop_assert!(is_over, "{policy:?}");
        prop_assert!(now.since(begin) <= GRACE * 2 + GIVE_UP + LONGEST_DELAY);
    }

    /// Whoever asked for a restart is told how it went, once.
    #[test]
    fn every_request_for_a_restart_is_answered_once(
        happening in prop::collection::vec((events(), 0_u64..4000), 0..60)
    ) {
        let mut policy = Policy::new(GRACE, OnFailure::StartAgain);
        let (mut asked, mut answered) = (0, 0);
        let mut now = Moment::default();
        let end = [(Event::ClientEnded, 0), (ended(0, true), 0)];
        let ticks = std::iter::repeat_n((SILENT, 40_000), 1000);
        for (event, wait) in happening.into_iter().chain(end).chain(ticks) {
            now = now.after(Duration::from_millis(wait));
            asked += u32::from(event == Event::RestartWanted);
            let effects = policy.step(event, now);
            answered += effects.iter().filter(|effect| matches!(effect, Effect::Answer(_))).fold(0, |sum, _| sum + 1);
            prop_assert!(answered <= asked);
        }
        prop_assert_eq!(asked, answered);
    }
}
