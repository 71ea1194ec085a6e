//! What the tray shows, as a value. Derived from the state in one place; the tray only draws it.

use crate::core::Verdict;

/// What the icon shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Face {
    /// The worst of all watches.
    Verdict(Verdict),
    /// Cleanup or Restart is at work.
    Busy,
    /// The user paused the monitoring.
    Paused,
}

impl Face {
    /// Every face, for whoever prepares pictures.
    pub const ALL: [Self; 9] = [
        Self::Verdict(Verdict::Orphaned),
        Self::Verdict(Verdict::Blocked),
        Self::Verdict(Verdict::Unseen),
        Self::Verdict(Verdict::Duplicate),
        Self::Verdict(Verdict::Starting),
        Self::Verdict(Verdict::Healthy),
        Self::Verdict(Verdict::Idle),
        Self::Busy,
        Self::Paused,
    ];

    /// The word for it, which is also the name of its icon.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verdict(verdict) => verdict.word(),
            Self::Busy => "busy",
            Self::Paused => "paused",
        }
    }
}

/// Whether Restart is offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RestartOffer {
    /// It is, and nobody loses anything.
    Free,
    /// It is: guards do it, and no client notices.
    Unnoticed,
    /// It is, but this client loses its server.
    Loses(String),
    /// It is not, because of this.
    No(String),
}

/// Everything that the tray shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// The icon.
    pub face: Face,
    /// The state in one line.
    pub headline: String,
    /// One line an instance, then what else there is to say; the menu shows the first few.
    pub lines: Vec<String>,
    /// How many of `lines`, from the first, say why: one an instance.
    pub rows: usize,
    /// How many instances Cleanup would end.
    pub orphans: usize,
    /// Whether Restart is offered.
    pub restart: RestartOffer,
    /// Whether the monitoring is paused.
    pub paused: bool,
    /// Whether orphans are ended without asking.
    pub auto_cleanup: bool,
    /// Whether we start at login; `None` where that cannot be told.
    pub autostart: Option<bool>,
    /// Whether Cleanup or Restart is at work.
    pub busy: bool,
}
