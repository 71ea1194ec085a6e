//! Every sentence that people read, with its hint.
//!
//! One place, so that the tray, the command line, toasts and the log say the same thing in the same
//! words. Whatever comes from other programs passes through `mask::plain` here.

mod acting;
mod amounts;
mod configuring;
mod doctor;
mod judging;
mod setup;
mod tray;
mod windows;

pub use acting::*;
pub use amounts::*;
pub use configuring::*;
pub use doctor::*;
pub use judging::*;
pub use setup::*;
pub use tray::*;
pub use windows::*;
