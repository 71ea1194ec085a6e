//! Go-betweens: looked through, ended together with the shim, and spared where others need them.

use super::expect::{Expected, attached, check, desk, orphan, shim, unseen};
use crate::core::testing::{World, pid, process};
use crate::core::{Client, Evidence, Process, Verdict};

#[test]
fn a_shim_behind_a_shell_is_one_instance_of_the_client_behind_it() {
    check(&desk().and(sh(190, 150)).and(shim(200, 60, 190)), Verdict::Healthy, &[whole(attached(190, 150))]);
}

#[test]
fn a_shell_that_was_left_behind_goes_together_with_its_shim() {
    check(&desk().and(sh(190, 1)).and(shim(200, 60, 190)), Verdict::Orphaned, &[whole(orphan(190))]);
}

#[test]
fn a_launcher_that_serves_others_too_is_looked_through_but_not_ended() {
    let other = process(201, 61).with_args(&["tail", "-f", "log"]).child_of(190);
    let living = desk().and(sh(190, 150)).and(shim(200, 60, 190)).and(other.clone());
    check(&living, Verdict::Healthy, &[attached(200, 150)]);
    let left = desk().and(sh(190, 1)).and(shim(200, 60, 190)).and(other);
    check(&left, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn two_shims_of_one_shell_are_two_instances() {
    let world = desk().and(sh(190, 1)).and(shim(200, 60, 190)).and(shim(201, 61, 190));
    check(&world, Verdict::Orphaned, &[orphan(200), orphan(201)]);
}

#[test]
fn a_launcher_above_a_shared_one_is_not_ended_either() {
    let uv = process(180, 57).with_args(&["uv", "run", "start"]).child_of(1);
    let world = desk().and(uv).and(sh(190, 180)).and(shim(200, 60, 190)).and(shim(201, 61, 190));
    check(&world, Verdict::Orphaned, &[orphan(200), orphan(201)]);
}

#[test]
fn copies_that_a_shim_starts_through_a_shell_belong_to_it() {
    let world = desk().and(shim(180, 57, 150)).and(sh(190, 180)).and(shim(200, 60, 190));
    let world = world.and(shim(201, 61, 190));
    check(&world, Verdict::Healthy, &[attached(180, 150).with(&[180, 190, 200, 201])]);
}

#[test]
fn uv_run_adds_a_process_and_no_instance() {
    let uv = |parent| process(190, 59).with_args(&["uv", "run", "run_ws_shim.py"]).child_of(parent);
    check(&desk().and(uv(150)).and(shim(200, 60, 190)), Verdict::Healthy, &[whole(attached(190, 150))]);
    check(&desk().and(uv(1)).and(shim(200, 60, 190)), Verdict::Orphaned, &[whole(orphan(190))]);
}

#[test]
fn uv_is_looked_through_whatever_its_options_say() {
    let uv = |parent| {
        let args = ["uv", "--directory", "/srv/mcp", "run", "run_ws_shim.py"];
        process(190, 59).with_args(&args).child_of(parent)
    };
    check(&desk().and(uv(150)).and(shim(200, 60, 190)), Verdict::Healthy, &[whole(attached(190, 150))]);
    check(&desk().and(uv(1)).and(shim(200, 60, 190)), Verdict::Orphaned, &[whole(orphan(190))]);
}

#[test]
fn poetry_is_a_launcher_and_its_namesake_is_a_client() {
    let parent = |script| process(190, 59).with_args(&["python3", script, "run", "server"]).child_of(1);
    let world = |script| desk().and(parent(script)).and(shim(200, 60, 190));
    check(&world("/usr/bin/poetry"), Verdict::Orphaned, &[whole(orphan(190))]);
    check(&world("/usr/bin/poet"), Verdict::Healthy, &[attached(200, 190)]);
}

#[test]
fn npx_and_its_shell_are_one_instance_with_the_server() {
    let chain = |parent| {
        let npx = process(190, 57).with_args(&["npm exec some-server"]).child_of(parent);
        let shell = process(195, 58).with_args(&["sh", "-c", "some-server"]).child_of(190);
        let server = process(200, 60).with_args(&["node", "/opt/server.mjs"]).child_of(195);
        desk()
            .and(npx)
            .and(shell)
            .and(server)
            .watched(|watch| watch.runs = crate::core::Runs::script("server.mjs"))
    };
    check(&chain(150), Verdict::Healthy, &[attached(190, 150).with(&[190, 195, 200])]);
    check(&chain(1), Verdict::Orphaned, &[orphan(190).with(&[190, 195, 200])]);
}

#[test]
fn the_projects_own_wrapper_is_a_launcher() {
    let wrapper =
        |parent| process(190, 59).with_args(&["python3", "scripts/start_ws_shim_safe.py"]).child_of(parent);
    check(&desk().and(wrapper(150)).and(shim(200, 60, 190)), Verdict::Healthy, &[whole(attached(190, 150))]);
    check(&desk().and(wrapper(1)).and(shim(200, 60, 190)), Verdict::Orphaned, &[whole(orphan(190))]);
}

#[test]
fn our_own_guard_is_a_launcher() {
    let guard = |parent| {
        let args = ["shimkeeper", "guard", "--", "python3", "-u", "run_ws_shim.py"];
        process(190, 59).with_args(&args).child_of(parent)
    };
    check(&desk().and(guard(150)).and(shim(200, 60, 190)), Verdict::Healthy, &[whole(attached(190, 150))]);
    check(&desk().and(guard(1)).and(shim(200, 60, 190)), Verdict::Orphaned, &[whole(orphan(190))]);
}

#[test]
fn a_copy_of_our_guard_with_its_version_in_its_name_is_a_launcher() {
    for program in ["/opt/shimkeeper-0.1.0", "shimkeeper_old"] {
        let guard = process(190, 59).with_args(&[program, "guard", "--", "python3", "run_ws_shim.py"]);
        let world = desk().and(guard.child_of(150)).and(shim(200, 60, 190));
        check(&world, Verdict::Healthy, &[whole(attached(190, 150))]);
    }
}

#[test]
fn an_agent_that_is_called_like_a_runner_is_a_client() {
    for script in ["agent/poetry.py", "agent/npx.py", "uvx.dev.py"] {
        let agent = process(190, 59).with_args(&["python3", script, "run"]).child_of(1);
        check(&desk().and(agent).and(shim(200, 60, 190)), Verdict::Healthy, &[attached(200, 190)]);
    }
}

#[test]
fn a_shim_whose_launcher_alone_was_killed_is_an_orphan_though_the_client_lives() {
    check(&launcher_killed(), Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_client_that_lives_is_not_said_to_have_ended() {
    let before = desk().and(sh(190, 150)).and(shim(200, 60, 190));
    let look = launcher_killed().after(&before).look();
    let [instance] = &look.instances[..] else { panic!("{look:#?}") };
    let lie = |evidence: &Evidence| matches!(evidence, Evidence::ClientEnded { .. });
    assert!(!instance.evidence.iter().any(lie), "{instance:#?}");
    assert_eq!(instance.client, Client::Gone { pid: None, name: None });
}

#[test]
fn a_shell_in_which_a_person_types_is_a_client() {
    let bash = process(190, 59).with_args(&["-bash"]).child_of(150);
    check(&desk().and(bash).and(shim(200, 60, 190)), Verdict::Healthy, &[attached(200, 190)]);
}

#[test]
fn a_parent_that_may_be_a_launcher_but_hides_it_is_not_taken_for_a_client() {
    for name in ["sh", "uv", "node", "python3", "npx", "shimkeeper"] {
        let parent = sh(190, 1).named(name).with_hidden_args();
        let expected = unseen(200).because(Evidence::ParentHidden { pid: Some(pid(190)) });
        check(&desk().and(parent).and(shim(200, 60, 190)), Verdict::Unseen, &[expected]);
    }
}

#[test]
fn a_client_may_hide_its_command_line() {
    let world = desk().and(shim(200, 60, 150)).but(150, Process::with_hidden_args);
    check(&world, Verdict::Healthy, &[attached(200, 150)]);
}

fn sh(number: u32, parent: u32) -> Process {
    process(number, 58).with_args(&["sh", "-c", "python3 -u run_ws_shim.py"]).child_of(parent)
}

fn launcher_killed() -> World {
    desk().and(shim(200, 60, 1))
}

fn whole(expected: Expected) -> Expected {
    expected.with(&[190, 200])
}
