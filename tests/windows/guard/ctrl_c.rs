//! Ctrl-C in the guard's console, which is not the server's: the guard passes it on, and ends after it.

use super::scene::{CRASH, Kind, Scene};

/// What we give those who are forced.
const FORCED: i32 = 1;

/// What the system gives those who do not listen to Ctrl-C.
const CONTROL_C_EXIT: i32 = 0xC000_013A_u32.cast_signed();

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
        let (code, _) = scene.stage.run(&["__ctrlc", &guarded.guard.written()]);
        assert_eq!(code, 0, "the guard was told");
        guarded.is_gone_in_time(kind);
        let code = guarded.code();
        // Its input ends at the same time: whichever comes first. On a busy machine the short grace time
        // may be over before either, and then it was forced.
        let may_be = match kind {
            Kind::Polite | Kind::Family => [0, CONTROL_C_EXIT, FORCED].as_slice(),
            Kind::Deaf => &[FORCED],
            Kind::Crashing => &[CRASH, CONTROL_C_EXIT, FORCED],
        };
        assert!(may_be.contains(&code), "{code:#x}");
    });
}
