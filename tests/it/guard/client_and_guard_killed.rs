//! The client is ended by force together with its guard: with the half of it that it knows, or with both.

use std::time::Duration;

use crate::guard::scene::{GRACE, Guarded, Kind, Scene, gone_within, kill};
use crate::support::identity::Identity;
use crate::support::{PATIENCE, eventually};

#[test]
fn a_polite_server() {
    check(Kind::Polite);
}

#[test]
fn a_deaf_server() {
    check(Kind::Deaf);
}

#[test]
fn a_family() {
    check(Kind::Family);
}

#[test]
fn a_crashing_server() {
    check(Kind::Crashing);
}

/// Ends them in another order each time.
fn kill_all(mut victims: Vec<Identity>, round: usize) {
    let first = round % victims.len();
    victims.rotate_left(first);
    victims.into_iter().for_each(kill);
}

fn client(guarded: &Guarded) -> Identity {
    guarded.process.identity()
}

fn check(kind: Kind) {
    let mut round = 0;
    // Whoever is left of the guard ends everybody.
    Scene::rounds(|scene, streams| {
        let mut guarded = scene.client(kind, streams);
        kill_all(vec![client(&guarded), guarded.outer], round);
        guarded.is_gone_in_time(kind);
        round += 1;
    });
    Scene::rounds(|scene, streams| {
        let mut guarded = scene.client(kind, streams);
        kill_all(vec![client(&guarded), guarded.keeper], round);
        guarded.is_gone_in_time(kind);
        round += 1;
    });
    // Nobody is left: the server itself ends, and what it has started is promised to nobody.
    Scene::rounds(|scene, streams| {
        let mut guarded = scene.client(kind, streams);
        let all = [client(&guarded), guarded.outer, guarded.keeper];
        kill_all(all.to_vec(), round);
        gone_within([guarded.outer, guarded.keeper, guarded.server()], Duration::from_secs(1), String::new);
        guarded.servers.iter().copied().for_each(kill);
        guarded.is_gone_within(GRACE);
        // Whoever cleans up next sweeps away what tells of a guard that is gone, and was collected by the first process.
        eventually("nothing tells of it", PATIENCE, || {
            scene.bed.run(scene.program().arg("cleanup")).expect_code(0);
            scene.lease_files().is_empty()
        });
        round += 1;
    });
}
