//! Who uses a server whose way up ends: the other end of a socket, a session that is connected to its port.

use std::fs;
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value;

use crate::orphans::{how_ended, instance, is_gone_with_all_it_started, nothing_was_ended};
use crate::support::bed::{Bed, python};
use crate::support::client::{Client, Shim};
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};

#[test]
fn a_client_behind_a_pair_of_sockets_keeps_its_shim_when_the_shell_between_was_ended() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let mut client = bed.client().stdio().by_sockets().via_sh().start();
        let shim = client.shim();
        let shell = client.children()[0];
        shell.signal(Signal::KILL);
        eventually("nobody is between them any more", PATIENCE, || shim.process.parent() != Some(shell.pid));
        let keeper = bed.keeper(3005);
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        let told = instance(&status, shim.pid());
        assert_eq!(told["state"], "adopted", "{status:#}");
        assert!(evidence(told).contains(&format!("({}) still has the other end", client.pid())), "{told:#}");
        nothing_was_ended(&keeper.run(&["cleanup", "--json"]).expect_code(0).json());
        assert!(shim.lives() && client.lives());
        // The same without anybody at the other end.
        client.kill_hard();
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        assert!(how_ended(&cleanup, shim.pid()).is_some(), "{cleanup:#}");
        is_gone_with_all_it_started(shim);
    });
}

#[test]
fn a_shim_in_a_session_of_its_own_behind_sockets_is_an_orphan_when_its_client_has_ended() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let detached = || bed.client().stdio().by_sockets().behind("setsid").start();
        let (ended, alive) = (detached(), detached());
        let (orphan, used) = (ended.shim(), alive.shim());
        ended.kill_hard();
        let keeper = bed.keeper(3005);
        let status = keeper.run(&["status", "--json"]).expect_code(1).json();
        let told = instance(&status, orphan.pid());
        assert_eq!(told["state"], "orphan", "{status:#}");
        assert!(evidence(told).contains("nobody holds the other end of its input"), "{told:#}");
        assert_eq!(instance(&status, used.pid())["state"], "attached", "{status:#}");
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        assert!(how_ended(&cleanup, orphan.pid()).is_some(), "{cleanup:#}");
        is_gone_with_all_it_started(orphan);
        assert!(used.lives());
    });
}

#[test]
fn a_session_that_is_connected_to_the_port_keeps_the_shim_whose_own_client_has_ended() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(0).start();
        let shim = client.shim();
        let session = session(&bed, shim, "first");
        client.kill_hard();
        let keeper = bed.keeper(shim.port());
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        let told = instance(&status, shim.pid());
        assert_eq!(told["state"], "adopted", "{status:#}");
        let user = format!("({}) is connected to its port {}", session.children()[0].pid, shim.port());
        assert!(evidence(told).contains(&user), "{told:#}");
        nothing_was_ended(&keeper.run(&["cleanup", "--json"]).expect_code(0).json());
        keeper.run(&["cleanup", "--check-only"]).expect_code(0).says("No cleanup needed");
        assert!(shim.lives());
        // It goes with the last one that used it.
        let user = session.children()[0];
        user.signal(Signal::KILL);
        eventually("the session has ended", PATIENCE, || !user.lives());
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        assert!(how_ended(&cleanup, shim.pid()).is_some(), "{cleanup:#}");
        is_gone_with_all_it_started(shim);
    });
}

#[test]
fn the_user_can_free_a_port_to_which_somebody_is_connected() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(0).start();
        let shim = client.shim();
        let session = session(&bed, shim, "only");
        client.kill_hard();
        let keeper = bed.keeper(shim.port());
        let (port, pid) = (shim.port().to_string(), shim.pid().to_string());
        keeper.run(&["free", &port, "--pid", &pid, "--yes"]).expect_code(0).says("is connected to its port");
        assert!(!shim.lives() && session.children()[0].lives());
    });
}

#[test]
fn a_guard_that_wants_the_port_ends_no_shim_to_which_somebody_is_connected() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(0).start();
        let shim = client.shim();
        let session = session(&bed, shim, "only");
        client.kill_hard();
        let keeper = bed.keeper(shim.port());
        let port = shim.port().to_string();
        let command = ["guard", "--watch", "exai-mcp", "--port", &port, "--", "true"];
        keeper.run(&command).expect_code(126).complains("is connected to its port");
        assert!(shim.lives() && session.children()[0].lives());
    });
}

#[test]
fn a_parent_that_holds_neither_end_is_not_called_its_client() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let ready = bed.fresh("shim");
        // Takes in orphans, as agent runners and terminal multiplexers do, and nobody knows it by name.
        let keeper_of_orphans = "import ctypes, os, subprocess, sys, threading\n\
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)\n\
            client = os.fork()\n\
            if client == 0:\n    \
                subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n    \
                threading.Event().wait(300)\n\
            open('client', 'w').write(str(client))\n\
            threading.Event().wait(300)\n";
        let shim: [&Path; 8] = [
            python(),
            "-c".as_ref(),
            keeper_of_orphans.as_ref(),
            python(),
            &bed.path(bed.script()),
            "--stdio".as_ref(),
            "--deaf".as_ref(),
            "--ready-file".as_ref(),
        ];
        let mut command: Vec<&Path> = shim.to_vec();
        command.push(&ready);
        let _client = bed.client_of(&command);
        let shim = Shim::from_ready_file(&ready);
        let client = shim.process.parent().unwrap();
        let keeper = bed.keeper(3005);
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert_eq!(instance(&status, shim.pid())["state"], "attached", "{status:#}");
        crate::support::identity::Identity::of(client).unwrap().signal(Signal::KILL);
        eventually("another one is its parent", PATIENCE, || shim.process.parent() != Some(client));
        let status = keeper.run(&["status", "--json"]).expect_code(3).json();
        let told = instance(&status, shim.pid());
        assert_eq!(told["state"], "unseen", "{status:#}");
        assert!(evidence(told).contains("nobody holds the other end of its input"), "{told:#}");
        nothing_was_ended(&keeper.run(&["cleanup", "--json"]).json());
        assert!(shim.lives());
        let _ = fs::remove_file(bed.path("client"));
    });
}

/// A session of somebody else that is connected to a shim's port and stays so.
pub(crate) fn session(bed: &Bed, shim: Shim, name: &str) -> Client {
    let code = format!(
        "import socket, threading\n\
         connection = socket.create_connection(('127.0.0.1', {}))\n\
         open('connected-{name}', 'w').close()\n\
         threading.Event().wait(300)",
        shim.port()
    );
    let session = bed.client_of(&[python(), "-c".as_ref(), code.as_ref()]);
    let connected = bed.path(&format!("connected-{name}"));
    eventually("the session is connected", PATIENCE, || connected.exists());
    session
}

fn evidence(instance: &Value) -> String {
    let all = instance["evidence"].as_array().unwrap().iter();
    all.map(|one| one.as_str().unwrap()).collect::<Vec<_>>().join("; ")
}
