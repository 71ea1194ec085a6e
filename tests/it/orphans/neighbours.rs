//! Several shims at once: exactly the right one goes.

use crate::orphans::{how_ended, instance, is_gone_with_all_it_started, nothing_was_ended};
use crate::support::bed::Bed;

#[test]
fn the_orphan_goes_and_the_shim_of_a_live_client_stays() {
    let bed = Bed::new();
    let crashed = bed.client().start();
    let alive = bed.client().stdio().start();
    let orphan = crashed.shim();
    crashed.kill_hard();
    let keeper = bed.keeper(orphan.port());

    let status = keeper.run(&["status", "--json"]).expect_code(1).json();
    assert_eq!(instance(&status, orphan.pid())["state"], "orphan");
    assert_eq!(instance(&status, alive.shim().pid())["state"], "attached");

    let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
    assert!(how_ended(&cleanup, orphan.pid()).is_some(), "{cleanup:#}");
    assert_eq!(how_ended(&cleanup, alive.shim().pid()), None, "{cleanup:#}");
    is_gone_with_all_it_started(orphan);
    assert!(alive.shim().lives());
}

#[test]
fn the_orphan_without_the_port_goes_and_the_live_holder_of_the_port_stays() {
    let bed = Bed::new();
    let crashed = bed.client().stdio().start();
    let alive = bed.client().start();
    let orphan = crashed.shim();
    crashed.kill_hard();

    let cleanup = bed.keeper(alive.shim().port()).run(&["cleanup", "--json"]).json();
    assert!(how_ended(&cleanup, orphan.pid()).is_some(), "{cleanup:#}");
    assert_eq!(cleanup["port"]["free"], false, "{cleanup:#}");
    is_gone_with_all_it_started(orphan);
    assert!(alive.shim().lives());
}

#[test]
fn two_orphans_go_in_one_cleanup() {
    let bed = Bed::new();
    let first = bed.client().start();
    let second = bed.client().stdio().start();
    let orphans = [first.shim(), second.shim()];
    first.kill_hard();
    second.kill_hard();

    bed.keeper(orphans[0].port()).run(&["cleanup", "--json"]).expect_code(0);
    orphans.into_iter().for_each(is_gone_with_all_it_started);
}

#[test]
fn a_client_that_runs_one_server_twice_uses_both_and_loses_none() {
    let bed = Bed::new();
    let client = bed.client().stdio().twice().start();
    let holder = bed.client().start();
    let [older, newer] = client.shims() else { panic!("two shims were asked for") };
    let keeper = bed.keeper(holder.shim().port());

    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    assert_eq!(status["verdict"], "healthy", "{status:#}");
    for shim in client.shims() {
        assert_eq!(instance(&status, shim.pid())["state"], "attached", "{status:#}");
    }
    nothing_was_ended(&keeper.run(&["cleanup", "--json"]).expect_code(0).json());
    let asked = keeper.run(&["cleanup", "--duplicates", "--json"]).expect_code(1).json();
    nothing_was_ended(&asked);
    assert_eq!(asked["refused"][0]["pid"], older.pid(), "{asked:#}");
    keeper.run(&["cleanup", "--duplicates"]).expect_code(1).complains("nothing shows that it has given up");
    assert!(older.lives() && newer.lives() && holder.shim().lives());
}

#[test]
fn a_shim_that_its_client_let_go_and_started_again_is_ended_only_when_asked_for() {
    let bed = Bed::new();
    let client = bed.client().stdio().twice().letting_go().start();
    let holder = bed.client().start();
    let [older, newer] = client.shims() else { panic!("two shims were asked for") };
    let keeper = bed.keeper(holder.shim().port());

    let status = keeper.run(&["status", "--json"]).expect_code(1).json();
    assert_eq!(status["verdict"], "duplicate", "{status:#}");
    assert_eq!(instance(&status, older.pid())["state"], "superseded", "{status:#}");
    assert_eq!(instance(&status, newer.pid())["state"], "attached", "{status:#}");

    nothing_was_ended(&keeper.run(&["cleanup", "--json"]).json());
    assert!(older.lives() && newer.lives(), "ended without being asked");

    keeper.run(&["cleanup", "--duplicates", "--json"]).expect_code(0);
    is_gone_with_all_it_started(*older);
    assert!(newer.lives() && holder.shim().lives());
}
