//! What the tray program costs as a whole, and how soon its icon is there and changes: start, memory, quiet, a death.
//!
//! `cargo bench --bench tray`: some seven minutes. `-- hour`: as many looks as in an hour at each size of the machine,
//! which takes twenty. The panel is a real one where a desktop is installed; the processes that fill the machine are
//! our own and end with this program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    dead_code,
    reason = "a measurement may fail loudly, waits for what it started, and uses its own part of what is shared"
)]

#[cfg(target_os = "linux")]
#[path = "../../tests/support/mod.rs"]
mod beds;
#[cfg(target_os = "linux")]
mod colours;
#[cfg(target_os = "linux")]
#[path = "../look/crowd.rs"]
mod crowd;
#[cfg(target_os = "linux")]
#[path = "../look/limits.rs"]
mod limits;
#[cfg(target_os = "linux")]
#[path = "../look/looker.rs"]
mod looker;
#[cfg(target_os = "linux")]
#[path = "../support/mod.rs"]
mod measuring;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod notice;
#[cfg(target_os = "linux")]
#[path = "../look/parts.rs"]
mod parts;
#[cfg(target_os = "linux")]
#[path = "../look/python.rs"]
mod python;
#[cfg(target_os = "linux")]
mod quiet;
#[cfg(target_os = "linux")]
mod session;
#[cfg(target_os = "linux")]
#[path = "../look/shim.rs"]
mod shim;
#[cfg(target_os = "linux")]
#[path = "../look/stage.rs"]
mod stage;
#[cfg(target_os = "linux")]
mod start;
#[cfg(target_os = "linux")]
mod tray;
#[cfg(target_os = "linux")]
#[path = "../look/world.rs"]
mod world;

/// What other measurements call so, and what they take from the stories' bed.
#[cfg(target_os = "linux")]
mod support {
    pub(crate) use crate::beds::{PATIENCE, bed, eventually, eventually_some, spawned};
    pub(crate) use crate::measuring::{figures, machine};
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if parts::play(&words) {
        return;
    }
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    // A test runner goes through all programs; this one is not a test.
    if !has("--bench") {
        return;
    }
    if !world::is_our_own() {
        if let Some(status) = world::run_inside(&words) {
            assert!(status.success(), "{status}");
            return;
        }
        println!("on the machine as it is: what others start is in the figures");
    }
    measure(if has("hour") { 1_800 } else { 300 });
}

/// With so many looks at each size of the machine.
#[cfg(target_os = "linux")]
fn measure(looks: u32) {
    let stage = stage::Stage::bare();
    let mut limits = limits::Limits::default();
    println!("load before: {}; {looks} looks", support::machine::load());
    let session = session::Session::start(&stage.bed);
    start::start(&stage, &session, &mut limits);

    let mut crowd = crowd::Crowd::new(&stage);
    let mut rows = Vec::new();
    for total in [300, 1_000, 4_000] {
        crowd.grow_to(total);
        crowd.settle();
        rows.push(memory::after(&stage, &session, total, looks));
        if total == 1_000 {
            quiet::quiet(&stage, &session);
            notice::notice(&stage, &session, &mut limits);
        }
    }
    memory::tell(&rows, looks, &mut limits);
    println!("\nload after: {}; {limits}", support::machine::load());
}
