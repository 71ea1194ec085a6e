//! The only place where clocks are read. Everybody else is told the time.
#![expect(clippy::disallowed_methods, reason = "this is the one place that the rule points to")]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::core::moment::Now;
use crate::core::{Moment, UnixTime};
use crate::platform;

/// The clocks.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// Starts counting moments.
    #[must_use]
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Reads the clocks.
    #[must_use]
    pub fn now(&self) -> Now {
        Now { moment: Moment(self.start.elapsed()), wall: self.wall(), births: platform::birth_clock() }
    }

    /// Reads the wall's alone.
    #[must_use]
    pub fn wall(&self) -> UnixTime {
        UnixTime(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }

    /// The instant that comes `wait` later, for whoever must hand one to a library.
    #[must_use]
    pub fn deadline(&self, wait: Duration) -> Instant {
        Instant::now() + wait
    }

    /// Blocks this thread.
    pub fn wait(self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
