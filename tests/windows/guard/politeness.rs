//! A server that does not notice the end of its input is asked before it is forced.

use std::time::Duration;

use super::scene::{Guarded, Scene};

#[test]
fn who_listens_to_ctrl_c_is_not_forced() {
    check(|_, guarded| drop(guarded.child.stdin.take()));
}

#[test]
fn ctrl_c_for_the_guard_reaches_a_server_in_another_console() {
    check(|scene, guarded| {
        scene.stage.run(&["__ctrlc", &guarded.guard.written()]);
    });
}

#[track_caller]
fn check(end: impl FnOnce(&Scene, &mut Guarded)) {
    let scene = Scene::new();
    scene.stage.configure("stop_grace = \"4s\"\n");
    let mut guarded = scene.guard_of("listening");
    end(&scene, &mut guarded);
    guarded.is_gone_within(Duration::from_secs(8));
    assert_eq!(guarded.code(), 42, "its own code, given at Ctrl-C");
}
