//! The test bed: real processes, real ports, and the promise that none outlives its test.
//!
//! Everything here serves tests with real children. It knows the program only from the
//! outside (command line, JSON, files) and uses none of its modules, so that a mistake in
//! the program cannot hide in the bed as well. Linux only.

#![allow(dead_code, reason = "each program uses its own part of the bed")]

pub(crate) mod bed;
pub(crate) mod client;
pub(crate) mod desktop;
pub(crate) mod identity;
pub(crate) mod keeper;
pub(crate) mod nobody;
pub(crate) mod opener;
pub(crate) mod own;
pub(crate) mod scratch;
pub(crate) mod sources;
pub(crate) mod spawned;

use std::thread;
use std::time::{Duration, Instant};

/// Long enough for a loaded machine; a passing test never waits for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Polls until `ready` holds: fast when fine, loud when not.
#[track_caller]
pub(crate) fn eventually(what: &str, within: Duration, mut ready: impl FnMut() -> bool) {
    eventually_some(what, within, || ready().then_some(()));
}

/// Polls until `look` finds something, and returns it.
#[track_caller]
pub(crate) fn eventually_some<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "timed out waiting until {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Polls as long as `span` lasts and fails as soon as `holds` does not.
///
/// For what must *not* happen: the span is the test's own cost, so keep it short.
#[track_caller]
pub(crate) fn stays_so(what: &str, span: Duration, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + span;
    while Instant::now() < end {
        assert!(holds(), "no longer true: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}
