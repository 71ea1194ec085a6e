//! What is tried with random input: each function takes bytes and panics where a promise about them is broken.
//!
//! The programs of `fuzz/` are nothing but a call of one of these, and `tests/it/fuzz_seeds.rs` calls them with the
//! seeds. Part of no program.
#![expect(clippy::unwrap_used, reason = "a fuzzer wants panics")]

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::core::path_style::names;
use crate::core::runs::{Runs, What};
use crate::core::{CommandLine, PathStyle, launcher, mask};
use crate::guard::{Conversation, Id, Lines};
use crate::mcp::{Client, Guard, Outcome, Record, Restored, Selection, Surroundings, unwrapped, wrapped};
use crate::{config, leases, platform};

const STYLES: [PathStyle; 2] = [PathStyle::Unix, PathStyle::Windows];

/// A command line, word by word: a script that is found stands there, and what is masked stays so.
pub fn command_line(bytes: &[u8]) {
    let words = bytes.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
    let words: Vec<String> = words.collect();
    for style in STYLES {
        if let Some(script) = CommandLine::of(&words, style).script() {
            assert!(words.iter().any(|word| word.contains(script)), "{script:?} of {words:?}");
            let _ = names(script, Some("/a"), "run_ws_shim.py", style);
        }
        let _ = launcher::launches_another(&words, style);
        let _ = CommandLine::of(&words, style).server_name();
        for runs in servers() {
            let line = CommandLine::of(&words, style);
            assert!(!line.runs_itself(&runs) || line.runs(&runs), "{words:?}");
        }
    }
    let shown = mask::words(&words);
    // Masked once more it may be read in another way, as a line end no longer parts it; nothing else is shown then.
    for (once, twice) in shown.iter().zip(mask::words(&shown)) {
        let mut rest = once.as_str();
        for piece in twice.split(mask::MASK).filter(|piece| !piece.is_empty()) {
            let at = rest.find(piece).unwrap_or_else(|| panic!("{piece:?} of {once:?}"));
            rest = &rest[at + piece.len()..];
        }
    }
    let line = mask::command_line(&words);
    for text in shown.iter().chain([&line]) {
        assert!(!text.contains(|c: char| c.is_control() || INVISIBLE.contains(&c)), "{text:?}");
    }
}

/// One server of each kind, with an argument.
fn servers() -> [Runs; 5] {
    [
        What::Script("run_ws_shim.py".into()),
        What::Module("a.b".into()),
        What::Package("@a/b".into()),
        What::Program("srv".into()),
        What::Image("a/b".into()),
    ]
    .map(|what| Runs { what, args: vec!["x".into()] })
}

/// Some of the marks that show as nothing or turn the writing direction.
const INVISIBLE: [char; 12] = [
    '\u{61c}', '\u{200b}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{202a}',
    '\u{202e}', '\u{2060}', '\u{2066}', '\u{feff}',
];

/// A configuration is read or refused with a line; what is shown of it is read as the same.
pub fn configuration(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let around = config::Surroundings { folder: Path::new("/nowhere"), search: None };
    for style in STYLES {
        match config::parse(text, &around, style) {
            Ok(read) => {
                let shown = config::show(&read);
                let again = config::parse(&shown, &around, style);
                // What was masked cannot be the same.
                if !shown.contains(mask::MASK) {
                    assert_eq!(again.as_ref().ok(), Some(&read), "{shown}");
                }
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

/// Files and messages of the system's that tell of processes and sockets.
pub fn proc(bytes: &[u8]) {
    platform::try_bytes_of_the_system(bytes);
}

/// A client's file: what was wrapped and unwrapped is what it was, to the byte; nothing is wrapped twice.
pub fn client_file(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let client = match first % 6 {
        0 => Client::CLAUDE_CODE,
        1 => Client::VS_CODE,
        2 => Client::CODEX,
        3 => Client::ZED,
        4 => Client::OPENCODE,
        _ => Client::UNKNOWN,
    };
    for (style, program) in STYLES.into_iter().zip(["/a b/shimkeeper", r"C:\a b\shimkeeper.exe"]) {
        let guard = Guard { program: program.into(), options: vec!["--home".into(), "/h\"".into()] };
        let around = Surroundings::bare(style);
        wrapped_and_unwrapped(text, client, &guard, &around);
    }
}

fn wrapped_and_unwrapped(text: &str, client: Client, guard: &Guard, around: &Surroundings<'_>) {
    let Ok(there) = wrapped(text, client, Selection::All, guard, around, Record::default()) else { return };
    let again = wrapped(&there.text, client, Selection::All, guard, around, there.record.clone()).unwrap();
    assert_eq!(again.text, there.text, "wrapped twice");
    let back = unwrapped(&there.text, client, Selection::All, around, there.record).unwrap();
    let ours = there.done.iter().filter(|done| matches!(done.outcome, Outcome::Wrapped(_))).count();
    let exact = back.done.iter().filter(|done| done.outcome == Outcome::Unwrapped(Restored::Exactly)).count();
    // A guard that somebody else has put there goes with ours, and is not remembered.
    if back.done.iter().all(|done| !matches!(done.outcome, Outcome::Unwrapped(Restored::Unremembered))) {
        assert_eq!(back.text, text);
        assert_eq!(exact, ours);
    }
}

/// Two sides that talk, in pieces: no byte is lost, and every request is answered, taken back or said to be lost,
/// once.
pub fn conversation(bytes: &[u8]) {
    let mut conversation = Conversation::default();
    let mut open = BTreeSet::new();
    let (mut client, mut server) = (Lines::default(), Lines::default());
    let (mut said, mut passed) = (Vec::new(), Vec::new());
    for piece in bytes.split(|byte| *byte == 0xff) {
        let Some((who, piece)) = piece.split_first() else { continue };
        match who % 4 {
            0 => {
                said.extend_from_slice(piece);
                client.add(piece, |line| {
                    passed.extend_from_slice(line);
                    client_says(&mut conversation, &mut open, line);
                });
            }
            1 => server.add(piece, |line| {
                let _ = conversation.server_says(line);
                for answered in Said::all(line).iter().filter(|said| said.method.is_none()) {
                    open.retain(|id| Some(id) != answered.id().as_ref());
                }
            }),
            2 => {
                conversation.not_delivered(piece);
                for taken_back in Said::all(piece).iter().filter(|said| said.method.is_some()) {
                    open.retain(|id| Some(id) != taken_back.id().as_ref());
                }
            }
            _ => server_goes(&mut conversation, &mut open),
        }
    }
    passed.extend_from_slice(client.rest());
    assert_eq!(passed, said);
    server_goes(&mut conversation, &mut open);
}

fn client_says(conversation: &mut Conversation, open: &mut BTreeSet<String>, line: &[u8]) {
    let was_mcp = conversation.is_mcp();
    let _ = conversation.client_says(line);
    let all = Said::all(line);
    // In a batch that is the first to be MCP, what stood before that was nobody's business.
    let begins = all.iter().position(|said| said.method.as_deref().is_some_and(introduces));
    let begins = if was_mcp { 0 } else { begins.unwrap_or(0) };
    for said in all.iter().skip(begins).filter(|_| conversation.is_mcp()) {
        match (&said.method, said.id()) {
            (Some(_), Some(id)) => drop(open.insert(id)),
            (Some(_), None) => open.retain(|id| Some(id) != said.cancelled().as_ref()),
            (None, _) => {}
        }
    }
}

fn introduces(method: &str) -> bool {
    matches!(method, "initialize" | "server/discover")
}

/// Whatever is open is lost, but for the introduction, which the next server answers.
fn server_goes(conversation: &mut Conversation, open: &mut BTreeSet<String>) {
    let waits = conversation.replay().filter(|replay| !replay.answered).map(|replay| replay.id.key().into());
    let waits = waits.filter(|id: &String| open.remove(id));
    let mut lost = Vec::new();
    for id in conversation.server_is_gone().requests {
        lost.push(id.key().into_owned());
    }
    lost.sort();
    assert_eq!(lost, open.iter().cloned().collect::<Vec<_>>(), "lost, and open");
    *open = waits.into_iter().collect();
    let _ = conversation.replay();
    let _ = conversation.announced_lists();
}

/// A message, read as plainly as possible.
#[derive(Deserialize)]
struct Said {
    id: Option<Box<RawValue>>,
    method: Option<String>,
    params: Option<Box<RawValue>>,
}

impl Said {
    /// The messages of a line, which may be a batch.
    fn all(line: &[u8]) -> Vec<Self> {
        let one = serde_json::from_slice::<Self>(line).map(|one| vec![one]);
        let all = one.or_else(|_| serde_json::from_slice::<Vec<Self>>(line)).unwrap_or_default();
        let is_id = |id: &RawValue| Id::read(id).is_some();
        if all.iter().any(|said| said.id.as_ref().is_some_and(|id| !is_id(id))) { Vec::new() } else { all }
    }

    fn id(&self) -> Option<String> {
        self.id.as_ref().and_then(|id| Id::read(id)).map(|id| id.key().into_owned())
    }

    /// The request that it takes back.
    fn cancelled(&self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Cancelled {
            request_id: Box<RawValue>,
        }
        let params =
            self.params.as_ref().filter(|_| self.method.as_deref() == Some("notifications/cancelled"));
        let cancelled: Cancelled = serde_json::from_str(params?.get()).ok()?;
        Id::read(&cancelled.request_id).map(|id| id.key().into_owned())
    }
}
