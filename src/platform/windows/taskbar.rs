//! Two things that the tray library leaves out: the menu where the shell does not say where the icon
//! is, and word of a taskbar that came back.
#![expect(unsafe_code, reason = "messages of the icon's window are seen by Win32 calls")]

use std::ffi::c_void;
use std::io;

use tray_icon::TrayIcon;
use tray_icon::menu::{ContextMenu, Menu};
use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, POINT, RECT, WPARAM};
use windows_sys::Win32::UI::Shell::{
    DefSubclassProc, NOTIFYICONIDENTIFIER, RemoveWindowSubclass, SetWindowSubclass, Shell_NotifyIconGetRect,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    GetCursorPos, PostMessageW, RegisterWindowMessageW, SetForegroundWindow, TPM_BOTTOMALIGN, TPM_LEFTALIGN,
    TrackPopupMenu, WM_LBUTTONUP, WM_NCDESTROY, WM_NULL, WM_RBUTTONUP,
};

use super::handle::worked;
use super::text::{length, wide};

/// The library's message about its icon.
const ICON_MESSAGE: u32 = 6002;

/// Names our procedure among those of the window.
const OURS: usize = 0x5348;

/// What the procedure needs. Freed when the window goes.
struct Watcher {
    menu: isize,
    taskbar_created: u32,
    panel_is_back: Box<dyn Fn() + Send>,
}

/// Sees to it that a click opens the menu even where the shell does not say where the icon is, and that
/// `panel_is_back` is called for each new taskbar. On the event loop's thread, once an icon.
pub(super) fn mend(tray: &TrayIcon, menu: &Menu, panel_is_back: Box<dyn Fn() + Send>) -> io::Result<()> {
    let name = wide("TaskbarCreated");
    // SAFETY: the name ends in a zero and outlives the call.
    let taskbar_created = unsafe { RegisterWindowMessageW(name.as_ptr()) };
    let watcher = Box::new(Watcher { menu: menu.hpopupmenu(), taskbar_created, panel_is_back });
    let window: HWND = tray.window_handle();
    let watcher = Box::into_raw(watcher);
    // SAFETY: the window is this thread's own; the watcher lives until the window's last message.
    let done =
        worked(unsafe { SetWindowSubclass(window, Some(procedure), OURS, watcher.expose_provenance()) });
    if done.is_err() {
        // SAFETY: nobody else got the address.
        drop(unsafe { Box::from_raw(watcher) });
    }
    done
}

unsafe extern "system" fn procedure(
    window: HWND,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
    _: usize,
    watcher: usize,
) -> LRESULT {
    let address: *mut Watcher = std::ptr::with_exposed_provenance_mut(watcher);
    if message == WM_NCDESTROY {
        // SAFETY: this is the window's last message: the procedure is taken off first, so that the
        // watcher is freed once and never used again.
        unsafe {
            RemoveWindowSubclass(window, Some(procedure), OURS);
            drop(Box::from_raw(address));
            return DefSubclassProc(window, message, wparam, lparam);
        }
    }
    // SAFETY: it was made for this window and is freed only above; all this happens on one thread.
    let watcher = unsafe { &*address };
    let button = u32::try_from(lparam).unwrap_or(0);
    if message == ICON_MESSAGE
        && matches!(button, WM_LBUTTONUP | WM_RBUTTONUP)
        && !has_a_place(window, wparam)
    {
        // The library does nothing at all for such an icon.
        show_menu(window, watcher.menu);
        return 0;
    }
    // SAFETY: these are the arguments that we got.
    let answer = unsafe { DefSubclassProc(window, message, wparam, lparam) };
    if message == watcher.taskbar_created {
        (watcher.panel_is_back)();
    }
    answer
}

/// Whether the shell says where the icon is.
fn has_a_place(window: HWND, icon: WPARAM) -> bool {
    let mut identifier = NOTIFYICONIDENTIFIER { hWnd: window, ..NOTIFYICONIDENTIFIER::default() };
    identifier.cbSize = length(&identifier);
    identifier.uID = u32::try_from(icon).unwrap_or(0);
    let mut place = RECT::default();
    // SAFETY: both structures are ours and outlive the call.
    unsafe { Shell_NotifyIconGetRect(&raw const identifier, &raw mut place) == 0 }
}

fn show_menu(window: HWND, menu: isize) {
    let mut pointer = POINT::default();
    let menu: *mut c_void = std::ptr::with_exposed_provenance_mut(menu.cast_unsigned());
    // SAFETY: window and menu belong to the icon, which lives while its messages arrive. Without the
    // first and the last call the menu would not close by a click elsewhere.
    unsafe {
        GetCursorPos(&raw mut pointer);
        SetForegroundWindow(window);
        TrackPopupMenu(
            menu,
            TPM_BOTTOMALIGN | TPM_LEFTALIGN,
            pointer.x,
            pointer.y,
            0,
            window,
            std::ptr::null(),
        );
        PostMessageW(window, WM_NULL, 0, 0);
    }
}
