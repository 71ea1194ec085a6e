//! `cleanup`: what it says, in words and as JSON.

use crate::commands::{a_stranger_on, shapes};
use crate::support::bed::Bed;
use crate::support::own::in_own_world;

#[test]
fn json_has_every_promised_key_whatever_was_done() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let quiet = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        shapes::cleanup().fits(&quiet);

        let client = bed.client().on_port(3005).with(&["--grandchild"]).start();
        let shim = client.shim();
        client.kill_hard();
        let checked = keeper.run(&["cleanup", "--check-only", "--json"]).expect_code(1).json();
        shapes::cleanup().fits(&checked);
        assert_eq!(checked["planned"][0]["pid"], shim.pid());
        assert_eq!(checked["planned"][0]["members"].as_array().unwrap().len(), 2);
        assert_eq!(checked["ended"], serde_json::json!([]));
        assert_eq!(checked["port"], serde_json::json!({ "number": 3005, "free": false }));
        assert!(shim.lives());

        let done = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        shapes::cleanup().fits(&done);
        assert_eq!(done["ended"].as_array().unwrap().len(), 2, "{done:#}");
        assert_eq!(done["refused"], serde_json::json!([]));
        assert_eq!(done["port"], serde_json::json!({ "number": 3005, "free": true }));
    });
}

#[test]
fn it_says_what_it_ended_why_and_that_the_port_is_free() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).with(&["--stubborn"]).start();
        let shim = client.shim();
        client.kill_hard();
        let keeper = bed.keeper(3005);
        keeper
            .run(&["cleanup", "--check-only"])
            .expect_code(1)
            .says(&format!("Would end PID {}", shim.pid()))
            .says("· its parent ended");
        keeper
            .run(&["cleanup"])
            .expect_code(0)
            .says(&format!("Ended PID {} (", shim.pid()))
            .says("by force: it did not exit when asked")
            .says("· its parent ended")
            .says("Port 3005: free");
        let log = keeper.log();
        let line = log.lines().find(|line| line.contains("ends")).unwrap_or_default();
        assert!(line.contains(&format!("pid={}", shim.pid())) && line.contains("taken it in"), "{log}");
        assert!(log.contains("how=forced"), "{log}");
    });
}

#[test]
fn a_superseded_copy_is_ended_only_where_it_is_asked_for() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().stdio().twice().letting_go().start();
        let [old, new] = client.shims() else { panic!("two were asked for") };
        let keeper = bed.keeper_with(3005, "listens = \"never\"");
        keeper.run(&["cleanup"]).expect_code(1).says("given-up copy");
        assert!(old.lives() && new.lives());
        keeper.run(&["cleanup", "--check-only", "--duplicates"]).expect_code(1).says("Would end");
        assert!(old.lives() && new.lives());
        keeper.run(&["cleanup", "--duplicates"]).expect_code(0);
        assert!(!old.lives() && new.lives());
    });
}

#[test]
fn a_port_that_was_not_looked_at_is_not_told() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper_with(3005, "listens = \"never\"");
        let done = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        shapes::cleanup().fits(&done);
        assert_eq!(done["port"], serde_json::Value::Null);
        assert_eq!(done["ports"], serde_json::json!([]));
        let status = keeper.run(&["status"]).expect_code(0);
        assert!(
            status.stdout.contains("exai-mcp does not run") && !status.stdout.contains("free"),
            "{status}"
        );
    });
}

#[test]
fn what_two_watches_share_is_planned_once() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let more = "[[watch]]\nname = \"other\"\nport = 3006\nscript = \"run_ws_shim.py\"";
        let keeper = bed.keeper_with(3005, more);
        let client = bed.client().stdio().start();
        let shim = client.shim();
        keeper.run(&["cleanup"]).expect_code(0).says("No cleanup needed");
        client.kill_hard();
        let checked = keeper.run(&["cleanup", "--check-only", "--json"]).expect_code(1).json();
        assert_eq!(checked["planned"].as_array().unwrap().len(), 1, "{checked:#}");
        assert_eq!(checked["planned"][0]["pid"], shim.pid());
    });
}

#[test]
fn with_several_watches_each_port_is_told() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper_with(3005, "[[watch]]\nname = \"other\"\nport = 3006\nscript = \"x.py\"");
        let (_client, stranger) = a_stranger_on(&bed, 3006);
        let crashed = bed.client().on_port(3005).start();
        crashed.kill_hard();
        let done = keeper.run(&["cleanup", "--json"]).expect_code(1).json();
        shapes::cleanup().fits(&done);
        assert_eq!(
            done["ports"],
            serde_json::json!([{ "number": 3005, "free": true }, { "number": 3006, "free": false }])
        );
        assert!(stranger.lives());
    });
}

#[test]
fn a_cleanup_that_did_everything_says_what_else_makes_it_end_with_1() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().stdio().start();
        let orphan = client.shim();
        client.kill_hard();
        let (_client, stranger) = a_stranger_on(&bed, 3005);
        let keeper = bed.keeper(3005);
        keeper
            .run(&["cleanup"])
            .expect_code(1)
            .says(&format!("Ended PID {}", orphan.pid()))
            .complains("still needs attention: exai-mcp: ")
            .complains(&format!("({}) holds 127.0.0.1:3005", stranger.pid()));
        let json = keeper.run(&["cleanup", "--json"]).expect_code(1).json();
        let attention = json["attention"][0].as_str().unwrap().to_owned();
        assert!(attention.contains(&format!("({})", stranger.pid())), "{json:#}");
        assert!(!orphan.lives() && stranger.lives());
    });
}
