//! One cleanup without a window, for a task that runs it again and again: the log is its only voice.
//!
//! The same as `shimkeeper cleanup`. No icon, no lock: a tray that runs beside it judges alike.

use super::clean::clean;
use super::looker::Looker;
use crate::act::Act;
use crate::clock::Clock;
use crate::config::{self, Missing};
use crate::core::Scope;
use crate::exit::Outcome;
use crate::paths::Paths;
use crate::sense::Sense;
use crate::{leases, platform};

/// Cleans up by the configuration. Blocks for the looks and for at most the grace times.
pub fn clean_once(paths: &Paths, missing: Missing, sense: &mut dyn Sense, act: &mut dyn Act) -> Outcome {
    let config = match config::load(&paths.config_file(), platform::PATH_STYLE, missing) {
        Ok(config) => config,
        Err(error) => {
            tracing::error!("{error}");
            return Outcome::Usage;
        }
    };
    let clock = Clock::start();
    let mut looker = Looker::new(sense, clock, &config.watches);
    let outcome = clean(&mut looker, act, Scope::Orphans, config.stop_grace).outcome();
    leases::sweep_quietly(&paths.lease_dir(), clock.now().wall);
    outcome
}
