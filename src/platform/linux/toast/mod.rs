//! Toasts by the desktop's notification daemon.
//!
//! notify-rust describes a toast, and zbus carries it. The library's own way sends each toast over a connection of its
//! own, so that some daemons take a toast away when the one that it replaced is dropped; its waiting loses signals between
//! two of them, believes whoever sends them, and panics when the bus ends; and its `update` blocks for as long as a daemon
//! hangs. Here there is one connection, it listens before it asks, and it believes only the daemon.

mod daemon;
mod words;

use std::collections::HashMap;
use std::io;
use std::path::Path;

use super::session;
use crate::platform::toast::{Content, News, Place};
use daemon::{Daemon, Heard};

#[expect(clippy::unnecessary_wraps, reason = "its twin writes to the registry")]
pub(crate) fn introduce_ourselves(_: &Path) -> io::Result<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "its twin writes to the registry")]
pub(crate) fn forget_ourselves(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The numbers that the daemon has given to our toasts, and the way to it.
#[derive(Debug, Default)]
pub(crate) struct Toasts {
    daemon: Option<Daemon>,
    shown: HashMap<Place, u32>,
}

impl Toasts {
    pub(crate) async fn show(&mut self, place: Place, content: &Content) -> Result<(), String> {
        let mut daemon = match self.daemon.take() {
            Some(daemon) => daemon,
            None => Daemon::connect().await.map_err(|error| error.to_string())?,
        };
        let able = daemon.able().await;
        // Whatever comes of it, the connection stays; one that is broken is noticed by its signals.
        let daemon = self.daemon.insert(daemon);
        let able = able.map_err(in_words)?;
        let mut replaces = self.shown.get(&place).copied();
        if let Some(number) = replaces.take_if(|_| words::cannot_replace(&able)) {
            self.shown.remove(&place);
            daemon.close(number).await;
        }
        let picture = session::picture(content.picture.0, content.picture.1);
        let notification = words::notification(content, &able, picture.as_deref());
        let number = daemon.notify(replaces, notification).await.map_err(in_words)?;
        self.shown.insert(place, number);
        Ok(())
    }

    pub(crate) async fn close(&mut self, place: Place) {
        if let (Some(number), Some(daemon)) = (self.shown.remove(&place), &self.daemon) {
            daemon.close(number).await;
        }
    }

    pub(crate) async fn news(&mut self) -> News {
        loop {
            let Some(daemon) = &mut self.daemon else { return std::future::pending().await };
            match daemon.hear().await {
                Heard::Action(number, action) => {
                    if let Some(place) = self.place_of(number) {
                        return News::Clicked(place, action);
                    }
                }
                Heard::Closed(number) => {
                    if let Some(place) = self.place_of(number) {
                        self.shown.remove(&place);
                        return News::Gone(place);
                    }
                }
                Heard::Ended => {
                    self.shown.clear();
                    return News::AllGone;
                }
                Heard::Began => return News::AnotherShows,
                Heard::BusEnded => {
                    self.daemon = None;
                    self.shown.clear();
                    return News::AllGone;
                }
            }
        }
    }

    fn place_of(&self, number: u32) -> Option<Place> {
        self.shown.iter().find(|(_, shown)| **shown == number).map(|(place, _)| *place)
    }
}

/// The bus names errors by its own names, and says what they mean behind a colon.
#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn in_words(error: zbus::Error) -> String {
    error.to_string()
}
