//! The guard that the client knows is ended by force: its keeper ends the rest, and the client hears the end.

use crate::guard::scene::{Kind, Scene, kill};

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
        // The input stays open: nobody but the keeper can notice.
        let mut guarded = scene.guard(kind, streams);
        kill(guarded.outer);
        guarded.is_gone_in_time(kind);
    });
}
