//! A desktop of the test's own: X server, session bus, window manager, panel, toasts.
//!
//! Everything is started by us, inside a world of its own (`own.rs`), and ends with its
//! bed. It answers by what is on the screen and on the bus, and moves the real pointer; it
//! knows nothing of how the tray works inside. Xfce, because its panel is a
//! StatusNotifierWatcher, draws icon and menu itself and runs without a graphics card.

#![allow(dead_code, unused_imports, reason = "each program uses its own part of the desktop")]

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

use std::sync::{Mutex, PoisonError};

use super::own::{can_run, in_own_world};

/// Runs the story on its own, one at a time: a desktop keeps two cores busy while it starts.
/// (Where each test is a process, the runner's own configuration does the same.)
pub(crate) fn on_a_desktop<Story: FnOnce()>(story: Story) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if can_run(&story, &NEEDS) {
        in_own_world(story);
    }
}

/// The same with a session bus and no desktop: the story plays the panel itself.
pub(crate) fn on_a_bus<Story: FnOnce()>(story: Story) {
    if can_run(&story, &["dbus-daemon"]) {
        in_own_world(story);
    }
}
