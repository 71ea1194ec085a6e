//! What the relay says to a new server itself after the first words, and what comes of it.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::thread;

use super::inward::Inlet;
use super::news::News;
use super::relay::{Relay, Shared, lock};
use crate::platform::streams;

impl Relay {
    /// Has the present server asked what follows from its answers: on a thread of its own, because it may not read.
    /// Whether there is nothing more to ask.
    pub(crate) fn goes_on_to_ask(&self) -> bool {
        let mut conversation = lock(&self.shared.conversation);
        let asks = conversation.goes_on_to_ask();
        let is_over = conversation.has_asked_all();
        drop(conversation);
        if !asks.is_empty() {
            let (shared, number) = (Arc::clone(&self.shared), self.number);
            let asking = thread::Builder::new().name("own".into()).spawn(move || {
                let mut inlet = lock(&shared.inlet);
                // Between two lines of the client's, to whom its answer belongs.
                if inlet.number == number && inlet.sent == 0 {
                    shared.repeat(&mut inlet, &asks);
                }
            });
            if let Err(error) = asking {
                // It counts as not answered.
                tracing::warn!(%error, "the new server is not asked any further");
            }
        }
        is_over
    }

    /// What is new about the present server, as far as it is known by now. Told once.
    pub(crate) fn take_news(&self) -> News {
        lock(&self.shared.conversation).take_news()
    }
}

impl Shared {
    /// Writes what is repeated to each server anew.
    pub(super) fn repeat(&self, inlet: &mut Inlet, line: &[u8]) {
        if let Some(server) = &mut inlet.server
            && streams::write_all(&mut **server, line).is_err()
        {
            self.is_broken(inlet);
        }
    }
}

/// What tells the names that we give from those of every other guard.
pub(super) fn mark() -> u64 {
    RandomState::new().hash_one(std::process::id())
}
