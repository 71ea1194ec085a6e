//! The client closes the guard's input, as clients do that end in order.

use super::scene::{CRASH, Kind, Scene};

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
        drop(guarded.child.stdin.take());
        guarded.is_gone_in_time(kind);
        let code = match kind {
            Kind::Polite | Kind::Family => 0,
            // It was forced.
            Kind::Deaf => 1,
            Kind::Crashing => CRASH,
        };
        assert_eq!(guarded.code(), code);
    });
}
