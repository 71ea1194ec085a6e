//! Sessions that are connected to a server's port and were not asked: no restart cuts them off unless the user names the
//! server.

use rustix::process::Signal;

use crate::orphans::session;
use crate::restart::{command_line, orphaned};
use crate::support::bed::Bed;
use crate::support::client::{Shim, is_taken};
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};

#[test]
fn a_session_that_is_connected_to_the_port_is_named_and_keeps_the_server_until_the_user_names_that() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (shim, ready) = orphaned(&bed);
        let session = session(&bed, shim, "only");
        let keeper = bed.keeper(3005);
        keeper
            .run(&["restart"])
            .expect_code(1)
            .complains(&format!("{} was not restarted: ", shim.pid()))
            .complains(&format!("({}) is connected to its port 3005", session.children()[0].pid))
            .complains(&format!("hint: `shimkeeper restart --pid {}` restarts it", shim.pid()));
        assert!(shim.lives() && is_taken(3005) && session.children()[0].lives());

        keeper.run(&["restart", "--pid", &shim.pid().to_string()]).expect_code(0).says("Stopped PID");
        let (new, _) = Shim::after(shim, &ready);
        assert!(!shim.lives() && new.lives() && session.children()[0].lives());
    });
}

#[test]
fn so_does_one_that_is_connected_to_a_server_whose_client_lives() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().called("the-editor").by_port().on_port(3005).start();
        let shim = client.shim();
        let session = session(&bed, shim, "only");
        let keeper = bed.keeper_with(3005, "listens = \"always\"");
        let user = session.children()[0];
        keeper
            .run(&["restart"])
            .expect_code(1)
            .complains(&format!("({}) is connected to its port 3005", user.pid));
        assert!(shim.lives());
        // With the session only the client is left to be named.
        user.signal(Signal::KILL);
        eventually("the session has ended", PATIENCE, || !user.lives());
        keeper.run(&["restart"]).expect_code(0).complains("the-editor uses this server");
        assert!(!shim.lives());
    });
}

#[test]
fn a_number_that_is_no_servers_restarts_nothing() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (shim, _) = orphaned(&bed);
        let keeper = bed.keeper_with(3005, &command_line(&bed, &[]));
        let us = std::process::id().to_string();
        keeper
            .run(&["restart", "--pid", &us])
            .expect_code(1)
            .complains(&format!("{us} belongs to no server that is watched: `shimkeeper status` lists them"));
        assert!(shim.lives());
    });
}
