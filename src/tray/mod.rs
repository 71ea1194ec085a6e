//! The tray: draws what the monitor shows and tells it what the user chose.
//!
//! Neither looks nor acts by itself. [`menu`] and [`icon`] turn a view into values, the adapter
//! makes of them what `platform::tray` puts on the panel.

mod adapter;
mod app;
mod args;
#[cfg(test)]
mod hostile;
pub mod icon;
mod leave;
pub mod menu;
mod start;

pub use start::main;
