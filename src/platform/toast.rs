//! One toast on the screen, and the name under which toasts come. The thread, the time-outs and the limits are the caller's; see
//! `act/toast.rs`. Both calls may wait for ever if the notification daemon hangs or dies.

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

/// What a toast shows. Texts are plain; whatever the system would read as markup is escaped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Content {
    /// The first line.
    pub(crate) title: String,
    /// The lines below.
    pub(crate) body: String,
    /// Buttons: what a click answers, and the label.
    pub(crate) buttons: Vec<(&'static str, &'static str)>,
}

/// A toast that is on the screen.
#[derive(Debug)]
pub(crate) struct Shown(os::toast::Shown);

/// Puts a toast on the screen.
pub(crate) async fn show(content: &Content) -> Result<Shown, String> {
    os::toast::show(content).await.map(Shown)
}

impl Shown {
    /// Waits for a click on a button and returns what it answers; `None` when the toast went away
    /// or was clicked elsewhere.
    pub(crate) async fn answer(&self) -> Option<String> {
        self.0.answer().await
    }

    /// Takes it off the screen.
    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}
