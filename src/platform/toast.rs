//! Toasts on the screen, and the name under which they come. The thread, the time-outs and the limits are the caller's; see
//! `act/toast.rs`. Every call may wait for ever if the notification daemon hangs or dies, and may be dropped at any time.

use super::{Path, io, os};

/// Tells the system who we are, so that toasts come under our name. Once, before the first window.
///
/// # Platforms
/// Windows: a key of this user's registry and an icon in the folder `state`; elsewhere nothing.
pub(crate) fn introduce_ourselves(state: &Path) -> io::Result<()> {
    os::toast::introduce_ourselves(state)
}

/// Takes back what [`introduce_ourselves`] told the system. Fine if nothing was told.
pub(crate) fn forget_ourselves(state: &Path) -> io::Result<()> {
    os::toast::forget_ourselves(state)
}

/// Where a toast stands. A new one takes the place of the one before.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Place {
    /// What is known of orphans.
    Orphans,
    /// Everything else.
    News,
}

/// What a toast shows. Texts are plain; whatever the system would read as markup is escaped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Content {
    /// The first line.
    pub(crate) title: String,
    /// The lines below.
    pub(crate) body: String,
    /// What to do where no button can be clicked.
    pub(crate) by_hand: Option<String>,
    /// Whether it stays until it is taken away; such a toast matters more than others.
    pub(crate) lasting: bool,
    /// The name of its picture among our own, and the picture as PNG.
    pub(crate) picture: (&'static str, &'static [u8]),
    /// Its buttons, the most useful one first.
    pub(crate) buttons: Vec<Button>,
}

/// A button of a toast.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Button {
    /// What a click answers.
    pub(crate) answer: &'static str,
    /// What it says.
    pub(crate) label: String,
    /// What it says where there is little room.
    pub(crate) short: String,
}

/// What a click beside the buttons answers.
pub(crate) const ELSEWHERE: &str = "default";

/// What happens to toasts that are shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum News {
    /// A click, and what it answers.
    Clicked(Place, String),
    /// It is not shown any more.
    #[cfg_attr(windows, expect(dead_code, reason = "a toast of Windows goes silently"))]
    Gone(Place),
    /// The daemon that showed it has ended.
    #[cfg_attr(windows, expect(dead_code, reason = "Windows itself shows toasts"))]
    Lost(Place),
    /// Another daemon shows toasts now.
    #[cfg_attr(windows, expect(dead_code, reason = "Windows itself shows toasts"))]
    AnotherShows,
}

/// All toasts of ours.
#[derive(Debug)]
pub(crate) struct Toasts(os::toast::Toasts);

impl Toasts {
    /// `state` is a folder of ours for their pictures, where the session has none.
    ///
    /// # Platforms
    /// Windows: they show the program's picture, which [`introduce_ourselves`] has named.
    pub(crate) fn new(state: &Path) -> Self {
        Self(os::toast::Toasts::new(state))
    }

    /// Puts a toast on the screen, in place of the one that stands there. One that is put there too late, when this
    /// was dropped, is taken away again.
    pub(crate) async fn show(&mut self, place: Place, content: &Content) -> Result<(), String> {
        self.0.show(place, content).await
    }

    /// Takes one off the screen.
    ///
    /// # Platforms
    /// Windows: it goes by itself.
    pub(crate) async fn close(&mut self, place: Place) {
        self.0.close(place).await;
    }

    /// Waits for the next piece of news, as long as it takes.
    pub(crate) async fn news(&mut self) -> News {
        self.0.news().await
    }
}
