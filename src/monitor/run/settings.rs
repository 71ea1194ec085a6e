//! What the user may change at any time: the configuration, and whether we start at login.

use std::time::Duration;

use super::Shell;
use crate::config;
use crate::core::wording;
use crate::monitor::event::Event;
use crate::monitor::stamp::stamp;
use crate::platform::{self, files};

/// How often it is asked whether we start at login: nobody but the user changes that, and hardly ever.
const AUTOSTART: Duration = Duration::from_secs(10);

impl Shell {
    pub(super) fn open_config(&self) {
        let file = self.paths.config_file();
        if !file.exists()
            && let Err(error) = files::write_atomically(&file, config::TEMPLATE.as_bytes())
        {
            self.monitor.tell(Event::Failed(error.to_string()));
            return;
        }
        self.open(file);
    }

    pub(super) fn set_autostart(&self, on: bool) {
        let done = if on {
            platform::autostart::enable(&self.program, &["--autostart"])
        } else {
            platform::autostart::disable()
        };
        if let Err(error) = done {
            self.monitor.tell(Event::Failed(wording::autostart_not_changed(&error.to_string())));
        }
        self.ask_for_autostart();
    }

    pub(super) fn ask_for_autostart_now_and_then(&mut self) {
        let now = self.clock.now().moment;
        if self.autostart_asked.is_none_or(|asked| now.since(asked) >= AUTOSTART) {
            self.autostart_asked = Some(now);
            self.ask_for_autostart();
        }
    }

    fn ask_for_autostart(&self) {
        let status = platform::autostart::status(&self.program);
        let on = status.map(|status| status.is_on()).map_err(|error| error.to_string());
        self.monitor.tell(Event::Autostart(on));
    }

    /// The user may change the configuration at any time; one look at the file's date a poll.
    pub(super) fn read_changed_config(&mut self) {
        let stamp = stamp(&self.paths);
        if stamp == self.config_stamp {
            return;
        }
        let was_there = self.config_stamp.is_some();
        self.config_stamp = stamp;
        if stamp.is_none() && was_there {
            // An editor may be about to put another in its place. What it protects stays protected.
            let gone = wording::config_is_gone(&self.paths.config_file().display().to_string());
            self.monitor.tell(Event::Configured(Box::new(Err(gone))));
            return;
        }
        let read = config::load(&self.paths.config_file(), platform::PATH_STYLE, config::Missing::Standard);
        if let Ok(config) = &read {
            self.stop_grace = config.stop_grace;
        }
        self.monitor.tell(Event::Configured(Box::new(read.map_err(|error| error.to_string()))));
    }
}
