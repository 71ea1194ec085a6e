//! A port that is taken when the guard starts: orphans of the watch give way, everybody else is named.

use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::guard::scene::{Kind, Scene, free_port, identities};
use crate::support::bed::python;
use crate::support::client::{Shim, is_taken};
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, eventually_some};

/// What a guard waits for a port, and some more for a busy machine.
const PORT_TIME: Duration = Duration::from_secs(2);

/// A guard over the bed's own shim on this port, which reports in the file.
fn guarded_shim(scene: &Scene, port: u16, ready: &std::path::Path) -> Command {
    let mut command = scene.program();
    command.args(["guard", "--"]).arg(python()).arg("-u").arg(scene.bed.path(scene.bed.script()));
    command.args(["--port", &port.to_string(), "--ready-file"]).arg(ready);
    command
}

#[test]
fn an_orphan_of_the_watch_is_ended_before_the_start() {
    let scene = Scene::new();
    let client = scene.bed.client().with(&["--grandchild"]).start();
    let orphan = client.shim();
    client.kill_hard();
    assert!(orphan.lives() && is_taken(orphan.port()));
    scene.watch(orphan.port(), "listens = \"always\"");

    let ready = scene.bed.fresh("next");
    let (theirs, input) = std::io::pipe().unwrap();
    let mut guard = Spawned::start(guarded_shim(&scene, orphan.port(), &ready).stdin(theirs));
    let next = Shim::from_ready_file(&ready);
    assert!(!orphan.lives() && !orphan.grandchild.unwrap().lives(), "the orphan is gone");
    assert_eq!(next.port(), orphan.port());
    assert!(next.lives() && next.pid() != orphan.pid());
    drop(input);
    guard.wait();
    eventually("nothing is left", PATIENCE, || scene.bed.living().is_empty());
    scene.is_empty();
}

#[test]
fn a_shim_whose_client_lives_is_named_and_left_alone() {
    let scene = Scene::new();
    let client = scene.bed.client().start();
    let shim = client.shim();
    scene.watch(shim.port(), "listens = \"always\"");
    let begin = Instant::now();
    let outcome = scene.bed.run(&mut guarded_shim(&scene, shim.port(), &scene.bed.fresh("next")));
    assert!(begin.elapsed() >= PORT_TIME, "it had its time");
    assert_eq!(outcome.stdout, "", "{outcome}");
    let outcome = outcome.expect_code(126).complains(&shim.pid().to_string()).complains("hint: ");
    outcome.complains(&format!("port {}", shim.port()));
    assert!(shim.lives() && is_taken(shim.port()));
    assert!(scene.lease_files().is_empty());
}

#[test]
fn a_foreign_holder_is_named_and_left_alone() {
    // By the watch, and by an option for a server of which nobody knows anything.
    for (address, is_watched) in [("127.0.0.1", true), ("::1", false)] {
        let scene = Scene::new();
        let holder = TcpListener::bind((address, 0)).unwrap();
        let port = holder.local_addr().unwrap().port();
        let started = scene.bed.fresh("started");
        let mut command = if is_watched {
            scene.watch(port, "listens = \"always\"");
            guarded_shim(&scene, port, &started)
        } else {
            let mut command = scene.program();
            command.args(["guard", "--port", &port.to_string(), "--", "touch"]).arg(&started);
            command
        };
        let outcome = scene.bed.run(&mut command);
        assert_eq!(outcome.stdout, "", "{outcome}");
        let outcome = outcome.expect_code(126).complains(&std::process::id().to_string());
        let outcome = outcome.complains(&format!("shimkeeper free {port}"));
        assert!(!outcome.stderr.contains("shimkeeper status"), "which tells nothing of strangers: {outcome}");
        assert!(!started.exists(), "the server was never started");
        assert!(scene.lease_files().is_empty());
    }
}

#[test]
fn a_holder_that_goes_away_in_time_is_waited_for() {
    let scene = Scene::new();
    let holder = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = holder.local_addr().unwrap().port();
    let (number, log) = (port.to_string(), scene.bed.fresh("log"));
    let plan = scene.plan("listener").options(&["--port", &number]);
    let plan = plan.words(&[&number, "0", &log.to_string_lossy()]);
    let ready = plan.ready().to_owned();
    let started = plan.start_unready();
    thread::sleep(Duration::from_millis(700));
    assert!(!log.exists(), "the server waits for its port");
    drop(holder);
    let mut guarded = started.with_servers_at(&ready);
    assert!(fs::read_to_string(&log).unwrap().contains("bound"));
    guarded.input = None;
    guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(guarded.code(), 0);
    scene.is_empty();
}

#[test]
fn a_connection_that_was_closed_a_moment_ago_keeps_nobody_waiting() {
    let scene = Scene::new();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    // Closed by the server first, so that the port lingers.
    drop(listener.accept().unwrap());
    drop(listener);
    drop(client);
    let begin = Instant::now();
    scene.bed.run(scene.program().args(["guard", "--port", &port.to_string(), "--", "true"])).expect_code(0);
    assert!(begin.elapsed() < PORT_TIME, "{:?}", begin.elapsed());
}

#[test]
fn where_the_server_listens_nowhere_the_port_is_no_matter() {
    let scene = Scene::new();
    // An orphan of the watch, and a stranger on the port: neither is looked at.
    let client = scene.bed.client().start();
    let orphan = client.shim();
    client.kill_hard();
    scene.watch(orphan.port(), "listens = \"never\"");
    let ready = scene.bed.fresh("next");
    let (theirs, input) = std::io::pipe().unwrap();
    let begin = Instant::now();
    let mut command = guarded_shim(&scene, 0, &ready);
    let mut guard = Spawned::start(command.stdin(theirs));
    let next = Shim::from_ready_file(&ready);
    assert!(begin.elapsed() < PORT_TIME, "{:?}", begin.elapsed());
    assert!(orphan.lives() && next.lives());
    drop(input);
    guard.wait();
    assert!(orphan.lives(), "it is the cleanup's");
    orphan.process.signal(rustix::process::Signal::KILL);
    eventually("nothing is left", PATIENCE, || scene.bed.living().is_empty());
    scene.is_empty();
}

#[test]
fn the_lease_names_guard_server_and_client() {
    let scene = Scene::new();
    let port = free_port().to_string();
    let log = scene.bed.fresh("log");
    let plan =
        scene.plan("listener").options(&["--port", &port]).words(&[&port, "0", &log.to_string_lossy()]);
    let ready = plan.ready().to_owned();
    let mut guarded = plan.start_by_a_client();
    assert_eq!(identities(&ready), guarded.servers);
    let lease = eventually_some("the lease is written", PATIENCE, || {
        let text = fs::read_to_string(scene.lease_file("json")?).ok()?;
        serde_json::from_str::<serde_json::Value>(&text).ok()
    });
    assert_eq!(lease["guard"]["pid"], guarded.outer.pid);
    assert_eq!(lease["server"]["pid"], guarded.server().pid);
    assert_eq!(lease["client"]["pid"], guarded.process.pid());
    assert_eq!(lease["port"].to_string(), port);
    guarded.process.kill_hard();
    guarded.is_gone_in_time(Kind::Polite);
    scene.is_empty();
}
