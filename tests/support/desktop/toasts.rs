//! Toasts: what was asked of the notification daemon, and what it shows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use zbus::blocking::{MessageIterator, fdo::MonitoringProxy};
use zbus::message::Message;
use zbus::zvariant::OwnedValue;

use super::super::{PATIENCE, eventually_some};
use super::bus::connect;
use super::pixels::{Rect, stretches};
use super::session::Desktop;

/// A toast as the program asked for it.
#[derive(Clone, Debug)]
pub(crate) struct Toast {
    pub(crate) summary: String,
    pub(crate) body: String,
    /// The labels of its buttons, in order.
    pub(crate) buttons: Vec<String>,
}

/// Listens to every `Notify` call on the bus. Its thread ends with the bus.
pub(super) struct ToastLog(Arc<Mutex<Vec<Toast>>>);

impl ToastLog {
    #[track_caller]
    pub(super) fn start(address: &str) -> Self {
        let connection = connect(address);
        let rule = "type='method_call',interface='org.freedesktop.Notifications',member='Notify'";
        let proxy = MonitoringProxy::new(&connection).unwrap();
        proxy.become_monitor(&[rule.try_into().unwrap()], 0).unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&log);
        thread::spawn(move || {
            for toast in MessageIterator::from(connection).flatten().filter_map(|it| read(&it)) {
                writer.lock().unwrap_or_else(PoisonError::into_inner).push(toast);
            }
        });
        Self(log)
    }
}

impl Desktop<'_> {
    /// All toasts that anybody has asked for so far, whether shown or not.
    pub(crate) fn toasts(&self) -> Vec<Toast> {
        self.toast_log.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends, as anybody on the bus can, that a button of each of these toasts was pressed, and that it was closed.
    pub(crate) fn flood_with_answers(&self, toasts: impl Iterator<Item = u32>, button: &str) {
        let (path, interface) = ("/org/freedesktop/Notifications", "org.freedesktop.Notifications");
        let connection = self.bus.connection();
        for toast in toasts {
            let nobody = None::<&str>;
            connection.emit_signal(nobody, path, interface, "ActionInvoked", &(toast, button)).unwrap();
            connection.emit_signal(nobody, path, interface, "NotificationClosed", &(toast, 2_u32)).unwrap();
        }
    }

    /// The toasts on the screen.
    pub(crate) fn toast_windows(&self) -> Vec<Rect> {
        self.windows("xfce4-notifyd")
    }

    /// Waits until a toast of this kind is asked for *and* one is on the screen.
    #[track_caller]
    pub(crate) fn toast_about(&self, summary: &str) -> (Toast, Rect) {
        let what = format!("there is a toast about `{summary}`");
        eventually_some(&what, PATIENCE, || {
            let toast = self.toasts().into_iter().rfind(|it| it.summary.contains(summary))?;
            Some((toast, *self.toast_windows().first()?))
        })
    }

    /// Presses the button with this label, with the real pointer.
    #[track_caller]
    pub(crate) fn click_toast_button(&self, (toast, window): &(Toast, Rect), label: &str) {
        let at = toast.buttons.iter().position(|button| button == label);
        let at = at.unwrap_or_else(|| panic!("no button `{label}` in {toast:?}"));
        let places = eventually_some("the toast's buttons are drawn", PATIENCE, || {
            Some(self.buttons(*window)).filter(|places| places.len() == toast.buttons.len())
        });
        self.click(places[at]);
    }

    /// The middles of the buttons: from below, the first row with stretches of another
    /// colour than the toast's is their lower edge.
    fn buttons(&self, window: Rect) -> Vec<(usize, usize)> {
        let picture = self.look();
        let background = picture.at(window.x + 6, window.y + 6);
        let columns = window.x + 6..window.x + window.width - 6;
        let rows = (window.y..window.y + window.height - 6).rev();
        let edges = rows
            .map(|y| (y, stretches(&picture, y, columns.clone(), background)))
            .find(|(_, stretches)| !stretches.is_empty());
        edges.map_or_else(Vec::new, |(y, stretches)| {
            stretches.iter().map(|(start, end)| (usize::midpoint(*start, *end), y - 15)).collect()
        })
    }
}

/// Application, replaced id, icon, summary, body, actions, hints, time-out.
type Notify = (String, u32, String, String, String, Vec<String>, HashMap<String, OwnedValue>, i32);

fn read(message: &Message) -> Option<Toast> {
    let body = message.body();
    let (_, _, _, summary, body, actions, _, _) = body.deserialize::<Notify>().ok()?;
    // Pairs of a name and a label. This daemon draws a button for a click beside the buttons, too.
    let buttons = actions.chunks(2).filter_map(|pair| pair.get(1).cloned()).collect();
    Some(Toast { summary, body, buttons })
}
