//! Linux: who takes in the children of the dead, and who really started them.

use super::expect::{attached, check, desk, orphan, shim, unseen};
use crate::core::testing::{World, pid, process};
use crate::core::unseen::Trait;
use crate::core::{Evidence, Fact, Process, System, Verdict};

#[test]
fn an_empty_machine_is_idle() {
    check(&World::linux(), Verdict::Idle, &[]);
}

#[test]
fn a_shim_of_a_living_client_is_attached() {
    let lives = Evidence::ClientLives { pid: pid(150), name: "claude".into() };
    check(&desk().and(shim(200, 60, 150)), Verdict::Healthy, &[attached(200, 150).because(lives)]);
}

#[test]
fn a_shim_that_fell_to_pid_1_is_an_orphan() {
    let taken_in = Evidence::TakenIn { pid: pid(1), name: "systemd".into() };
    check(&desk().and(shim(200, 60, 1)), Verdict::Orphaned, &[orphan(200).because(taken_in)]);
}

#[test]
fn a_shim_that_fell_to_the_users_systemd_is_an_orphan() {
    let taken_in = Evidence::TakenIn { pid: pid(100), name: "systemd".into() };
    check(&desk().and(shim(200, 60, 100)), Verdict::Orphaned, &[orphan(200).because(taken_in)]);
}

#[test]
fn an_orphan_goes_with_everything_that_it_started() {
    let worker = process(201, 61).with_args(&["python3", "-c", "work()"]).child_of(200);
    let tool = process(199, 62).with_args(&["git", "status"]).child_of(201);
    let world = desk().and(shim(200, 60, 1)).and(worker).and(tool);
    check(&world, Verdict::Orphaned, &[orphan(200).with(&[200, 201, 199])]);
}

#[test]
fn a_client_that_nobody_knows_is_a_client() {
    let agent = process(170, 55).with_args(&["/opt/my-agent"]).child_of(100);
    check(&desk().and(agent).and(shim(200, 60, 170)), Verdict::Healthy, &[attached(200, 170)]);
}

#[test]
fn an_unknown_subreaper_is_told_by_the_client_that_was_seen_before() {
    let before = keeper_with_client().and(shim(200, 60, 160));
    let after = keeper_with_client().where_died(160).and(shim(200, 60, 155)).after(&before);
    let ended = Evidence::ClientEnded { pid: pid(160), name: "my-agent".into() };
    let taken_in = Evidence::TakenIn { pid: pid(155), name: "keeper".into() };
    let expected = orphan(200).left_by(160).because(ended).because(taken_in);
    check(&after, Verdict::Orphaned, &[expected]);
}

#[test]
fn an_unknown_parent_is_a_client_where_nobody_saw_another() {
    let world = keeper_with_client().where_died(160).and(shim(200, 60, 155));
    check(&world, Verdict::Healthy, &[attached(200, 155)]);
}

#[test]
fn a_shim_stays_with_an_older_parent_while_the_client_that_was_seen_lives() {
    let before = keeper_with_client().and(shim(200, 60, 160));
    let after = keeper_with_client().and(shim(200, 60, 155)).after(&before);
    check(&after, Verdict::Healthy, &[attached(200, 155)]);
}

#[test]
fn a_shim_is_its_launchers_when_that_became_a_client_itself_and_outlived_the_one_before() {
    // The shell put an agent in its own place; whoever takes in orphans is older than those that they lost.
    let before = keeper_with_client().and(process(170, 58).with_args(&["sh", "-c", "x"]).child_of(160));
    let before = before.and(shim(200, 60, 170));
    let agent = process(170, 58).with_args(&["another-agent"]).child_of(155);
    let after = keeper_with_client().where_died(160).and(agent).and(shim(200, 60, 170)).after(&before);
    check(&after, Verdict::Healthy, &[attached(200, 170)]);
}

#[test]
fn another_process_under_the_clients_old_number_does_not_bring_it_back() {
    let before = keeper_with_client().and(shim(200, 60, 160));
    let stranger = process(160, 900).with_args(&["my-agent"]).child_of(100);
    let after = keeper_with_client().where_died(160).and(stranger).and(shim(200, 60, 155)).after(&before);
    check(&after, Verdict::Orphaned, &[orphan(200).left_by(160)]);
}

#[test]
fn a_remembered_client_is_named_when_pid_1_took_the_shim_in() {
    let before = desk().and(shim(200, 60, 150));
    let after = desk().where_died(150).and(shim(200, 60, 1)).after(&before);
    let ended = Evidence::ClientEnded { pid: pid(150), name: "claude".into() };
    check(&after, Verdict::Orphaned, &[orphan(200).left_by(150).because(ended)]);
}

#[test]
fn a_hidden_pid_1_proves_nothing() {
    let hidden = Evidence::ParentHidden { pid: Some(pid(1)) };
    let world = desk().and(shim(200, 60, 1)).where_hidden(1);
    check(&world, Verdict::Unseen, &[unseen(200).because(hidden)]);
}

#[test]
fn a_parent_that_the_table_does_not_name_is_not_taken_for_dead() {
    let mut world = desk().and(shim(200, 60, 4711));
    world.snapshot.absent.clear();
    check(&world, Verdict::Unseen, &[unseen(200)]);
}

#[test]
fn a_program_that_is_merely_called_like_the_user_manager_is_a_client() {
    let agent = process(170, 55).with_args(&["/opt/systemd", "agent"]).child_of(100);
    check(&desk().and(agent).and(shim(200, 60, 170)), Verdict::Healthy, &[attached(200, 170)]);
}

#[test]
fn a_user_manager_with_a_hidden_command_line_is_not_taken_for_a_client() {
    let world = desk().and(shim(200, 60, 100)).but(100, Process::with_hidden_args);
    check(&world, Verdict::Unseen, &[unseen(200)]);
}

#[test]
fn launchd_takes_in_whatever_it_hides() {
    // macOS shows nobody the command line of its first process.
    let mut world = desk().and(shim(200, 60, 1));
    world.snapshot.system = System::Macos;
    let world = world.but(1, |launchd| launchd.named("launchd").with_hidden_args());
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_trait_that_decides_and_is_hidden_leaves_the_question_open() {
    let silent = shim(200, 60, 1).with(|details| details.ignores_hangup = Fact::Hidden);
    let hidden = Evidence::TraitHidden(Trait::Hangup);
    check(&desk().and(silent), Verdict::Unseen, &[unseen(200).because(hidden)]);
}

/// A machine on which `keeper`, which takes in orphans without anybody knowing it, runs `my-agent`.
fn keeper_with_client() -> World {
    let keeper = process(155, 52).with_args(&["keeper"]).child_of(100);
    desk().and(keeper).and(process(160, 55).with_args(&["my-agent"]).child_of(155))
}
