//! Whether anything moves between client and server: a server that still takes or talks is given time.

use super::events::{Event, Moved};
use super::relay::Relay;
use crate::core::Moment;
use crate::platform::guard;

/// What has moved, and what had moved when this was last asked.
#[derive(Default)]
pub(super) struct Moves {
    /// What the relay has carried to the server and from it, in bytes, as far as it was taken note of.
    carried: (u64, u64),
    /// Whether anything was carried either way since the present deadline was set.
    since: (bool, bool),
    unread: Option<u64>,
}

impl Moves {
    /// Tells at a deadline what has moved since it was set.
    pub(super) fn tick(&mut self, relay: Option<&Relay>, deadline: Option<Moment>, now: Moment) -> Event {
        let (takes, talks) = self.now(relay);
        let (takes, talks) = match deadline {
            None => (false, false),
            Some(_) => (takes || self.since.0, talks || self.since.1),
        };
        let is_due = deadline.is_some_and(|deadline| now >= deadline);
        self.since = if is_due { (false, false) } else { (takes, talks) };
        let waits = relay.is_some_and(Relay::is_writing);
        Event::Tick(Moved { takes, talks, waits })
    }

    /// Whether the server has taken input since this was asked, and whether what it said goes on to the client.
    fn now(&mut self, relay: Option<&Relay>) -> (bool, bool) {
        if let Some(relay) = relay {
            let now = (relay.delivered(), relay.passed());
            let before = std::mem::replace(&mut self.carried, now);
            return (before.0 != now.0, before.1 != now.1 || relay.is_writing());
        }
        let before = std::mem::replace(&mut self.unread, guard::unread_input());
        (before.is_some() && before != self.unread, false)
    }
}
