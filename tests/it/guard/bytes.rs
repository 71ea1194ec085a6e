//! Every byte arrives, and no other, in both directions: whatever is no message is passed on like one.

use std::fs;
use std::io::{PipeReader, Read, Write};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::guard::scene::{Guarded, Kind, Scene, Streams};

/// What the `echo` part says on stderr, where the guard must not add or change anything either.
const COMPLAINT: &[u8] = b"\0\r\n\x1a\xff complaint";

const INITIALIZE: &[u8] = b"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}\n";

/// Long enough for a busy machine; a passing test needs a fraction of it.
const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn random_bytes() {
    let mut random = Random(7);
    let bytes = random.bytes(3_000_000);
    check(&pieces(&mut random, &bytes, 100_000));
    let few = random.bytes(2_000);
    check(&pieces(&mut random, &few, 3));
}

#[test]
fn what_looks_like_lines_and_is_none() {
    for bytes in [
        &b""[..],
        b"\0",
        b"\n\n\n",
        b"\r",
        b"a\rb\r\nc\n\r",
        b"\xff\xfe\xfd\n\x80\n",
        b"no end of a line",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,}\n[\n]]]\n{{{\n\"\\ud800\"\n",
        b"Content-Length: 3\r\n\r\n{}\n",
        "\u{feff}{}\n\u{2028}\u{85}\n".as_bytes(),
    ] {
        check(&[INITIALIZE.to_vec(), bytes.to_vec()]);
        let all = [bytes, INITIALIZE, bytes, b"\n", INITIALIZE, bytes].concat();
        check_with(Streams::Relayed, &all.chunks(7).map(<[u8]>::to_vec).collect::<Vec<_>>());
    }
    check(&[]);
    check(&[b"\0\xff".to_vec()]);
}

#[test]
fn messages_of_a_megabyte() {
    let mut random = Random(11);
    let long = |begin: &str, random: &mut Random| {
        let text: String = random.bytes(1_000_000).iter().map(|byte| char::from(b'a' + byte % 26)).collect();
        format!("{begin}{text}\"}}}}\n").into_bytes()
    };
    let begin = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"a\":\"";
    let messages = [INITIALIZE.to_vec(), long(begin, &mut random), long("not JSON ", &mut random)];
    check(&messages);
    check(&pieces(&mut random, &messages.concat(), 5_000));
    check(&messages[1..]);
}

#[test]
fn ten_thousand_small_messages_are_counted() {
    let message = |number: usize| {
        format!("{{\"jsonrpc\":\"2.0\",\"id\":{number},\"method\":\"tools/call\",\"params\":{{}}}}\n")
            .into_bytes()
    };
    let mut messages = vec![INITIALIZE.to_vec()];
    messages.extend((1..=10_000).map(message));
    check(&messages);
}

#[test]
fn requests_and_answers_take_turns() {
    for streams in Streams::BOTH {
        let scene = Scene::new();
        let mut guarded = scene.plan("echo").streams(streams).start();
        let mut output = guarded.output.take().unwrap();
        for number in 0..2_000 {
            let line =
                if number == 0 { INITIALIZE.to_vec() } else { format!("{{\"id\":{number}}}\n").into() };
            guarded.input.as_mut().unwrap().write_all(&line).unwrap();
            let mut answer = vec![0; line.len()];
            output.read_exact(&mut answer).unwrap();
            assert_eq!(answer, line);
        }
    }
}

/// Says these pieces to an echo, and hears the same bytes until the end.
#[track_caller]
fn check(pieces: &[Vec<u8>]) {
    for streams in Streams::BOTH {
        check_with(streams, pieces);
    }
}

#[track_caller]
fn check_with(streams: Streams, pieces: &[Vec<u8>]) {
    let scene = Scene::new();
    let mut guarded = scene.plan("echo").streams(streams).start();
    let start = Instant::now();
    let heard = hear(guarded.output.take().unwrap());
    let mut input = guarded.input.take().unwrap();
    for piece in pieces {
        input.write_all(piece).unwrap();
    }
    drop(input);
    let heard = heard.join().unwrap();
    assert!(start.elapsed() < LIMIT, "it took {:?}", start.elapsed());
    same(&heard, &pieces.concat());
    guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(guarded.code(), 0);
    assert_eq!(fs::read(guarded.errors()).unwrap(), COMPLAINT, "stderr");
    scene.is_empty();
}

fn hear(mut output: PipeReader) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut heard = Vec::new();
        output.read_to_end(&mut heard).unwrap();
        heard
    })
}

#[track_caller]
pub(crate) fn same(heard: &[u8], said: &[u8]) {
    let first = heard.iter().zip(said).position(|(a, b)| a != b);
    assert!(
        heard == said,
        "{} bytes of {} arrived; the first other one is {first:?}",
        heard.len(),
        said.len()
    );
}

#[test]
fn what_a_client_reads_slowly_after_the_servers_end_arrives_to_the_last_byte() {
    const COUNT: usize = 240_000;
    for (streams, begins) in [(Streams::Relayed, ""), (Streams::Relayed, "mcp"), (Streams::LeftAlone, "")] {
        let scene = Scene::new();
        let mut guarded: Guarded = scene.plan("talker").streams(streams).words(&[&COUNT.to_string()]).start();
        if begins == "mcp" {
            let _ = guarded.input.as_mut().unwrap().write_all(INITIALIZE);
        }
        let mut output = guarded.output.take().unwrap();
        let (mut heard, mut some) = (Vec::new(), [0; 4096]);
        loop {
            match output.read(&mut some).unwrap() {
                0 => break,
                count => heard.extend_from_slice(&some[..count]),
            }
            thread::sleep(Duration::from_millis(30));
        }
        same(&heard, &numbers(COUNT));
        assert_eq!(guarded.code(), 0);
    }
}

/// What a `talker` says.
pub(crate) fn numbers(count: usize) -> Vec<u8> {
    let mut said = Vec::new();
    for number in 0.. {
        if said.len() >= count {
            break;
        }
        writeln!(said, "{number}").unwrap();
    }
    said.truncate(count);
    said
}

fn pieces(random: &mut Random, bytes: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let (mut rest, mut pieces) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(random.below(longest).min(rest.len()));
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 1 on.
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % limit + 1
    }

    /// With more ends of lines, quotes and the like than chance would have.
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        const ODD: &[u8] = b"\n\n\r\0\xff{}[]\",:";
        let byte = |random: &mut Self| match random.next().to_le_bytes() {
            [0..20, odd, ..] => ODD[usize::from(odd) % ODD.len()],
            [byte, ..] => byte,
        };
        (0..count).map(|_| byte(self)).collect()
    }
}
