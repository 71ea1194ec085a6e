//! Acting: ends what a plan names, starts what a restart asks for, opens files, shows toasts.
//!
//! Decides nothing. The only way to end a process is `terminate.rs`, and that takes a proof.

mod confirm;
pub mod connected;
mod end;
mod guard;
pub(crate) mod guarded;
mod in_use;
pub mod open;
pub mod restart;
mod terminate;
pub mod toast;

pub use confirm::Confirmed;
pub use end::{EndReport, Ended, How};
pub use terminate::ask_in_console;

use std::path::Path;
use std::time::Duration;

use crate::core::control::Done;
use crate::core::{Instance, Target};
use connected::Other;

/// The seam at which tests put an actor of their own.
pub trait Act: Send {
    /// Ends these instances side by side: asks, waits for the grace time, forces. Blocks for at most
    /// the grace time and a few seconds.
    fn end(&mut self, targets: &[Target], stop_grace: Duration) -> EndReport;

    /// Asks the guard that listens at `door` to restart its server. Says what the guard says: what was
    /// done, or why not. Blocks for at most `patience`.
    fn ask_guard(&mut self, door: &Path, patience: Duration) -> Result<Done, String>;

    /// Asks the guard behind `door` what would end with its server and is no part of it.
    fn what_ends_along(&mut self, door: &Path) -> Result<String, String>;

    /// Who else is connected to this server, apart from its own processes and its client.
    fn other_user(&mut self, instance: &Instance) -> Option<Other>;
}

/// Acts on the machine that we run on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine;

impl Act for Machine {
    fn end(&mut self, targets: &[Target], stop_grace: Duration) -> EndReport {
        end::end(targets, stop_grace)
    }

    fn ask_guard(&mut self, door: &Path, patience: Duration) -> Result<Done, String> {
        guard::ask(door, patience)
    }

    fn what_ends_along(&mut self, door: &Path) -> Result<String, String> {
        guard::ask_along(door)
    }

    fn other_user(&mut self, instance: &Instance) -> Option<Other> {
        connected::other_user(instance)
    }
}
