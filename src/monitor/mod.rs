//! The monitor: looks on a timer, decides by a pure step, and has the effects performed.
//!
//! [`State::step`](state::State::step) knows no clock and does no I/O. [`run`] waits, steps,
//! performs. Whatever takes long is done by [`hands`], on a thread of its own.

mod control;
pub mod effect;
pub mod event;
mod followed;
mod handle;
pub mod hands;
mod memories;
mod pace;
pub mod run;
mod stamp;
pub mod state;
#[cfg(test)]
mod stories;
mod toasts;
pub mod view;

pub use effect::Effect;
pub use event::{Choice, Event};
pub use state::State;
pub use view::{Face, View};
