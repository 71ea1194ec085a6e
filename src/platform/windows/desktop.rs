//! What the desktop offers.
use super::registry;
use crate::core::wording::Seat;

pub(crate) fn seat() -> Seat {
    Seat { desktops: "windows".into(), distributions: Vec::new() }
}

pub(crate) const fn is_first_in_session(_: &str) -> bool {
    true
}

/// The class that shows toasts, as the system lists it.
const TOASTS: &str =
    r"SOFTWARE\Microsoft\WindowsRuntime\ActivatableClassId\Windows.UI.Notifications.ToastNotificationManager";

pub(crate) fn notifier() -> Result<Option<String>, String> {
    let has_toasts = registry::is_there_for_all(TOASTS).map_err(|error| error.to_string())?;
    Ok(has_toasts.then(|| "Windows".into()))
}
