//! A guard that has nothing to do does nothing, whatever its server does.

use std::fs;
use std::time::Duration;

use crate::guard::scene::{Kind, Scene, Streams};
use crate::support::identity::Identity;
use crate::support::{PATIENCE, eventually};

/// Longer than a guard waits for the quiet in which it gives its memory back.
const BEFORE_REST: Duration = Duration::from_millis(800);

/// Long enough for anything that comes round every second.
const WATCHED: Duration = Duration::from_millis(1500);

#[test]
fn an_idle_guard_never_wakes_up() {
    for streams in Streams::BOTH {
        let scene = Scene::new();
        let mut guarded = scene.guard(Kind::Polite, streams);
        let asleep = || wakes(guarded.outer) + wakes(guarded.keeper);
        let mut before = asleep();
        eventually("the guard has come to rest", PATIENCE, || {
            std::thread::sleep(BEFORE_REST);
            std::mem::replace(&mut before, asleep()) == before
        });
        std::thread::sleep(WATCHED);
        assert_eq!(asleep() - before, 0, "{streams:?}: the guard woke up, though nothing happened");
        guarded.say("exit 0");
        assert_eq!(guarded.code(), 0, "and yet it is there");
    }
}

/// How often any thread of it was given the processor or has let go of it.
fn wakes(process: Identity) -> u64 {
    let threads = fs::read_dir(format!("/proc/{}/task", process.pid)).unwrap();
    let statuses =
        threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("status")).ok());
    let switches = |status: String| -> u64 {
        let rows = status.lines().filter_map(|line| line.split_once(":\t"));
        let rows = rows.filter(|(name, _)| name.ends_with("voluntary_ctxt_switches"));
        rows.map(|(_, count)| count.trim().parse::<u64>().unwrap()).sum()
    };
    statuses.map(switches).sum()
}
