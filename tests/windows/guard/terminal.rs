//! In a person's terminal the server is in it, too: a Ctrl-C there reaches it without us.

use super::process::Process;
use super::scene::{Kind, Scene};

#[test]
fn ctrl_c_reaches_everybody_where_a_client_lends_its_terminal_to_complain() {
    check("to complain");
}

#[test]
fn ctrl_c_reaches_everybody_where_a_server_is_tried_by_hand() {
    check("to talk");
}

fn check(lends: &str) {
    let scene = Scene::new();
    for kind in [Kind::Polite, Kind::Family, Kind::Deaf] {
        let mut guarded = scene.client(kind, &[("ACTOR_LENDS_CONSOLE", lends)]);
        let client = Process::open(guarded.child.id());
        let (terminal, guard) = (client.written(), guarded.guard.written());
        let server = guarded.servers[0].written();
        let ctrl_c = |all: &[&str]| scene.stage.run(&[["__ctrlc", &terminal].as_slice(), all].concat()).0;
        assert_eq!(ctrl_c(&[&guard]), 1, "the server is in that console as well");
        assert_eq!(ctrl_c(&[&guard, &server]), 0);
        guarded.is_gone_in_time(kind);
        guarded.code();
    }
}
