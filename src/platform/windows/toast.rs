//! Toasts by Windows itself, and the name under which they come.
#![expect(unsafe_code, reason = "the program's name for the shell is set by a Win32 call")]

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::thread;

use notify_rust::{Notification, NotificationResponse, Timeout};
use tokio::sync::{mpsc, oneshot};
use windows_sys::Win32::UI::Shell::SetCurrentProcessExplicitAppUserModelID;

use super::registry;
use super::text::wide;
use crate::core::wording;
use crate::platform::files;
use crate::platform::toast::{Content, ELSEWHERE, News, Place};

/// Who we are for the shell; the installer's shortcut carries the same.
const NAME: &str = "Shimkeeper.Tray";

/// The picture that the shell shows with our toasts, in the state folder.
const ICON_FILE: &str = "icon.png";

const ICON: &[u8] = include_bytes!("../../../assets/icons/app-64.png");

pub(crate) fn introduce_ourselves(state: &Path) -> io::Result<()> {
    let icon = state.join(ICON_FILE);
    if std::fs::read(&icon).ok().as_deref() != Some(ICON) {
        files::write_atomically(&icon, ICON)?;
    }
    let key = key();
    registry::set_text(&key, "DisplayName", "Shimkeeper")?;
    registry::set_text(&key, "IconUri", &icon.to_string_lossy())?;
    let name = wide(NAME);
    // SAFETY: the name ends in a zero and outlives the call.
    let answer = unsafe { SetCurrentProcessExplicitAppUserModelID(name.as_ptr()) };
    if answer < 0 { Err(io::Error::from_raw_os_error(answer)) } else { Ok(()) }
}

pub(crate) fn forget_ourselves(state: &Path) -> io::Result<()> {
    match std::fs::remove_file(state.join(ICON_FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    registry::delete_key(&key())?;
    // On a fresh account we were the first to be there.
    registry::delete_key_if_empty(r"Software\Classes\AppUserModelId")?;
    registry::delete_key_if_empty(r"Software\Classes")
}

fn key() -> String {
    format!(r"Software\Classes\AppUserModelId\{NAME}")
}

/// The library's error is a structure written out; only the system's number in it says something.
fn in_words(error: &str) -> String {
    let number = error.find("0x").and_then(|at| error.get(at..at + 10));
    wording::toast_not_taken(number.filter(|number| number[2..].chars().all(|c| c.is_ascii_hexdigit())))
}

/// The answers come on the threads that show them, each with the number of its toast.
#[derive(Debug)]
pub(crate) struct Toasts {
    answers: mpsc::UnboundedReceiver<(u64, String)>,
    answer: mpsc::UnboundedSender<(u64, String)>,
    shown: HashMap<Place, u64>,
    last: u64,
}

impl Default for Toasts {
    fn default() -> Self {
        let (answer, answers) = mpsc::unbounded_channel();
        Self { answers, answer, shown: HashMap::new(), last: 0 }
    }
}

impl Toasts {
    pub(crate) async fn show(&mut self, place: Place, content: &Content) -> Result<(), String> {
        let mut notification = Notification::new();
        notification
            .app_id(NAME)
            .summary(&content.title)
            .body(&content.body)
            .timeout(Timeout::Milliseconds(20_000));
        for (answer, label) in &content.buttons {
            notification.action(answer, label);
        }
        self.last += 1;
        let (number, answer) = (self.last, self.answer.clone());
        let (is_shown, was_shown) = oneshot::channel();
        thread::Builder::new()
            .name("toast".into())
            .spawn(move || match notification.show() {
                Ok(handle) => {
                    // Whoever asked may have given up; the next toast takes this one's place.
                    let _ = is_shown.send(Ok(()));
                    let _ = handle.wait_for_response(|response: &NotificationResponse| {
                        let id = match response {
                            NotificationResponse::Action(id) => id.clone(),
                            NotificationResponse::Default => ELSEWHERE.to_owned(),
                            _ => return,
                        };
                        let _ = answer.send((number, id));
                    });
                }
                Err(error) => {
                    let _ = is_shown.send(Err(in_words(&error.to_string())));
                }
            })
            .map_err(|error| error.to_string())?;
        was_shown.await.unwrap_or_else(|_| Err(wording::toast_not_taken(None)))?;
        self.shown.insert(place, number);
        Ok(())
    }

    #[expect(clippy::unused_async, reason = "its twin asks a bus; here a toast goes by itself")]
    pub(crate) async fn close(&mut self, place: Place) {
        self.shown.remove(&place);
    }

    /// What is clicked on a toast that another has replaced counts no more.
    pub(crate) async fn news(&mut self) -> News {
        while let Some((number, id)) = self.answers.recv().await {
            if let Some((place, _)) = self.shown.iter().find(|(_, shown)| **shown == number) {
                return News::Clicked(*place, id);
            }
        }
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_in_words() {
        assert_eq!(
            in_words("Os(Error { code: HRESULT(0x80040154), message: \"\" })"),
            "this Windows has no toasts"
        );
        assert!(in_words("Os(Error { code: HRESULT(0x803E0114) })").ends_with("0x803E0114"));
        assert_eq!(in_words("0xäöü"), wording::toast_not_taken(None));
    }
}
