//! The programs as they are, tried on Windows or in wine: real processes, real ports, no desktop.
//!
//! Empty on other systems; their stories stand in `tests/it/orphans`.
#![cfg(windows)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests wait, end what they started, and say what went wrong"
)]

mod asking;
mod guard;
mod orphans;
mod runtimes;
mod scheduled;
mod setting_free;
mod speakers;
mod stage;
mod starter;
