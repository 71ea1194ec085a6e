//! `shimkeeper autostart`: the tray at login.

use std::path::PathBuf;

use anyhow::Context as _;

use super::args::{AutostartArgs, AutostartWhat};
use super::failure::Failure;
use crate::console;
use crate::core::wording;
use crate::exit::Outcome;
use crate::platform::autostart::{self, Autostart};

pub(super) fn run(args: &AutostartArgs) -> Result<Outcome, Failure> {
    let tray = tray_program()?;
    match args.what {
        AutostartWhat::Enable => {
            autostart::enable(&tray, &["--autostart"]).context(wording::AUTOSTART_FAILED)?;
        }
        AutostartWhat::Disable => autostart::disable().context(wording::AUTOSTART_FAILED)?,
        AutostartWhat::Status => {}
    }
    let status = autostart::status(&tray).context(wording::AUTOSTART_UNREADABLE)?;
    console::say(&says(&status));
    let is_against = matches!(
        (args.what, &status),
        (AutostartWhat::Enable, Autostart::Off) | (AutostartWhat::Disable, Autostart::On)
    );
    if is_against {
        console::complain(wording::SWITCH_NOT_TAKEN);
    }
    Ok(match (args.what, &status) {
        (AutostartWhat::Enable, Autostart::On)
        | (AutostartWhat::Disable, Autostart::Off | Autostart::SwitchedOff)
        | (AutostartWhat::Status, Autostart::On | Autostart::Off | Autostart::SwitchedOff) => Outcome::Fine,
        (AutostartWhat::Status, Autostart::Elsewhere { .. })
        | (AutostartWhat::Enable, Autostart::Off | Autostart::SwitchedOff | Autostart::Elsewhere { .. })
        | (AutostartWhat::Disable, Autostart::On | Autostart::Elsewhere { .. }) => Outcome::Attention,
    })
}

/// The state of autostart in a sentence.
pub(super) fn says(status: &Autostart) -> String {
    match status {
        Autostart::On => wording::AUTOSTART_ON.into(),
        Autostart::Off => wording::AUTOSTART_OFF.into(),
        Autostart::SwitchedOff => wording::AUTOSTART_SWITCHED_OFF.into(),
        Autostart::Elsewhere { command } => wording::autostart_elsewhere(command),
    }
}

/// The tray stands beside this program.
pub(super) fn tray_program() -> anyhow::Result<PathBuf> {
    let us = std::env::current_exe().context(wording::OUR_OWN_PLACE)?;
    let name = format!("shimkeeper-tray{}", std::env::consts::EXE_SUFFIX);
    let tray = us.with_file_name(name);
    anyhow::ensure!(tray.is_file(), wording::tray_program_missing(&tray));
    Ok(tray)
}
