//! The end of a launcher is not the end of the server: somebody that it has started may go on with its streams.

use std::time::Duration;

use super::{Guard, REST_PACE};
use crate::core::Moment;
use crate::guard::events::{Event, Note};
use crate::guard::relay::Relay;
use crate::guard::successor::{Trial, Verdict};
use crate::platform::guard::{Ended, Server, Succession, Wake, unread_input};

/// As long as nobody can tell it is asked again.
const UNTOLD: Duration = Duration::from_secs(1);

/// What is known of who goes on in the place of a server that has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Successor {
    /// The server runs, or nobody has been looked for.
    #[default]
    NotNeeded,
    /// It is not told yet, since then.
    Sought(Moment),
    /// Somebody does.
    Serves(Trial),
    /// Nobody, or nobody any more.
    Nobody,
}

impl Successor {
    /// How soon something is to be looked at, though nothing happens.
    pub(super) fn wait_time(self, now: Moment) -> Option<Duration> {
        match self {
            Self::Sought(_) => Some(REST_PACE),
            Self::Serves(trial) => trial.next().map(|next| next.since(now)),
            Self::NotNeeded | Self::Nobody => None,
        }
    }
}

impl Guard<'_> {
    /// The end of the server, unless somebody goes on in its place.
    pub(super) fn server_ended(&mut self, wakes: &[Wake]) -> Option<Event> {
        let server = self.server.as_mut()?;
        let Ok(Some(ended)) = server.ended() else { return None };
        let gone = server.is_gone();
        if !gone && self.is_succeeded(ended, wakes) {
            return None;
        }
        let last = self.server.as_ref()?.successors_end().filter(|last| last.code != 0).unwrap_or(ended);
        Some(Event::ServerEnded { code: ended.code, last: last.code, gone })
    }

    fn is_succeeded(&mut self, ended: Ended, wakes: &[Wake]) -> bool {
        // What is to end anyway needs nobody in its place; who took it before is ended in its turn.
        if !self.policy.is_serving() {
            let serves = matches!(self.successor, Successor::Serves(_));
            return serves && self.server.as_ref().is_some_and(Server::has_a_successor);
        }
        let now = self.clock.now().moment;
        let since = match self.successor {
            Successor::Nobody => return false,
            Successor::Serves(trial) if !wakes.contains(&Wake::ServerEnded) => {
                return self.takes_part(trial, now);
            }
            Successor::NotNeeded | Successor::Serves(_) => now,
            Successor::Sought(since) => since,
        };
        let Some(server) = &mut self.server else { return false };
        let before = server.identity();
        let succession = server.succession();
        let is_another = server.identity() != before;
        self.successor = match (succession, self.successor) {
            (Succession::GoesOn, Successor::Serves(trial)) if !is_another => Successor::Serves(trial),
            (Succession::GoesOn, _) => {
                let delivered = self.relay.as_ref().map_or(0, Relay::delivered);
                Successor::Serves(Trial::new(self.orders.stop_grace, delivered, now))
            }
            (Succession::NotYetTold, _) if now.since(since) < UNTOLD => Successor::Sought(since),
            // Seen twice: somebody may just have been putting the streams in their places.
            (Succession::Nobody, _) if now.since(since) < REST_PACE => Successor::Sought(since),
            (Succession::NotYetTold | Succession::Nobody, _) => Successor::Nobody,
        };
        if let (Succession::GoesOn, true) = (succession, is_another) {
            self.goes_on(ended);
        }
        self.successor != Successor::Nobody
    }

    fn goes_on(&mut self, ended: Ended) {
        let Some(server) = &self.server else { return };
        let pid = server.identity().pid;
        if let Err(error) = self.watch.watch_server(server) {
            tracing::warn!(%error, "the end of the server cannot be noticed, only that of what it says");
        }
        self.note(Note::GoesOn { code: ended.code, pid });
        self.write_lease();
    }

    /// Whether it still counts as the server.
    fn takes_part(&mut self, mut trial: Trial, now: Moment) -> bool {
        if trial.next().is_none_or(|next| now < next) {
            return true;
        }
        let delivered = self.relay.as_ref().map_or(0, Relay::delivered);
        let untaken = match &self.relay {
            Some(_) => self.server.as_ref().and_then(Server::untaken),
            None => unread_input(),
        };
        let verdict = trial.look(delivered, untaken, now);
        self.successor = match verdict {
            Verdict::Serves => Successor::Serves(trial),
            Verdict::Deaf => {
                self.note(Note::Deaf);
                Successor::Nobody
            }
        };
        verdict == Verdict::Serves
    }
}
