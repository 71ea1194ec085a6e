//! What the panel may read of us, and what changes from one view to the next.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::platform::tray::{Shown, Told};

/// So many readers of the menu are remembered; more than one panel is rare.
const READERS: usize = 16;

/// What the objects on the bus share with the thread that serves them.
pub(super) struct Board {
    now: Mutex<Now>,
    /// Where the pictures lie as files; empty where they could not be written.
    pub(super) theme: String,
    tell: Box<dyn Fn(Told) + Send + Sync>,
}

pub(super) struct Now {
    pub(super) shown: Shown,
    /// Counts the changes of the menu.
    pub(super) revision: u32,
    /// Up to which revision each reader has read it, the latest last.
    read: Vec<(String, u32)>,
}

/// What of a view differs from the one before.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a host is told of by itself")]
pub(super) struct Changes {
    pub(super) picture: bool,
    pub(super) urgency: bool,
    pub(super) title: bool,
    pub(super) description: bool,
    /// The places of rows.
    pub(super) rows: Vec<usize>,
}

impl Board {
    pub(super) fn new(shown: Shown, theme: String, tell: Box<dyn Fn(Told) + Send + Sync>) -> Self {
        Self { now: Mutex::new(Now { shown, revision: 1, read: Vec::new() }), theme, tell }
    }

    pub(super) fn tell(&self, told: Told) {
        (self.tell)(told);
    }

    /// Never held over a wait.
    pub(super) fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a view in place of the one before.
    pub(super) fn post(&self, shown: Shown) -> Changes {
        let mut now = self.now();
        let changes = changes(&now.shown, &shown);
        now.shown = shown;
        if !changes.rows.is_empty() {
            now.revision = now.revision.wrapping_add(1);
        }
        changes
    }
}

impl Now {
    /// Notes that a reader has read the menu as it is now.
    pub(super) fn was_read(&mut self, reader: &str) {
        self.read.retain(|(known, _)| known != reader);
        self.read.push((reader.to_owned(), self.revision));
        if self.read.len() > READERS {
            self.read.remove(0);
        }
    }

    /// Whether the menu has changed since this reader read it.
    pub(super) fn is_news_to(&self, reader: &str) -> bool {
        !self.read.iter().any(|(known, revision)| known == reader && *revision == self.revision)
    }
}

fn changes(before: &Shown, after: &Shown) -> Changes {
    let rows = before.rows.iter().zip(&after.rows).enumerate();
    Changes {
        picture: before.picture.name != after.picture.name,
        urgency: before.is_urgent != after.is_urgent,
        title: before.title != after.title,
        description: before.description != after.description,
        rows: rows.filter(|(_, (before, after))| before != after).map(|(at, _)| at).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::tray::{Picture, Row};

    static GREY: Picture = Picture { name: "idle", svg: b"", pngs: &[] };
    static RED: Picture = Picture { name: "orphaned", svg: b"", pngs: &[] };

    fn shown(picture: &'static Picture, label: &str) -> Shown {
        Shown {
            picture,
            is_urgent: false,
            title: "title".into(),
            description: String::new(),
            rows: vec![Row::Item { label: label.into(), enabled: true }, Row::Separator],
        }
    }

    #[test]
    fn only_what_differs_is_a_change_and_only_rows_make_a_revision() {
        let board = Board::new(shown(&GREY, "a"), String::new(), Box::new(|_| {}));
        assert_eq!(board.post(shown(&GREY, "a")), Changes::default());
        assert_eq!(board.post(shown(&RED, "a")), Changes { picture: true, ..Changes::default() });
        assert_eq!(board.now().revision, 1);
        assert_eq!(board.post(shown(&RED, "b")), Changes { rows: vec![0], ..Changes::default() });
        assert_eq!(board.now().revision, 2);
    }

    #[test]
    fn each_reader_has_its_own_news() {
        let board = Board::new(shown(&GREY, "a"), String::new(), Box::new(|_| {}));
        board.now().was_read(":1.1");
        assert!(!board.now().is_news_to(":1.1") && board.now().is_news_to(":1.2"));
        board.post(shown(&GREY, "b"));
        board.now().was_read(":1.2");
        assert!(board.now().is_news_to(":1.1") && !board.now().is_news_to(":1.2"));
        for reader in 0..100 {
            board.now().was_read(&format!(":2.{reader}"));
        }
        assert_eq!(board.now().read.len(), READERS);
    }
}
