//! `free`: names the holder of a port and ends exactly the one that was agreed on.

use std::path::Path;

use crate::support::bed::{Bed, copy_program, python};
use crate::support::client::{Shim, is_taken};
use crate::support::own::in_own_world;
use crate::{a_stranger_on, shapes};

#[test]
fn a_port_that_is_free_is_said_to_be() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        keeper.run(&["free"]).expect_code(0).says("Port 3005 is free");
        keeper.run(&["free", "3006"]).expect_code(0).says("Port 3006 is free");
        let json = keeper.run(&["free", "--json"]).expect_code(0).json();
        shapes::free().fits(&json);
        assert_eq!(json["port"], serde_json::json!({ "number": 3005, "free": true }));
    });
}

#[test]
fn where_nobody_can_be_asked_nothing_is_ended() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (_client, stranger) = a_stranger_on(&bed, 3005);
        let keeper = bed.keeper(3005);
        let pid = stranger.pid().to_string();
        keeper
            .run(&["free"])
            .expect_code(1)
            .says(&format!("({pid})"))
            .says("other_server.py")
            .complains("there is no terminal to ask on: use --pid PID --yes");
        let json = keeper.run(&["free", "--pid", &pid, "--json"]).expect_code(1).json();
        shapes::free().fits(&json);
        assert_eq!(json["holders"][0]["pid"], stranger.pid());
        keeper.run(&["free", "--yes"]).expect_code(2).complains("--yes without a terminal needs --pid");
        assert!(stranger.lives() && is_taken(3005));
    });
}

#[test]
fn a_wrong_number_ends_nobody() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (client, stranger) = a_stranger_on(&bed, 3005);
        let keeper = bed.keeper(3005);
        for pid in [client.pid(), std::process::id(), 1, 4_194_304] {
            let outcome = keeper.run(&["free", "--pid", &pid.to_string(), "--yes"]).expect_code(1);
            outcome.complains(&format!("process {pid} does not hold port 3005; nothing was ended"));
        }
        for word in ["0", "-1", "4242x", ""] {
            keeper.run(&["free", "--yes", &format!("--pid={word}")]).expect_code(2);
        }
        for port in ["0", "65536", "http"] {
            keeper.run(&["free", port]).expect_code(2);
        }
        assert!(stranger.lives() && client.children()[0].lives());
    });
}

#[test]
fn the_proxy_of_a_container_is_refused_with_what_to_do_instead() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let proxy = bed.folder("bin").join("docker-proxy");
        copy_program(python(), &proxy);
        let ready = bed.fresh("proxy");
        let script = bed.copy_fixture("run_ws_shim.py", "other_server.py");
        let command: [&Path; 5] = [&proxy, &script, "--port=3005".as_ref(), "--ready-file".as_ref(), &ready];
        let _client = bed.client_of(&command);
        let holder = Shim::from_ready_file(&ready);
        bed.keeper(3005)
            .run(&["free", "--pid", &holder.pid().to_string(), "--yes"])
            .expect_code(1)
            .complains("holds the port for a container and is not ended")
            .complains("hint: `docker ps --filter publish=3005` names the container; stop that");
        assert!(holder.lives() && is_taken(3005));
    });
}

#[test]
fn a_shim_in_use_is_ended_where_the_user_names_it_and_nothing_else_is() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let mut client = bed.client().on_port(3005).with(&["--grandchild"]).start();
        let shim = client.shim();
        let helper = shim.grandchild.unwrap();
        let keeper = bed.keeper(3005);
        let done = keeper.run(&["free", "--pid", &shim.pid().to_string(), "--yes", "--json"]).expect_code(0);
        let json = done.json();
        shapes::free().fits(&json);
        assert_eq!(json["ended"], serde_json::json!([{ "pid": shim.pid(), "how": "asked" }]));
        assert_eq!(json["port"]["free"], true);
        assert!(!shim.lives() && !is_taken(3005));
        assert!(helper.lives(), "only the holder was named");
        assert!(client.lives());
        assert!(keeper.log().contains("as the user asked"), "{}", keeper.log());
    });
}

#[test]
fn the_program_that_runs_us_is_never_ended() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        // A server whose child we are.
        let code = "import os, socket, subprocess, sys\n\
                    holder = socket.create_server(('127.0.0.1', 3005))\n\
                    command = sys.argv[1:] + ['--pid', str(os.getpid()), '--yes']\n\
                    sys.exit(subprocess.call(command))";
        let mut server = bed.command(python());
        let console = keeper.console();
        server.args(["-c", code]).arg(console.get_program()).args(console.get_args()).args(["free", "3005"]);
        bed.run(&mut server).expect_code(1).complains("it is this program or started it");
    });
}
