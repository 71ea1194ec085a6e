//! The log: a file a day, seven of them, one line an event.
//!
//! `2026-11-22T14:00:00.123456Z  INFO ended an orphan pid=4242 evidence="its parent 4100 ended"`
//!
//! Nothing that other programs choose can begin a line or a field. Masking secrets is the writer's
//! duty (`core/mask.rs`). Lines are written by a thread of their own, or where a program says few of them by
//! whoever says them; both read the clock for the day of the file and the time of the line.

mod daily;
mod file;
mod line;
mod panics;

pub use file::{Guard, LoggingError, current_log, init, init_without_a_thread};
