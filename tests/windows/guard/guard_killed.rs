//! The guard itself is ended by force: the system ends what it was responsible for.

use std::time::Duration;

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
        let mut guarded = scene.guard(kind);
        guarded.child.kill().unwrap();
        // Nobody is asked, so that even the deaf one has no time.
        guarded.is_gone_within(Duration::from_secs(1));
        guarded.code();
    });
}
