//! What the tray library leaves out on some systems.

use super::{io, os};

/// Whether `is_back` means that the icon has to be made anew.
pub(crate) const ICON_GOES_WITH_THE_BUS: bool = os::tray::ICON_GOES_WITH_THE_BUS;

/// Sees to it that a click opens the menu even where the shell does not say where the icon is, and
/// that `is_back` is called after what shows the icon was started anew. On the event loop's thread,
/// once an icon.
///
/// # Platforms
/// Windows: called for each new taskbar; Linux: once, after a new session bus, or when none has come for twenty seconds.
pub(crate) fn mend(
    tray: &tray_icon::TrayIcon,
    menu: &tray_icon::menu::Menu,
    is_back: Box<dyn Fn() + Send>,
) -> io::Result<()> {
    os::tray::mend(tray, menu, is_back)
}

/// How wide the panel draws an icon, in pixels.
///
/// # Platforms
/// Windows: by the display's scale when we started; Linux: unknown, panels scale a large one down.
pub(crate) fn icon_pixels() -> u32 {
    os::tray::icon_pixels()
}

/// Says something by the icon's own balloon. On the event loop's thread.
///
/// # Platforms
/// Windows only; elsewhere icons have none, and this is an error.
pub(crate) fn balloon(tray: &tray_icon::TrayIcon, title: &str, body: &str) -> io::Result<()> {
    os::tray::balloon(tray, title, body)
}
