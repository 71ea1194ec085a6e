//! Orphans that hold a port.

use crate::orphans::{how_ended, instance, is_gone_with_all_it_started};
use crate::support::bed::Bed;
use crate::support::client::is_taken;
use crate::support::own::in_own_world;

#[test]
fn a_shim_whose_client_was_killed_is_reported_with_its_evidence() {
    let bed = Bed::new();
    let client = bed.client().with(&["--token", "hunter2hunter2"]).start();
    let (shim, client_pid) = (client.shim(), client.pid());
    client.kill_hard();

    let outcome = bed.keeper(shim.port()).run(&["status", "--json"]).expect_code(1);
    assert!(!outcome.stdout.contains("hunter2"), "the token is shown: {outcome}");

    let status = outcome.json();
    assert_eq!(status["schema"], 1);
    assert_eq!(status["verdict"], "orphaned", "{status:#}");
    let watch = &status["watches"][0];
    assert_eq!(watch["verdict"], "orphaned");
    assert_eq!(watch["port"], shim.port());
    let holder = &watch["holders"][0];
    assert_eq!((&holder["owner"], &holder["pid"]), (&"known".into(), &shim.pid().into()));
    assert_eq!(holder["address"], format!("127.0.0.1:{}", shim.port()));

    let orphan = instance(&status, shim.pid());
    assert_eq!(orphan["state"], "orphan");
    assert_eq!(orphan["listens"], true);
    assert!(orphan["members"].as_array().unwrap().contains(&shim.pid().into()), "{orphan:#}");
    assert_ne!(orphan["evidence"].as_array().unwrap().len(), 0, "a verdict without evidence");
    assert_eq!(orphan["client"]["state"], "gone", "client {client_pid} is gone: {orphan:#}");
    assert!(shim.lives(), "a look must not touch anything");
}

#[test]
fn a_check_spares_the_orphan_and_a_cleanup_ends_it_and_frees_the_port() {
    let bed = Bed::new();
    let client = bed.client().start();
    let shim = client.shim();
    client.kill_hard();
    let keeper = bed.keeper(shim.port());

    keeper.run(&["cleanup", "--check-only"]).expect_code(1);
    assert!(shim.lives() && is_taken(shim.port()), "--check-only touched it");

    let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
    assert_eq!(how_ended(&cleanup, shim.pid()), Some("asked"), "{cleanup:#}");
    assert_eq!(cleanup["port"]["number"], shim.port());
    assert_eq!(cleanup["port"]["free"], true);
    is_gone_with_all_it_started(shim);
    assert!(!is_taken(shim.port()));

    let after = keeper.run(&["status", "--json"]).expect_code(0).json();
    assert_eq!(after["verdict"], "idle", "{after:#}");
}

#[test]
fn an_orphan_that_ignores_the_request_is_forced() {
    let bed = Bed::new();
    let client = bed.client().with(&["--stubborn"]).start();
    let shim = client.shim();
    client.kill_hard();

    let cleanup = bed.keeper(shim.port()).run(&["cleanup", "--json"]).expect_code(0).json();
    assert_eq!(how_ended(&cleanup, shim.pid()), Some("forced"), "{cleanup:#}");
    is_gone_with_all_it_started(shim);
    assert!(!is_taken(shim.port()));
}

#[test]
fn a_grandchild_in_a_session_of_its_own_goes_with_the_orphan() {
    let bed = Bed::new();
    let client = bed.client().with(&["--grandchild"]).start();
    let shim = client.shim();
    client.kill_hard();
    assert!(shim.grandchild.unwrap().lives());

    bed.keeper(shim.port()).run(&["cleanup", "--json"]).expect_code(0);
    is_gone_with_all_it_started(shim);
}

#[test]
fn the_orphan_on_port_3005_is_ended_and_the_next_start_succeeds() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).start();
        let orphan = client.shim();
        client.kill_hard();

        let keeper = bed.keeper(3005);
        keeper.run(&["cleanup"]).expect_code(0);
        is_gone_with_all_it_started(orphan);

        let next = bed.client().on_port(3005).start();
        assert_eq!(next.shim().port(), 3005);
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert_eq!(status["verdict"], "healthy", "{status:#}");
    });
}
