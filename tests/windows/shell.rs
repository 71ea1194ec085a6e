//! Plays the taskbar of Windows in the tests: loses the tray's icon, and comes back.
//!
//!     shell.exe lose      takes the icon off the taskbar, as the end of the taskbar does
//!     shell.exe return    tells everybody that the taskbar was started anew
//!
//! Empty on other systems.
#![cfg_attr(windows, expect(unsafe_code, reason = "these are messages between windows"))]

fn main() {
    #[cfg(windows)]
    windows::main();
}

#[cfg(windows)]
mod windows {
    use windows_sys::Win32::UI::Shell::{NIM_DELETE, NOTIFYICONDATAW, Shell_NotifyIconW};
    use windows_sys::Win32::UI::WindowsAndMessaging::{
        FindWindowW, HWND_BROADCAST, PostMessageW, RegisterWindowMessageW,
    };
    use windows_sys::w;

    pub(super) fn main() {
        match std::env::args().nth(1).as_deref() {
            Some("lose") => lose(),
            Some("return") => {
                // SAFETY: the name ends in a zero; no other pointers are passed.
                unsafe { PostMessageW(HWND_BROADCAST, RegisterWindowMessageW(w!("TaskbarCreated")), 0, 0) };
            }
            Some(_) | None => {}
        }
    }

    fn lose() {
        // SAFETY: the name ends in a zero.
        let window = unsafe { FindWindowW(w!("tray_icon_app"), std::ptr::null()) };
        let mut icon = NOTIFYICONDATAW {
            cbSize: u32::try_from(size_of::<NOTIFYICONDATAW>()).unwrap_or(0),
            hWnd: window,
            ..NOTIFYICONDATAW::default()
        };
        // Which number the library gave its icon is its own business.
        for number in 0..16 {
            icon.uID = number;
            // SAFETY: the structure is as long as it says.
            unsafe { Shell_NotifyIconW(NIM_DELETE, &raw const icon) };
        }
    }
}
