//! The panel needs no help here: it opens the menu itself and asks for the icon when it comes back. The icon's
//! connection to the session bus ends with the bus, for good.

use std::convert::Infallible;
use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tray_icon::TrayIcon;
use tray_icon::menu::Menu;
use zbus::blocking::{Connection, MessageIterator};

pub(crate) const ICON_GOES_WITH_THE_BUS: bool = true;

/// How often it is tried whether a bus has come back.
const AGAIN: Duration = Duration::from_secs(1);

/// A bus that crashed is back by then; one that ended with its session never is.
const TRIES: u32 = 20;

pub(crate) fn mend(_: &TrayIcon, _: &Menu, is_back: Box<dyn Fn() + Send>) -> io::Result<()> {
    thread::Builder::new().name("bus watch".into()).spawn(move || {
        // Without a bus there is no icon either, and the tray has said so.
        let Ok(bus) = Connection::session() else { return };
        // It ends with the bus.
        MessageIterator::from(bus).for_each(drop);
        tracing::warn!("the session bus has ended");
        let (_alive, never) = mpsc::channel::<Infallible>();
        for _ in 0..TRIES {
            if Connection::session().is_ok() {
                break;
            }
            let _ = never.recv_timeout(AGAIN);
        }
        // Where it is not, no icon can be made, which is for the tray to judge.
        is_back();
    })?;
    Ok(())
}

pub(crate) fn balloon(_: &TrayIcon, _: &str, _: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub(crate) const fn icon_pixels() -> u32 {
    64
}
