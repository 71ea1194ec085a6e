//! What the relay itself says to the client stands between the server's lines, whatever a server does at that moment.
#![cfg(test)]

use std::io::{self, Write};
use std::sync::mpsc;
use std::time::Duration;

use super::outflow::LONG;
use super::relay::{Heard, Relay};
use super::relay_stage::{Heart, Odds, Voice, ear, mouth, until};
use crate::platform::streams::Stream;

const INITIALIZE: &[u8] = b"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\"}\n";
const INTRODUCED: &[u8] = b"{\"id\":0,\"result\":{\"capabilities\":{\"tools\":{\"listChanged\":true}}}}\n";
const ASKED: &[u8] = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}\n";
const CHANGED: &str = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n";

/// A server's input that does something as soon as a certain line has come, and takes it only then.
struct Springs<F> {
    heard: Vec<u8>,
    at: &'static [u8],
    does: Option<F>,
}

impl<F: FnOnce()> Write for Springs<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard.extend_from_slice(bytes);
        if self.heard.ends_with(self.at)
            && let Some(does) = self.does.take()
        {
            does();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<F> Stream for Springs<F> {
    fn wait_to_read(&self) {}

    fn wait_to_write(&self, _: Option<Duration>) -> bool {
        true
    }

    fn has_ended(&self) -> bool {
        true
    }
}

/// The second server begins a long answer while its client is not told yet that its tools may be others. What the
/// server says after that beginning is for `rest`.
fn is_interrupted(rest: impl FnOnce(Voice, &mut Relay)) -> String {
    let (input, client) = mouth(&Odds::none());
    let (output, heard) = ear(&Odds::none(), usize::MAX);
    let (told, tells) = mpsc::channel();
    let tell = Box::new(move |heard| {
        let _ = told.send(heard);
    });
    let mut relay = Relay::new(Box::new(input), Box::new(output), tell).unwrap();
    // One that takes `initialize` and no more.
    let (stdin, first) = ear(&Odds::none(), INITIALIZE.len());
    let (stdout, server) = mouth(&Odds::none());
    relay.serve(Box::new(stdin), Box::new(stdout)).unwrap();
    // Else the wait for the next server would take this for its word.
    until("the first is served", || tells.try_iter().any(|heard| heard == Heard::Resumed));
    client.says(INITIALIZE);
    server.says(INTRODUCED);
    client.begins_to_say(ASKED);
    until("it takes no more", || first.is_deaf.load(std::sync::atomic::Ordering::SeqCst));
    drop(server);
    relay.hold();

    let (stdout, server) = mouth(&Odds::none());
    let (ours, theirs) = mpsc::channel::<Voice>();
    let listens: Heart = heard.clone();
    let begins = move || {
        let server = theirs.recv().unwrap();
        let before = listens.heard().len();
        server.says(format!("{{\"id\":1,\"result\":\"{}", "x".repeat(LONG)).as_bytes());
        assert!(listens.heard().len() > before + LONG, "the client has the beginning of the answer");
        server
    };
    let (gives, back) = mpsc::channel();
    let stdin = Springs { heard: Vec::new(), at: ASKED, does: Some(move || gives.send(begins()).unwrap()) };
    relay.serve(Box::new(stdin), Box::new(stdout)).unwrap();
    server.says(INTRODUCED);
    ours.send(server).unwrap();
    until("the client is served again", || tells.try_iter().any(|heard| heard == Heard::Resumed));
    rest(back.recv().unwrap(), &mut relay);
    until("all is passed on", || tells.try_iter().any(|heard| heard == Heard::Drained));
    String::from_utf8(heard.heard()).unwrap().replace(&"x".repeat(LONG), "…")
}

#[test]
fn of_changed_lists_the_client_hears_between_two_lines_of_the_server() {
    let heard = is_interrupted(|server, relay| {
        server.says(b"\"}\n{\"method\":\"after\"}\n");
        drop(server);
        relay.drain();
    });
    let lines: Vec<&str> = heard.split_inclusive('\n').skip(1).collect();
    assert_eq!(lines, ["{\"id\":1,\"result\":\"…\"}\n", "{\"method\":\"after\"}\n", CHANGED]);
}

#[test]
fn a_server_that_ends_for_good_within_a_line_is_the_last_that_the_client_hears() {
    let heard = is_interrupted(|server, relay| {
        drop(server);
        relay.drain();
    });
    assert!(heard.ends_with("\n{\"id\":1,\"result\":\"…"), "{heard}");
}
