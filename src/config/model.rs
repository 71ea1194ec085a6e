//! The configuration as the rest of the program sees it: complete, checked, without `Option`s for
//! what has a default.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::core::Watch;

/// Everything that the user may decide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// How long the monitor waits between two looks.
    pub poll_interval: Duration,
    /// Orphans are ended without being asked.
    pub auto_cleanup: bool,
    /// Toasts are shown.
    pub toasts: bool,
    /// How old a process must be before it may count as an orphan; each watch has it too.
    pub orphan_grace: Duration,
    /// The wait between asking a process to end and forcing it.
    pub stop_grace: Duration,
    /// What is kept in order; never empty.
    pub watches: Vec<Watch>,
}

pub(super) const POLL_INTERVALS: RangeInclusive<Duration> =
    Duration::from_millis(200)..=Duration::from_hours(1);
pub(super) const ORPHAN_GRACES: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_hours(1);
pub(super) const STOP_GRACES: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_mins(1);

impl Config {
    /// What holds without a file: the EXAI shim on its port.
    #[must_use]
    pub fn standard() -> Self {
        let watch = Watch::exai();
        Self {
            poll_interval: Duration::from_secs(2),
            auto_cleanup: false,
            toasts: true,
            orphan_grace: watch.orphan_grace,
            stop_grace: Duration::from_secs(3),
            watches: vec![watch],
        }
    }
}
