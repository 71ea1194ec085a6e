//! Shims of the newer kind: they speak over stdin and stdout and hold no port.
//!
//! Each has port 3005 to itself: with a port of the system's choice somebody else might
//! take it in the meantime, and nobody here would notice why the verdict changed.

use crate::orphans::{how_ended, instance, is_gone_with_all_it_started, nothing_was_ended};
use crate::support::bed::Bed;
use crate::support::own::in_own_world;

#[test]
fn an_orphan_without_a_port_is_seen_and_ended() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().stdio().start();
        let shim = client.shim();
        client.kill_hard();
        let keeper = bed.keeper(3005);

        let status = keeper.run(&["status", "--json"]).expect_code(1).json();
        assert_eq!(status["verdict"], "orphaned", "{status:#}");
        let orphan = instance(&status, shim.pid());
        assert_eq!((&orphan["state"], &orphan["listens"]), (&"orphan".into(), &false.into()));

        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        assert_eq!(how_ended(&cleanup, shim.pid()), Some("asked"), "{cleanup:#}");
        assert_eq!(cleanup["port"]["free"], true);
        is_gone_with_all_it_started(shim);
    });
}

#[test]
fn healthy_shims_of_two_clients_are_left_alone() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let clients = [bed.client().stdio().start(), bed.client().stdio().start()];
        let keeper = bed.keeper_with(3005, "listens = \"never\"");

        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert_eq!(status["verdict"], "healthy", "{status:#}");
        for client in &clients {
            assert_eq!(instance(&status, client.shim().pid())["state"], "attached");
        }
        nothing_was_ended(&keeper.run(&["cleanup", "--json"]).expect_code(0).json());
        assert!(clients.iter().all(|client| client.shim().lives()));
    });
}

#[test]
fn of_two_windows_only_the_crashed_one_loses_its_shim() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let crashed = bed.client().stdio().with(&["--grandchild"]).start();
        let alive = bed.client().stdio().with(&["--grandchild"]).start();
        let orphan = crashed.shim();
        crashed.kill_hard();

        bed.keeper(3005).run(&["cleanup", "--json"]).expect_code(0);
        is_gone_with_all_it_started(orphan);
        assert!(alive.shim().lives());
        assert!(alive.shim().grandchild.unwrap().lives());
    });
}
