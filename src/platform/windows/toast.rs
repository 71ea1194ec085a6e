//! Toasts by Windows itself, and the name under which they come.
#![expect(unsafe_code, reason = "the program's name for the shell is set by a Win32 call")]

use std::io;
use std::path::Path;
use std::thread;

use notify_rust::{Notification, NotificationResponse, Timeout};
use tokio::sync::{Mutex, mpsc, oneshot};
use windows_sys::Win32::UI::Shell::SetCurrentProcessExplicitAppUserModelID;

use super::registry;
use super::text::wide;
use crate::core::wording;
use crate::files;
use crate::platform::toast::Content;

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

/// The answers come on the thread that shows it.
#[derive(Debug)]
pub(crate) struct Shown(Mutex<mpsc::UnboundedReceiver<String>>);

pub(crate) async fn show(content: &Content) -> Result<Shown, String> {
    let mut notification = Notification::new();
    notification
        .app_id(NAME)
        .summary(&content.title)
        .body(&content.body)
        .timeout(Timeout::Milliseconds(20_000));
    for (answer, label) in &content.buttons {
        notification.action(answer, label);
    }
    let (is_shown, was_shown) = oneshot::channel();
    let (answer, answers) = mpsc::unbounded_channel();
    thread::Builder::new()
        .name("toast".into())
        .spawn(move || match notification.show() {
            Ok(handle) => {
                // Whoever asked may have given up; the next toast takes this one's place.
                let _ = is_shown.send(Ok(()));
                let _ = handle.wait_for_response(|response: &NotificationResponse| {
                    if let NotificationResponse::Action(id) = response {
                        let _ = answer.send(id.clone());
                    }
                });
            }
            Err(error) => {
                let _ = is_shown.send(Err(in_words(&error.to_string())));
            }
        })
        .map_err(|error| error.to_string())?;
    was_shown.await.unwrap_or_else(|_| Err(wording::toast_not_taken(None)))?;
    Ok(Shown(Mutex::new(answers)))
}

impl Shown {
    pub(crate) async fn answer(&self) -> Option<String> {
        self.0.lock().await.recv().await
    }

    #[expect(clippy::unused_async, reason = "its twin asks a bus; here a toast goes by itself")]
    pub(crate) async fn close(&self) {}
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
