//! The panel needs no help here: it opens the menu itself and asks for the icon when it comes back.

use std::io;

use tray_icon::TrayIcon;
use tray_icon::menu::Menu;

#[expect(clippy::unnecessary_wraps, reason = "its twin needs the system's help")]
pub(crate) fn mend(_: &TrayIcon, _: &Menu, _: Box<dyn Fn()>) -> io::Result<()> {
    Ok(())
}

pub(crate) fn balloon(_: &TrayIcon, _: &str, _: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) const fn icon_pixels() -> u32 {
    64
}
