//! What could not be read forbids the word "fine", and what does not matter does not.

use super::expect::{attached, check, desk, orphan, shim};
use crate::core::testing::{World, pid, process};
use crate::core::unseen::Trait;
use crate::core::{Fact, Finding, Holder, Owner, Process, Unseen, Verdict};

#[test]
fn a_process_table_that_was_not_read_is_not_an_empty_one() {
    let mut world = desk();
    world.snapshot.processes.clear();
    world.snapshot.unseen.push(Unseen::Processes { why: "denied".into() });
    check(&world, Verdict::Unseen, &[]);
}

#[test]
fn a_holder_among_processes_that_were_not_read_is_nobodys_stranger() {
    let shim = shim(200, 60, 150);
    let mut world = desk().and(shim.clone()).where_held_by(Holder::Known(shim.identity));
    world.snapshot.processes.clear();
    world.snapshot.unseen.push(Unseen::Processes { why: "too many open files".into() });
    check(&world, Verdict::Unseen, &[]);
}

#[test]
fn an_orphan_is_named_although_something_else_was_not_read() {
    let mut world = desk().and(shim(200, 60, 1));
    world.snapshot.unseen.push(Unseen::Listeners { family: "IPv6", why: "denied".into() });
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_hidden_command_line_of_an_interpreter_may_be_a_shim() {
    let world = desk().and(process(300, 60).named("python3.11").with_hidden_args().child_of(150));
    check(&world, Verdict::Unseen, &[]);
    let unseen = Unseen::CommandLine { pid: pid(300), name: "python3.11".into() };
    assert_eq!(world.look().findings, [Finding::Unseen(unseen)]);
}

#[test]
fn a_hidden_command_line_of_nobody_knows_whom_may_be_a_shim_of_ours() {
    let world = desk().and(hidden("python3").owned_by(Fact::Hidden));
    check(&world, Verdict::Unseen, &[]);
}

#[test]
fn a_hidden_command_line_of_another_user_is_no_matter_of_ours() {
    check(&desk().and(hidden("python3").owned_by(Fact::Known(Owner::Another))), Verdict::Idle, &[]);
}

#[test]
fn a_hidden_command_line_of_what_runs_no_scripts_hides_no_shim() {
    // The second has as many letters as Linux keeps of a name, the third is how the script's name begins.
    for name in ["Xorg", "gnome-keyring-d", "run"] {
        check(&desk().and(hidden(name)), Verdict::Idle, &[]);
    }
}

#[test]
fn the_program_file_tells_an_interpreter_under_another_name() {
    check(&desk().and(hidden("my-server").with_exe("/usr/bin/python3.11")), Verdict::Unseen, &[]);
}

#[test]
fn a_process_named_after_the_script_may_be_the_shim_itself() {
    check(&desk().and(hidden("run_ws_shim.py")), Verdict::Unseen, &[]);
    // Linux keeps fifteen characters of a name.
    let world = desk().and(hidden("run_ws_shim_wit"));
    check(
        &world.watched(|watch| watch.runs = crate::core::Runs::script("run_ws_shim_with_tls.py")),
        Verdict::Unseen,
        &[],
    );
}

#[test]
fn a_healthy_shim_does_not_hide_what_was_not_seen_beside_it() {
    let world = desk().and(shim(200, 60, 150)).and(hidden("python3"));
    check(&world, Verdict::Unseen, &[attached(200, 150)]);
}

#[test]
fn a_kernel_thread_has_no_command_line_and_hides_nothing() {
    check(&desk().and(process(2, 0).named("kthreadd")), Verdict::Idle, &[]);
}

#[test]
fn the_same_gap_is_told_once() {
    let mut world: World = desk();
    for _ in 0..2 {
        world.snapshot.unseen.push(Unseen::Processes { why: "denied".into() });
    }
    assert_eq!(world.look().findings.len(), 1);
}

#[test]
fn what_could_not_be_read_of_a_shim_is_named() {
    let world = desk().and(shim(200, 60, 1)).where_hidden(1);
    let parent = Unseen::Parent { pid: pid(200), parent: Some(pid(1)) };
    assert_eq!(world.look().findings, [Finding::Unseen(parent)]);
    let world = desk().and(shim(200, 60, 1).with(|details| details.service = Fact::Hidden));
    let service = Unseen::Trait { pid: pid(200), which: Trait::Service };
    assert_eq!(world.look().findings, [Finding::Unseen(service)]);
}

fn hidden(name: &str) -> Process {
    process(300, 60).named(name).with_hidden_args().child_of(150)
}
