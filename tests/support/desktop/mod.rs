//! A desktop of the test's own: X server, session bus, window manager, panel, toasts.
//!
//! Everything is started by us, inside a world of its own (`own.rs`), and ends with its
//! bed. It answers by what is on the screen and on the bus, and moves the real pointer; it
//! knows nothing of how the tray works inside. Xfce, because its panel is a
//! StatusNotifierWatcher, draws icon and menu itself and runs without a graphics card.

#![allow(dead_code, unused_imports, reason = "each test binary uses its own part of the desktop")]

mod bare;
mod bus;
mod menu;
mod panel;
mod pixels;
mod pointer;
mod session;
mod stub;
mod toasts;

pub(crate) use bare::Bare;
pub(crate) use panel::Panel;
pub(crate) use pixels::Rect;
pub(crate) use session::{Desktop, NEEDS, Theme};
