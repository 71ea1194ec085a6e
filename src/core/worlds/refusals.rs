//! Orphans that are not ended all the same, each with the reason that is given.

use super::expect::{attached, check, desk, orphan, shim, windows_desk};
use crate::core::plan::never_ended_here;
use crate::core::snapshot::{Container, Details};
use crate::core::testing::{World, process};
use crate::core::{Fact, Owner, Process, Refusal, Scope, Verdict, plan};

#[test]
fn another_users_orphan_is_his() {
    let world = desk().and(shim(200, 60, 1).owned_by(Fact::Known(Owner::Another)));
    refused(&world, Refusal::AnotherUser);
}

#[test]
fn an_orphan_of_nobody_knows_whom_is_left() {
    refused(&desk().and(shim(200, 60, 1).owned_by(Fact::Hidden)), Refusal::CannotTell);
}

#[test]
fn another_containers_orphan_is_left() {
    refused(&in_container(Fact::Known(Container::Another)), Refusal::AnotherContainer);
}

#[test]
fn an_orphan_of_nobody_knows_which_container_is_left() {
    refused(&in_container(Fact::Hidden), Refusal::CannotTell);
}

#[test]
fn one_process_of_another_user_spares_the_whole_instance() {
    let child = process(201, 61).with_args(&["sudo-helper"]).owned_by(Fact::Known(Owner::Another));
    let world = desk().and(shim(200, 60, 1)).and(child.child_of(200));
    let expected = orphan(200).with(&[200, 201]).refused(Refusal::AnotherUser);
    check(&world, Verdict::Orphaned, &[expected]);
}

#[test]
fn one_process_that_nobody_can_tell_spares_the_whole_instance() {
    let mut bare = process(201, 61).with_args(&["helper"]).child_of(200);
    bare.details = None;
    let hidden = process(201, 61).named("node").with_hidden_args().child_of(200);
    for child in [bare, hidden] {
        let look = desk().and(shim(200, 60, 1)).and(child).look();
        assert_eq!(plan(&look, Scope::OrphansAndDuplicates).targets, [], "{look:#?}");
        assert_eq!(look.instances[0].off_limits, Some(Refusal::CannotTell));
    }
}

#[test]
fn an_orphan_that_started_us_is_not_ended() {
    let world = desk().and(shim(200, 60, 1)).but(9000, |me| me.child_of(200));
    let expected = orphan(200).with(&[200, 9000]).refused(Refusal::Ourselves);
    check(&world, Verdict::Orphaned, &[expected]);
}

#[test]
fn an_orphan_that_started_what_started_us_is_not_ended() {
    let bash = process(8000, 8000).with_args(&["bash"]).child_of(200);
    let world = desk().and(shim(200, 60, 1)).and(bash).but(9000, |me| me.child_of(8000));
    let expected = orphan(200).with(&[200, 8000, 9000]).refused(Refusal::Ourselves);
    check(&world, Verdict::Orphaned, &[expected]);
}

#[test]
fn what_started_us_is_never_ended_whoever_asks() {
    let bash = process(8000, 8000).with_args(&["bash"]).child_of(150);
    let world = desk().and(bash).but(9000, |me| me.child_of(8000));
    let processes = world.snapshot.processes.iter();
    let refused = processes
        .filter(|one| never_ended_here(one, &world.snapshot, &world.watch) == Some(Refusal::Ourselves));
    assert_eq!(refused.map(|one| one.identity.pid.get()).collect::<Vec<_>>(), [1, 100, 9000, 150, 8000]);
}

#[test]
fn a_stranger_under_the_number_of_our_dead_parent_is_no_ancestor() {
    let world = windows_desk().and(shim(200, 9500, 1400)).where_died(1400).but(9000, |me| me.child_of(200));
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn an_orphan_whose_descendant_serves_a_living_client_is_in_use() {
    let agent = process(205, 70).with_args(&["my-agent"]).child_of(200);
    let world = desk().and(shim(200, 60, 1)).and(agent).and(shim(210, 80, 205));
    let above = orphan(200).with(&[200, 205, 210]).refused(Refusal::ServesAnother);
    check(&world, Verdict::Orphaned, &[above, attached(210, 205)]);
}

#[test]
fn an_orphan_inside_a_living_instance_is_in_use() {
    // A living shim runs something in a container; its init took in a copy of the shim.
    let init = process(205, 70).with_args(&["tini", "--", "sleep"]).child_of(200);
    let sleep = process(206, 71).with_args(&["sleep"]).child_of(205);
    let world = desk().and(shim(200, 60, 150)).and(init).and(sleep).and(shim(210, 80, 205));
    let living = attached(200, 150).with(&[200, 205, 206, 210]);
    check(&world, Verdict::Orphaned, &[living, orphan(210).refused(Refusal::ServesAnother)]);
}

#[test]
fn the_first_process_is_never_ended_not_even_as_a_shim() {
    let shim = |first: Process| Process { exe: None, ..first.with_args(&["python3", "run_ws_shim.py"]) };
    let world = desk().but(1, |first| shim(first).child_of(4711)).where_died(4711);
    let look = world.look();
    assert_eq!(look.verdict, Verdict::Orphaned, "{look:#?}");
    let plan = plan(&look, Scope::OrphansAndDuplicates);
    assert_eq!((plan.targets, plan.refused.len()), (vec![], 1));
}

#[test]
fn the_windows_system_process_is_never_ended() {
    let world = windows_desk().and(shim(4, 60, 1400)).where_died(1400);
    check(&world, Verdict::Orphaned, &[orphan(4).refused(Refusal::System)]);
}

#[test]
fn what_was_judged_must_still_run_the_same_when_it_is_ended_and_what_it_started_need_not() {
    let sh = process(190, 58).with_args(&["sh", "-c", "x"]).child_of(1);
    let worker = process(201, 61).with_args(&["work"]).child_of(200);
    let world = desk().and(sh).and(shim(200, 60, 190)).and(worker);
    let plan = plan(&world.look(), Scope::Orphans);
    let lines: Vec<Option<String>> = plan.targets[0]
        .members
        .iter()
        .map(|member| member.args.as_ref().map(|args| args.join(" ")))
        .collect();
    assert_eq!(lines, [Some("sh -c x".to_owned()), Some("python3 -u run_ws_shim.py".to_owned()), None]);
}

/// An orphan 200 alone, which must be left for this reason.
#[track_caller]
fn refused(world: &World, why: Refusal) {
    check(world, Verdict::Orphaned, &[orphan(200).refused(why)]);
}

fn in_container(container: Fact<Container>) -> World {
    let place = |details: &mut Details| details.container = container;
    let left: Process = shim(200, 60, 1).with(place);
    desk().and(left)
}
