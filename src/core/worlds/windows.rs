//! Windows: two processes a shim, parents that stay on record for ever, and consoles beside.

use super::expect::{Expected, attached, check, orphan, shim, unseen, windows_desk};
use crate::core::snapshot::OtherEnd;
use crate::core::testing::{World, pid, process};
use crate::core::unseen::Trait;
use crate::core::{Evidence, Process, State, Verdict};

#[test]
fn a_clock_that_was_set_back_between_client_and_shim_proves_nothing() {
    let ordered = |number: u32, order: usize| {
        move |mut process: Process| {
            assert_eq!(process.identity.pid.get(), number);
            process.order = Some(order);
            process
        }
    };
    let client = ordered(1600, 10)(process(1600, 900).with_args(&["Code.exe"]).child_of(1000));
    let server = ordered(200, 11)(shim(200, 600, 1600));
    let because = Evidence::TraitHidden(Trait::Birth);
    let world = windows_desk().and(client.clone()).and(server.clone());
    check(&world, Verdict::Unseen, &[unseen(200).because(because)]);
    // The other way round the number was really given away.
    let stranger = Process { order: Some(12), ..client };
    let left = orphan(200).left_by(1600);
    check(&windows_desk().and(stranger).and(server), Verdict::Orphaned, &[left]);
}

#[test]
fn a_venv_pair_is_one_instance() {
    check(&windows_desk().and(stub(200, 600, 1500)).and(python(300, 601, 200)), Verdict::Healthy, &[pair()]);
}

#[test]
fn a_venv_pair_is_one_instance_whatever_numbers_it_got() {
    let world = windows_desk().and(stub(300, 600, 1500)).and(python(200, 601, 300));
    check(&world, Verdict::Healthy, &[attached(300, 1500).with(&[300, 200])]);
}

#[test]
fn a_venv_pair_that_was_left_behind_goes_together() {
    let world = windows_desk().and(stub(200, 600, 1400)).and(python(300, 601, 200)).where_died(1400);
    check(&world, Verdict::Orphaned, &[orphan(200).with(&[200, 300]).left_by(1400)]);
}

#[test]
fn py_exe_in_front_of_a_venv_makes_three_processes_and_one_instance() {
    let py = process(180, 599).with_args(&["py.exe", "-3.12", "run_ws_shim.py"]).child_of(1500);
    let world = windows_desk().and(py).and(stub(200, 600, 180)).and(python(300, 601, 200));
    check(&world, Verdict::Healthy, &[attached(180, 1500).with(&[180, 200, 300])]);
}

#[test]
fn cmd_and_npx_are_looked_through() {
    let chain = |parent| {
        let cmd = process(180, 598).with_args(&["cmd.exe", "/d", "/s", "/c", "npx server"]).child_of(parent);
        let npx =
            process(190, 599).with_args(&["node.exe", r"C:\npm\bin\npx-cli.js", "server"]).child_of(180);
        let server = process(200, 600).with_args(&["node.exe", r"C:\x\server.mjs"]).child_of(190);
        windows_desk()
            .and(cmd)
            .and(npx)
            .and(server)
            .watched(|watch| watch.runs = crate::core::Runs::script("server.mjs"))
    };
    check(&chain(1500), Verdict::Healthy, &[attached(180, 1500).with(&[180, 190, 200])]);
    check(&chain(1400).where_died(1400), Verdict::Orphaned, &[orphan(180).with(&[180, 190, 200])]);
}

#[test]
fn a_dead_parent_stays_on_record_and_makes_an_orphan() {
    let ended = Evidence::ParentEnded { pid: pid(1400) };
    let world = windows_desk().and(python(200, 600, 1400)).where_died(1400);
    check(&world, Verdict::Orphaned, &[orphan(200).left_by(1400).because(ended)]);
}

#[test]
fn a_parent_younger_than_its_child_is_no_parent() {
    let daemon = process(1400, 601).with_args(&["trader.exe"]).child_of(1000);
    let reused = Evidence::ParentReused { pid: pid(1400), by: "trader.exe".into() };
    let world = windows_desk().and(python(200, 600, 1400)).and(daemon);
    check(&world, Verdict::Orphaned, &[orphan(200).left_by(1400).because(reused)]);
}

#[test]
fn a_client_younger_than_the_shim_under_its_old_clients_number_is_a_stranger() {
    let world = windows_desk().and(python(200, 400, 1500));
    check(&world, Verdict::Orphaned, &[orphan(200).left_by(1500)]);
}

#[test]
fn a_parent_born_in_the_same_tick_is_a_parent() {
    check(&windows_desk().and(python(200, 500, 1500)), Verdict::Healthy, &[attached(200, 1500)]);
}

#[test]
fn a_parent_of_another_boot_is_no_parent() {
    let world = windows_desk().and(python(200, 600, 1500)).but(1500, |mut client| {
        client.identity.birth.boot = 7;
        client
    });
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_parent_that_may_not_be_looked_at_is_not_taken_for_dead() {
    let hidden = Evidence::ParentHidden { pid: Some(pid(1500)) };
    let world = windows_desk().and(python(200, 600, 1500)).where_hidden(1500);
    check(&world, Verdict::Unseen, &[unseen(200).because(hidden)]);
}

#[test]
fn a_console_beside_the_shim_is_nobody() {
    let cmd = process(190, 599).with_args(&["cmd.exe", "/c", "python run_ws_shim.py"]).child_of(1400);
    let console = |parent| process(195, 602).with_args(&[r"C:\Windows\conhost.exe", "0x4"]).child_of(parent);
    let world = windows_desk().and(cmd).and(python(200, 600, 190)).and(console(190)).where_died(1400);
    check(&world, Verdict::Orphaned, &[orphan(190).with(&[190, 200])]);
    let world = windows_desk().and(python(200, 600, 1500)).and(console(200));
    check(&world, Verdict::Healthy, &[attached(200, 1500)]);
}

#[test]
fn explorer_is_a_client_of_what_was_started_from_it() {
    check(&World::windows().and(python(200, 600, 1000)), Verdict::Healthy, &[attached(200, 1000)]);
}

#[test]
fn a_shim_whose_redirector_alone_was_killed_is_an_orphan() {
    let world = windows_desk().and(python(300, 601, 200)).where_died(200);
    check(&world, Verdict::Orphaned, &[orphan(300).left_by(200)]);
}

#[test]
fn no_name_makes_a_windows_parent_a_reaper() {
    for name in ["init", "systemd", "tini", "SessionLeader"] {
        let parent = process(1600, 510).with_args(&[name]).child_of(1000);
        check(
            &windows_desk().and(parent).and(python(200, 600, 1600)),
            Verdict::Healthy,
            &[attached(200, 1600)],
        );
    }
}

#[test]
fn processes_that_name_each_other_as_parent_do_not_hang_anybody() {
    let world = windows_desk().and(python(200, 600, 201)).and(python(201, 600, 200));
    let look = world.look();
    assert_eq!(look.verdict, Verdict::Unseen, "{look:#?}");
}

#[test]
fn a_process_that_is_on_record_as_its_own_parent_proves_nothing() {
    check(&windows_desk().and(python(200, 600, 200)), Verdict::Unseen, &[unseen(200)]);
}

/// The program that a venv puts in front of the interpreter, with the same arguments.
fn stub(number: u32, birth: u64, parent: u32) -> Process {
    python(number, birth, parent).with_exe(r"C:\Project\.venv\Scripts\python.exe")
}

fn python(number: u32, birth: u64, parent: u32) -> Process {
    shim(number, birth, parent)
        .with_args(&[r"C:\Project\.venv\Scripts\python.exe", "-u", "RUN_WS_SHIM.PY"])
        .with_exe(r"C:\Python312\python.exe")
}

fn pair() -> Expected {
    attached(200, 1500).with(&[200, 300])
}

#[test]
fn a_guard_that_has_the_input_of_a_server_keeps_it_though_its_launcher_has_ended() {
    let told = |who: u32| {
        let guard = process(190, 598).with_args(&["shimkeeper.exe", "guard", "--", "start.cmd"]);
        let server =
            shim(200, 610, 195).with(|details| details.other_end = OtherEnd::Somebody(vec![pid(who)]));
        let world = windows_desk().and(guard.child_of(1500)).and(server).where_died(195);
        let lease = world.lease(190, 200, 1500);
        let look = world.leased(lease).look();
        let mut instances = look.instances.into_iter();
        let instance = instances.find(|it| it.top.pid == pid(200)).unwrap();
        (instance.state, instance.guarded.map(|guarded| guarded.guard.pid))
    };
    assert_eq!(told(190), (State::Attached, Some(pid(190))));
    // Any program can write a lease; only the pipe proves it.
    assert_eq!(told(1500), (State::Adopted, None));
}
