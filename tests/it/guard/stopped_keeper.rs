//! The guard's second process is stopped when the end comes: the first one sees to it that it goes on.

use rustix::process::Signal;

use crate::guard::scene::{Guarded, Kind, Scene};
use crate::support::{PATIENCE, eventually};

fn stop(guarded: &Guarded) {
    guarded.keeper.signal(Signal::STOP);
    eventually("it is stopped", PATIENCE, || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", guarded.keeper.pid)).unwrap();
        stat.rsplit_once(") ").unwrap().1.starts_with('T')
    });
}

#[test]
fn the_client_is_ended_by_force() {
    for kind in [Kind::Polite, Kind::Deaf, Kind::Family, Kind::Crashing] {
        Scene::rounds(|scene, streams| {
            let mut guarded = scene.client(kind, streams);
            stop(&guarded);
            guarded.process.kill_hard();
            guarded.is_gone_in_time(kind);
        });
    }
}

#[test]
fn the_input_is_closed() {
    Scene::rounds(|scene, streams| {
        let mut guarded = scene.guard(Kind::Family, streams);
        stop(&guarded);
        guarded.input = None;
        guarded.is_gone_in_time(Kind::Family);
        assert_eq!(guarded.code(), 0);
    });
}

#[test]
fn the_guard_is_asked_to_end() {
    Scene::rounds(|scene, streams| {
        let mut guarded = scene.guard(Kind::Polite, streams);
        stop(&guarded);
        guarded.outer.signal(Signal::TERM);
        guarded.is_gone_in_time(Kind::Polite);
    });
}
