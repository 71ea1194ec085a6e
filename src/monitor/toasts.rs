//! Which orphans the user has been told of, and how often one may be told.

use std::collections::HashSet;
use std::time::Duration;

use crate::core::{Diagnosis, Identity, Instance, Moment, Ripeness, State};

/// At most this many toasts about orphans…
const MOST: usize = 4;

/// …in this time. A client that loses a server every minute must not cover the screen.
const WITHIN: Duration = Duration::from_mins(10);

/// What was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    orphans: HashSet<Identity>,
    shown: Vec<Moment>,
}

impl Told {
    /// The orphans to tell of now: all new ones together, unless the limit is reached; then they stay
    /// untold and come with the next. Forgets what ended.
    pub(super) fn news<'a>(
        &mut self,
        diagnoses: &'a [Diagnosis],
        now: Moment,
    ) -> Vec<(&'a Diagnosis, &'a Instance)> {
        let orphans: Vec<(&Diagnosis, &Instance)> = diagnoses
            .iter()
            .flat_map(|diagnosis| diagnosis.instances.iter().map(move |instance| (diagnosis, instance)))
            .filter(|(_, instance)| instance.state == State::Orphan(Ripeness::Ripe))
            .collect();
        self.orphans.retain(|told| orphans.iter().any(|(_, instance)| instance.main == *told));
        let news: Vec<_> =
            orphans.into_iter().filter(|(_, instance)| !self.orphans.contains(&instance.main)).collect();
        if news.is_empty() || !self.takes_a_turn(now) {
            return Vec::new();
        }
        self.orphans.extend(news.iter().map(|(_, instance)| instance.main));
        news
    }

    /// Whether one more toast that nobody asked for may be shown; if so, it counts.
    pub(super) fn takes_a_turn(&mut self, now: Moment) -> bool {
        self.shown.retain(|shown| now.since(*shown) < WITHIN);
        let may = self.shown.len() < MOST;
        if may {
            self.shown.push(now);
        }
        may
    }
}
