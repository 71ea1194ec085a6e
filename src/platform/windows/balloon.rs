//! How large the icon is drawn, and its own balloon for where toasts cannot be shown: that needs
//! nothing but the icon.
#![expect(unsafe_code, reason = "the icon is measured and changed by Win32 calls")]

use std::io;

use tray_icon::TrayIcon;
use windows_sys::Win32::UI::Shell::{NIF_INFO, NIIF_WARNING, NIM_MODIFY, NOTIFYICONDATAW, Shell_NotifyIconW};

use windows_sys::Win32::UI::WindowsAndMessaging::{GetSystemMetrics, SM_CXSMICON};

use super::text::length;

/// The library keeps its icon's number to itself; it counts from zero.
const NUMBERS: std::ops::Range<u32> = 0..16;

pub(super) fn balloon(tray: &TrayIcon, title: &str, body: &str) -> io::Result<()> {
    let mut data = NOTIFYICONDATAW { hWnd: tray.window_handle(), ..NOTIFYICONDATAW::default() };
    data.cbSize = length(&data);
    data.uFlags = NIF_INFO;
    data.dwInfoFlags = NIIF_WARNING;
    put(title, &mut data.szInfoTitle);
    put(body, &mut data.szInfo);
    for number in NUMBERS {
        data.uID = number;
        // SAFETY: the structure is ours, says how long it is, and outlives the call. A number that is
        // not our icon's is refused.
        if unsafe { Shell_NotifyIconW(NIM_MODIFY, &raw const data) } != 0 {
            return Ok(());
        }
    }
    Err(io::Error::last_os_error())
}

/// How wide the taskbar draws an icon, by the display's scale when we started.
pub(super) fn icon_pixels() -> u32 {
    // SAFETY: no pointers are passed.
    let pixels = unsafe { GetSystemMetrics(SM_CXSMICON) };
    u32::try_from(pixels).ok().filter(|pixels| *pixels > 0).unwrap_or(16)
}

/// As much of a text as fits before the closing zero, cut between letters.
fn put(text: &str, room: &mut [u16]) {
    let most = room.len().saturating_sub(1);
    let mut at = 0;
    for letter in text.chars() {
        let end = at + letter.len_utf16();
        let Some(place) = room.get_mut(at..end).filter(|_| end <= most) else { return };
        letter.encode_utf16(place);
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_letters_and_closed() {
        let mut room = [0_u16; 6];
        put("ab𝄞cde", &mut room);
        assert_eq!(String::from_utf16_lossy(&room), "ab𝄞c\0");
        let mut room = [0_u16; 4];
        put("ab𝄞", &mut room);
        assert_eq!(String::from_utf16_lossy(&room), "ab\0\0");
    }
}
