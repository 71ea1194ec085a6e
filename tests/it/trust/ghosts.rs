//! Listening sockets that are not simply one process's own.

use std::path::Path;

use serde_json::Value;

use crate::support::bed::{Bed, python};
use crate::support::client::{Client, Shim, is_taken};
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};
use crate::trust::{ended, instance, instances};

/// A server's own words before it reports: `listen(family, address, …)` makes a listener of port 3005.
const HEAD: &str = r#"
import json, os, socket, subprocess, sys, threading
import shimlib
shimlib.live_at_most()
def listen(family, address, shared=False, only6=True):
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(only6))
    listener.bind((address, 3005))
    listener.listen()
    return listener
def ready(grandchild=None):
    place = os.environ.get("SHIM_READY_FILE") or sys.argv[1]
    shimlib.write_ready(place, {"pid": os.getpid(), "port": 3005, "grandchild": grandchild})
    threading.Event().wait()
"#;

/// Starts a helper that has inherited the listener and does not use it.
const HELPER: &str = r#"
listener = listen(socket.AF_INET, "127.0.0.1")
listener.set_inheritable(True)
code = "import threading; threading.Event().wait(300)"
helper = subprocess.Popen([sys.executable, "-c", code], close_fds=False)
ready(helper.pid)
"#;

#[test]
fn a_socket_whose_shim_died_and_whose_helper_has_it_is_the_helpers() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = shim(&bed, HELPER);
        let (shim, heir) = (client.shim(), client.shim().grandchild.unwrap());
        let keeper = bed.keeper(3005);
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert_eq!(holders(&status), sorted([("127.0.0.1:3005", shim.pid()), ("127.0.0.1:3005", heir.pid)]));
        shim.process.signal(rustix::process::Signal::KILL);
        eventually("the shim is gone", PATIENCE, || !shim.lives());
        assert!(is_taken(3005));

        // Nothing says that it is the shim: it is shown, and ended only by the user's word.
        let status = keeper.run(&["status", "--json"]).expect_code(1).json();
        assert_eq!(status["verdict"], "blocked", "{status:#}");
        assert_eq!(holders(&status), [("127.0.0.1:3005".to_owned(), heir.pid)]);
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(1).json();
        assert_eq!((ended(&cleanup), &cleanup["port"]["free"]), (vec![], &false.into()), "{cleanup:#}");
        assert!(heir.lives());
        keeper.run(&["free", "--pid", &heir.pid.to_string(), "--yes"]).expect_code(0);
        assert!(!heir.lives() && !is_taken(3005));
    });
}

#[test]
fn an_orphan_goes_with_the_helper_that_has_its_socket() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = shim(&bed, HELPER);
        let (shim, heir) = (client.shim(), client.shim().grandchild.unwrap());
        client.kill_hard();
        let cleanup = bed.keeper(3005).run(&["cleanup", "--json"]).expect_code(0).json();
        let mut both = [shim.pid(), heir.pid];
        both.sort_unstable();
        assert_eq!((ended(&cleanup), &cleanup["port"]["free"]), (both.to_vec(), &true.into()), "{cleanup:#}");
    });
}

#[test]
fn a_fork_of_the_shim_that_has_outlived_it_is_an_orphan_with_the_port() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = shim(
            &bed,
            r#"
listener = listen(socket.AF_INET, "127.0.0.1")
child = os.fork()
if child == 0:
    threading.Event().wait(300)
threading.Thread(target=os.waitpid, args=(child, 0), daemon=True).start()
ready(child)
"#,
        );
        let (shim, fork) = (client.shim(), client.shim().grandchild.unwrap());
        let keeper = bed.keeper(3005);
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert_eq!(instances(&status).len(), 1, "a shim and its fork are one: {status:#}");
        shim.process.signal(rustix::process::Signal::KILL);
        eventually("the shim is gone", PATIENCE, || !shim.lives());
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        assert_eq!(ended(&cleanup), [fork.pid], "{cleanup:#}");
        assert!(!is_taken(3005));
    });
}

#[test]
fn of_two_that_share_the_port_only_the_orphan_goes() {
    const SHARED: &str = "listener = listen(socket.AF_INET, '127.0.0.1', shared=True)\nready()\n";
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = shim(&bed, SHARED);
        let (_keeps, stranger) = stranger(&bed, SHARED);
        let orphan = client.shim();
        let keeper = bed.keeper(3005);
        let status = keeper.run(&["status", "--json"]).expect_code(1).json();
        assert_eq!(status["verdict"], "blocked", "half of the port is a stranger's: {status:#}");
        client.kill_hard();
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(1).json();
        assert_eq!((ended(&cleanup), &cleanup["port"]["free"]), (vec![orphan.pid()], &false.into()));
        assert!(stranger.lives());
    });
}

#[test]
fn a_holder_on_ipv6_alone_is_a_holder() {
    in_own_world(|| orphan_on("listener = listen(socket.AF_INET6, '::1')\nready()\n", "[::1]:3005"));
}

#[test]
fn a_holder_of_both_families_is_one_holder() {
    in_own_world(|| {
        orphan_on("listener = listen(socket.AF_INET6, '::', only6=False)\nready()\n", "[::]:3005");
    });
}

#[test]
fn the_two_loopbacks_may_have_different_owners() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = shim(&bed, "listener = listen(socket.AF_INET, '127.0.0.1')\nready()\n");
        let (_keeps, stranger) = stranger(&bed, "listener = listen(socket.AF_INET6, '::1')\nready()\n");
        let shim = client.shim();
        let keeper = bed.keeper(3005);
        let status = keeper.run(&["status", "--json"]).expect_code(1).json();
        assert_eq!(status["verdict"], "blocked", "{status:#}");
        assert_eq!(
            holders(&status),
            sorted([("127.0.0.1:3005", shim.pid()), ("[::1]:3005", stranger.pid())])
        );
        assert_eq!(ended(&keeper.run(&["cleanup", "--json"]).expect_code(1).json()), [0; 0]);
        assert!(shim.lives() && stranger.lives());
        client.kill_hard();
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(1).json();
        assert_eq!((ended(&cleanup), &cleanup["port"]["free"]), (vec![shim.pid()], &false.into()));
        assert!(stranger.lives());
    });
}

/// An orphan that listens there is seen with its address, ended, and the port is free.
#[track_caller]
fn orphan_on(words: &str, address: &str) {
    let bed = Bed::with_the_real_name();
    let client = shim(&bed, words);
    let orphan = client.shim();
    client.kill_hard();
    let keeper = bed.keeper(3005);
    let status = keeper.run(&["status", "--json"]).expect_code(1).json();
    assert_eq!(holders(&status), [(address.to_owned(), orphan.pid())], "{status:#}");
    assert_eq!(instance(&status, orphan.pid())["listens"], true, "{status:#}");
    let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
    assert_eq!((ended(&cleanup), &cleanup["port"]["free"]), (vec![orphan.pid()], &true.into()));
}

/// A client whose shim listens as these words say.
#[track_caller]
fn shim(bed: &Bed, words: &str) -> Client {
    std::fs::write(bed.path("run_ws_shim.py"), format!("{HEAD}{words}")).unwrap();
    bed.client().start()
}

/// Another server that does.
#[track_caller]
fn stranger(bed: &Bed, words: &str) -> (Client, Shim) {
    let (script, ready) = (bed.path("other_server.py"), bed.fresh("stranger"));
    let words = format!("{HEAD}del os.environ['SHIM_READY_FILE']\n{words}");
    std::fs::write(&script, words).unwrap();
    let command: [&Path; 3] = [python(), &script, &ready];
    let client = bed.client_of(&command);
    (client, Shim::from_ready_file(&ready))
}

/// Every row of the port: where, and whose.
#[track_caller]
fn holders(status: &Value) -> Vec<(String, u32)> {
    let rows = status["watches"][0]["holders"].as_array().unwrap();
    let rows = rows.iter().map(|row| (row["address"].as_str().unwrap(), &row["pid"]));
    let mut rows: Vec<_> = rows.map(|(at, pid)| (at.to_owned(), pid.to_string().parse().unwrap())).collect();
    rows.sort();
    rows
}

fn sorted(rows: [(&str, u32); 2]) -> Vec<(String, u32)> {
    let mut rows = rows.map(|(at, pid)| (at.to_owned(), pid)).to_vec();
    rows.sort();
    rows
}
