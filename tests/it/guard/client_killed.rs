//! The client is ended by force: guard, server and all that this has started go, too.

use crate::guard::scene::{Kind, Scene};

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
        let mut guarded = scene.client(kind, streams);
        guarded.process.kill_hard();
        guarded.is_gone_in_time(kind);
    });
}
