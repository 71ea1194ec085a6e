//! The client closes the server's input, as MCP wants it: everybody goes, and the exit code is the server's.

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
        let mut guarded = scene.guard(kind, streams);
        guarded.input = None;
        guarded.is_gone_in_time(kind);
        let code = guarded.code();
        assert_eq!(code, kind.code_at_the_end_of_input(), "{}", guarded.complaints());
    });
}
