//! The client is ended by force: server and guard go, too.

use super::scene::{Kind, Scene};

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
    Scene::rounds(|scene| {
        let mut guarded = scene.client(kind, &[("ACTOR_OWN_CONSOLE", "1")]);
        guarded.child.kill().unwrap();
        guarded.is_gone_in_time(kind);
        guarded.code();
    });
}
