//! What the desktop offers.
#![expect(unsafe_code, reason = "the taskbar is looked for by a Win32 call")]

use windows_sys::Win32::UI::WindowsAndMessaging::FindWindowW;

use super::registry;
use super::text::wide;
use crate::core::wording::Seat;

pub(crate) const CAN_LACK_A_PANEL: bool = false;

pub(crate) fn wait_for_panel(there: impl FnOnce()) {
    there();
}

pub(crate) fn seat() -> Seat {
    Seat { desktops: "windows".into(), distributions: Vec::new() }
}

pub(crate) const fn is_first_in_session(_: &str) -> bool {
    true
}

#[expect(clippy::unnecessary_wraps, reason = "its twin asks a bus that may be silent")]
pub(crate) fn panel() -> Result<bool, String> {
    let class = wide("Shell_TrayWnd");
    // SAFETY: the name ends in a zero and outlives the call.
    Ok(!unsafe { FindWindowW(class.as_ptr(), std::ptr::null()) }.is_null())
}

/// The class that shows toasts, as the system lists it.
const TOASTS: &str =
    r"SOFTWARE\Microsoft\WindowsRuntime\ActivatableClassId\Windows.UI.Notifications.ToastNotificationManager";

pub(crate) fn notifier() -> Result<Option<String>, String> {
    let has_toasts = registry::is_there_for_all(TOASTS).map_err(|error| error.to_string())?;
    Ok(has_toasts.then(|| "Windows".into()))
}
