//! Who is a guard: whose lease is believed, and what is said of servers by guards alone.

use std::time::Duration;

use super::expect::{attached, check, desk, shim, unseen};
use super::leases::{chain, guard, guarded, knows_claude, only};
use crate::core::evidence::KnownClient;
use crate::core::testing::{World, pid, process};
use crate::core::{Diagnosis, Evidence, Fact, Lease, Process, Verdict};

#[test]
fn a_guard_that_hides_its_command_line_is_known_by_its_name_and_its_lease() {
    let world = desk().and(guard(190, 58, 150).with_hidden_args()).and(shim(200, 60, 190));
    let lease = world.lease(190, 200, 150);
    let hidden = Evidence::ParentHidden { pid: Some(pid(190)) };
    check(&world.leased(lease), Verdict::Unseen, &[unseen(200).because(hidden).because(knows_claude())]);
}

#[test]
fn whoever_hides_its_command_line_or_has_other_orders_than_a_guard_is_none_whatever_a_lease_says() {
    let hidden = guard(190, 58, 150).named("node").with_hidden_args();
    let other = process(190, 58).with_args(&["shimkeeper", "watch"]).child_of(150);
    for claims in [hidden, other] {
        let world = desk().and(claims).and(shim(200, 60, 190));
        let lease = world.lease(190, 200, 150);
        let look = world.leased(lease).look();
        assert_eq!(only(&look).guarded, None, "{look:#?}");
    }
}

#[test]
fn the_lease_of_a_guard_that_ended_vouches_for_nobody_under_its_number() {
    let half = |number, birth, parent| {
        let args = ["/opt/keeper", "guard", "--", "python3", "-u", "run_ws_shim.py"];
        process(number, birth).with_args(&args).child_of(parent)
    };
    let world = desk().and(half(190, 58, 150)).and(half(191, 59, 190)).and(shim(200, 60, 191));
    let lease = world.lease(190, 200, 150);
    let look = world.leased(outdated(lease)).look();
    let lives = Evidence::ClientLives { pid: pid(191), name: "keeper".into() };
    assert_eq!(only(&look).evidence, [lives]);
}

#[test]
fn the_lease_of_a_guard_that_ended_brings_no_server() {
    let world = wrapped(chain());
    let lease = world.lease(190, 200, 150);
    check(&world.leased(outdated(lease)), Verdict::Idle, &[]);
}

#[test]
fn each_of_two_servers_that_only_leases_tell_of_is_shown() {
    let world = wrapped(chain()).and(guard(290, 68, 150));
    let world = world.and(process(300, 70).with_args(&["./start-it"]).child_of(290));
    let (one, other) = (world.lease(190, 200, 150), world.lease(290, 300, 150));
    let both = world.leased(one).leased(other).look();
    let shown = both.instances.iter().map(|one| (one.top.pid, one.main.pid));
    assert_eq!(shown.collect::<Vec<_>>(), [(pid(190), pid(200)), (pid(290), pid(300))]);
}

#[test]
fn a_server_that_only_its_lease_tells_of_runs_also_where_its_guard_has_no_other_half() {
    let world = desk().and(guard(190, 58, 150));
    let world = world.and(process(200, 60).with_args(&["./start-it"]).child_of(190));
    let lease = world.lease(190, 200, 150);
    check(&world.leased(lease), Verdict::Healthy, &[attached(190, 150).with(&[190, 200])]);
}

#[test]
fn what_a_guard_knows_takes_the_place_of_what_one_look_could_not_tell_yet() {
    let taken_in = Evidence::TakenIn { pid: pid(1), name: "systemd".into() };
    let left = guarded().but(190, |guard| guard.child_of(1));
    assert_eq!(reasons(&left.first_look()), [taken_in.clone(), knows_claude()]);
    let ended = KnownClient::Ended { pid: pid(150), name: "client 150".into() };
    let early = Evidence::TooEarly { ripe_in: Duration::from_secs(5) };
    let says = Evidence::Guarded { guard: pid(190), client: ended };
    assert_eq!(reasons(&left.where_died(150).first_look()), [taken_in, early, says]);
}

#[test]
fn a_set_free_server_that_its_guard_is_just_starting_is_not_said_to_run() {
    let free = |guard: Process| guard.child_of(1).with(|details| details.ignores_hangup = Fact::Known(true));
    let world = chain().where_died(200).but(190, free);
    let lease = Lease { server: None, client: None, ..guarded().lease(190, 200, 150) };
    let look = world.leased(lease).look();
    assert_eq!(look.verdict, Verdict::Starting, "{look:#?}");
    assert_eq!(crate::core::wording::summary(&look), "exai-mcp is being started by its guard");
}

/// The same with a server that no command line shows.
fn wrapped(world: World) -> World {
    world.but(200, |server| server.with_args(&["./start-it"]))
}

fn outdated(mut lease: Lease) -> Lease {
    lease.guard.birth.token -= 1;
    lease
}

fn reasons(look: &Diagnosis) -> Vec<Evidence> {
    only(look).evidence.clone()
}
