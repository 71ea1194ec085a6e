//! Everything that the monitor can want to have done.

use std::time::Duration;

use crate::act::toast::Toast;
use crate::core::Watch;
use crate::core::control::Reply;

use super::view::View;

/// Something to be done.
#[derive(Clone, PartialEq, Debug)]
#[must_use]
pub enum Effect {
    /// Look again after this time at the latest.
    LookIn(Duration),
    /// Draw this.
    Show(Box<View>),
    /// Put this on the screen.
    Toast(Toast),
    /// Put this in place of the toast about orphans, if that is still on the screen.
    AmendToast(Toast),
    /// Take the toast about orphans off the screen.
    WithdrawToast,
    /// Say what the last toast said by the icon's own means, where the system has such.
    TellByIcon,
    /// End the orphans of these watches; answered by `Event::Cleaned`.
    Cleanup {
        /// Which watches.
        watches: Vec<Watch>,
        /// Between asking and forcing.
        stop_grace: Duration,
    },
    /// Restart the server of this watch; answered by `Event::Restarted`.
    Restart {
        /// Which watch.
        watch: Box<Watch>,
        /// Between asking and forcing.
        stop_grace: Duration,
        /// Whether others who are connected were asked about already: `restart` did before it asked the tray.
        is_agreed: bool,
    },
    /// Open today's log.
    OpenLog,
    /// Open the configuration, making it first if there is none.
    OpenConfig,
    /// Write `auto_cleanup` into the configuration.
    KeepAutoCleanup(bool),
    /// Start at login, or not.
    SetAutostart(bool),
    /// Write a line into the log.
    Log(String),
    /// Answer one who waits on the control channel.
    Answer {
        /// Who.
        id: u64,
        /// What.
        reply: Reply,
    },
    /// Watch these from now on, at this pace.
    Watch(Vec<Watch>),
    /// End the program, and first the server that it started.
    Quit,
}
