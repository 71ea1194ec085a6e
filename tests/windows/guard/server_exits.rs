//! The server ends by itself: its exit code is kept with all its bits, and what it left behind ends.

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
    let mut codes = [0, 7, CRASH, i32::MAX].into_iter().cycle();
    Scene::rounds(|scene| {
        let code = codes.next().unwrap();
        let mut guarded = scene.guard(kind);
        guarded.say(&format!("exit {code}"));
        guarded.is_gone_in_time(kind);
        assert_eq!(guarded.code(), code);
    });
}
