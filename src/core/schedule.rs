//! How often a scheduled cleanup may run.
//!
//! Only the limits: what runs, and who starts it, is the platform's.

use std::time::Duration;

use super::wording::{self, Complaint};

/// How often it runs where nobody says anything else.
pub const USUAL: Duration = Duration::from_mins(5);

/// A cleanup looks for a while before it ends anything; more often would be a tray.
pub const SHORTEST: Duration = Duration::from_mins(1);

/// Rarer than this an orphan is found by its owner first.
pub const LONGEST: Duration = Duration::from_hours(24);

/// Takes a wish, or says why a system that counts in steps of `step` cannot keep it.
pub fn interval(wish: Duration, step: Duration) -> Result<Duration, Complaint> {
    if wish < SHORTEST || wish > LONGEST {
        return Err(wording::schedule_beyond_limits(SHORTEST, LONGEST));
    }
    let rest = wish.as_nanos().checked_rem(step.as_nanos());
    if rest != Some(0) {
        return Err(wording::schedule_between_steps(step));
    }
    Ok(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn what_the_system_can_count_is_taken() {
        for (wish, step) in
            [(USUAL, MINUTE), (USUAL, SECOND), (SHORTEST, MINUTE), (LONGEST, MINUTE), (SECOND * 90, SECOND)]
        {
            assert_eq!(interval(wish, step), Ok(wish));
        }
    }

    #[test]
    fn what_it_cannot_count_is_refused_with_the_reason() {
        let millisecond = Duration::from_millis(1);
        for (wish, step, word) in [
            (SHORTEST.saturating_sub(millisecond), SECOND, "1 min to 24 h"),
            (LONGEST + millisecond, SECOND, "1 min to 24 h"),
            (Duration::ZERO, SECOND, "1 min to 24 h"),
            (SECOND * 90, MINUTE, "steps of 1 min"),
            (SECOND * 61 + millisecond, SECOND, "steps of 1 s"),
        ] {
            let complaint = interval(wish, step).unwrap_err();
            assert!(complaint.sentence.contains(word), "{wish:?}: {complaint:?}");
        }
    }
}
