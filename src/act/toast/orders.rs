//! What is to be done with toasts, brought together: while a daemon is slow, orders wait, and only the last counts.

use super::{About, Toast};

/// Something to be done with a toast.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// Put it on the screen.
    Show(Toast),
    /// Put it in place of the toast about orphans, if that is still there.
    Amend(Toast),
    /// Take the toast about orphans away.
    Withdraw,
}

/// What is left to do of several orders.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Orders {
    /// In the place of orphans.
    pub(super) orphans: Option<Order>,
    /// In the other place.
    pub(super) news: Option<Toast>,
}

impl Orders {
    /// Adds a newer one.
    pub(super) fn add(&mut self, newer: Order) {
        let older = self.orphans.take();
        self.orphans = match (older, newer) {
            (older, Order::Show(toast)) if toast.about == About::News => {
                self.news = Some(toast);
                older
            }
            // Nobody has seen it yet, so there is nothing to amend.
            (Some(Order::Show(old)), Order::Amend(toast)) if old.about == About::Orphans => {
                Some(Order::Show(toast))
            }
            // It has taken the place of what is to be amended or taken away.
            (Some(Order::Show(outcome)), Order::Amend(_) | Order::Withdraw)
                if outcome.about == About::Outcome =>
            {
                Some(Order::Show(outcome))
            }
            (Some(Order::Withdraw), Order::Amend(_)) => Some(Order::Withdraw),
            (_, newer) => Some(newer),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toast(about: About, title: &str) -> Toast {
        Toast {
            about,
            picture: "idle",
            title: title.into(),
            body: String::new(),
            by_hand: None,
            buttons: Vec::new(),
        }
    }

    #[test]
    fn of_several_orders_only_what_counts_is_left() {
        use About::{News, Orphans, Outcome};
        let show = |about, title| Order::Show(toast(about, title));
        let amend = |title| Order::Amend(toast(Orphans, title));
        for (orders, orphans, news) in [
            (vec![show(Orphans, "a"), show(News, "b")], Some(show(Orphans, "a")), Some("b")),
            (vec![show(News, "a"), show(News, "b")], None, Some("b")),
            (vec![show(Orphans, "a"), amend("b")], Some(show(Orphans, "b")), None),
            (vec![show(Orphans, "a"), Order::Withdraw], Some(Order::Withdraw), None),
            (vec![show(Orphans, "a"), show(Outcome, "b"), Order::Withdraw], Some(show(Outcome, "b")), None),
            (vec![Order::Withdraw, show(Outcome, "a")], Some(show(Outcome, "a")), None),
            (vec![amend("a"), amend("b")], Some(amend("b")), None),
            (vec![Order::Withdraw, amend("a")], Some(Order::Withdraw), None),
        ] {
            let mut together = Orders::default();
            for order in orders.clone() {
                together.add(order);
            }
            let expected = Orders { orphans, news: news.map(|title| toast(News, title)) };
            assert_eq!(together, expected, "{orders:#?}");
        }
    }
}
