//! Every command that ends with 1 or 3 says why, and what ended with 0 complains of nothing.
//!
//! Not here: `guard` and `start`, which end with the code of their server (`tests/it/guard/exit_codes.rs`), and what
//! ends with 2 (`broken.rs`, `tests/it/config.rs`).

use std::fs;

use rustix::process::Signal;

use crate::commands::a_stranger_on;
use crate::support::bed::{Bed, python};
use crate::support::client::Shim;
use crate::support::own::in_own_world;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually};

/// Looks of the same moment by every command that makes one.
#[test]
fn a_look_that_finds_trouble_names_it_whoever_looks() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().stdio().start();
        let orphan = client.shim();
        client.kill_hard();
        let (_client, stranger) = a_stranger_on(&bed, 3005);
        let keeper = bed.keeper(3005);
        let holds = format!("({}) holds 127.0.0.1:3005", stranger.pid());
        keeper.run(&["status"]).expect_code(1).says(&orphan.pid().to_string()).says(&holds);
        for command in [&["cleanup", "--check-only", "--json"][..], &["status", "--json"]] {
            let json = keeper.run(command).expect_code(1).stdout;
            assert!(json.contains(&format!("({})", stranger.pid())), "{json}");
        }
        keeper.run(&["cleanup", "--check-only"]).expect_code(1).complains(&holds);
        keeper.run(&["restart"]).expect_code(1).complains("port 3005 belongs to somebody else");
        keeper.run(&["free"]).expect_code(1).complains("there is no terminal to ask on");
        assert!(orphan.lives() && stranger.lives());
    });
}

#[test]
fn what_cannot_be_judged_is_named_by_every_command_that_ends_with_3() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let ready = bed.fresh("module");
        let module = bed.script().trim_end_matches(".py");
        let command =
            [python(), "-m".as_ref(), module.as_ref(), "--stdio".as_ref(), "--ready-file".as_ref(), &ready];
        let _client = bed.client_of(&command);
        let shim = Shim::from_ready_file(&ready);
        let keeper = bed.keeper_with(3005, "listens = \"never\"");
        let who = shim.pid().to_string();
        keeper.run(&["status"]).expect_code(3).says(&who);
        let json = keeper.run(&["status", "--json"]).expect_code(3).json();
        assert!(
            json["unseen"].as_array().unwrap().iter().any(|it| it.to_string().contains(&who)),
            "{json:#}"
        );
        for command in [&["cleanup"][..], &["cleanup", "--check-only"], &["cleanup", "--json"]] {
            keeper.run(command).expect_code(3).complains("still needs attention: ").complains(&who);
        }
        keeper.run(&["restart"]).expect_code(1).complains("could not be read");
        assert!(shim.lives());
    });
}

/// Two programs share it, and one of them is ended.
#[test]
fn a_port_that_somebody_still_has_is_not_left_without_a_name() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let listens = |name: &str| {
            let code = format!(
                "import socket, threading\n\
                 port = socket.socket()\n\
                 port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)\n\
                 port.bind(('127.0.0.1', 3005)); port.listen()\n\
                 open('{name}', 'w').close()\n\
                 threading.Event().wait(300)"
            );
            let client = bed.client_of(&[python(), "-c".as_ref(), code.as_ref()]);
            eventually("it listens", PATIENCE, || bed.path(name).exists());
            client
        };
        let (one, other) = (listens("one"), listens("other"));
        let (one, other) = (one.children()[0], other.children()[0]);
        let keeper = bed.keeper(3005);
        keeper
            .run(&["free", "--pid", &one.pid.to_string(), "--yes"])
            .expect_code(1)
            .complains("port 3005 is not free: ")
            .complains(&format!("({}) has it now", other.pid));
        assert!(!one.lives() && other.lives());
    });
}

#[test]
fn a_log_that_cannot_be_read_is_named() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let path = keeper.run(&["log", "--path"]).expect_code(0).stdout;
    fs::create_dir_all(path.trim_end()).unwrap();
    let names = format!("{} could not be read: ", path.trim_end());
    keeper.run(&["log"]).expect_code(1).complains(&names);
}

#[test]
fn what_is_there_already_or_not_at_all_is_named() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    keeper.run(&["config", "init"]).expect_code(1).complains("config.toml").complains("hint: ");
    keeper.run(&["restart"]).expect_code(1).complains("does not run");
    let broken = bed.path("broken.json");
    fs::write(&broken, "{ \"mcpServers\": [").unwrap();
    let file = broken.to_str().unwrap();
    keeper.run(&["mcp", "list", "--file", file]).expect_code(1).says(file);
    for command in ["wrap", "unwrap"] {
        keeper.run(&["mcp", command, "--file", file]).expect_code(1).complains(file);
    }
    let empty = bed.path("empty.json");
    fs::write(&empty, "{}").unwrap();
    let file = empty.to_str().unwrap();
    keeper.run(&["mcp", "wrap", "--all", "--file", file]).expect_code(1).complains("no server");
    keeper.run(&["mcp", "unwrap", "--server", "a", "--file", file]).expect_code(1).complains("\"a\"");
}

#[test]
fn the_doctor_marks_what_makes_it_end_with_1_or_3_and_says_what_to_do() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let told = keeper.run(&["doctor"]);
    let marks = |mark: &str| told.stdout.lines().filter(|line| line.starts_with(mark)).count();
    let expected = match (marks("!"), marks("?")) {
        (0, 0) => 0,
        (0, _) => 3,
        (_, _) => 1,
    };
    let steps = told.stdout.lines().filter(|line| line.trim_start().starts_with("→")).count();
    assert_eq!(steps, marks("!") + marks("?"), "{told}");
    told.expect_code(expected);
}

/// It never ends by itself with a finding; what it cannot begin with it says.
#[test]
fn a_watch_goes_on_whatever_it_finds() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (_client, _stranger) = a_stranger_on(&bed, 3005);
        let keeper = bed.keeper(3005);
        let said = bed.path("said");
        let mut console = keeper.console();
        let mut watch = Spawned::start(console.arg("watch").stdout(fs::File::create(&said).unwrap()));
        eventually("it tells", PATIENCE, || fs::read_to_string(&said).unwrap().contains("3005"));
        assert!(watch.ended().is_none());
        crate::support::identity::Identity::of(watch.pid()).unwrap().signal(Signal::TERM);
        watch.wait();
    });
}
