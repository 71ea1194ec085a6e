//! Two guards at once for one port: one server is started, the other guard says whose it is.

use std::fs;
use std::time::{Duration, Instant};

use crate::guard::mcp_client::Mcp;
use crate::guard::restart::{CHANGED, ends_well, restart};
use crate::guard::scene::{Guarded, Kind, Plan, Scene, Started, Streams, free_port, rounds_of};
use crate::support::{PATIENCE, eventually, eventually_some};

/// How the guards know of the port.
#[derive(Clone, Copy)]
enum Known {
    ByTheWatch,
    ByAnOption,
}

#[test]
fn of_a_watch_whose_server_listens_at_once() {
    race(Known::ByTheWatch, "0");
}

#[test]
fn of_a_watch_whose_server_takes_its_time() {
    race(Known::ByTheWatch, "300");
}

#[test]
fn of_a_server_that_listens_at_once() {
    race(Known::ByAnOption, "0");
}

#[test]
fn of_a_server_that_takes_its_time() {
    race(Known::ByAnOption, "300");
}

fn race(known: Known, delay: &str) {
    let scene = Scene::new();
    for round in 0..rounds_of(1) {
        let (port, log) = (free_port(), scene.bed.fresh("log"));
        scene.watch(port, "listens = \"always\"");
        let plan = || plan(&scene, known, port, delay, &log.to_string_lossy());
        let mut guards = [plan(), plan()].map(|plan| (plan.ready().to_owned(), plan.start_unready()));
        // The one that ends is the loser; the other one goes on.
        let loser = eventually_some("one of them gives way", PATIENCE, || {
            guards.iter_mut().position(|(_, guard)| guard.process.ended().is_some())
        });
        let [first, second] = guards;
        let ((_, mut loser), (ready, winner)) = if loser == 0 { (first, second) } else { (second, first) };
        assert_eq!(loser.code(), 126, "round {round}: {}", loser.complaints());
        let mut winner = winner.with_servers_at(&ready);
        says_whose_it_is(&loser, &winner, port);
        let said = fs::read_to_string(&log).unwrap();
        let server = winner.server().pid;
        assert_eq!(said, format!("started {server}\nbound {server}\n"), "round {round}");
        assert!(winner.server().lives() && winner.outer.lives(), "the first one is never ended");
        winner.say("exit 5");
        winner.is_gone_in_time(Kind::Polite);
        assert_eq!(winner.code(), 5);
        scene.is_empty();
    }
}

#[test]
fn a_guard_that_comes_later_never_ends_the_server_of_a_living_client() {
    for known in [Known::ByTheWatch, Known::ByAnOption] {
        let scene = Scene::new();
        let (port, log) = (free_port(), scene.bed.fresh("log"));
        scene.watch(port, "listens = \"always\"");
        let plan = || plan(&scene, known, port, "0", &log.to_string_lossy());
        let first = plan().start();
        let mut second = plan().start_unready();
        assert_eq!(second.code(), 126);
        says_whose_it_is(&second, &first, port);
        assert!(first.server().lives());
        assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 2, "the second one was never started");
    }
}

#[test]
fn a_server_that_ends_while_another_waits_makes_room() {
    let scene = Scene::new();
    let (port, log) = (free_port(), scene.bed.fresh("log"));
    scene.watch(port, "listens = \"always\"");
    let plan = || plan(&scene, Known::ByTheWatch, port, "0", &log.to_string_lossy());
    let mut first = plan().start();
    let waits = plan();
    let ready = waits.ready().to_owned();
    let waits = waits.start_unready();
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(!ready.exists());
    first.say("exit 0");
    assert_eq!(first.code(), 0);
    let mut second = waits.with_servers_at(&ready);
    second.say("exit 6");
    second.is_gone_in_time(Kind::Polite);
    assert_eq!(second.code(), 6);
    eventually("nothing is left", PATIENCE, || scene.bed.living().is_empty());
    scene.is_empty();
}

#[test]
fn where_servers_may_listen_a_late_one_keeps_no_other_waiting_for_ever_and_is_named() {
    let scene = Scene::new();
    let (port, log) = (free_port(), scene.bed.fresh("log"));
    // The default.
    scene.watch(port, "listens = \"maybe\"");
    let plan = || plan(&scene, Known::ByTheWatch, port, "3000", &log.to_string_lossy());
    let (first, second) = (plan(), plan());
    let ready = [first.ready().to_owned(), second.ready().to_owned()];
    let first = first.start_unready();
    eventually("the first one is known", PATIENCE, || scene.lease_file("json").is_some());
    let begin = Instant::now();
    let second = second.start_unready();
    let started = || fs::read_to_string(&log).unwrap_or_default().matches("started").count();
    eventually("the second one is started all the same", PATIENCE, || started() == 2);
    assert!(begin.elapsed() >= Duration::from_secs(1), "the first one had its time");
    let said = second.complaints();
    let [first, second] = [first.with_servers_at(&ready[0]), second.with_servers_at(&ready[1])];
    let server = first.server().pid;
    assert!(said.contains(&format!("({server})")) && said.contains("has not taken"), "{said}");
    assert!(said.contains(&format!("({})", std::process::id())), "whose it is: {said}");
    for mut guarded in [first, second] {
        guarded.input = None;
        guarded.is_gone_in_time(Kind::Polite);
    }
    scene.is_empty();
}

#[test]
fn where_servers_may_listen_one_that_does_so_in_time_is_the_only_one() {
    let scene = Scene::new();
    let (port, log) = (free_port(), scene.bed.fresh("log"));
    scene.watch(port, "listens = \"maybe\"");
    let plan = || plan(&scene, Known::ByTheWatch, port, "600", &log.to_string_lossy());
    let first = plan();
    let ready = first.ready().to_owned();
    let first = first.start_unready();
    eventually("the first one is known", PATIENCE, || scene.lease_file("json").is_some());
    let mut second = plan().start_unready();
    assert_eq!(second.code(), 126, "{}", second.complaints());
    let mut first = first.with_servers_at(&ready);
    says_whose_it_is(&second, &first, port);
    assert_eq!(fs::read_to_string(&log).unwrap().matches("started").count(), 1);
    first.input = None;
    first.is_gone_in_time(Kind::Polite);
    scene.is_empty();
}

#[test]
fn a_port_without_a_lock_is_no_reason_to_start_nothing_and_said() {
    let scene = Scene::new();
    let (port, log) = (free_port(), scene.bed.fresh("log"));
    fs::create_dir_all(scene.leases().join(format!("port-{port}.lock"))).unwrap();
    let mut guarded = plan(&scene, Known::ByAnOption, port, "0", &log.to_string_lossy()).start();
    let said = guarded.complaints();
    assert!(said.contains(&format!("port-{port}.lock cannot be taken")), "{said}");
    guarded.input = None;
    guarded.is_gone_in_time(Kind::Polite);
}

#[test]
fn whoever_takes_the_port_during_a_restart_is_told_of() {
    let scene = Scene::new();
    let port = free_port();
    let mut client = Mcp::start(&scene, "", &["--port", &port.to_string()]);
    client.introduces_itself();
    let _holder = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    restart(&scene, &mut client);
    let said = client.guarded.complaints();
    assert!(said.contains(&format!("port {port} was taken")), "{said}");
    client.is_notified(CHANGED);
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

fn plan<'a>(scene: &'a Scene, known: Known, port: u16, delay: &str, log: &str) -> Plan<'a> {
    let number = port.to_string();
    let plan = scene.plan("listener").streams(Streams::Relayed).words(&[&number, delay, log]);
    match known {
        Known::ByTheWatch => plan.by_the_watched_name(),
        Known::ByAnOption => plan.options(&["--port", &number]),
    }
}

/// Which server, of which client, and what to do.
#[track_caller]
fn says_whose_it_is(loser: &Started, winner: &Guarded, port: u16) {
    let said = loser.complaints();
    assert!(said.contains(&format!("port {port} ")), "{said}");
    let server = winner.server().pid;
    assert!(said.contains(&format!("({server})")), "{said}");
    assert!(said.contains("hint: "), "{said}");
}
