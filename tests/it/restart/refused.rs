//! Restarts that make no sense, or that fail: said, and nothing else is touched.

use crate::restart::{command_line, orphaned};
use crate::support::bed::{Bed, python};
use crate::support::client::{Shim, is_taken};
use crate::support::own::in_own_world;

#[test]
fn a_server_on_stdio_is_its_clients_to_start() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().stdio().start();
        let shim = client.shim();
        bed.keeper(3005).run(&["restart"]).expect_code(1).complains(&format!(
            "{} listens on no port, so it speaks with its client over stdio: restart it in the client",
            shim.pid()
        ));
        assert!(shim.lives());
    });
}

#[test]
fn a_server_on_the_port_that_its_client_speaks_to_over_stdio_is_its_clients_to_start() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        bed.keeper(3005).run(&["restart"]).expect_code(1).complains(&format!(
            "{} listens on port 3005, but its client can also speak to it over stdio",
            shim.pid()
        ));
        assert!(shim.lives() && is_taken(3005));
        // Where the watch says that the port is what counts, it is restarted, and its client is named.
        let keeper = bed.keeper_with(3005, "listens = \"always\"");
        keeper.run(&["restart"]).expect_code(0).complains("will have to connect again");
        assert!(!shim.lives());
    });
}

#[test]
fn a_port_of_somebody_else_is_not_fought_for() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let script = bed.copy_fixture("run_ws_shim.py", "other_server.py");
        let ready = bed.fresh("stranger");
        let command = [python(), &script, "--port=3005".as_ref(), "--ready-file".as_ref(), &ready];
        let _client = bed.client_of(&command);
        let stranger = Shim::from_ready_file(&ready);
        let keeper = bed.keeper_with(3005, &command_line(&bed, &[]));
        keeper
            .run(&["restart"])
            .expect_code(1)
            .complains("port 3005 is held by another process: `shimkeeper free 3005` shows which one");
        assert!(stranger.lives() && is_taken(3005));
        assert!(!keeper.log().contains("started"), "{}", keeper.log());
    });
}

#[test]
fn where_nothing_runs_and_nothing_is_configured_there_is_nothing_to_start() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        bed.keeper(3005)
            .run(&["restart"])
            .expect_code(1)
            .complains("exai-mcp does not run, and the watch \"exai-mcp\" has no `command` to start it with");
        assert!(!is_taken(3005));
    });
}

#[test]
fn a_command_that_ends_at_once_is_told_with_a_hint_to_the_log() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper_with(
            3005,
            "command = [\"sh\", \"-c\", \"echo the engine is missing >&2; exit 3\", \"run_ws_shim.py\"]",
        );
        // It may have ended before or after we had a look at it.
        for _ in 0..6 {
            let outcome = keeper.run(&["restart"]).expect_code(1);
            assert!(!outcome.stderr.contains("was stopped"), "nothing was: {outcome}");
            outcome.complains("ended at once (exit status: 3): `shimkeeper log` shows what it said");
        }
        keeper.run(&["log"]).expect_code(0).says("the engine is missing");
    });
}

#[test]
fn a_folder_that_vanished_is_told_with_what_was_stopped() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let folder = bed.folder("gone soon");
        let client = bed.client().on_port(3005).in_folder(&folder).start();
        let shim = client.shim();
        client.kill_hard();
        std::fs::remove_dir(&folder).unwrap();
        let outcome = bed.keeper(3005).run(&["restart"]).expect_code(1);
        assert!(outcome.stderr.contains("could not be started"), "{outcome}");
        let stopped = format!("PID {} was stopped, but `", shim.pid());
        assert_eq!(shim.lives(), !outcome.stderr.contains(&stopped), "{outcome}");
    });
}

#[test]
fn a_configuration_that_does_not_load_stops_nothing() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (orphan, _) = orphaned(&bed);
        let missing = bed.path("missing.env");
        let keeper = bed.keeper_with(3005, &format!("env_file = {missing:?}"));
        keeper.run(&["restart"]).expect_code(2).complains("watch.env_file").complains("there is no file");
        assert!(orphan.lives(), "nothing is touched before everything is known");
    });
}
