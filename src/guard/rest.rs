//! When a guard has nothing to do it keeps no memory for it. Once after each time of activity: a guard that
//! rests wakes for nothing.

use std::time::Duration;

use super::relay::Relay;
use crate::platform::guard::Watch;

/// How long nothing may have happened before the guard rests.
const QUIET: Duration = Duration::from_millis(500);

/// Whether the guard rests.
#[derive(Default)]
pub(super) struct Rest {
    rests: bool,
    /// What the relay had carried when this was last asked, in bytes.
    carried: (u64, u64),
}

impl Rest {
    /// How long to wait for the quiet; `None` where there is nothing to wait for.
    pub(super) fn wait_time(&self) -> Option<Duration> {
        (!self.rests).then_some(QUIET)
    }

    /// Somebody woke us for a reason.
    pub(super) fn is_over(&mut self) {
        self.rests = false;
    }

    /// A wait has ended because its time was over.
    pub(super) fn nothing_came(&mut self, relay: Option<&Relay>, watch: &mut Watch) {
        let carried = relay.map_or((0, 0), |relay| (relay.delivered(), relay.passed()));
        let is_quiet = carried == self.carried;
        self.carried = carried;
        if !is_quiet || self.rests {
            return;
        }
        self.rests = true;
        if let Some(relay) = relay {
            relay.tell_when_used();
        }
        watch.give_back_memory();
    }
}
