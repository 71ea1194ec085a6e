//! `free`: names the holder of a port and ends exactly the one that was agreed on.

use std::path::Path;

use crate::commands::{a_stranger_on, shapes};
use crate::support::bed::{Bed, copy_program, python};
use crate::support::client::{Shim, is_taken};
use crate::support::own::{in_own_world, skip};
use crate::support::{PATIENCE, eventually};

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
        is_refused("docker-proxy", "hint: `docker ps --filter publish=3005` names the container; stop that");
    });
}

#[test]
fn what_carries_the_network_of_rootless_containers_is_refused() {
    in_own_world(|| {
        is_refused(
            "pasta.avx2",
            "hint: `podman ps --filter publish=3005` names the container; stop that by `podman stop`",
        );
    });
}

/// A program of this name on port 3005 is not ended, and it is said what to do.
#[track_caller]
fn is_refused(name: &str, hint: &str) {
    let bed = Bed::with_the_real_name();
    let proxy = bed.folder("bin").join(name);
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
        .complains(hint);
    assert!(holder.lives() && is_taken(3005));
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

/// A program that has port 3005 without listening on it; `how` ends with the port in its hands.
fn a_taker(bed: &Bed, how: &str) -> crate::support::client::Client {
    let code = format!("import os, signal, socket\n{how}\nopen('taken', 'w').close()\nsignal.pause()");
    let client = bed.client_of(&[python(), "-c".as_ref(), code.as_ref()]);
    let taken = bed.path("taken");
    eventually("the port is taken", PATIENCE, || taken.exists());
    client
}

/// Every command says so of port 3005, with these words, and none that it is free.
#[track_caller]
fn all_say(bed: &Bed, words: &str, kind: &str) {
    let keeper = bed.keeper(3005);
    let status = keeper.run(&["status"]).expect_code(1).says(words);
    let free = keeper.run(&["free"]).expect_code(1);
    assert!(format!("{}{}", free.stdout, free.stderr).contains(words), "{free}");
    let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(1).json();
    assert_eq!(cleanup["port"], serde_json::json!({ "number": 3005, "free": false }), "{cleanup:#}");
    let json = keeper.run(&["free", "--json"]).expect_code(1).json();
    shapes::free().fits(&json);
    assert_eq!(json["port"]["free"], false, "{json:#}");
    let json = keeper.run(&["status", "--json"]).expect_code(1).json();
    shapes::status().fits(&json);
    assert_eq!(json["verdict"], "blocked", "{json:#}");
    assert_eq!(json["watches"][0]["findings"][0]["kind"], kind, "{json:#}");
    let doctor = keeper.run(&["doctor"]).says("! port");
    assert!(doctor.stdout.contains(words), "{doctor}");
    let guard =
        keeper.run(&["guard", "--port", "3005", "--", "echo", "hi"]).expect_code(126).complains(words);
    for outcome in [&status, &free, &doctor, &guard] {
        assert!(!outcome.stdout.contains("is free"), "{outcome}");
    }
}

#[test]
fn a_port_that_somebody_has_bound_without_listening_is_not_free_and_he_is_named() {
    in_own_world(|| {
        for (family, address) in [("AF_INET", "127.0.0.1"), ("AF_INET", "0.0.0.0"), ("AF_INET6", "::")] {
            let bed = Bed::with_the_real_name();
            let how = format!("s = socket.socket(socket.{family}); s.bind(('{address}', 3005))");
            let taker = a_taker(&bed, &how);
            let child = taker.children()[0];
            let pid = child.pid;
            all_say(&bed, &format!("({pid})"), "bound");
            let keeper = bed.keeper(3005);
            keeper.run(&["status"]).says("has bound").says("and does not listen on it");
            // The user may end it by name, as any other holder.
            keeper
                .run(&["free", "--pid", &pid.to_string(), "--yes"])
                .expect_code(0)
                .says("Port 3005 is free");
            assert!(!child.lives());
        }
    });
}

#[test]
fn a_port_that_a_connection_goes_out_from_is_not_free_and_its_program_is_not_ended() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let how = "l = socket.create_server(('127.0.0.1', 0))\n\
                   c = socket.socket(); c.bind(('127.0.0.1', 3005)); c.connect(l.getsockname())";
        let taker = a_taker(&bed, how);
        let child = taker.children()[0];
        all_say(
            &bed,
            &format!("({}) has a connection from 127.0.0.1:3005; it is not ended for that", child.pid),
            "connected",
        );
        let keeper = bed.keeper(3005);
        keeper.run(&["status"]).says("ip_local_reserved_ports=3005");
        keeper
            .run(&["free", "--pid", &child.pid.to_string(), "--yes"])
            .expect_code(1)
            .complains("it is not ended for that")
            .complains("ip_local_reserved_ports=3005");
        assert!(child.lives());
    });
}

#[test]
fn what_lingers_of_a_connection_keeps_the_port_for_a_minute_and_is_said_to() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        // Closed by the one who went out from the port, so that the remains are on this side.
        let how = "l = socket.create_server(('127.0.0.1', 0))\n\
                   c = socket.socket(); c.bind(('127.0.0.1', 3005)); c.connect(l.getsockname())\n\
                   a = l.accept()[0]; c.close(); a.recv(1); a.close()";
        let _taker = a_taker(&bed, how);
        all_say(&bed, "0.0.0.0:3005 cannot be bound yet: a closed connection lingers on it", "lingering");
    });
}

#[test]
fn a_port_with_the_remains_of_a_servers_connections_is_free_as_the_next_server_finds_it() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let how = "l = socket.create_server(('127.0.0.1', 3005))\n\
                   c = socket.create_connection(('127.0.0.1', 3005)); a = l.accept()[0]\n\
                   a.close(); c.recv(1); c.close(); l.close()";
        let _server = a_taker(&bed, how);
        let keeper = bed.keeper(3005);
        keeper.run(&["status"]).expect_code(0).says("port 3005 is free");
        keeper.run(&["free"]).expect_code(0).says("Port 3005 is free");
        keeper.run(&["guard", "--port", "3005", "--", "true"]).expect_code(0);
    });
}

#[test]
fn a_port_that_takes_more_rights_is_not_called_taken_nor_free() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let Some((keeper, program)) = bed.keeper_for_nobody(80) else {
            return skip(
                "free::a_port_that_takes_more_rights_is_not_called_taken_nor_free",
                "no right to become somebody else, or no python3 of the system",
            );
        };
        let run = |words: &[&str]| {
            let mut command = bed.as_nobody(&program);
            bed.run(command.arg("--home").arg(keeper.home()).args(words))
        };
        let says = "nobody listens on port 80, and binding it takes more rights than this user has";
        run(&["status"]).expect_code(1).says(says);
        run(&["free"]).expect_code(1).complains(says);
        let json = run(&["free", "--json"]).expect_code(1).json();
        assert_eq!(json["port"]["free"], false);
        run(&["guard", "--port", "80", "--", "true"]).expect_code(126).complains("takes more rights");
    });
}
