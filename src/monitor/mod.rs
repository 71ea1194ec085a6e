//! The monitor: looks on a timer, decides by a pure step, and has the effects performed.
//!
//! [`State::step`](state::State::step) knows no clock and does no I/O. [`run`] waits, steps,
//! performs. Whatever takes long is done by [`hands`], on a thread of its own.

pub mod cleaning;
pub mod clock;
pub mod effect;
pub mod event;
mod followed;
pub mod guards;
pub mod hands;
mod memories;
pub mod once;
mod pace;
pub mod restarting;
pub mod run;
pub mod state;
#[cfg(test)]
mod stories;
mod toasts;
pub mod view;

pub use effect::Effect;
pub use event::{Choice, Event};
pub use state::State;
pub use view::{Face, View};
