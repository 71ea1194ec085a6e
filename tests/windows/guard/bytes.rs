//! What client and server say to each other passes unharmed.

use std::io::{Read, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::scene::Scene;

#[test]
fn every_byte_passes_both_ways() {
    let every: Vec<u8> = (0..=255).collect();
    let mut line = b"{\"long\":\"".to_vec();
    line.extend(std::iter::repeat_n(b'x', 1 << 20));
    line.extend_from_slice(b"\"}\n");
    let odd = b"\0\r\n\n\r\r\n\x1a\xff\xfe\xc3(\n".repeat(1000);
    check(&[every, line, odd, b"without an end of line".to_vec()].concat());
}

#[test]
fn ten_thousand_small_messages_pass_in_order() {
    let message =
        |number: u32| format!("{{\"jsonrpc\":\"2.0\",\"id\":{number},\"method\":\"ping\"}}\n").into_bytes();
    let start = Instant::now();
    check(&(0..10_000).flat_map(message).collect::<Vec<u8>>());
    assert!(start.elapsed() < Duration::from_secs(20));
}

/// Says all of it, hears the same, and the server's complaint as it was.
fn check(said: &[u8]) {
    let scene = Scene::new();
    let ready = scene.stage.ready_file("ready");
    let mut guard = scene.guard_command("echo", &ready).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = guard.stdin.take().unwrap();
    let talk = {
        let said = said.to_vec();
        std::thread::spawn(move || input.write_all(&said).unwrap())
    };
    let mut heard = Vec::new();
    guard.stdout.take().unwrap().read_to_end(&mut heard).unwrap();
    talk.join().unwrap();
    let at = said.iter().zip(&heard).position(|(said, heard)| said != heard);
    assert_eq!((heard.len(), at), (said.len(), None));
    let mut complaint = Vec::new();
    guard.stderr.take().unwrap().read_to_end(&mut complaint).unwrap();
    assert_eq!(complaint, b"\0\r\n\x1a\xff complaint");
    assert_eq!(guard.wait().unwrap().code(), Some(0));
}
