//! The server ends by itself: its exit code is kept, and what it left behind ends.

use crate::guard::scene::{BY_SIGNAL, Kind, Scene};

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
    let mut signals = [libc::SIGSEGV, libc::SIGABRT, libc::SIGKILL].into_iter().cycle();
    Scene::rounds(|scene, streams| {
        let signal = signals.next().unwrap();
        let mut guarded = scene.guard(Kind::Crashing, streams);
        guarded.say(&format!("die {signal}"));
        guarded.is_gone_in_time(Kind::Polite);
        let code = guarded.code();
        assert_eq!(code, BY_SIGNAL + signal);
    });
}

fn check(kind: Kind) {
    let mut codes = [0, 7, 255].into_iter().cycle();
    Scene::rounds(|scene, streams| {
        let code = codes.next().unwrap();
        let mut guarded = scene.guard(kind, streams);
        guarded.say(&format!("exit {code}"));
        guarded.is_gone_in_time(Kind::Polite);
        assert_eq!(guarded.code(), code);
    });
}
