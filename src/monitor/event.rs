//! Everything that can happen to the monitor.

use crate::act::toast::Reply;
use crate::config::Config;
use crate::core::Diagnosis;
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

/// What another program of this user can ask for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// A second tray was started: show yourself.
    Show,
    /// Restart a watch's server.
    Restart {
        /// The watch's name.
        watch: String,
    },
    /// End yourself.
    Quit,
}

impl Request {
    /// Reads a line of the control channel.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        match line.split_once(' ') {
            Some(("restart", watch)) => Some(Self::Restart { watch: watch.to_owned() }),
            Some(_) => None,
            None => match line {
                "show" => Some(Self::Show),
                "quit" => Some(Self::Quit),
                _ => None,
            },
        }
    }

    /// The line for the control channel.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Show => "show".into(),
            Self::Restart { watch } => format!("restart {watch}"),
            Self::Quit => "quit".into(),
        }
    }
}
