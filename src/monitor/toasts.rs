//! Which orphans the user has been told of, and how often one may be told.

use std::collections::HashSet;
use std::time::Duration;

use crate::core::{Diagnosis, Identity, Instance, Moment, Ripeness, State};

/// At most this many toasts about orphans…
const MOST: usize = 4;

/// …in this time. A client that loses a server every minute must not cover the screen.
const WITHIN: Duration = Duration::from_mins(10);

/// Orphans, each with the diagnosis that it is in.
pub(super) type Orphans<'a> = Vec<(&'a Diagnosis, &'a Instance)>;

/// What is to be told of orphans.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum News<'a> {
    /// Nothing that was not told.
    Nothing,
    /// There are new ones: all that are told of now, the new ones first.
    More(Orphans<'a>),
    /// Some of them are gone: those that are left.
    Fewer(Orphans<'a>),
    /// All of them are gone.
    Gone,
}

/// Limits how often orphans are told of, and remembers which were.
#[derive(Clone, Debug, Default)]
pub(super) struct ToastLimit {
    orphans: HashSet<Identity>,
    shown: Vec<Moment>,
}

impl ToastLimit {
    /// What to tell now: of all new orphans together, unless the limit is reached; then they stay untold and come with
    /// the next. Forgets what ended.
    pub(super) fn news<'a>(&mut self, diagnoses: &'a [Diagnosis], now: Moment) -> News<'a> {
        let is_fewer = self.settle(diagnoses);
        let (told, news): (Orphans<'_>, Orphans<'_>) =
            ripe(diagnoses).partition(|(_, instance)| self.orphans.contains(&instance.main));
        if !news.is_empty() && self.takes_a_turn(now) {
            self.orphans.extend(news.iter().map(|(_, instance)| instance.main));
            return News::More(news.into_iter().chain(told).collect());
        }
        match (is_fewer, told.is_empty()) {
            (false, _) => News::Nothing,
            (true, false) => News::Fewer(told),
            (true, true) => News::Gone,
        }
    }

    /// Forgets what ended, and says whether anything has.
    pub(super) fn settle(&mut self, diagnoses: &[Diagnosis]) -> bool {
        let before = self.orphans.len();
        self.orphans.retain(|told| ripe(diagnoses).any(|(_, instance)| instance.main == *told));
        self.orphans.len() < before
    }

    /// Takes all that there are for told: the user has asked, or is told what was done.
    pub(super) fn of_all(&mut self, diagnoses: &[Diagnosis]) {
        self.orphans.extend(ripe(diagnoses).map(|(_, instance)| instance.main));
    }

    /// Forgets all, so that it is told anew.
    pub(super) fn forget(&mut self) {
        self.orphans.clear();
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

fn ripe(diagnoses: &[Diagnosis]) -> impl Iterator<Item = (&Diagnosis, &Instance)> {
    diagnoses
        .iter()
        .flat_map(|diagnosis| diagnosis.instances.iter().map(move |instance| (diagnosis, instance)))
        .filter(|(_, instance)| instance.state == State::Orphan(Ripeness::Ripe))
}
