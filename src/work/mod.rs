//! Work that takes a while: cleanups and restarts, from the first look to the last.
//!
//! The tray does it on a thread of its own, the command line while its user waits, a guard before its server starts.

pub mod ask;
pub mod clean;
pub mod connected;
mod logged;
pub mod looker;
pub mod once;
pub mod restart;
pub mod tools;

pub use clean::{CleanupReport, clean};
pub(crate) use logged::log_target;
pub use looker::Looker;
