//! Restarts behind a real guard: its client keeps the same process and the same pipes.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::bed::{Bed, python};
use crate::support::client::{Client, Shim, is_taken};
use crate::support::keeper::Keeper;
use crate::support::own::{in_own_machine, in_own_world};
use crate::support::{PATIENCE, eventually};

/// A client of `shimkeeper guard`, and where its server reports.
fn guarded(bed: &Bed, keeper: &Keeper<'_>, options: &[&str], more: &[&str]) -> (Client, Shim, PathBuf) {
    guarded_by(Path::new(env!("CARGO_BIN_EXE_shimkeeper")), bed, keeper, options, more)
}

/// The same with this program as the guard.
fn guarded_by(
    program: &Path,
    bed: &Bed,
    keeper: &Keeper<'_>,
    options: &[&str],
    more: &[&str],
) -> (Client, Shim, PathBuf) {
    let ready = bed.fresh("guarded");
    let script = bed.path(bed.script());
    let home = keeper.home().to_str().unwrap();
    let words = [program.to_str().unwrap(), "--home", home, "guard"];
    let server = [python().to_str().unwrap(), "-u", script.to_str().unwrap()];
    let report = ["--ready-file", ready.to_str().unwrap()];
    let words = [&words[..], options, &["--"], &server, &report, more].concat();
    let client = bed.client_of(&words);
    let shim = Shim::from_ready_file(&ready);
    (client, shim, ready)
}

#[track_caller]
fn only(keeper: &Keeper<'_>) -> Value {
    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    let instances = status["watches"][0]["instances"].as_array().unwrap();
    assert_eq!(instances.len(), 1, "{status:#}");
    instances[0].clone()
}

/// The lease is written when the server runs, which may be a moment after that said so.
#[track_caller]
fn known(keeper: &Keeper<'_>) -> Value {
    eventually("the guard has told of its server", PATIENCE, || only(keeper)["guarded"] == true);
    only(keeper)
}

#[test]
fn a_server_on_stdio_is_restarted_and_its_client_keeps_its_guard() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let (client, old, ready) = guarded(&bed, &keeper, &[], &["--stdio", "--deaf"]);
        let before = known(&keeper);
        assert_eq!(before["client"]["pid"], client.pid());
        let guard = client.children()[0];
        assert_eq!(before["guard"]["pid"], guard.pid);

        let outcome = keeper.run(&["restart"]).expect_code(0);
        let (new, _) = Shim::after(old, &ready);
        let says = format!("anew as PID {} in place of {}", new.pid(), old.pid());
        let outcome = outcome.says(&says).says("does not notice");
        assert_eq!(outcome.stderr, "", "nobody loses anything: {outcome}");
        assert!(guard.lives() && new.lives() && !old.lives());
        let after = known(&keeper);
        assert_eq!((&after["guard"], &after["client"]), (&before["guard"], &before["client"]));
    });
}

#[test]
fn a_server_on_the_port_listens_again_when_the_restart_is_over() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let (client, old, ready) = guarded(&bed, &keeper, &[], &["--port", "3005"]);
        known(&keeper);
        keeper.run(&["restart"]).expect_code(0).says("does not notice");
        let (new, _) = Shim::after(old, &ready);
        assert!(new.lives() && is_taken(3005) && client.children()[0].lives());
        assert_eq!(only(&keeper)["listens"], true);
    });
}

#[test]
fn a_guard_may_be_a_copy_under_another_name() {
    // The first says so by its name, of the second only its lease tells.
    for name in ["shimkeeper-0.1.0", "keeper"] {
        in_own_world(|| {
            let bed = Bed::with_the_real_name();
            let keeper = bed.keeper(3005);
            let copy = bed.path(name);
            fs::copy(env!("CARGO_BIN_EXE_shimkeeper"), &copy).unwrap();
            let (client, old, ready) = guarded_by(&copy, &bed, &keeper, &[], &["--port", "3005"]);
            assert_eq!(known(&keeper)["client"]["pid"], client.pid());
            let outcome = keeper.run(&["restart"]).expect_code(0).says("does not notice");
            let (new, _) = Shim::after(old, &ready);
            assert!(client.children()[0].lives() && new.lives() && !old.lives(), "{outcome}");
            assert!(is_taken(3005));
        });
    }
}

#[test]
fn what_a_server_says_that_refuses_the_introduction_is_told_without_its_secrets() {
    const REFUSES: &str = r#"
import json, os, sys
was_here = os.path.exists(sys.argv[1])
open(sys.argv[1], "w").close()
message = "rejects https://me:hunter2@h/ with token=hunter3 and Authorization: Bearer hunter4"
for line in sys.stdin:
    asked = json.loads(line)
    if asked["method"] == "initialize":
        said = {"jsonrpc": "2.0", "id": asked["id"]}
        introduction = {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "a", "version": "1"}}
        said.update({"error": {"code": -1, "message": message}} if was_here else {"result": introduction})
        print(json.dumps(said), flush=True)
"#;
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let script = bed.folder("refusing").join(bed.script());
        fs::write(&script, REFUSES).unwrap();
        let line = format!(
            "(echo '{}'; echo '{}'; cat) | {} --home {} guard -- {} -u {} {}",
            r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            env!("CARGO_BIN_EXE_shimkeeper"),
            keeper.home().display(),
            python().display(),
            script.display(),
            bed.fresh("was-here").display()
        );
        let _client = bed.client_of(&["sh", "-c", &line]);
        eventually("its guard has passed on what it said", PATIENCE, || {
            let outcome = keeper.run(&["restart"]);
            let told = format!("{outcome}{}", keeper.log());
            assert!(!told.contains("hunter"), "{told}");
            outcome.stderr.contains("refused `initialize`: rejects https://")
        });
    });
}

#[test]
fn the_servers_of_two_clients_are_restarted_by_their_own_guards() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let first = guarded(&bed, &keeper, &[], &["--stdio", "--deaf"]);
        let second = guarded(&bed, &keeper, &[], &["--stdio", "--deaf"]);
        let all_known = || {
            let status = keeper.run(&["status", "--json"]).expect_code(0).json();
            let instances = status["watches"][0]["instances"].as_array().unwrap().clone();
            instances.len() == 2 && instances.iter().all(|one| one["guarded"] == true)
        };
        eventually("both guards have told of their servers", PATIENCE, all_known);
        let outcome = keeper.run(&["restart"]).expect_code(0);
        for (client, old, ready) in [first, second] {
            let (new, _) = Shim::after(old, &ready);
            assert!(client.children()[0].lives() && new.lives() && !old.lives(), "{outcome}");
            assert!(outcome.stdout.contains(&format!("as PID {}", new.pid())), "{outcome}");
        }
    });
}

#[test]
fn a_guard_that_was_told_not_to_restart_is_left_alone() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let (client, shim, _) = guarded(&bed, &keeper, &["--no-restart"], &["--port", "3005"]);
        known(&keeper);
        keeper.run(&["restart"]).expect_code(1).complains("was started with --no-restart");
        assert!(shim.lives() && client.children()[0].lives());
    });
}

#[test]
fn what_stood_between_client_and_guard_may_end() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let home = keeper.home().to_str().unwrap().to_owned();
        let (ready, script) = (bed.fresh("guarded"), bed.path(bed.script()));
        // A shell that waits; what it starts has the client's pipes all the same.
        let line = format!(
            "exec 3<&0; {} --home {home} guard -- {} -u {} --stdio --deaf --ready-file {} <&3 & wait",
            env!("CARGO_BIN_EXE_shimkeeper"),
            python().display(),
            script.display(),
            ready.display()
        );
        let client = bed.client_of(&["sh", "-c", &line]);
        let shim = Shim::from_ready_file(&ready);
        let shell = client.children()[0];
        assert_eq!(known(&keeper)["client"]["pid"], client.pid());
        shell.signal(rustix::process::Signal::KILL);
        eventually("the go-between is gone", PATIENCE, || !shell.lives());
        let instance = only(&keeper);
        assert_eq!(instance["state"], "attached", "{instance:#}");
        keeper.run(&["cleanup"]).expect_code(0);
        assert!(shim.lives());
    });
}
