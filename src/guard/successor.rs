//! How long somebody counts as the server who goes on with the streams of one that has ended. Pure.
//!
//! Who was left the streams by accident takes nothing of what the client says, and must not keep it waiting for ever.
//! Who has taken something once is the server, however long it is busy.

use std::time::Duration;

use crate::core::Moment;

/// Between two looks, for each grace time of the user's. As much again may pass until something is said.
const PATIENCE: u32 = 10;

/// What has been seen of one that goes on in the server's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Trial {
    patience: Duration,
    /// How many bytes servers had taken from us when it began.
    delivered: u64,
    /// How many of them it had not waiting, when it had some.
    taken: Option<u64>,
    /// `None` once it has taken something.
    next: Option<Moment>,
}

/// What is to be thought of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Nothing speaks against it.
    Serves,
    /// It takes nothing.
    Deaf,
}

impl Trial {
    pub(super) fn new(grace: Duration, delivered: u64, now: Moment) -> Self {
        let patience = grace.saturating_mul(PATIENCE);
        Self { patience, delivered, taken: None, next: Some(now.after(patience)) }
    }

    /// When it is to be looked at again.
    pub(super) const fn next(&self) -> Option<Moment> {
        self.next
    }

    /// `delivered` bytes were given to servers so far, and so many are `untaken`; `None` where nobody tells.
    pub(super) fn look(&mut self, delivered: u64, untaken: Option<u64>, now: Moment) -> Verdict {
        if self.next.is_none_or(|next| now < next) {
            return Verdict::Serves;
        }
        self.next = Some(now.after(self.patience));
        match untaken {
            None => self.taken = None,
            Some(0) => {
                self.taken = None;
                if delivered > self.delivered {
                    self.next = None;
                }
            }
            Some(untaken) => {
                // Without us in between nothing is counted as delivered, and the difference says the same.
                let taken = delivered.wrapping_sub(untaken);
                if self.taken.replace(taken) == Some(taken) {
                    return Verdict::Deaf;
                }
            }
        }
        Verdict::Serves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(3);

    /// Looks whenever it is time, until nothing is to be looked at any more or the verdict is against it.
    fn verdicts(mut trial: Trial, looks: &[(u64, Option<u64>)]) -> Vec<Verdict> {
        let looked = |(delivered, untaken): &(u64, Option<u64>)| {
            let now = trial.next()?;
            Some(trial.look(*delivered, *untaken, now))
        };
        looks.iter().map_while(looked).collect()
    }

    fn trial() -> Trial {
        Trial::new(GRACE, 100, Moment::default())
    }

    #[test]
    fn who_takes_nothing_is_no_server() {
        use Verdict::{Deaf, Serves};
        assert_eq!(verdicts(trial(), &[(150, Some(50)), (150, Some(50))]), [Serves, Deaf]);
        assert_eq!(verdicts(trial(), &[(150, Some(50)), (190, Some(90))]), [Serves, Deaf], "more was said");
        assert_eq!(verdicts(trial(), &[(0, Some(50)), (0, Some(50))]), [Serves, Deaf], "nobody in between");
    }

    #[test]
    fn who_takes_something_is_the_server_for_good() {
        let looks = [(150, Some(0)), (200, Some(50)), (200, Some(50))];
        assert_eq!(verdicts(trial(), &looks), [Verdict::Serves], "it is not looked at again");
        let slow = [(150, Some(50)), (190, Some(80)), (230, Some(90)), (230, None), (230, Some(90))];
        assert_eq!(verdicts(trial(), &slow), [Verdict::Serves; 5]);
    }

    #[test]
    fn who_is_told_nothing_is_not_blamed() {
        assert_eq!(verdicts(trial(), &[(100, Some(0)); 20]), [Verdict::Serves; 20]);
        assert_eq!(verdicts(trial(), &[(150, None); 20]), [Verdict::Serves; 20]);
    }

    #[test]
    fn nothing_is_said_before_its_time() {
        let mut trial = trial();
        let next = trial.next().unwrap();
        assert_eq!(next.0, GRACE * 10);
        for _ in 0..3 {
            assert_eq!(trial.look(150, Some(50), Moment::default()), Verdict::Serves);
        }
        assert_eq!(trial.next(), Some(next));
    }
}
