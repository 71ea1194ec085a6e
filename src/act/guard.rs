//! Asks a guard for a restart of its server, and understands the answer.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use crate::core::control::{Done, Reply, Request};
use crate::core::wording;
use crate::platform;

/// How long a guard may take to say what it knows.
const TELLING: Duration = Duration::from_secs(3);

pub(super) fn ask(door: &Path, patience: Duration) -> Result<Done, String> {
    send(door, &Request::Restart { watch: None }, patience)
}

pub(super) fn ask_along(door: &Path) -> Result<String, String> {
    send(door, &Request::Along, TELLING).map(|done| done.says)
}

fn send(door: &Path, request: &Request, patience: Duration) -> Result<Done, String> {
    match platform::control::send(door, &request.line(), patience) {
        Ok(answer) => match Reply::parse(&answer) {
            Some(Reply::Done(done)) => Ok(done),
            Some(Reply::Failed(why)) => Err(why),
            Some(Reply::Ends { .. }) | None => Err(wording::GUARD_DID_NOT_ANSWER.into()),
        },
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            Err(wording::guard_not_reached(&error))
        }
        // It was asked and may be at work.
        Err(_) => Err(wording::GUARD_DID_NOT_ANSWER.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_that_is_not_there_is_said_not_to_be_reached() {
        let door = std::env::temp_dir().join("shimkeeper-no-such-guard.sock");
        let why = ask(&door, Duration::from_secs(1)).unwrap_err();
        assert!(why.contains("could not be reached"), "{why}");
    }
}
