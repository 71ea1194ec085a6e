//! A server that does as little as a server can: it reads a line and answers as many bytes.

use std::io::{self, BufRead, Write};

/// The argument by which the measuring program plays the server.
pub(crate) const PART: &str = "--plays-the-server";

/// Its first line.
pub(crate) const READY: &[u8] = b"{}\n";

/// The number of every request: the last one has its answer before the next one is sent, or it does not matter.
const HEAD: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"text":""#;
const ANSWER_HEAD: &[u8] = br#"{"jsonrpc":"2.0","id":1,"result":{"text":""#;
const TAIL: &str = "\"}}\n";

/// A request of so many bytes, with its end.
pub(crate) fn request(size: usize) -> Vec<u8> {
    let padding = "x".repeat(size - HEAD.len() - TAIL.len());
    format!("{HEAD}{padding}{TAIL}").into_bytes()
}

/// What makes a conversation MCP.
pub(crate) fn initialize() -> Vec<u8> {
    br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#
        .iter()
        .chain(b"\n")
        .copied()
        .collect()
}

/// Has the server say so many answers of so many bytes, with their ends.
pub(crate) fn order(count: usize, size: usize) -> Vec<u8> {
    format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{ORDER}\",\"params\":[{count},{size}]}}\n")
        .into_bytes()
}

/// The method of such a request.
const ORDER: &str = "say";

/// What is ordered by a line, where it orders something.
fn ordered(line: &[u8]) -> Option<(usize, Vec<u8>)> {
    let line = std::str::from_utf8(line).ok()?;
    let (_, what) = line.split_once(&format!("\"{ORDER}\",\"params\":["))?;
    let (count, size) = what.trim_end_matches(['}', ']', '\n']).split_once(',')?;
    let padding = size.parse::<usize>().ok()? - ANSWER_HEAD.len() - TAIL.len();
    let answer = [ANSWER_HEAD, "x".repeat(padding).as_bytes(), TAIL.as_bytes()].concat();
    Some((count.parse().ok()?, answer))
}

/// Plays the server until its input ends.
pub(crate) fn play() {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    output.write_all(READY).unwrap();
    output.flush().unwrap();
    let (mut line, mut answer) = (Vec::new(), Vec::new());
    while input.read_until(b'\n', &mut line).unwrap() > 0 {
        if let Some((count, answer)) = ordered(&line) {
            // Each by itself, as a server says them.
            if (0..count).any(|_| output.write_all(&answer).and_then(|()| output.flush()).is_err()) {
                return;
            }
            line.clear();
            continue;
        }
        answer.clear();
        answer.extend_from_slice(ANSWER_HEAD);
        answer.resize((line.len() - TAIL.len()).max(answer.len()), b'x');
        answer.extend_from_slice(TAIL.as_bytes());
        if output.write_all(&answer).and_then(|()| output.flush()).is_err() {
            return;
        }
        line.clear();
    }
}
