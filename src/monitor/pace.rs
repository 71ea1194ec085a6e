//! When the next look is due. Knows moments only; who waits, and by which clock, is `run.rs`'s matter.

use std::time::Duration;

use crate::core::Moment;

/// Ends that come faster than this are answered together.
const BREATH: Duration = Duration::from_millis(50);

/// When it was looked, and when it will be.
#[derive(Debug, Default)]
pub(super) struct Pace {
    due: Moment,
    /// When the end of a process made us look.
    answered: Option<Moment>,
    /// Whether one has come since then that nobody has looked at yet.
    has_unanswered: bool,
}

impl Pace {
    /// The next look is to come after this time.
    pub(super) fn look_in(&mut self, wait: Duration, now: Moment) {
        self.due = now.after(wait);
    }

    /// A process has ended. Tells whether it is to be looked at once.
    pub(super) fn ended(&mut self, now: Moment) -> bool {
        self.has_unanswered = true;
        self.breath(now).is_zero()
    }

    /// A look is made.
    pub(super) fn looks(&mut self, now: Moment) {
        if std::mem::take(&mut self.has_unanswered) {
            self.answered = Some(now);
        }
    }

    /// Until the next look. Whatever else happens does not put it off, nor what an end has asked for.
    pub(super) fn wait(&self, now: Moment) -> Duration {
        let due = self.due.since(now);
        if self.has_unanswered { due.min(self.breath(now)) } else { due }
    }

    /// What is left of the time within which ends are answered together.
    fn breath(&self, now: Moment) -> Duration {
        self.answered.map_or(Duration::ZERO, |answered| BREATH.saturating_sub(now.since(answered)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Moment {
        Moment(Duration::from_millis(millis))
    }

    const POLL: Duration = Duration::from_secs(2);

    #[test]
    fn an_end_is_looked_at_at_once_and_those_right_after_it_together() {
        let mut pace = Pace::default();
        pace.look_in(POLL, at(0));
        assert!(pace.ended(at(700)));
        pace.looks(at(700));
        pace.look_in(POLL, at(700));
        assert_eq!(pace.wait(at(700)), POLL);
        assert!(!pace.ended(at(710)) && !pace.ended(at(720)));
        assert_eq!(pace.wait(at(720)), Duration::from_millis(30));
        pace.looks(at(750));
        pace.look_in(POLL, at(750));
        assert_eq!(pace.wait(at(760)), Duration::from_millis(1990));
        assert!(pace.ended(at(800)));
    }

    #[test]
    fn an_end_that_waits_is_not_put_off_by_what_happens_meanwhile() {
        let mut pace = Pace::default();
        assert!(pace.ended(at(100)));
        pace.looks(at(100));
        assert!(!pace.ended(at(110)));
        pace.look_in(POLL, at(120));
        assert_eq!(pace.wait(at(120)), Duration::from_millis(30));
    }

    #[test]
    fn a_look_is_not_put_off_by_those_who_ask_all_the_time() {
        let mut pace = Pace::default();
        pace.look_in(POLL, at(0));
        for asked in 1..20 {
            assert_eq!(pace.wait(at(asked * 100)), Duration::from_millis(2000 - asked * 100));
        }
        assert_eq!(pace.wait(at(2500)), Duration::ZERO);
    }
}
