//! The client is ended by force while somebody else keeps the guard's input open: its end alone is enough.

use super::scene::{Kind, Scene};

#[test]
fn a_clients_end_is_noticed_without_the_end_of_the_input() {
    let scene = Scene::new();
    for kind in [Kind::Polite, Kind::Deaf] {
        let mut guarded = scene.client(kind, &[("ACTOR_OWN_CONSOLE", "1"), ("ACTOR_LENDS_INPUT", "1")]);
        let input = guarded.child.stdin.take();
        guarded.child.kill().unwrap();
        guarded.is_gone_in_time(kind);
        drop(input);
        guarded.code();
    }
}
