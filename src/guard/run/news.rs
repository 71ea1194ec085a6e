//! What is new about a new server: waited for, said, and told to whoever has asked for it.

use super::Guard;
use crate::console;
use crate::core::{Moment, wording};
use crate::guard::events::Answer;
use crate::guard::news::News;
use crate::guard::telling::{self, Asked};
use crate::guard::times::COMPARING;

/// A new server is being compared with the one that its client knows.
#[derive(Default)]
pub(super) struct Comparing {
    until: Option<Moment>,
    /// Who waits to hear of it.
    asked: Option<Asked>,
    /// What ended with the server before.
    along: Option<String>,
}

impl Comparing {
    pub(super) fn says_along(&mut self, says: String) {
        self.along = Some(says);
    }

    pub(super) const fn deadline(&self) -> Option<Moment> {
        self.until
    }
}

impl Guard<'_> {
    /// The new server has been introduced; what we ask it ourselves takes a moment.
    pub(super) fn begin_to_compare(&mut self) {
        self.comparing.until = Some(self.clock.now().moment.after(COMPARING));
    }

    /// Tells whoever has asked, once it is known what is new.
    pub(super) fn tell_when_compared(&mut self, asked: Asked) {
        self.comparing.asked = Some(asked);
        if self.comparing.until.is_none() {
            self.tell_news();
        }
    }

    /// Goes on with the comparison, if there is one.
    pub(super) fn compare(&mut self) {
        let Some(until) = self.comparing.until else { return };
        let Some(relay) = &self.relay else { return };
        if relay.goes_on_to_ask() || self.clock.now().moment >= until {
            self.tell_news();
        }
    }

    /// Tells what is known by now: at the end, also because the server ends.
    pub(super) fn tell_news(&mut self) {
        let is_new = self.comparing.until.take().is_some();
        let relay = self.relay.as_ref().filter(|_| is_new);
        let News { differs, unknown, refused } =
            relay.map(crate::guard::relay::Relay::take_news).unwrap_or_default();
        for (repeat, says) in &refused {
            let says = telling::fit(says);
            tracing::warn!(server = %self.orders.name, ?repeat, says, "the new server does not take what the client had set");
            console::complain_in_passing(&telling::not_set_again(repeat, &says));
        }
        let news = telling::differs(&differs, &unknown);
        if let Some(news) = &news {
            tracing::warn!(server = %self.orders.name, news, "the client knows another server");
            console::complain_in_passing(&wording::reload_the_client(&self.orders.name, news));
        }
        let along = self.comparing.along.take();
        if let Some(asked) = self.comparing.asked.take() {
            let server = self.server.as_ref().map(crate::platform::guard::Server::identity);
            let reply = telling::answer(Answer::Done, self.orders, server, "");
            self.answering = Some(asked.tell(telling::with_news(reply, news.as_deref(), along.as_deref())));
        }
    }
}
