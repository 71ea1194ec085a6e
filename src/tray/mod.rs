//! The tray: draws what the monitor shows and tells it what the user chose.
//!
//! Neither looks nor acts by itself. [`menu`] and [`icon`] turn a view into values; the adapter
//! puts the values on the panel and remembers what it put there.

mod adapter;
mod app;
mod args;
#[cfg(test)]
mod hostile;
pub mod icon;
mod leave;
pub mod menu;
mod paint;
mod start;

pub use start::main;
