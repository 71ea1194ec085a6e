//! Time as an argument. The clocks themselves are read in `clock.rs` alone.

use std::time::Duration;

/// Time since the program started, counted by a clock that nobody can set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Moment(pub Duration);

impl Moment {
    /// How long ago `earlier` was; zero if it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment that comes `wait` later.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(wait))
    }
}

/// Seconds since 1970 (UTC), for display only: nothing is ever decided by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// As RFC 3339 in UTC, to the second: `2026-11-22T14:00:00Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let (days, second) = (self.0 / 86_400, self.0 % 86_400);
        let (year, month, day) = civil(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// The hour and minute on a clock that is `offset` seconds ahead of UTC: `15:00`.
    #[must_use]
    pub fn clock(self, offset: i32) -> String {
        let local = self.0.saturating_add_signed(offset.into());
        format!("{:02}:{:02}", local / 3600 % 24, local / 60 % 60)
    }

    /// The day in UTC: `2026-11-22`, as it stands in the names of log files.
    #[must_use]
    pub fn day(self) -> String {
        let (year, month, day) = civil(self.0 / 86_400);
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// What the clocks say at one instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Now {
    /// Since the clock was made; decides.
    pub moment: Moment,
    /// The wall's time; shown, never decided by.
    pub wall: UnixTime,
    /// The clock that births are counted by, in the kernel's unit.
    pub births: u64,
}

/// Days since 1970-01-01 as year, month, day of the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    // Counted in eras of 400 years from 0000-03-01, so that the leap day is a year's last.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_people_and_programs_read_them() {
        assert_eq!(UnixTime(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(UnixTime(951_782_400).rfc3339(), "2000-02-29T00:00:00Z");
        assert_eq!(UnixTime(1_795_356_000).rfc3339(), "2026-11-22T14:00:00Z");
        assert_eq!(UnixTime(1_795_356_000).day(), "2026-11-22");
    }

    #[test]
    fn people_read_their_own_clock() {
        let afternoon = UnixTime(1_795_356_000);
        assert_eq!(
            [0, 3600, -16_200, 50_400].map(|ahead| afternoon.clock(ahead)),
            ["14:00", "15:00", "09:30", "04:00"]
        );
        assert_eq!(UnixTime(0).clock(-3600), "00:00", "before 1970 nothing is said");
    }

    #[test]
    fn a_day_at_the_end_of_a_month_a_year_or_a_century_is_written_as_the_calendar_has_it() {
        for (seconds, written) in [
            (31_535_999, "1970-12-31T23:59:59Z"),
            (946_684_799, "1999-12-31T23:59:59Z"),
            (1_703_980_800, "2023-12-31T00:00:00Z"),
            (1_709_168_523, "2024-02-29T01:02:03Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (1_735_648_496, "2024-12-31T12:34:56Z"),
            (1_798_761_601, "2027-01-01T00:00:01Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (13_574_563_200, "2400-02-29T00:00:00Z"),
            (13_574_649_600, "2400-03-01T00:00:00Z"),
        ] {
            assert_eq!(UnixTime(seconds).rfc3339(), written);
        }
    }

    #[test]
    fn a_moment_never_runs_backwards() {
        let (early, late) = (Moment(Duration::from_secs(1)), Moment(Duration::from_secs(3)));
        assert_eq!(late.since(early), Duration::from_secs(2));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(early.after(Duration::from_secs(2)), late);
    }
}
