//! Every story that is told from outside: with the real programs, real processes, and the rooms as others call them.
//!
//! One program for all of them, because each one more is linked with the whole tray. `cargo nextest run --test it guard::`
//! tells those of one module, each in a process of its own. Under `cargo test` all of them are threads of one process:
//! a story that needs a process of its own (because it counts what is allocated, or has limits of its own) starts
//! itself again, as those in a world of their own do (`support/own.rs`).
//!
//! Not here: what stands beside the code that it tests, how the house is built (`tests/architecture`, which needs
//! nothing of ours to be linked), and the stories on Windows (`tests/windows`, built for that system alone).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test may fail loudly, wait for real processes and end the ones it started"
)]

#[cfg(target_os = "linux")]
#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod commands;
mod config;
#[cfg(target_os = "linux")]
mod cost;
#[cfg(target_os = "linux")]
mod desktop;
#[cfg(target_os = "linux")]
mod faults;
mod fuzz_seeds;
#[cfg(target_os = "linux")]
mod guard;
#[cfg(target_os = "linux")]
mod mcp;
#[cfg(target_os = "linux")]
mod mcp_sdk;
#[cfg(target_os = "linux")]
mod orphans;
#[cfg(target_os = "linux")]
mod quick;
#[cfg(target_os = "linux")]
mod restart;
#[cfg(target_os = "linux")]
mod trust;
