//! The end of a launcher is not the end of the server: what it has started goes on with the client's streams.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::guard::failures::ON_FAILURE;
use crate::guard::privacy::ask;
use crate::guard::scene::{BY_SIGNAL, GRACE, Guarded, Kind, Scene, Started, Streams, identities, kill};
use crate::support::identity::Identity;
use crate::support::own::can_run;
use crate::support::{PATIENCE, eventually, stays_so};

/// Starts the rest of its words in the background on its own streams, and ends.
const BACKGROUND: [&str; 4] = ["bash", "-c", "exec 3<&0; \"$@\" <&3 3<&- & exit 5", "bash"];

/// The same in a session of its own, and twice removed.
const DETACHED: [&str; 4] =
    ["bash", "-c", "exec 3<&0; (setsid \"$@\" <&3 3<&- & exit 0); sleep 0.05; exit 5", "bash"];

/// As launchers in JavaScript detach a server.
const NODE: [&str; 3] = [
    "node",
    "-e",
    "require('child_process').spawn(process.argv[1], process.argv.slice(2), \
     {detached: true, stdio: 'inherit'}).unref(); process.exitCode = 5",
];

/// What each of them ends with.
const CODE: i32 = 5;

/// Longer than what a server left behind is given.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

const SHELLS: [&[&str]; 2] = [&BACKGROUND, &DETACHED];

fn log(scene: &Scene) -> String {
    let Ok(entries) = fs::read_dir(scene.home().join("logs")) else { return String::new() };
    entries.flatten().filter_map(|entry| fs::read_to_string(entry.path()).ok()).collect()
}

fn how_often(scene: &Scene, words: &str) -> usize {
    log(scene).matches(words).count()
}

/// What the guard tells of its server.
#[track_caller]
fn server_in_the_lease(scene: &Scene) -> Option<u64> {
    let lease: serde_json::Value = serde_json::from_slice(&fs::read(scene.lease_file("json")?).ok()?).ok()?;
    lease["server"]["pid"].as_u64()
}

/// Waits until the launcher has ended and the guard has noticed who goes on.
#[track_caller]
fn is_succeeded(scene: &Scene, guarded: &Guarded) {
    let server = guarded.server();
    eventually("the lease names the server", PATIENCE, || {
        assert!(server.lives(), "the guard has ended it\n{}", log(scene));
        server_in_the_lease(scene) == Some(u64::from(server.pid))
    });
}

#[track_caller]
fn echoes(guarded: &mut Guarded, line: &str) {
    guarded.say(line);
    let mut heard = vec![0; line.len() + 1];
    guarded.output.as_mut().unwrap().read_exact(&mut heard).unwrap();
    assert_eq!(String::from_utf8_lossy(&heard), format!("{line}\n"));
}

#[test]
fn the_conversation_goes_on_until_the_client_closes_it() {
    goes_on(&SHELLS);
}

#[test]
fn the_conversation_goes_on_with_what_node_has_detached() {
    if can_run(&the_conversation_goes_on_with_what_node_has_detached, &["node"]) {
        goes_on(&[&NODE]);
    }
}

#[track_caller]
fn goes_on(launchers: &[&[&str]]) {
    for launcher in launchers {
        for streams in Streams::BOTH {
            let scene = Scene::new();
            let mut guarded = scene.plan("echo").streams(streams).launched_by(launcher).start();
            echoes(&mut guarded, "early");
            is_succeeded(&scene, &guarded);
            stays_so("the server lives", LONG_ENOUGH, || guarded.server().lives());
            echoes(&mut guarded, "late");
            assert_eq!(how_often(&scene, "goes on as the server"), 1, "{}", log(&scene));
            guarded.input = None;
            guarded.is_gone_in_time(Kind::Polite);
            assert_eq!(guarded.code(), CODE, "{launcher:?} {streams:?}: the launcher's own code");
            scene.is_empty();
        }
    }
}

#[test]
fn the_clients_end_is_the_end_of_all() {
    end_with_the_client(&SHELLS);
}

#[test]
fn the_clients_end_is_the_end_of_what_node_has_detached() {
    if can_run(&the_clients_end_is_the_end_of_what_node_has_detached, &["node"]) {
        end_with_the_client(&[&NODE]);
    }
}

#[track_caller]
fn end_with_the_client(launchers: &[&[&str]]) {
    for launcher in launchers {
        let scene = Scene::new();
        for streams in Streams::BOTH {
            for kind in [Kind::Polite, Kind::Deaf, Kind::Family] {
                let plan = scene.plan(kind.word()).streams(streams).launched_by(launcher);
                let mut guarded = plan.start_by_a_client();
                is_succeeded(&scene, &guarded);
                guarded.process.kill_hard();
                guarded.is_gone_in_time(kind);
                scene.is_empty();
            }
        }
    }
}

#[test]
fn a_launcher_that_is_killed_leaves_the_server_to_its_client() {
    // As people end `uv` or `npx`, and as a system short of memory does.
    let waits = ["bash", "-c", "exec 3<&0; \"$@\" <&3 3<&- & wait", "bash"];
    for streams in Streams::BOTH {
        let scene = Scene::new();
        let plan = scene.plan("echo").streams(streams).launched_by(&waits);
        let command = plan.command();
        let started = Started::over_pipes(&plan, command);
        let server = identities(plan.ready())[0];
        kill(server.parent().and_then(Identity::of).unwrap());
        let mut guarded = started.with_servers_at(plan.ready());
        is_succeeded(&scene, &guarded);
        echoes(&mut guarded, "still there");
        guarded.input = None;
        guarded.is_gone_in_time(Kind::Polite);
        assert_eq!(guarded.code(), BY_SIGNAL + libc::SIGKILL);
        scene.is_empty();
    }
}

#[test]
fn the_end_of_the_server_itself_is_the_end() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        for kind in ["polite", "family"] {
            let mut guarded = scene.plan(kind).streams(streams).launched_by(&BACKGROUND).start();
            is_succeeded(&scene, &guarded);
            guarded.say("exit 9");
            guarded.is_gone_in_time(Kind::Polite);
            assert_eq!(guarded.code(), CODE);
            scene.is_empty();
        }
    }
}

#[test]
fn a_restart_ends_all_of_it_and_starts_all_of_it_anew() {
    let scene = Scene::new();
    for kind in [Kind::Polite, Kind::Deaf, Kind::Family] {
        let mut guarded = scene.plan(kind.word()).launched_by(&BACKGROUND).start();
        for _ in 0..2 {
            is_succeeded(&scene, &guarded);
            let before = guarded.servers.clone();
            let answer = ask(&scene, "restart");
            assert!(answer.starts_with("ok "), "{answer}\n{}", guarded.complaints());
            assert!(before.iter().all(|server| !server.lives()), "the old one is there");
            guarded.meet_the_next_servers();
        }
        is_succeeded(&scene, &guarded);
        guarded.input = None;
        guarded.is_gone_within(kind.limit());
        scene.is_empty();
    }
}

#[test]
fn a_failure_of_the_server_counts_though_the_launcher_had_none() {
    let scene = Scene::new();
    let fine = ["bash", "-c", "exec 3<&0; \"$@\" <&3 3<&- & exit 0", "bash"];
    let mut guarded = scene.plan("polite").options(&ON_FAILURE).launched_by(&fine).start();
    is_succeeded(&scene, &guarded);
    guarded.say("die 9");
    guarded.meet_the_next_servers();
    let complaints = guarded.complaints();
    assert!(complaints.contains("failed (code 137) and is started again"), "{complaints}");
    is_succeeded(&scene, &guarded);
    guarded.say("exit 0");
    guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(guarded.code(), 0);
    scene.is_empty();
}

/// A server that says so in the file, and leaves somebody behind when its input has a line.
fn leaves_behind(scene: &Scene, streams: &str) -> (Command, std::path::PathBuf) {
    let ready = scene.bed.fresh("ready");
    let script = format!(
        "import os, subprocess, sys\n\
         helper = subprocess.Popen(['sleep', '300']{streams})\n\
         open(sys.argv[1] + '.new', 'w').write(f'{{os.getpid()}} {{helper.pid}}')\n\
         os.rename(sys.argv[1] + '.new', sys.argv[1])\n\
         sys.stdin.readline()\n\
         os._exit(3)"
    );
    let mut guard = scene.program();
    guard.args(["guard", "--"]).arg(crate::support::bed::python()).args(["-c", &script]).arg(&ready);
    (guard, ready)
}

#[track_caller]
fn starts_and_ends(scene: &Scene, command: Command, ready: &Path, more: &str, within: Duration) -> Duration {
    let plan = scene.plan("unused");
    let started = Started::over_pipes(&plan, command);
    let mut guarded = started.with_servers_at(ready);
    guarded.say("end");
    let server = guarded.server();
    eventually("the server has ended", PATIENCE, || !server.lives());
    let ended = Instant::now();
    for line in more.lines() {
        guarded.say(line);
    }
    guarded.is_gone_within(within);
    assert_eq!(guarded.code(), 3);
    scene.is_empty();
    ended.elapsed()
}

#[test]
fn who_was_left_one_stream_only_is_no_server() {
    let scene = Scene::new();
    for streams in [", stdout=subprocess.DEVNULL", ", stdin=subprocess.DEVNULL"] {
        let (command, ready) = leaves_behind(&scene, streams);
        starts_and_ends(&scene, command, &ready, "", Kind::Polite.limit());
    }
}

#[test]
fn who_was_left_both_streams_and_takes_nothing_does_not_keep_the_client_waiting_for_ever() {
    let scene = Scene::new();
    let (command, ready) = leaves_behind(&scene, "");
    let took = starts_and_ends(&scene, command, &ready, "is anybody there?", GRACE * 30);
    assert!(took >= GRACE * 10, "it was given no time to take it: {took:?}");
}
