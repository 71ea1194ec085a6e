//! Starting the tray at login.
//!
//! # Platforms
//! Linux: an entry in the desktop's autostart folder; Windows: a value of the registry's `Run` key.

use std::io;
use std::path::Path;

use super::os::autostart as os;

/// What happens at login.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Autostart {
    /// Nothing.
    Off,
    /// This program is started.
    On,
    /// Another program is started under our name: an older place of ours, most likely.
    Elsewhere {
        /// What is started, fit for showing.
        command: String,
    },
    /// The entry is there, but the user switched it off in the desktop's settings.
    SwitchedOff,
}

impl Autostart {
    /// Whether this very program is started.
    pub(crate) fn is_on(&self) -> bool {
        match self {
            Self::On => true,
            Self::Off | Self::Elsewhere { .. } | Self::SwitchedOff => false,
        }
    }
}

/// What happens at login now, as far as `program` is concerned.
pub(crate) fn status(program: &Path) -> io::Result<Autostart> {
    os::status(program)
}

/// Sees to it that `program` is started with these arguments, whatever was there before.
pub(crate) fn enable(program: &Path, extra_args: &[&str]) -> io::Result<()> {
    os::enable(program, extra_args)
}

/// Sees to it that nothing of ours is started. Fine if nothing was.
pub(crate) fn disable() -> io::Result<()> {
    os::disable()
}
