//! What ends with the server and is no part of it: named before and after.

use super::Guard;
use crate::console;
use crate::core::{mask, wording};
use crate::platform::guard::{Apart, Server};

/// As much of it is named.
const MOST_NAMES: usize = 8;

impl Guard<'_> {
    /// What would end now with the server, as one half of a sentence; empty where there is nothing of the kind.
    pub(super) fn along(&self) -> String {
        said(&self.server.as_ref().map(Server::apart).unwrap_or_default())
    }

    /// The server is about to be ended, or has ended: what is there now ends soon.
    pub(super) fn note_along(&mut self) {
        self.along = self.along();
    }

    /// All of it is gone. Returns what to tell whoever has asked for that.
    pub(super) fn say_along(&mut self) -> Option<String> {
        let along = Some(std::mem::take(&mut self.along)).filter(|along| !along.is_empty())?;
        let says = wording::ended_along(&along);
        tracing::warn!(server = %self.orders.name, along, "ended with the server");
        console::complain_in_passing(&says);
        console::complain_in_passing(&format!("hint: {}", wording::PROTECT_HINT));
        Some(format!("{says}; {}", wording::PROTECT_HINT))
    }
}

fn said(apart: &[Apart]) -> String {
    let name = |it: &Apart| format!("{} ({})", mask::plain_short(&it.name, 40), it.pid);
    let mut names: Vec<String> = apart.iter().take(MOST_NAMES).map(name).collect();
    if apart.len() > MOST_NAMES {
        names.push(wording::and_more(apart.len() - MOST_NAMES));
    }
    names.join(", ")
}
