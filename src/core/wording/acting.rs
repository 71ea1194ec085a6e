//! What was done, refused or could not be done.

use super::count;
use crate::core::plan::Refusal;

/// Why something is not ended, as a clause.
#[must_use]
pub const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Ourselves => "it is this program or started it",
        Refusal::System => "it belongs to the system",
        Refusal::AnotherUser => "it is another user's",
        Refusal::AnotherContainer => "it runs in another container",
        Refusal::CannotTell => "whose it is could not be read",
        Refusal::ServesAnother => "another live instance was started by it",
        Refusal::TooEarly => "it is younger than the grace time",
        Refusal::PidReused => "its number belongs to another process by now",
        Refusal::AnotherProgram => "it runs another program by now",
        Refusal::NotPermitted => "the system did not permit it",
        Refusal::StillAlive => "it did not end, not even by force",
    }
}

/// What to do about a refusal, where there is something.
#[must_use]
pub const fn refusal_hint(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::AnotherUser => Some("run the same command as that user"),
        Refusal::NotPermitted => Some("run the same command with the rights of whoever started it"),
        Refusal::TooEarly => Some("wait a moment and try again"),
        Refusal::StillAlive => Some("it hangs inside the system; only a restart of the machine ends it"),
        Refusal::ServesAnother => Some("end that client first, then clean up again"),
        Refusal::AnotherContainer => Some("run shimkeeper inside that container"),
        Refusal::CannotTell => Some("run `shimkeeper doctor`: it tells what cannot be seen here"),
        Refusal::Ourselves | Refusal::System | Refusal::PidReused | Refusal::AnotherProgram => None,
    }
}

/// The sentence that scripts of the EXAI project look for when nothing runs.
#[must_use]
pub fn no_processes_found(short_script: &str) -> String {
    format!("No {short_script} processes found")
}

/// The sentence that scripts of the EXAI project look for when nothing is wrong.
pub const NO_CLEANUP_NEEDED: &str = "No cleanup needed";

/// What a cleanup ended, in one line.
#[must_use]
pub fn ended(number: usize) -> String {
    format!("Ended {}", count(number, "process", "processes"))
}
