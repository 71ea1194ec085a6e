//! False kills that happened to others. Each is a world in which nobody, or only the named orphan, ends.

use super::expect::{adopted, attached, check, desk, orphan, shim, suspect, windows_desk};
use crate::core::snapshot::{Service, Stream, Streams, Terminal};
use crate::core::testing::{World, pid, process};
use crate::core::{Fact, Process, Refusal, Scope, Verdict, plan};

#[test]
fn test_runs_that_carry_the_name_in_their_arguments() {
    let mut world = desk().and(shim(200, 60, 1));
    let bystanders: [&[&str]; 7] = [
        &["python3", "-m", "pytest", "tests/run_ws_shim.py"],
        &["pytest", "-k", "run_ws_shim.py"],
        &["vim", "run_ws_shim.py"],
        &["grep", "-r", "run_ws_shim.py", "."],
        &["tail", "-f", "logs/run_ws_shim.py.log"],
        &["python3", "/src/run_ws_shim.py.d/other.py"],
        &["sh", "-c", "grep run_ws_shim.py /proc/*/cmdline"],
    ];
    for (number, args) in (300..).zip(bystanders) {
        world = world.and(process(number, 70).with_args(args).child_of(1));
    }
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_service_that_systemd_started_on_purpose() {
    let service = Service { name: "exai-shim.service".into(), members: vec![pid(200)] };
    for manager in [1, 100] {
        let served = shim(200, 60, manager).with(|details| {
            details.service = Fact::Known(Some(service.clone()));
            details.streams = streams(Stream::Other);
        });
        check(&desk().and(served), Verdict::Healthy, &[adopted(200)]);
    }
}

#[test]
fn a_server_of_another_window() {
    let window = |number, birth| process(number, birth).with_args(&["code", "--type=extensionHost"]);
    let world = desk().and(window(160, 51).child_of(100)).and(window(161, 52).child_of(100));
    let world = world.and(shim(200, 60, 160)).and(shim(201, 61, 161)).and(shim(202, 59, 1));
    check(&world, Verdict::Orphaned, &[attached(200, 160), attached(201, 161), orphan(202)]);
}

#[test]
fn a_stranger_under_the_number_of_an_orphan_that_ended() {
    let stranger = process(200, 900).with_args(&["vim", "novel.txt"]).child_of(150);
    let world = desk().and(stranger).after(&desk().and(shim(200, 60, 1)));
    check(&world, Verdict::Idle, &[]);
}

#[test]
fn a_young_shim_under_the_number_of_an_orphan_that_ended() {
    let world = desk().and(shim(200, 900, 1).aged(1)).after(&desk().and(shim(200, 60, 1)));
    let wait = std::time::Duration::from_secs(4);
    check(&world, Verdict::Starting, &[suspect(200, wait)]);
}

#[test]
fn a_stranger_under_the_number_of_a_dead_parent() {
    let stranger = process(1400, 900).with_args(&["trader.exe"]).child_of(1000);
    let world = windows_desk().and(shim(200, 600, 1400)).and(stranger);
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn explorer_at_the_end_of_a_walk_through_recycled_numbers() {
    // The orphan's dead parent, and that one's, have their numbers with strangers up to Explorer.
    let stranger = process(1400, 900).with_args(&["cmd.exe", "/c", "build"]).child_of(1000);
    let world = windows_desk().and(shim(200, 600, 1400)).and(stranger);
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn explorer_whose_own_dead_parent_left_its_number_to_an_orphan() {
    let world = windows_desk().and(shim(996, 600, 1400)).where_died(1400);
    check(&world, Verdict::Orphaned, &[orphan(996)]);
}

#[test]
fn the_browser_that_had_a_connection_to_the_port() {
    // A connection is no LISTEN row, so that the browser is no holder at all.
    let browser = process(400, 40).with_args(&["firefox", "http://127.0.0.1:3005"]).child_of(100);
    let world = desk().and(browser).and(shim(200, 60, 1)).where_listens(200);
    check(&world, Verdict::Orphaned, &[orphan(200)]);
    assert_eq!(world.look().holders.len(), 1);
}

#[test]
fn the_proxy_that_docker_runs_on_the_port() {
    let proxy = process(400, 40).with_args(&["/usr/bin/docker-proxy", "-host-port", "3005"]).child_of(1);
    let world = desk().and(proxy).where_listens(400);
    check(&world, Verdict::Blocked, &[]);
    assert_eq!(plan(&world.look(), Scope::OrphansAndDuplicates).targets, []);
}

#[test]
fn the_terminal_in_which_somebody_works() {
    let terminal = process(160, 51).with_args(&["gnome-terminal-server"]).child_of(100);
    let bash = process(170, 55).with_args(&["bash"]).child_of(160);
    let world = desk().and(terminal).and(bash).and(shim(200, 60, 170));
    check(&world, Verdict::Healthy, &[attached(200, 170)]);
    let world = windows_desk().and(process(170, 550).with_args(&["cmd.exe", "/k", "dev.bat"]).child_of(1000));
    check(&world.and(shim(200, 600, 170)), Verdict::Healthy, &[attached(200, 170)]);
}

#[test]
fn a_job_in_a_terminal_whose_shell_ended() {
    let job = shim(200, 60, 100).with(|details| {
        details.terminal = Fact::Known(Terminal::Living);
        details.streams = streams(Stream::Terminal);
    });
    check(&desk().and(job), Verdict::Healthy, &[adopted(200)]);
}

#[test]
fn the_tool_itself() {
    let world = desk().and(shim(200, 60, 1)).but(9000, |me| me.child_of(200));
    let expected = orphan(200).with(&[200, 9000]).refused(Refusal::Ourselves);
    check(&world, Verdict::Orphaned, &[expected]);
    let guard = process(190, 59).with_args(&["shimkeeper", "guard", "--", "python3", "run_ws_shim.py"]);
    let world = desk().and(guard.child_of(150)).and(shim(200, 60, 190));
    check(&world, Verdict::Healthy, &[attached(190, 150).with(&[190, 200])]);
}

#[test]
fn a_nohup_job() {
    let job = shim(200, 60, 1).with(|details| details.ignores_hangup = Fact::Known(true));
    check(&desk().and(job), Verdict::Healthy, &[adopted(200)]);
}

#[test]
fn a_tmux_job() {
    let tmux = process(160, 51).with_args(&["tmux: server"]).child_of(1);
    let bash = process(170, 55).with_args(&["-bash"]).child_of(160);
    check(&desk().and(tmux).and(bash).and(shim(200, 60, 170)), Verdict::Healthy, &[attached(200, 170)]);
}

#[test]
fn a_probe_that_a_client_starts_for_a_second_at_every_window() {
    let world = desk().and(placed(200, 60)).and(placed(201, 61).aged(1)).and(placed(202, 62).aged(0));
    let all = [attached(200, 150), attached(201, 150), attached(202, 150)];
    check(&world, Verdict::Healthy, &all);
    assert_eq!(plan(&world.look(), Scope::OrphansAndDuplicates).targets, []);
}

#[test]
fn the_healthy_half_of_a_venv_pair() {
    let world: World = windows_desk().and(shim(200, 600, 1500)).and(shim(300, 601, 200)).where_listens(300);
    check(&world, Verdict::Healthy, &[attached(200, 1500).with(&[200, 300])]);
    assert_eq!(plan(&world.look(), Scope::OrphansAndDuplicates).targets, []);
}

fn streams(kind: Stream) -> Fact<Streams> {
    Fact::Known(Streams { input: kind, output: kind })
}

fn placed(number: u32, birth: u64) -> Process {
    shim(number, birth, 150).with(|details| details.cwd = Some("/home/me/project".into()))
}
