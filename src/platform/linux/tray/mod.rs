//! The icon by the session bus: org.kde.StatusNotifierItem and com.canonical.dbusmenu, served by one thread.
//!
//! The library that shows it on Windows cannot tell a name, an attention, a description, or the same Id twice, and
//! what it uses on Linux gives up on a panel whose name is there before its object. Here nothing is final but a bus
//! that has gone.

mod board;
mod item;
mod label;
mod layout;
mod menu;
mod pictures;
mod place;
mod registration;
mod runtime;
mod serve;
mod watcher;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use self::board::Board;
use self::runtime::runtime;
use self::serve::{How, serve};
use super::session;
use crate::platform::tray::{Picture, Setup, Shown, Told};

pub(crate) use self::place::place;

/// The way to the thread that serves the icon, which ends when this is dropped.
pub(crate) struct Icon(UnboundedSender<Box<Shown>>);

impl Icon {
    pub(crate) fn put(
        setup: &Setup<'_>,
        shown: &Shown,
        tell: Box<dyn Fn(Told) + Send + Sync>,
    ) -> anyhow::Result<Self> {
        let theme = written(setup.state, setup.pictures);
        let board = Arc::new(Board::new(shown.clone(), theme, tell));
        let runtime = runtime()?;
        let (sender, views) = unbounded_channel();
        let how = How {
            is_login: setup.is_login,
            look_again: setup.look_again.unwrap_or(registration::NOW_AND_THEN),
        };
        thread::Builder::new().name("icon".into()).spawn(move || {
            runtime.block_on(serve(&board, views, how));
        })?;
        Ok(Self(sender))
    }

    #[expect(clippy::unnecessary_wraps, reason = "its twin asks the system")]
    pub(crate) fn show(&mut self, shown: &Shown) -> anyhow::Result<()> {
        // The thread has told why it ended, if it has.
        let _ = self.0.send(Box::new(shown.clone()));
        Ok(())
    }

    /// Done where the click arrives.
    #[expect(clippy::unused_self, reason = "its twin turns it back")]
    pub(crate) fn put_back(&mut self, _: usize) {}

    /// A panel that comes back asks for everything.
    #[expect(clippy::unused_self, reason = "its twin has something to forget")]
    pub(crate) fn forget(&mut self) {}

    #[expect(clippy::unused_self, reason = "its twin has a balloon")]
    pub(crate) fn balloon(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Writes the pictures and says where; nowhere if they cannot be written. Then pixels have to do.
fn written(state: &Path, pictures: &[&'static Picture]) -> String {
    for folder in session::icon_folders(state) {
        match pictures::write(&folder, pictures) {
            Ok(()) => return folder.to_string_lossy().into_owned(),
            Err(error) => tracing::warn!(%error, "some panels will show no icon"),
        }
    }
    String::new()
}

pub(crate) fn forget_pictures(state: &Path) -> io::Result<()> {
    for folder in session::icon_folders(state) {
        remove_ours(&folder)?;
    }
    Ok(())
}

/// Takes away what we have written below a folder of pictures, and the folders that are empty then. With `--home` it may
/// be a folder that holds pictures of the user's own.
fn remove_ours(folder: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_ours(&entry.path())?;
        } else if entry.file_name().to_string_lossy().starts_with("shimkeeper") {
            std::fs::remove_file(entry.path())?;
        }
    }
    match std::fs::remove_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_the_users_own_stay() {
        let folder = std::env::temp_dir().join(format!("shimkeeper-pictures-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("hicolor/16x16")).unwrap();
        for file in ["hicolor/16x16/shimkeeper_idle.png", "shimkeeper_idle.png", "holiday.png"] {
            std::fs::write(folder.join(file), "x").unwrap();
        }
        remove_ours(&folder).unwrap();
        let left: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["holiday.png"]);
        std::fs::remove_dir_all(&folder).unwrap();
        remove_ours(&folder).unwrap();
    }
}
