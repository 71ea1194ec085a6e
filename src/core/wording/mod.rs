//! Every sentence that people read, with its hint.
//!
//! One place, so that the tray, the command line, toasts and the log say the same thing in the same
//! words. Whatever comes from other programs passes through `mask::plain` here.

mod acting;
mod amounts;
mod before;
mod called;
mod causes;
mod changes;
mod configuring;
mod doctor;
mod found;
mod guard;
mod guarding;
mod judging;
mod mcp;
mod mcp_known;
mod mcp_refused;
mod names;
mod panels;
mod restarting;
mod schedule;
mod setup;
mod toasts;
mod tray;
mod unseen;
mod users;
mod ways;
mod windows;

pub use acting::*;
pub use amounts::*;
pub use before::*;
pub use called::{OUR_COMMAND, called_as, our_command};
pub use causes::*;
pub use changes::*;
pub use configuring::*;
pub use doctor::*;
pub use found::*;
pub use guard::*;
pub use guarding::*;
pub use judging::*;
pub use mcp::*;
pub use mcp_known::*;
pub use mcp_refused::*;
pub use names::*;
pub use panels::*;
pub use restarting::*;
pub use schedule::*;
pub use setup::*;
pub use toasts::*;
pub use tray::*;
pub use unseen::*;
pub use users::{
    CALLERS_UNKNOWN, called_by, no_server_of_a_watch, not_restarted_in_use, not_restarted_in_use_hint,
};
pub use ways::*;
pub use windows::*;
