//! When there is nothing to do, and the sentences that other people's scripts look for.

use crate::orphans::{instances, nothing_was_ended};
use crate::support::bed::Bed;
use crate::support::own::in_own_world;

#[test]
fn a_machine_without_shims_is_idle() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);

        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert_eq!(status["verdict"], "idle", "{status:#}");
        assert_eq!(instances(&status).len(), 0);
        keeper.run(&["cleanup", "--check-only"]).expect_code(0).says("No run_ws_shim processes found");
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        nothing_was_ended(&cleanup);
        assert_eq!(cleanup["port"]["free"], true);
    });
}

#[test]
fn a_machine_without_a_configuration_watches_port_3005() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        std::fs::remove_file(keeper.home().join("config.toml")).unwrap();
        let client = bed.client().on_port(3005).start();

        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert_eq!(status["watches"][0]["port"], 3005, "{status:#}");
        assert_eq!(status["watches"][0]["holders"][0]["pid"], client.shim().pid());
    });
}

#[test]
fn a_shim_in_use_needs_no_cleanup() {
    let bed = Bed::new();
    let client = bed.client().start();
    let keeper = bed.keeper(client.shim().port());

    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    assert_eq!(status["verdict"], "healthy", "{status:#}");
    keeper.run(&["cleanup", "--check-only"]).expect_code(0).says("No cleanup needed");
    nothing_was_ended(&keeper.run(&["cleanup", "--json"]).expect_code(0).json());
    assert!(client.shim().lives());
}
