//! The guard's watch over its client.

use super::Guard;
use crate::guard::client::Next;
use crate::guard::events::Event;
use crate::platform::guard::Unwatched;

impl Guard<'_> {
    /// Watches the client that is known now. Returns what happened where it has ended and nobody took its place.
    pub(super) fn watch_client(&mut self) -> Option<Event> {
        let client = self.lineage.client().map(|client| client.identity);
        match self.watch.watch_client(client) {
            Ok(()) => None,
            Err(Unwatched::Gone) => self.client_ended(),
            Err(Unwatched::CannotTell(error)) => {
                tracing::warn!(%error, "the end of the client cannot be noticed, only that of what it says");
                None
            }
        }
    }

    /// The one who started us was only passing by if somebody still holds our input.
    pub(super) fn client_ended(&mut self) -> Option<Event> {
        match self.lineage.client_ended() {
            Next::Another(client) => {
                tracing::info!(client = client.identity.pid.get(), "the client is another one");
            }
            Next::Somebody => tracing::info!("whoever started the server has ended, but its input is open"),
            Next::Nobody => return Some(Event::ClientEnded),
        }
        self.write_lease();
        self.watch_client()
    }
}
