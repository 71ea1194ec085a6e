//! Toasts by the desktop's notification daemon.
//!
//! notify-rust describes a toast, and zbus carries it. The library's own way sends each toast over a connection of its
//! own, so that some daemons take a toast away when the one that it replaced is dropped; its waiting loses signals between
//! two of them, believes whoever sends them, and panics when the bus ends; and its `update` blocks for as long as a daemon
//! hangs. Here there is one connection, it listens before it asks, and it believes only the daemon.

mod daemon;
mod words;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

use zbus::message::Sequence;

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
#[derive(Debug)]
pub(crate) struct Toasts {
    daemon: Option<Daemon>,
    shown: HashMap<Place, OnScreen>,
    /// What is known and not told yet.
    untold: VecDeque<News>,
    /// A folder of ours for pictures, where the session has none.
    state: PathBuf,
}

#[derive(Clone, Copy, Debug)]
struct OnScreen {
    number: u32,
    /// What was heard before is about a toast that had the number before.
    since: Sequence,
}

impl Toasts {
    pub(crate) fn new(state: &Path) -> Self {
        Self { daemon: None, shown: HashMap::new(), untold: VecDeque::new(), state: state.to_owned() }
    }

    pub(crate) async fn show(&mut self, place: Place, content: &Content) -> Result<(), String> {
        let mut daemon = match self.daemon.take() {
            Some(daemon) => daemon,
            None => Daemon::connect().await.map_err(|error| error.to_string())?,
        };
        let able = daemon.able().await;
        // Whatever comes of it, the connection stays; one that is broken is noticed by its signals.
        let daemon = self.daemon.insert(daemon);
        let able = able.map_err(in_words)?;
        let mut replaces = self.shown.get(&place).map(|shown| shown.number);
        if let Some(number) = replaces.take_if(|_| words::cannot_replace(&able)) {
            self.shown.remove(&place);
            daemon.close(number).await;
        }
        let picture = session::picture(&self.state, content.picture.0, content.picture.1);
        let notification = words::notification(content, &able, picture.as_deref());
        let shown = daemon.notify(replaces, notification).await.map_err(in_words)?;
        if shown.is_another {
            self.shown.remove(&place);
            self.lose_all();
            self.untold.push_back(News::AnotherShows);
        }
        self.shown.insert(place, OnScreen { number: shown.number, since: shown.since });
        Ok(())
    }

    pub(crate) async fn close(&mut self, place: Place) {
        if let (Some(shown), Some(daemon)) = (self.shown.remove(&place), &self.daemon) {
            daemon.close(shown.number).await;
        }
    }

    pub(crate) async fn news(&mut self) -> News {
        loop {
            if let Some(news) = self.untold.pop_front() {
                return news;
            }
            let Some(daemon) = &mut self.daemon else { return std::future::pending().await };
            match daemon.hear().await {
                Heard::Action(number, action) => {
                    if let Some(place) = self.place_of(number) {
                        return News::Clicked(place, action);
                    }
                }
                Heard::Closed(number, when) => {
                    let place = self.place_of(number);
                    let gone = place.filter(|place| self.shown.get(place).is_some_and(|it| it.since < when));
                    if let Some(place) = gone {
                        self.shown.remove(&place);
                        return News::Gone(place);
                    }
                }
                Heard::Ended => self.lose_all(),
                Heard::Began => return News::AnotherShows,
                Heard::BusEnded => {
                    self.daemon = None;
                    self.lose_all();
                }
            }
        }
    }

    fn place_of(&self, number: u32) -> Option<Place> {
        self.shown.iter().find(|(_, shown)| shown.number == number).map(|(place, _)| *place)
    }

    /// The daemon that showed these has ended.
    fn lose_all(&mut self) {
        self.untold.extend(self.shown.drain().map(|(place, _)| News::Lost(place)));
    }
}

/// The bus names errors by its own names, and says what they mean behind a colon.
#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn in_words(error: zbus::Error) -> String {
    error.to_string()
}
