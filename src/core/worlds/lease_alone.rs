//! What only a lease tells of: servers that no command line shows, and servers that are just being started.

use super::expect::{attached, check, desk, orphan, shim};
use super::leases::{chain, guard, guarded, knows_claude, only};
use crate::core::restart::restart;
use crate::core::testing::{World, process};
use crate::core::{Lease, Port, Refusal, Verdict, wording};

#[test]
fn a_server_that_nobody_would_recognise_is_known_by_its_lease() {
    let wrapped = process(200, 60).with_args(&["./start-it"]).child_of(191);
    let world = chain().but(200, |_| wrapped).where_listens(200);
    let lease = world.lease(190, 200, 150);
    check(&world, Verdict::Blocked, &[]);
    let known = world.clone().leased(lease.clone());
    check(&known, Verdict::Healthy, &[attached(190, 150).with(&[190, 191, 200])]);
    assert!(only(&known.look()).listens, "its port is no stranger's");
    for other in [None, Some("another".to_owned())] {
        check(&world.clone().leased(Lease { watch: other, ..lease.clone() }), Verdict::Blocked, &[]);
    }
}

#[test]
fn what_a_wrapper_starts_below_its_guard_is_the_guards() {
    let wrapper = process(195, 60).with_args(&["./start-it"]).child_of(191);
    let world = chain().and(wrapper).but(200, |_| shim(200, 61, 195));
    check(&world, Verdict::Healthy, &[attached(200, 195)]);
    let lease = world.lease(190, 195, 150);
    check(&world.leased(lease), Verdict::Healthy, &[attached(200, 150).because(knows_claude())]);
}

#[test]
fn what_only_a_lease_says_to_belong_here_is_never_ended() {
    let wrapped = process(200, 60).with_args(&["./start-it"]).child_of(191);
    let world = chain().but(200, |_| wrapped).but(190, |guard| guard.child_of(1));
    let lease = world.lease(190, 200, 150);
    let left = world.leased(Lease { client: None, ..lease });
    let stays = orphan(190).with(&[190, 191, 200]).refused(Refusal::OnlyItsLeaseSays);
    check(&left, Verdict::Orphaned, &[stays]);
}

#[test]
fn a_server_that_its_guard_cannot_have_started_so_is_never_ended_either() {
    let agent = process(195, 60).with_args(&["claude"]).child_of(190);
    let world = desk().and(guard(190, 58, 1)).and(agent);
    let world = world.and(process(200, 61).with_args(&["sh", "-c", "x"]).child_of(195));
    let lease = Lease { client: None, ..world.lease(190, 200, 150) };
    let stays = orphan(190).with(&[190, 195, 200]).refused(Refusal::OnlyItsLeaseSays);
    check(&world.leased(lease), Verdict::Orphaned, &[stays]);
}

#[test]
fn a_server_that_is_being_started_is_neither_missing_nor_fine() {
    let without = chain().where_died(200);
    let lease = Lease { server: None, ..guarded().lease(190, 200, 150) };
    let starting = without.clone().leased(lease);
    check(&starting, Verdict::Starting, &[attached(190, 150).with(&[190, 191])]);
    assert_eq!(wording::summary(&starting.look()), "exai-mcp is being started by its guard");
    let gone = without.leased(guarded().lease(190, 200, 150));
    check(&gone, Verdict::Starting, &[attached(190, 150).with(&[190, 191])]);
}

#[test]
fn a_server_that_was_started_anew_gets_its_time_to_listen() {
    let must_listen = |world: World| world.watched(|watch| watch.port = Some(Port::always(3005)));
    let young = guarded().but(200, |server| server.aged(10));
    let whole = || attached(190, 150).with(&[190, 191, 200]);
    check(&must_listen(young), Verdict::Starting, &[whole()]);
    check(&must_listen(guarded()), Verdict::Duplicate, &[whole()]);
}

#[test]
fn a_copy_of_the_guard_under_another_name_is_a_guard_by_its_lease() {
    let half = |number, birth, parent| {
        let args = ["/opt/keeper", "guard", "--", "python3", "-u", "run_ws_shim.py"];
        process(number, birth).with_args(&args).child_of(parent)
    };
    let world = desk().and(half(190, 58, 150)).and(half(191, 59, 190)).and(shim(200, 60, 191));
    check(&world, Verdict::Healthy, &[attached(200, 191)]);
    let lease = world.lease(190, 200, 150);
    let known = world.leased(lease);
    check(&known, Verdict::Healthy, &[attached(200, 150).because(knows_claude())]);
    let look = known.look();
    let asked = restart(&look).unwrap().ask;
    assert_eq!(asked.len(), 1, "nothing is stopped behind its back: {look:#?}");
}
