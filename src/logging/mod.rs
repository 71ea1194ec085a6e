//! The log: a file a day, seven of them, one line an event.
//!
//! `2026-11-22T14:00:00.123456Z  INFO ended an orphan pid=4242 evidence="its parent 4100 ended"`
//!
//! Nothing that other programs choose can begin a line or a field. Masking secrets is the writer's
//! duty (`core/mask.rs`). Each line is written before the next thing is done: there are few of them, and
//! a thread for them would cost more. The clock is read for the day of the file and the time of the line.

mod daily;
mod error;
mod file;
mod kept;
mod line;
mod panics;

pub use error::LoggingError;
pub use file::init;
pub use kept::current_log;
