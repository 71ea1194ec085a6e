//! Everything that can happen to the monitor.

use crate::act::toast::Reply;
use crate::config::Config;
use crate::core::Diagnosis;
use crate::core::control::Request;
use crate::work::CleanupReport;

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A look at every watch.
    Looked(Vec<Diagnosis>),
    /// A person chose something, in the menu or on a toast.
    Chosen(Choice),
    /// Word from the toaster.
    Toast(Reply),
    /// A cleanup is over: what it did, or why it broke off.
    Cleaned(Result<CleanupReport, String>),
    /// A restart is over: what it did, or why it did not.
    Restarted(Result<String, String>),
    /// Another program of this user asks for something, and waits for the answer.
    Asked {
        /// Names the one who waits.
        id: u64,
        /// What it asks for.
        request: Request,
    },
    /// The configuration was read, or could not be.
    Configured(Box<Result<Config, String>>),
    /// Whether we start at login; an error says why that cannot be told.
    Autostart(Result<bool, String>),
    /// Whether a panel shows icons.
    Panel(Panel),
    /// Something that was asked of the desktop or the disk failed.
    Failed(String),
}

/// What is known of the panel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Panel {
    /// It shows icons.
    Shows,
    /// There is none that does.
    Missing {
        /// What to do about it.
        cure: String,
        /// Whether the user has not been told in this session.
        is_news: bool,
    },
}

/// What a person can choose.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Choice {
    /// End the orphans.
    Cleanup,
    /// Stop the server and start it again.
    Restart,
    /// Open today's log.
    OpenLog,
    /// Stop or go on looking.
    Pause,
    /// End orphans without asking, or not.
    AutoCleanup,
    /// Start at login, or not.
    Autostart,
    /// Open the configuration.
    OpenConfig,
    /// Say what this is.
    About,
    /// Say how things are.
    Tell,
    /// End this program.
    Quit,
}
