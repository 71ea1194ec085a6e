//! The user's configuration: read, checked, changed and shown.
//!
//! A file is taken whole or not at all: every mistake is reported at once, with file, line, key
//! and what to do, and nothing is touched. What the checks promise (a folder is there, a program
//! exists) was true when the file was read; whoever starts the program still has to look.
//!
//! Nothing here watches the file, expands variables or reads a clock.

mod check;
mod duration;
mod edit;
pub mod env_file;
mod error;
mod keys;
mod load;
mod model;
mod reader;
mod show;
mod template;
mod watches;
mod ways;

pub(crate) use check::Surroundings;
pub(crate) use duration::parse as parse_duration;
pub use edit::set_auto_cleanup;
pub use error::{ConfigError, Problem};
pub(crate) use load::parse;
pub use load::{Missing, load, notes};
pub use model::Config;
pub use show::show;
pub use template::TEMPLATE;
