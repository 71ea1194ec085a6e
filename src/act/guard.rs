//! Asks a guard for a restart of its server, and understands the answer.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use crate::core::wording;
use crate::platform;

/// What guards are asked for.
const RESTART: &str = "restart";
const ALONG: &str = "along";

/// How long a guard may take to say what it knows.
const TELLING: Duration = Duration::from_secs(3);

pub(super) fn ask(door: &Path, patience: Duration) -> Result<String, String> {
    send(door, RESTART, patience)
}

pub(super) fn ask_along(door: &Path) -> Result<String, String> {
    send(door, ALONG, TELLING)
}

fn send(door: &Path, request: &str, patience: Duration) -> Result<String, String> {
    match platform::control::send(door, request, patience) {
        Ok(answer) => understand(&answer),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            Err(wording::guard_not_reached(&error))
        }
        // It was asked and may be at work.
        Err(_) => Err(wording::GUARD_DID_NOT_ANSWER.into()),
    }
}

/// `ok` with a sentence, or another word with the reason.
fn understand(answer: &str) -> Result<String, String> {
    match answer.split_once(' ') {
        Some(("ok", says)) => Ok(says.to_owned()),
        Some((_, why)) => Err(why.to_owned()),
        None if answer == "ok" => Ok(String::new()),
        None => Err(wording::GUARD_DID_NOT_ANSWER.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ok_is_done() {
        assert_eq!(understand("ok done in 2 s"), Ok("done in 2 s".into()));
        assert_eq!(understand("ok"), Ok(String::new()));
        assert_eq!(understand("failed it did not end"), Err("it did not end".into()));
        for silence in ["", "failed", "okay"] {
            assert_eq!(understand(silence), Err(wording::GUARD_DID_NOT_ANSWER.into()), "{silence:?}");
        }
    }

    #[test]
    fn a_guard_that_is_not_there_is_said_not_to_be_reached() {
        let door = std::env::temp_dir().join("shimkeeper-no-such-guard.sock");
        let why = ask(&door, Duration::from_secs(1)).unwrap_err();
        assert!(why.contains("could not be reached"), "{why}");
    }
}
