//! What is tried with random input: each function takes bytes and panics where a promise about them is broken.
//!
//! The programs of `fuzz/` are nothing but a call of one of these, and `tests/fuzz_seeds.rs` calls them with the
//! seeds. Part of no program.
#![expect(clippy::unwrap_used, reason = "a fuzzer wants panics")]

use std::path::Path;

use crate::core::recognise::{names, script_in};
use crate::core::{PathStyle, launcher, mask};
use crate::guard::{Conversation, Lines};
use crate::mcp::{Client, Guard, Outcome, Record, Restored, Selection, Surroundings, unwrapped, wrapped};
use crate::{config, leases, platform};

const STYLES: [PathStyle; 2] = [PathStyle::Unix, PathStyle::Windows];

/// A command line, word by word: a script that is found stands there, and masking is done once and for all.
pub fn command_line(bytes: &[u8]) {
    let words = bytes.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
    let words: Vec<String> = words.collect();
    for style in STYLES {
        if let Some(script) = script_in(&words, style) {
            assert!(words.iter().any(|word| word.contains(script)), "{script:?} of {words:?}");
            let _ = names(script, Some("/a"), "run_ws_shim.py", style);
        }
        let _ = launcher::launches_another(&words, style);
    }
    let shown = mask::command_line(&words);
    assert!(!shown.contains(|c: char| c.is_control()), "{shown:?}");
}

/// A configuration is read or refused with a line; what is shown of it is read as the same.
pub fn configuration(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let around = config::Surroundings { folder: Path::new("/nowhere"), search: None };
    for style in STYLES {
        match config::parse(text, &around, style) {
            Ok(read) => {
                let shown = config::show(&read);
                let again = config::parse(&shown, &around, style);
                assert_eq!(again.as_ref().ok(), Some(&read), "{shown}");
            }
            Err(problems) => assert!(!problems.is_empty(), "refused without a reason"),
        }
    }
}

/// A lease is none, or is what is written for it.
pub fn lease(bytes: &[u8]) {
    if let Some(lease) = leases::parse(bytes) {
        assert_eq!(leases::parse(&leases::text(&lease).unwrap()), Some(lease));
    }
}

/// Files of the system's that tell of a process.
pub fn proc(bytes: &[u8]) {
    platform::try_texts_of_the_system(&String::from_utf8_lossy(bytes));
}

/// A client's file: what was wrapped and unwrapped is what it was, to the byte; nothing is wrapped twice.
pub fn client_file(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let client = match first % 4 {
        0 => Client::ClaudeCode,
        1 => Client::VsCode,
        2 => Client::Codex,
        _ => Client::Unknown,
    };
    let around = Surroundings { style: PathStyle::Unix, is_missing: &|_, _| false, is_file: &|_, _| false };
    let guard = Guard { program: "/a b/shimkeeper".into(), options: vec!["--home".into(), "/h\"".into()] };
    let Ok(there) = wrapped(text, client, Selection::All, &guard, &around, Record::default()) else { return };
    let again = wrapped(&there.text, client, Selection::All, &guard, &around, there.record.clone()).unwrap();
    assert_eq!(again.text, there.text, "wrapped twice");
    let back = unwrapped(&there.text, client, Selection::All, &around, there.record).unwrap();
    let ours = there.done.iter().filter(|done| matches!(done.outcome, Outcome::Wrapped(_))).count();
    let exact = back.done.iter().filter(|done| done.outcome == Outcome::Unwrapped(Restored::Exactly)).count();
    // A guard that somebody else has put there goes with ours, and is not remembered.
    if back.done.iter().all(|done| !matches!(done.outcome, Outcome::Unwrapped(Restored::Unremembered))) {
        assert_eq!(back.text, text);
        assert_eq!(exact, ours);
    }
}

/// Two sides that talk, in pieces: no byte is lost, and every request is answered or said to be lost.
pub fn conversation(bytes: &[u8]) {
    let mut conversation = Conversation::default();
    let (mut client, mut server) = (Lines::default(), Lines::default());
    let (mut said, mut passed) = (Vec::new(), Vec::new());
    for piece in bytes.split(|byte| *byte == 0xff) {
        let Some((who, piece)) = piece.split_first() else { continue };
        match who % 4 {
            0 => {
                said.extend_from_slice(piece);
                client.add(piece, |line| {
                    passed.extend_from_slice(line);
                    let _ = conversation.client_says(line);
                });
            }
            1 => server.add(piece, |line| conversation.server_says(line)),
            2 => conversation.not_delivered(piece),
            _ => {
                let _ = conversation.server_is_gone();
                let _ = conversation.replay();
                let _ = conversation.announced_lists();
            }
        }
    }
    passed.extend_from_slice(client.rest());
    assert_eq!(passed, said);
}
