//! The guard's second process is ended by force: the first one ends the rest by force, and itself.

use crate::guard::scene::{BY_SIGNAL, Kind, Scene, kill};

#[test]
fn a_polite_server() {
    check(Kind::Polite);
}

#[test]
fn a_deaf_server() {
    check(Kind::Deaf);
}

#[test]
fn a_family() {
    check(Kind::Family);
}

#[test]
fn a_crashing_server() {
    check(Kind::Crashing);
}

fn check(kind: Kind) {
    Scene::rounds(|scene, streams| {
        let mut guarded = scene.guard(kind, streams);
        kill(guarded.keeper);
        guarded.is_gone_in_time(Kind::Polite);
        assert_eq!(guarded.code(), BY_SIGNAL + libc::SIGKILL);
    });
}
