//! How long a guard waits for what. The grace time between asking and forcing is the user's own.

use std::time::Duration;

/// How long a server whose client is gone may take to notice by itself.
pub(crate) const AFTER_CLIENT: Duration = Duration::from_secs(1);

/// How long what a server left behind may take to go when it is asked.
pub(crate) const LEFT_BEHIND: Duration = Duration::from_millis(400);

/// Between two rounds of force: something may have been started in between.
pub(crate) const ROUND: Duration = Duration::from_millis(20);

/// When force is given up: what hangs inside the system cannot be ended.
pub(crate) const GIVE_UP: Duration = Duration::from_secs(5);

/// A second request to end counts as "now" when it comes this long after the first.
pub(crate) const SECOND_REQUEST: Duration = Duration::from_secs(1);

/// How long a new server may take to answer `initialize`.
pub(crate) const INTRODUCTION: Duration = Duration::from_secs(30);

/// The first wait before a crashed server is started again; it doubles with each crash.
pub(crate) const FIRST_DELAY: Duration = Duration::from_millis(250);

/// The longest such wait.
pub(crate) const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// A server that has run so long has not failed at its start.
pub(crate) const STABLE: Duration = Duration::from_mins(1);

/// Crashes in a row after which it is given up.
pub(crate) const MOST_CRASHES: u32 = 8;

/// The exit code where a server could not be started (again).
pub(crate) const NOT_STARTED: i32 = 125;

/// After which it is asked whether the client still reads what the last server has said.
pub(crate) const READING: Duration = Duration::from_secs(1);

/// How long whoever has asked for a restart may keep a guard that ends, until the answer is sent.
pub(crate) const ANSWERING: Duration = Duration::from_secs(1);

/// How long a new server may take to answer what the guard itself asks it.
pub(crate) const COMPARING: Duration = Duration::from_secs(5);
