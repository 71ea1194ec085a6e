//! When to look whether the panel has our icon: at once after each change, soon after a failure, now and then else.

use std::time::Duration;

/// After a failure it is tried again and again: a panel that starts may own its name long before it answers.
const AGAIN: [u64; 6] = [1, 2, 5, 10, 30, 60];

/// A panel may forget us without a word.
const NOW_AND_THEN: Duration = Duration::from_mins(1);

/// What is heard is followed at once, but not for ever: a panel can drop the icon each time that it is given it.
const HEARD: [u64; 9] = [0, 0, 0, 1, 2, 5, 10, 30, 60];

/// What a try has shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// The panel has our icon.
    Listed,
    /// Nothing shows icons.
    NoPanel,
    /// Something should show icons, and does not take ours.
    NotTaken(String),
}

/// How it goes with the panel.
#[derive(Debug)]
pub(super) struct Registration {
    last: Option<Outcome>,
    failures: usize,
    wait: Duration,
    /// Something was heard since the last try.
    has_heard: bool,
    /// So many tries in a row came because something was heard.
    prompted: usize,
}

impl Registration {
    /// Nothing was tried yet.
    pub(super) const fn new() -> Self {
        Self { last: None, failures: 0, wait: Duration::ZERO, has_heard: false, prompted: 0 }
    }

    /// How long to wait before the next try, if nothing is heard.
    pub(super) const fn wait(&self) -> Duration {
        self.wait
    }

    /// The panel came or went, found a host, or dropped our icon.
    pub(super) fn heard(&mut self) {
        let soon = nth(&HEARD, self.prompted);
        if soon.is_zero() {
            self.failures = 0;
        }
        self.wait = soon;
        self.has_heard = true;
    }

    /// Takes what a try has shown; returns it where it is news for the log.
    pub(super) fn tried(&mut self, outcome: Outcome) -> Option<&Outcome> {
        self.prompted = if std::mem::take(&mut self.has_heard) { self.prompted + 1 } else { 0 };
        self.wait = match outcome {
            // Its coming will be heard.
            Outcome::Listed | Outcome::NoPanel => {
                self.failures = 0;
                NOW_AND_THEN
            }
            Outcome::NotTaken(_) => {
                let wait = nth(&AGAIN, self.failures);
                self.failures += 1;
                wait
            }
        };
        let is_news = self.last.as_ref() != Some(&outcome);
        self.last = Some(outcome);
        self.last.as_ref().filter(|_| is_news)
    }
}

/// The wait at this place, or the last one.
fn nth(waits: &[u64], at: usize) -> Duration {
    Duration::from_secs(waits.get(at).or(waits.last()).copied().unwrap_or_default())
}

/// Whether a panel's list has the icon of whoever is called so on the bus: `NAME`, `NAME/path` or `NAME@/path`.
pub(super) fn lists(items: &[String], names: &[&str]) -> bool {
    items.iter().any(|item| {
        names.iter().any(|name| {
            item.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '@']))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> Outcome {
        Outcome::NotTaken("no object".into())
    }

    #[test]
    fn it_never_gives_up_and_never_hurries() {
        let mut registration = Registration::new();
        assert_eq!(registration.wait(), Duration::ZERO);
        let mut waits = Vec::new();
        for _ in 0..9 {
            registration.tried(refused());
            waits.push(registration.wait().as_secs());
        }
        assert_eq!(waits, [1, 2, 5, 10, 30, 60, 60, 60, 60]);
        registration.heard();
        assert_eq!(registration.wait(), Duration::ZERO);
        registration.tried(refused());
        assert_eq!(registration.wait().as_secs(), 1, "what was heard counts as a new beginning");
        for quiet in [Outcome::Listed, Outcome::NoPanel] {
            registration.tried(quiet);
            assert_eq!(registration.wait().as_secs(), 60);
        }
    }

    #[test]
    fn a_panel_that_drops_the_icon_each_time_does_not_keep_the_machine_awake() {
        for outcome in [Outcome::Listed, refused()] {
            let mut registration = Registration::new();
            let mut waits = Vec::new();
            for _ in 0..11 {
                registration.tried(outcome.clone());
                registration.heard();
                waits.push(registration.wait().as_secs());
            }
            assert_eq!(waits, [0, 0, 0, 1, 2, 5, 10, 30, 60, 60, 60], "{outcome:?}");
            registration.tried(outcome.clone());
            registration.tried(outcome);
            registration.heard();
            assert_eq!(registration.wait(), Duration::ZERO, "it was quiet in between");
        }
    }

    #[test]
    fn only_a_change_is_news() {
        let mut registration = Registration::new();
        assert_eq!(registration.tried(refused()), Some(&refused()));
        assert_eq!(registration.tried(refused()), None);
        assert_eq!(registration.tried(Outcome::Listed), Some(&Outcome::Listed));
        registration.heard();
        assert_eq!(registration.tried(Outcome::Listed), None);
        assert_eq!(registration.tried(refused()), Some(&refused()));
    }

    #[test]
    fn a_list_names_items_in_several_ways() {
        let ours = ["org.kde.StatusNotifierItem-12-1", ":1.7"];
        for item in [
            "org.kde.StatusNotifierItem-12-1",
            "org.kde.StatusNotifierItem-12-1/StatusNotifierItem",
            ":1.7/StatusNotifierItem",
            ":1.7@/StatusNotifierItem",
        ] {
            assert!(lists(&[item.to_owned()], &ours), "{item}");
        }
        for item in ["org.kde.StatusNotifierItem-12-10", ":1.77/StatusNotifierItem", "", "x:1.7"] {
            assert!(!lists(&[item.to_owned()], &ours), "{item}");
        }
    }
}
