//! A day in some minutes: nothing may be kept that grows, and nobody may be left.
//!
//! `cargo bench --bench soak -- 50000`: so many looks of the monitor. `cargo bench --bench soak -- tray 120`: the
//! tray program on a real desktop whose parts crash all the time, for so many seconds; `-- tray 120 panel`: only that
//! part (or `toasts`, or `bus`), to find out what something is left of.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    dead_code,
    reason = "a measurement may fail loudly, waits for what it started, and uses its own part of what is shared"
)]

#[cfg(target_os = "linux")]
mod kept;
#[cfg(target_os = "linux")]
mod monitor;
#[cfg(target_os = "linux")]
#[path = "../../tests/support/mod.rs"]
mod support;
#[cfg(target_os = "linux")]
mod tray;
#[cfg(target_os = "linux")]
#[path = "../look/world.rs"]
mod world;

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    // A test runner goes through all programs; this one is not a test.
    if !has("--bench") {
        return;
    }
    let number = words.iter().find_map(|word| word.parse().ok());
    if !has("tray") {
        return monitor::run(number.unwrap_or(50_000));
    }
    if !support::own::can_run(&tray::run, &support::desktop::NEEDS) {
        return;
    }
    if !world::is_our_own()
        && let Some(status) = world::run_inside(&words)
    {
        assert!(status.success(), "{status}");
        return;
    }
    tray::run(std::time::Duration::from_secs(number.unwrap_or(120)), &tray::Crash::named(&words));
}
