//! What a look costs, counted and not timed, and that a cheap look sees what a thorough one sees.
//!
//! How long things take, beside other ways to do the same, is measured by `benches/look`.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    unsafe_code,
    reason = "a test may fail loudly, wait for real processes, end the ones it started, and count what is allocated"
)]

#[path = "../support/mod.rs"]
mod support;

mod allocations;
mod crowd;
mod events;
mod net;
mod same_sight;
mod system_calls;
mod titles;
