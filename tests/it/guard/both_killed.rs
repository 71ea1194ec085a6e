//! Both processes of the guard are ended by force at once: the server itself ends with its parent. What that
//! has started is promised to nobody, and the lease stays until somebody looks.

use std::time::Duration;

use crate::guard::scene::{GRACE, Kind, Scene, gone_within, kill};

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

fn check(kind: Kind) {
    let mut outer_first = false;
    Scene::rounds(|scene, streams| {
        let mut guarded = scene.guard(kind, streams);
        outer_first = !outer_first;
        let mut both = [guarded.outer, guarded.keeper];
        if !outer_first {
            both.reverse();
        }
        both.into_iter().for_each(kill);
        gone_within([guarded.outer, guarded.keeper, guarded.server()], Duration::from_secs(1), String::new);
        guarded.servers.iter().copied().for_each(kill);
        guarded.is_gone_within(GRACE);
        // Whoever cleans up next sweeps away what tells of a guard that is gone.
        scene.bed.run(scene.program().arg("cleanup")).expect_code(0);
    });
}
