//! A program whose first thread has ended looks dead, and runs on: it is ended like everybody else.

use std::fs;

use crate::guard::scene::{Kind, Scene, Streams, gone_within, kill};
use crate::support::{PATIENCE, eventually};

/// Whether a thread of it runs.
fn runs(pid: &str) -> bool {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let stats = threads.filter_map(|thread| fs::read_to_string(thread.path().join("stat")).ok());
    stats.filter_map(|stat| Some(stat.rsplit_once(") ")?.1.starts_with(['Z', 'X']))).any(|is_dead| !is_dead)
}

#[test]
fn it_is_not_left_behind() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        for by_force in [false, true] {
            let mut guarded = scene.plan("headless").streams(streams).start();
            let pid = fs::read_to_string(format!("{}.headless", guarded.ready.display())).unwrap();
            eventually("its first thread has ended", PATIENCE, || {
                let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
                stat.rsplit_once(") ").unwrap().1.starts_with('Z') && runs(&pid)
            });
            if by_force {
                kill(guarded.keeper);
            } else {
                guarded.input = None;
            }
            gone_within([guarded.outer], Kind::Deaf.limit(), || guarded.complaints());
            assert!(!runs(&pid), "it runs on: {}", guarded.complaints());
            guarded.process.kill_hard();
            scene.is_empty();
        }
    }
}
