//! A notification daemon that does what a story asks of it: shows nothing, keeps what it was asked for, and answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use zbus::blocking::Connection;
use zbus::interface;
use zbus::zvariant::OwnedValue;

use super::super::{PATIENCE, eventually, eventually_some};
use super::bus::connect;
use super::session::{Desktop, NOTIFICATIONS};

const PATH: &str = "/org/freedesktop/Notifications";

/// A call of `Notify`.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The number that it got.
    pub(crate) number: u32,
    pub(crate) replaces: u32,
    pub(crate) app: String,
    pub(crate) icon: String,
    pub(crate) summary: String,
    pub(crate) body: String,
    /// Names and labels in turn.
    pub(crate) actions: Vec<String>,
    pub(crate) hints: Arc<HashMap<String, OwnedValue>>,
    pub(crate) patience: i32,
}

impl Asked {
    #[track_caller]
    pub(crate) fn text_hint(&self, name: &str) -> String {
        let hint = self.hints.get(name).unwrap_or_else(|| panic!("no hint {name} in {self:#?}"));
        String::try_from(hint.clone()).unwrap()
    }

    #[track_caller]
    pub(crate) fn urgency(&self) -> u8 {
        u8::try_from(&self.hints["urgency"]).unwrap()
    }
}

#[derive(Default)]
struct Notes {
    asked: Vec<Asked>,
    closed: Vec<u32>,
    /// How often it was asked what it can do.
    questions: usize,
}

struct Daemon {
    name: String,
    capabilities: Vec<String>,
    sleeps: Duration,
    notes: Arc<Mutex<Notes>>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    fn get_capabilities(&self) -> Vec<String> {
        note(&self.notes, |notes| notes.questions += 1);
        self.capabilities.clone()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        (self.name.clone(), "nobody".into(), "1".into(), "1.2".into())
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's own")]
    fn notify(
        &self,
        app: String,
        replaces: u32,
        icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        patience: i32,
    ) -> u32 {
        let hints = Arc::new(hints);
        let number = note(&self.notes, |notes| {
            let number =
                if replaces == 0 { 100 + u32::try_from(notes.asked.len()).unwrap() } else { replaces };
            notes.asked.push(Asked { number, replaces, app, icon, summary, body, actions, hints, patience });
            number
        });
        std::thread::sleep(self.sleeps);
        number
    }

    fn close_notification(&self, number: u32) {
        note(&self.notes, |notes| notes.closed.push(number));
    }
}

fn note<T>(notes: &Mutex<Notes>, write: impl FnOnce(&mut Notes) -> T) -> T {
    write(&mut notes.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The daemon on its bus. Drop is its crash.
pub(crate) struct Stub {
    connection: Connection,
    notes: Arc<Mutex<Notes>>,
}

impl Desktop<'_> {
    /// Puts a stub with this name and these capabilities in the place of the real daemon. It answers `Notify` after a while.
    #[track_caller]
    pub(crate) fn stub_notifyd(&mut self, name: &str, capabilities: &[&str], sleeps: Duration) -> Stub {
        self.kill_notifyd();
        // A stub before this one leaves the bus a moment after its drop; it is this process.
        eventually("nobody shows toasts", PATIENCE, || !self.bus.is_owned(NOTIFICATIONS));
        let notes = Arc::<Mutex<Notes>>::default();
        let capabilities = capabilities.iter().map(|&it| it.to_owned()).collect();
        let daemon = Daemon { name: name.into(), capabilities, sleeps, notes: Arc::clone(&notes) };
        let connection = connect(&self.address());
        connection.object_server().at(PATH, daemon).unwrap();
        connection.request_name(NOTIFICATIONS).unwrap();
        Stub { connection, notes }
    }
}

impl Stub {
    pub(crate) fn asked(&self) -> Vec<Asked> {
        note(&self.notes, |notes| notes.asked.clone())
    }

    pub(crate) fn questions(&self) -> usize {
        note(&self.notes, |notes| notes.questions)
    }

    /// Waits for the newest toast whose title contains this.
    #[track_caller]
    pub(crate) fn toast(&self, summary: &str) -> Asked {
        eventually_some(&format!("a toast about `{summary}`"), PATIENCE * 3, || {
            self.asked().into_iter().rfind(|asked| asked.summary.contains(summary))
        })
    }

    pub(crate) fn is_closed(&self, number: u32) -> bool {
        note(&self.notes, |notes| notes.closed.contains(&number))
    }

    /// The user clicks. The toast stays, as one that is resident does.
    #[track_caller]
    pub(crate) fn click(&self, number: u32, action: &str) {
        self.signal("ActionInvoked", &(number, action));
    }

    /// The user sends it away.
    #[track_caller]
    pub(crate) fn dismiss(&self, number: u32) {
        self.signal("NotificationClosed", &(number, 2_u32));
    }

    fn signal(&self, name: &str, body: &(impl serde::Serialize + zbus::zvariant::DynamicType)) {
        self.connection.emit_signal(None::<&str>, PATH, NOTIFICATIONS, name, body).unwrap();
    }
}
