//! What the command line makes of a tray's answers. The tray is played; `tests/it/desktop` has a real one.

use std::time::Duration;

use crate::restart::orphaned;
use crate::support::bed::{Bed, python};
use crate::support::keeper::{Keeper, Outcome};
use crate::support::own::in_own_world;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually};

/// Answers the first request and writes down what it was.
const TRAY: &str = "\
import os, socket, sys
place, answer = sys.argv[1:]
listener = socket.socket(socket.AF_UNIX)
listener.bind(place + '.new')
listener.listen()
os.rename(place + '.new', place)
connection, _ = listener.accept()
with open('asked', 'w') as asked:
    asked.write(connection.makefile().readline())
connection.sendall(answer.encode())
connection.close()
";

#[test]
fn a_tray_that_did_it_is_said_to_own_the_server() {
    with_a_tray("ok stopped PID 1, started run_ws_shim as PID 2\n", |outcome| {
        outcome
            .expect_code(0)
            .says("Stopped PID 1, started run_ws_shim as PID 2; it belongs to the tray and ends with it");
    });
}

#[test]
fn a_tray_that_refused_is_believed() {
    with_a_tray("failed a cleanup or restart is already in progress\n", |outcome| {
        outcome.expect_code(1).complains("shimkeeper: a cleanup or restart is already in progress");
    });
}

#[test]
fn a_tray_that_died_in_the_middle_is_not_taken_for_none() {
    with_a_tray("", |outcome| {
        outcome.expect_code(1).complains("the tray runs but gave no answer; the log says what it did");
    });
}

#[test]
fn a_socket_that_a_dead_tray_left_behind_stops_nobody() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (orphan, _) = orphaned(&bed);
        let keeper = bed.keeper(3005);
        let mut tray = played(&bed, &keeper, "");
        tray.kill_hard();
        keeper.run(&["restart"]).expect_code(0).says("nobody owns it");
        assert!(!orphan.lives());
    });
}

/// Restarts where a tray answers so; what the tray does not do is not done.
#[track_caller]
fn with_a_tray(answer: &'static str, check: fn(Outcome)) {
    let bed = Bed::new();
    let client = bed.client().start();
    let shim = client.shim();
    client.kill_hard();
    let keeper = bed.keeper(shim.port());
    let mut tray = played(&bed, &keeper, answer);
    check(keeper.run(&["restart"]));
    tray.wait();
    assert_eq!(std::fs::read_to_string(bed.path("asked")).unwrap(), "restart exai-mcp\n");
    crate::support::stays_so("the orphan was left to the tray", Duration::from_millis(500), || shim.lives());
}

#[track_caller]
fn played(bed: &Bed, keeper: &Keeper<'_>, answer: &str) -> Spawned {
    let place = keeper.home().join("tray.sock");
    let mut tray = bed.command(python());
    let tray = Spawned::start(tray.args(["-c", TRAY]).arg(&place).arg(answer));
    eventually("the tray listens", PATIENCE, || place.exists());
    tray
}
