//! Holders of the port that are not the shim.

use std::path::PathBuf;

use crate::orphans::{instances, nothing_was_ended};
use crate::support::bed::{Bed, python};
use crate::support::client::{Client, Shim, is_taken};

#[test]
fn a_stranger_on_the_port_is_named_and_left_alone() {
    let bed = Bed::new();
    let (_client, stranger) = a_stranger_on_a_port(&bed);
    let keeper = bed.keeper(stranger.port());

    let status = keeper.run(&["status", "--json"]).expect_code(1).json();
    assert_eq!(status["verdict"], "blocked", "{status:#}");
    assert_eq!(instances(&status).len(), 0, "a stranger is no instance: {status:#}");
    assert_eq!(status["watches"][0]["holders"][0]["pid"], stranger.pid());

    let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(1).json();
    nothing_was_ended(&cleanup);
    assert_eq!(cleanup["port"]["free"], false);
    assert!(stranger.lives() && is_taken(stranger.port()));
}

#[test]
fn a_watch_over_stdio_hides_no_port_of_another_watch() {
    let bed = Bed::new();
    let (_client, stranger) = a_stranger_on_a_port(&bed);
    let port = stranger.port();
    for (first, second) in [("maybe", "never"), ("never", "maybe")] {
        let keeper = bed.keeper(port);
        keeper.configure(format!(
            "[[watch]]\nname = \"one\"\nport = {port}\nlistens = \"{first}\"\nscript = \"zz_one.py\"\n\
             [[watch]]\nname = \"other\"\nport = {port}\nlistens = \"{second}\"\nscript = \"zz_other.py\"\n"
        ));
        let status = keeper.run(&["status", "--json"]).expect_code(1).json();
        assert_eq!(status["verdict"], "blocked", "{status:#}");
        let quiet = usize::from(first == "maybe");
        assert_eq!(status["watches"][1 - quiet]["holders"][0]["pid"], stranger.pid(), "{status:#}");
        assert_eq!(status["watches"][quiet]["verdict"], "idle", "{status:#}");
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(1).json();
        assert_eq!(cleanup["ports"], serde_json::json!([{ "number": port, "free": false }]), "{cleanup:#}");
        let said = keeper.run(&["cleanup"]).expect_code(1).stdout;
        assert!(!said.contains("listens on no port"), "nobody asked: {said}");
    }
}

#[test]
fn an_orphaned_stranger_is_left_alone_as_well() {
    let bed = Bed::new();
    let (client, stranger) = a_stranger_on_a_port(&bed);
    client.kill_hard();

    let cleanup = bed.keeper(stranger.port()).run(&["cleanup", "--json"]).expect_code(1).json();
    nothing_was_ended(&cleanup);
    assert!(stranger.lives());
}

#[test]
fn free_ends_the_holder_that_the_user_names_and_only_that_one() {
    let bed = Bed::new();
    let (client, stranger) = a_stranger_on_a_port(&bed);
    let keeper = bed.keeper(stranger.port());
    let port = stranger.port().to_string();

    let wrong = client.pid().to_string();
    let refused = keeper.run(&["free", &port, "--pid", &wrong, "--yes"]);
    assert_ne!(refused.code, Some(0), "the client holds no port: {refused}");
    assert!(stranger.lives());

    let right = stranger.pid().to_string();
    keeper.run(&["free", &port, "--pid", &right, "--yes", "--json"]).expect_code(0);
    assert!(!stranger.lives() && !is_taken(stranger.port()));
}

/// A server of another name on a port, and the client that keeps it.
fn a_stranger_on_a_port(bed: &Bed) -> (Client, Shim) {
    let script = bed.copy_fixture("run_ws_shim.py", "other_server.py");
    let ready = bed.fresh("stranger");
    let command: [PathBuf; 5] =
        [python().into(), script, "--port=0".into(), "--ready-file".into(), ready.clone()];
    let client = bed.client_of(&command);
    (client, Shim::from_ready_file(&ready))
}
