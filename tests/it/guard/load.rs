//! Many clients at once, on a machine that has no time for any of them.

use std::process::Command;
use std::time::Duration;

use crate::guard::scene::{Kind, Scene, Streams, gone_within};
use crate::support::spawned::Spawned;

/// How many clients, each with a guard of its own.
const CLIENTS: usize = 20;

/// A busy machine is slow, and still nothing may be left.
const LIMIT: Duration = Duration::from_secs(10);

#[test]
fn no_orphan_is_left_when_every_client_is_ended_by_force_under_load() {
    let scene = Scene::new();
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let busy: Vec<Spawned> = (0..2 * cores).map(|_| Spawned::start(&mut endless(&scene))).collect();
    let kinds = [Kind::Polite, Kind::Deaf, Kind::Family, Kind::Crashing];
    let mut clients: Vec<_> = (0..CLIENTS)
        .map(|number| scene.client(kinds[number % kinds.len()], Streams::BOTH[number / kinds.len() % 2]))
        .collect();
    for client in &mut clients {
        client.process.kill_hard();
    }
    let everybody = clients.iter().flat_map(|it| [it.outer, it.keeper].into_iter().chain(it.servers.clone()));
    gone_within(everybody.collect::<Vec<_>>(), LIMIT, || scene.bed.complaints());
    for client in &mut clients {
        client.is_gone_in_time(Kind::Deaf);
    }
    drop(busy);
    scene.is_empty();
}

#[test]
fn no_orphan_is_left_when_clients_are_ended_while_their_guards_start() {
    // Wherever in its start the guard is: before its fork, before the server, before the lease.
    let scene = Scene::new();
    for delay in 0..30 {
        let kind = [Kind::Polite, Kind::Deaf, Kind::Family][delay % 3];
        let mut client = scene.plan(kind.word()).unready_client();
        std::thread::sleep(Duration::from_millis(u64::try_from(delay).unwrap()));
        client.kill_hard();
    }
    crate::support::eventually("nothing is left", LIMIT, || scene.bed.living().is_empty());
    scene.is_empty();
}

#[test]
fn no_orphan_is_left_when_guards_are_ended_while_they_start() {
    let scene = Scene::new();
    for delay in 0..30 {
        let kind = [Kind::Polite, Kind::Deaf, Kind::Family][delay % 3];
        let mut started = scene.plan(kind.word()).start_unready();
        std::thread::sleep(Duration::from_millis(u64::try_from(delay).unwrap()));
        started.process.kill_hard();
    }
    crate::support::eventually("nothing is left", LIMIT, || scene.bed.living().is_empty());
    scene.is_empty();
}

fn endless(scene: &Scene) -> Command {
    let mut command = scene.bed.command("sh");
    command.args(["-c", "while :; do :; done"]);
    command
}
