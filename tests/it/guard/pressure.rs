//! Who does not read keeps the other side waiting, as with a plain pipe, and costs the guard no memory.

use std::fs;
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::guard::bytes::{numbers, same};
use crate::guard::scene::{Guarded, Kind, Scene, Streams};
use crate::support::{PATIENCE, eventually, stays_so};

/// What two pipes and what is carried between them can hold, generously.
const MOST_UNDER_WAY: usize = 1_000_000;

/// In kilobytes.
const MOST_MEMORY: u64 = 4_000;

#[test]
fn a_server_that_does_not_read_makes_its_client_wait() {
    for streams in Streams::BOTH {
        for first in [&b"x"[..], b"{\"id\":0,\"method\":\"initialize\"}\n"] {
            let scene = Scene::new();
            let mut guarded = scene.plan("mute").streams(streams).start();
            let mut input = guarded.input.take().unwrap();
            input.write_all(first).unwrap();
            let before = memory(&guarded);
            let written = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&written);
            let writer = thread::spawn(move || {
                // Until everybody is gone. Nothing is left of a signal at a broken pipe in a test.
                while let Ok(count) = input.write(&[b'x'; 10_000]) {
                    counted.fetch_add(count, Ordering::Relaxed);
                }
            });
            comes_to_rest("the client waits", &written);
            let under_way = written.load(Ordering::Relaxed);
            assert!(under_way < MOST_UNDER_WAY, "{under_way} bytes were taken from the client");
            costs_nothing(&guarded, before);
            // And it ends all the same.
            guarded.outer.signal(rustix::process::Signal::TERM);
            guarded.is_gone_in_time(Kind::Deaf);
            assert_eq!(guarded.code(), 143);
            writer.join().unwrap();
            scene.is_empty();
        }
    }
}

#[test]
fn a_client_that_does_not_read_makes_its_server_wait() {
    const COUNT: usize = 2_000_000;
    for streams in Streams::BOTH {
        for first in [&b"x\n"[..], b"{\"id\":0,\"method\":\"initialize\"}\n"] {
            let scene = Scene::new();
            let mut guarded = scene.plan("talker").streams(streams).words(&[&COUNT.to_string()]).start();
            guarded.input.as_mut().unwrap().write_all(first).unwrap();
            let before = memory(&guarded);
            stays_so("the server waits", Duration::from_millis(300), || guarded.server().lives());
            costs_nothing(&guarded, before);
            let mut heard = Vec::new();
            guarded.output.take().unwrap().read_to_end(&mut heard).unwrap();
            same(&heard, &numbers(COUNT));
            guarded.is_gone_in_time(Kind::Polite);
            assert_eq!(guarded.code(), 0);
            scene.is_empty();
        }
    }
}

#[test]
fn a_client_that_never_reads_again_and_closes_the_input_is_not_waited_for_for_ever() {
    let scene = Scene::new();
    let mut guarded = scene.plan("talker").words(&["500000"]).start();
    guarded.input = None;
    // Its end of the output stays open.
    let output = guarded.output.take();
    guarded.is_gone_in_time(Kind::Deaf);
    drop(output);
    scene.is_empty();
}

#[track_caller]
fn comes_to_rest(what: &str, count: &AtomicUsize) {
    let mut before = 0;
    eventually(what, PATIENCE, || {
        thread::sleep(Duration::from_millis(200));
        let now = count.load(Ordering::Relaxed);
        std::mem::replace(&mut before, now) == now && now > 0
    });
}

#[track_caller]
fn costs_nothing(guarded: &Guarded, before: u64) {
    let more = memory(guarded).saturating_sub(before);
    assert!(more < MOST_MEMORY, "the guard has taken {more} kB");
}

/// What both processes of the guard keep in memory of their own, in kilobytes: pages of the program come and go.
pub(crate) fn memory(guarded: &Guarded) -> u64 {
    let of = |pid: u32| -> u64 {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let rest = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    of(guarded.outer.pid) + of(guarded.keeper.pid)
}
