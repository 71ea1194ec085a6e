//! Stories on a real desktop: a panel, a pointer, toasts, and the tray between them.
//!
//! Each runs in a world of its own, so port 3005 is used as it stands in the sentences.
//! Every state leaves a picture in `target/desktop/`. Not here: what a menu or an icon says
//! in every case (tables over values).

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test may fail loudly, wait for real processes and end the ones it started"
)]

#[path = "../support/desktop/mod.rs"]
mod desktop;
#[path = "../support/mod.rs"]
mod support;

mod choosing;
mod cleaning;
mod colours;
mod configured;
mod costs;
mod examined;
mod failing;
mod item;
mod menu;
mod menu_protocol;
mod registering;
mod restarting;
mod stage;
mod starting;
mod toasting;

use std::sync::{Mutex, PoisonError};

use support::own::{can_run, in_own_world};

/// Runs the story on its own, one at a time: a desktop keeps two cores busy while it starts.
/// (Where each test is a process, the runner's own configuration does the same.)
fn on_a_desktop<Story: FnOnce()>(story: Story) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if can_run(&story, &desktop::NEEDS) {
        in_own_world(story);
    }
}

/// The same with a session bus and no desktop: the story plays the panel itself.
fn on_a_bus<Story: FnOnce()>(story: Story) {
    if can_run(&story, &["dbus-daemon"]) {
        in_own_world(story);
    }
}
