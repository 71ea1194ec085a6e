//! What every command needs: places, configuration, clocks, colours.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};

use super::args::{Color, Globals};
use super::failure::Failure;
use super::render::Palette;
use crate::clock::Clock;
use crate::config::{self, Config, Missing};
use crate::core::{Watch, wording};
use crate::exit::Outcome;
use crate::paths::{self, Paths};
use crate::{console, logging, platform};

/// Made once, before anything is done.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) paths: Paths,
    pub(super) clock: Clock,
    pub(super) palette: Palette,
    pub(super) verbose: bool,
    missing: Missing,
}

impl Context {
    pub(super) fn new(globals: &Globals) -> Result<Self, Failure> {
        let variable = std::env::var_os(paths::HOME_VARIABLE);
        let home = paths::home(globals.home.as_deref(), variable.as_deref().map(OsStr::new));
        let paths = Paths::new(home, globals.config.as_deref())
            .map_err(|error| Failure::new(Outcome::Usage, error.to_string()).hint(error.hint()))?;
        let coloured = match globals.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                io::stdout().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        Ok(Self {
            paths,
            clock: Clock::start(),
            palette: Palette::new(coloured),
            verbose: globals.verbose,
            missing: if globals.config.is_some() { Missing::Refused } else { Missing::Standard },
        })
    }

    /// The configuration, or every mistake in it.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        config::load(&self.paths.config_file(), platform::PATH_STYLE, self.missing)
            .map_err(|error| Failure::new(Outcome::Usage, error.to_string()).hint(error.hint()))
    }

    /// The finest lines that go to the log.
    pub(super) const fn finest(&self) -> tracing::Level {
        if self.verbose { tracing::Level::DEBUG } else { tracing::Level::INFO }
    }

    /// The log, for commands that decide something. Without one they go on, and say so.
    pub(super) fn log(&self) {
        let lost = |error: &logging::LoggingError| console::complain(&error.to_string());
        if let Err(error) = logging::init(&self.paths.log_dir(), self.finest(), lost) {
            lost(&error);
        }
    }
}

/// The watches that a command is about.
pub(super) fn chosen(config: &Config, name: Option<&str>) -> Result<Vec<Watch>, Failure> {
    match name {
        None => Ok(config.watches.clone()),
        Some(name) => {
            let watch = config.watches.iter().find(|watch| watch.name == name);
            let watch = watch.ok_or_else(|| Failure::new(Outcome::Usage, wording::no_such_watch(name)))?;
            Ok(vec![watch.clone()])
        }
    }
}
