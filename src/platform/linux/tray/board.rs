//! What the panel may read of us, and what changes from one view to the next.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::platform::tray::{Shown, Told};

/// So many readers of the menu are remembered; more than one panel is rare.
const READERS: usize = 16;

/// A menu that was opened and not closed counts as open for so long. Its host may have ended, or tell of openings only.
const OPEN: Duration = Duration::from_mins(1);

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
    /// The readers that have the menu open, and until when this is believed.
    open: Vec<(String, Instant)>,
    /// The layout has changed while a menu was open, and nobody was told yet.
    is_layout_owed: bool,
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
        let now = Now { shown, revision: 1, read: Vec::new(), open: Vec::new(), is_layout_owed: false };
        Self { now: Mutex::new(now), theme, tell }
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

/// Hosts are told of a changed layout while no menu is open. LXQt's closes an open menu when it reads the layout anew, and
/// hosts that tell of openings take single properties anyway.
impl Now {
    /// The reader shows the menu.
    pub(super) fn opened(&mut self, reader: &str, now: Instant) {
        self.closed(reader);
        self.open.push((reader.to_owned(), now + OPEN));
        if self.open.len() > READERS {
            self.open.remove(0);
        }
    }

    /// The reader shows it no more.
    pub(super) fn closed(&mut self, reader: &str) {
        self.open.retain(|(known, _)| known != reader);
    }

    /// The layout has changed.
    pub(super) fn owe_layout(&mut self) {
        self.is_layout_owed = true;
    }

    /// The revision, if hosts are to be told now that the layout has changed.
    pub(super) fn take_owed_layout(&mut self, now: Instant) -> Option<u32> {
        self.open.retain(|(_, until)| now < *until);
        let is_due = self.open.is_empty() && std::mem::take(&mut self.is_layout_owed);
        is_due.then_some(self.revision)
    }

    /// When to look again whether they are.
    pub(super) fn layout_is_due(&self) -> Option<Instant> {
        let last = self.open.iter().map(|(_, until)| *until).max();
        last.filter(|_| self.is_layout_owed)
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
    fn a_changed_layout_waits_for_the_last_open_menu_but_not_for_ever() {
        let board = Board::new(shown(&GREY, "a"), String::new(), Box::new(|_| {}));
        let mut now = board.now();
        let start = Instant::now();
        assert_eq!(now.take_owed_layout(start), None, "nothing has changed");
        now.owe_layout();
        assert_eq!(now.take_owed_layout(start), Some(1));
        assert_eq!(now.take_owed_layout(start), None, "once is enough");
        now.opened(":1.1", start);
        now.opened(":1.2", start + Duration::from_secs(9));
        now.owe_layout();
        assert_eq!(now.take_owed_layout(start), None);
        now.closed(":1.1");
        assert_eq!(now.take_owed_layout(start), None);
        now.closed(":1.2");
        assert_eq!(now.take_owed_layout(start), Some(1));
        now.opened(":1.1", start);
        assert_eq!(now.layout_is_due(), None);
        now.owe_layout();
        let due = now.layout_is_due().unwrap();
        assert_eq!(due - start, OPEN);
        assert_eq!(now.take_owed_layout(due), Some(1), "a host that ended closes nothing");
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
