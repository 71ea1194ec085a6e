//! Whatever the pieces are in which a conversation arrives, whatever the system answers to a read or a write, and at
//! whatever byte a server is replaced: the client gets the server's bytes and what the documents promise, and the servers
//! get the client's.
#![cfg(test)]

use std::sync::atomic::Ordering;
use std::sync::mpsc;

use proptest::prelude::*;

use super::conversation::Lost;
use super::outflow::LONG;
use super::relay::{Heard, Relay};
use super::relay_stage::{Odds, ear, mouth, odds, until};
use super::replies;

const INITIALIZE: &str = "{\"jsonrpc\":\"2.0\",\"id\":\"first\",\"method\":\"initialize\"}\n";
const INITIALIZED: &str = "{\"method\":\"notifications/initialized\"}\n";
const INTRODUCED: &str =
    "{\"id\":\"first\",\"result\":{\"capabilities\":{\"tools\":{\"listChanged\":true}}}}\n";
const CHANGED: &str = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n";

/// A line of a server's.
#[derive(Clone, Debug)]
enum Line {
    /// To the request of this number, so long.
    Answer(usize, usize),
    News(usize),
    Question(usize),
    NoMessage,
}

impl Line {
    fn text(&self) -> String {
        match self {
            Self::Answer(id, size) if id % 2 == 0 => {
                format!("{{\"id\":{id},\"result\":{{\"text\":\"{}\"}}}}\n", "\\\"}".repeat(*size / 3))
            }
            Self::Answer(id, size) => format!("{{\"result\":[\"{}\"],\"id\":{id}}}\n", "x".repeat(*size)),
            Self::News(size) => format!("{{\"method\":\"n\",\"params\":\"{}\"}}\n", "y".repeat(*size)),
            Self::Question(id) => format!("{{\"id\":{id},\"method\":\"roots/list\"}}\n"),
            Self::NoMessage => "a line of a log: {\"id\":\n".to_owned(),
        }
    }
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0_usize..200, 2 => LONG - 60..LONG + 60, 1 => LONG..3 * LONG]
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = prop_oneof![
        6 => (0_usize..9, size()).prop_map(|(id, size)| Line::Answer(id, size)),
        2 => size().prop_map(Line::News),
        1 => (100_usize..103).prop_map(Line::Question),
        1 => Just(Line::NoMessage),
    ];
    prop::collection::vec(line, 0..8)
}

/// What a client gets of a server that ends after these bytes, and what it has to be told then.
fn passed(said: &[u8], lines: &[Line], requests: usize) -> (Vec<u8>, Lost) {
    let mut whole = memchr::memrchr(b'\n', said).map_or(0, |end| end + 1);
    let mut ends = false;
    let rest = &said[whole..];
    if rest.len() > LONG && (rest.starts_with(b"{\"id\"") || rest.starts_with(b"{\"result\"")) {
        (whole, ends) = (said.len(), true);
    }
    let mut got = said[..whole].to_vec();
    if ends {
        got.push(b'\n');
    }
    let (mut open, mut questions): (Vec<usize>, Vec<usize>) = ((0..requests).collect(), Vec::new());
    let mut at = INTRODUCED.len();
    for line in lines {
        at += line.text().len();
        if at > got.len() {
            break;
        }
        match line {
            Line::Answer(id, _) => open.retain(|one| one != id),
            Line::Question(id) if !questions.contains(id) => questions.push(*id),
            Line::News(_) | Line::Question(_) | Line::NoMessage => {}
        }
    }
    questions.sort_unstable();
    let ids = |ids: Vec<usize>| ids.iter().map(|id| serde_json::from_str(&id.to_string()).unwrap()).collect();
    (got, Lost { requests: ids(open), questions: ids(questions) })
}

#[derive(Clone, Debug)]
struct Story {
    /// How much of what the client says the first server takes.
    taken: usize,
    requests: usize,
    first: Vec<Line>,
    /// Where the first server ends, in thousandths of what it says.
    cut: usize,
    second: Vec<Line>,
    last_cut: usize,
    pieces: usize,
    odds: [Odds; 4],
}

fn stories() -> impl Strategy<Value = Story> {
    let odds = [odds(), odds(), odds(), odds()];
    let taken = prop_oneof![Just(usize::MAX), 0_usize..400];
    (taken, 0_usize..6, lines(), 0_usize..=1000, lines(), 0_usize..=1000, 1_usize..100_000, odds).prop_map(
        |(taken, requests, first, cut, second, last_cut, pieces, odds)| Story {
            taken,
            requests,
            first,
            cut,
            second,
            last_cut,
            pieces,
            odds,
        },
    )
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(Line::text).collect()
}

fn is_told(story: &Story) {
    let (input, client) = mouth(&story.odds[0]);
    let (output, heard) = ear(&story.odds[1], usize::MAX);
    let (told, tells) = mpsc::channel();
    let tell = Box::new(move |heard| {
        let _ = told.send(heard);
    });
    let mut relay = Relay::new(Box::new(input), Box::new(output), tell).unwrap();

    // One server, which takes so much, says so much, and ends.
    let taken = story.taken.saturating_add(INITIALIZE.len());
    let (stdin, first) = ear(&story.odds[2], taken);
    let (stdout, server) = mouth(&story.odds[3]);
    relay.serve(Box::new(stdin), Box::new(stdout)).unwrap();
    // Else the wait for the next server would take this for its word.
    until("the first is served", || tells.try_iter().any(|heard| heard == Heard::Resumed));
    client.says(INITIALIZE.as_bytes());
    server.says(INTRODUCED.as_bytes());
    let requests: Vec<String> =
        (0..story.requests).map(|id| format!("{{\"id\":{id},\"method\":\"m\"}}\n")).collect();
    let said = [INITIALIZE, INITIALIZED, &requests.concat()].concat();
    client.begins_to_say(&said.as_bytes()[INITIALIZE.len()..]);
    until("it has taken what it takes", || {
        first.heard().len() == said.len() || first.is_deaf.load(Ordering::SeqCst)
    });
    let taken = &said.as_bytes()[..taken.min(said.len())];
    assert_eq!(first.heard(), taken, "what the first server has heard");
    // Not before the guard knows of them.
    let delivered = memchr::memrchr(b'\n', taken).map_or(0, |end| end + 1);
    let known = requests.iter().scan(INITIALIZE.len() + INITIALIZED.len(), |at, request| {
        *at += request.len();
        Some(*at)
    });
    let known = known.filter(|end| *end <= delivered).count();

    let all = [INTRODUCED, &text(&story.first)].concat();
    let cut = INTRODUCED.len() + (all.len() - INTRODUCED.len()) * story.cut / 1000;
    for piece in all.as_bytes()[INTRODUCED.len()..cut].chunks(story.pieces) {
        server.says(piece);
    }
    drop(server);
    relay.hold();
    let (got, lost) = passed(&all.as_bytes()[..cut], &story.first, known);

    // The next one, which takes everything.
    let (stdin, second) = ear(&story.odds[2], usize::MAX);
    let (stdout, server) = mouth(&story.odds[3]);
    relay.serve(Box::new(stdin), Box::new(stdout)).unwrap();
    until("it is told `initialize`", || second.heard().len() >= INITIALIZE.len());
    server.says(INTRODUCED.as_bytes());
    until("it is told the rest", || tells.try_iter().any(|heard| heard == Heard::Resumed));
    client.says(b"after that\n");
    let kept = &said.as_bytes()[delivered.max(INITIALIZE.len())..];
    let initialized = if delivered >= INITIALIZE.len() + INITIALIZED.len() { INITIALIZED } else { "" };
    let expected = [INITIALIZE.as_bytes(), initialized.as_bytes(), kept, b"after that\n"].concat();
    assert_eq!(String::from_utf8(second.heard()), String::from_utf8(expected), "the second server");

    // It says things that no restart changes the name of, and ends for good at any byte.
    let names_nothing = |line: &&Line| !matches!(line, Line::Question(_));
    let more: String = story.second.iter().filter(names_nothing).map(Line::text).collect();
    let more = &more.as_bytes()[..more.len() * story.last_cut / 1000];
    for piece in more.chunks(story.pieces) {
        server.says(piece);
    }
    drop(server);
    relay.drain();
    until("all is passed on", || tells.try_iter().any(|heard| heard == Heard::Drained));
    let expected = [&got, &replies::of_lost(&lost), CHANGED.as_bytes(), more].concat();
    let heard = heard.heard();
    let differs = heard.iter().zip(&expected).position(|(one, other)| one != other);
    let around = |bytes: &[u8]| {
        let at = differs.unwrap_or(bytes.len().min(expected.len()));
        String::from_utf8_lossy(&bytes[at.saturating_sub(80).min(bytes.len())..(at + 80).min(bytes.len())])
            .into_owned()
    };
    assert!(
        heard == expected,
        "{} bytes instead of {}; from {differs:?} on\n{}\ninstead of\n{}",
        heard.len(),
        expected.len(),
        around(&heard),
        around(&expected)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_nothing_is_added_whatever_happens(story in stories()) {
        is_told(&story);
    }
}
