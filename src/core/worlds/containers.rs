//! Containers and WSL: first processes that start some things and take in others.

use super::expect::{attached, check, orphan, shim, unseen};
use crate::core::snapshot::{OtherEnd, Stream, Streams};
use crate::core::testing::{World, pid, process};
use crate::core::unseen::Trait;
use crate::core::{Evidence, Fact, Process, Verdict};

#[test]
fn a_relay_is_the_client_of_the_one_process_that_it_names() {
    let started = Evidence::StartedByInit { pid: pid(30), name: "Relay(200)".into() };
    let world = World::linux().and(relay(30, 200)).and(shim(200, 60, 30));
    check(&world, Verdict::Healthy, &[attached(200, 30).because(started)]);
}

#[test]
fn a_relay_took_in_everything_else() {
    let world = World::linux().and(relay(30, 180)).and(shim(200, 60, 30));
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_relay_is_asked_for_the_top_and_not_for_the_script() {
    let uv = process(190, 59).with_args(&["uv", "run", "run_ws_shim.py"]).child_of(30);
    let world = World::linux().and(relay(30, 190)).and(uv).and(shim(200, 60, 190));
    check(&world, Verdict::Healthy, &[attached(190, 30).with(&[190, 200])]);
}

#[test]
fn a_session_leader_of_wsl_starts_no_shims() {
    let leader = process(31, 20).named("SessionLeader").child_of(1);
    check(&World::linux().and(leader).and(shim(200, 60, 31)), Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn each_session_of_wsl_has_an_init_of_its_own() {
    let init = process(318, 20).with_args(&["/init"]).child_of(1);
    check(&World::linux().and(init).and(shim(400, 60, 318)), Verdict::Orphaned, &[orphan(400)]);
}

#[test]
fn a_container_init_that_was_told_to_run_our_script_is_the_client() {
    for init in ["tini", "docker-init", "catatonit", "dumb-init"] {
        let world = a_container(&[init, "--", "python3", "-u", "run_ws_shim.py"]).and(shim(7, 60, 1));
        check(&world, Verdict::Healthy, &[attached(7, 1)]);
    }
}

#[test]
fn a_container_init_that_runs_something_else_took_the_shim_in() {
    for init in ["tini", "docker-init", "catatonit", "dumb-init"] {
        let work = process(7, 5).with_args(&["sleep", "infinity"]).child_of(1);
        let world = a_container(&[init, "--", "sleep", "infinity"]).and(work).and(shim(60, 60, 1));
        check(&world, Verdict::Orphaned, &[orphan(60)]);
    }
}

#[test]
fn the_oldest_child_of_a_container_init_is_what_it_was_started_for() {
    // The entry point put the shim in its own place; the init ends when it ends.
    let world = a_container(&["tini", "--", "/entrypoint.sh"]).and(shim(7, 5, 1)).and(shim(60, 60, 1));
    check(&world, Verdict::Orphaned, &[attached(7, 1), orphan(60)]);
}

#[test]
fn a_container_init_whose_orders_are_hidden_settles_nothing() {
    let work = process(7, 5).with_args(&["sleep", "infinity"]).child_of(1);
    let world = a_container(&["tini"]).but(1, Process::with_hidden_args);
    check(&world.and(work).and(shim(60, 60, 1)), Verdict::Unseen, &[unseen(60)]);
}

#[test]
fn a_first_process_that_runs_our_script_by_its_command_line_is_the_client() {
    let world = a_container(&["/bin/server-manager", "--run", "run_ws_shim.py"]).and(shim(7, 60, 1));
    check(&world, Verdict::Healthy, &[attached(7, 1)]);
}

#[test]
fn a_strange_first_process_may_be_the_client_of_what_shares_its_session() {
    let world = strange().and(in_session(shim(7, 60, 1), 1));
    check(&world, Verdict::Healthy, &[attached(7, 1)]);
}

#[test]
fn a_strange_first_process_took_in_what_comes_from_another_session() {
    let world = strange().and(in_session(shim(7, 60, 1), 40));
    check(&world, Verdict::Orphaned, &[orphan(7)]);
}

#[test]
fn a_shim_that_a_client_detached_with_pipes_was_taken_in_by_a_strange_first_process() {
    let server =
        in_session(shim(7, 60, 1), 7).with(|details| details.other_end = OtherEnd::Nobody { made_by: None });
    check(&strange().and(server), Verdict::Orphaned, &[orphan(7).because(Evidence::NobodySpeaks)]);
}

#[test]
fn a_client_that_is_the_first_process_itself_is_known_by_the_other_end_of_the_pipe() {
    let server =
        in_session(shim(7, 60, 1), 7).with(|details| details.other_end = OtherEnd::Somebody(vec![pid(1)]));
    check(&strange().and(server), Verdict::Healthy, &[attached(7, 1)]);
    let unknown = in_session(shim(7, 60, 1), 7).with(|details| details.other_end = OtherEnd::Unknown);
    let expected = unseen(7).because(Evidence::TraitHidden(Trait::Speaker));
    check(&strange().and(unknown), Verdict::Unseen, &[expected]);
}

#[test]
fn a_daemon_without_pipes_may_be_a_strange_first_processs_own() {
    let daemon = in_session(shim(7, 60, 1), 7).with(|details| {
        details.streams = Fact::Known(Streams { input: Stream::Other, output: Stream::Other });
    });
    check(&strange().and(daemon), Verdict::Healthy, &[attached(7, 1)]);
}

#[test]
fn a_strange_first_process_and_a_hidden_session_prove_nothing() {
    let hidden = shim(7, 60, 1).with(|details| details.session = Fact::Hidden);
    let expected = unseen(7).because(Evidence::TraitHidden(Trait::Session));
    check(&strange().and(hidden), Verdict::Unseen, &[expected]);
}

#[test]
fn a_parent_outside_our_container_is_hidden() {
    let mut outside = shim(7, 60, 1);
    outside.parent = None;
    let expected = unseen(7).because(Evidence::ParentHidden { pid: None });
    check(&a_container(&["tini", "--", "sleep"]).and(outside), Verdict::Unseen, &[expected]);
}

fn relay(number: u32, relayed: u32) -> Process {
    process(number, 20).with_args(&["/init"]).named(&format!("Relay({relayed})")).child_of(1)
}

/// A container whose first process was started so.
fn a_container(args: &[&str]) -> World {
    World::linux().where_died(100).but(9000, |me| me.child_of(1)).but(1, |first| first.with_args(args))
}

/// A container whose first process is nobody we know, in a session of its own.
fn strange() -> World {
    a_container(&["/bin/process-api"]).but(1, |first| in_session(first, 1))
}

fn in_session(process: Process, leader: u32) -> Process {
    process.with(|details| details.session = Fact::Known(Some(pid(leader))))
}
