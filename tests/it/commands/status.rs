//! `status`: what it says to people and to programs.

use crate::commands::a_stranger_on;
use crate::commands::shapes;
use crate::commands::shown::without_chance;
use crate::support::bed::Bed;
use crate::support::client::Client;
use crate::support::own::in_own_world;

#[test]
fn a_quiet_machine_is_said_in_one_line() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let outcome = bed.keeper(3005).run(&["status"]).expect_code(0);
        let shown = without_chance(&bed, &outcome, &[]);
        assert_eq!(shown, "exai-mcp IDLE exai-mcp does not run, port 3005 is free");
        assert_eq!(outcome.stderr, "");
    });
}

#[test]
fn a_shim_in_use_is_said_with_its_client() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).start();
        let outcome = bed.keeper(3005).run(&["status"]).expect_code(0);
        assert_eq!(
            without_chance(&bed, &outcome, &named(&client)),
            "exai-mcp HEALTHY exai-mcp runs and holds port 3005\n\
             \x20 attached PID SHIM N s N MB used by python3.11\n\
             \x20              PYTHON -u BED/run_ws_shim.py --port 0 --port 3005\n\
             \x20              · its client python3.11 (CLIENT) runs\n\
             \x20              · it listens on 127.0.0.1:3005\n\
             \x20 port 127.0.0.1:3005 held by python3.11 (SHIM)"
                .replace("python3.11", &name_of_python())
        );
    });
}

#[test]
fn an_orphan_is_said_with_its_evidence_and_what_to_do() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).with(&["--grandchild"]).start();
        let (names, shim) = (named(&client), client.shim());
        let names = [&names[..], &[(shim.grandchild.unwrap().pid, "HELPER")]].concat();
        client.kill_hard();
        let outcome = bed.keeper(3005).run(&["status"]).expect_code(1);
        assert_eq!(
            without_chance(&bed, &outcome, &names),
            "exai-mcp ORPHANED 1 orphan holds port 3005\n\
             \x20 orphan PID SHIM N s N MB its client ended\n\
             \x20              PYTHON -u BED/run_ws_shim.py --port 0 --port 3005 --grandchild\n\
             \x20              processes: SHIM, HELPER\n\
             \x20              · its parent ended: bash (1) has taken it in\n\
             \x20              · nobody holds the other end of its input\n\
             \x20              · it listens on 127.0.0.1:3005\n\
             \x20 port 127.0.0.1:3005 held by python3.11 (SHIM)\n\
             \x20 → `shimkeeper cleanup` ends it"
                .replace("python3.11", &name_of_python())
        );
    });
}

#[test]
fn a_stranger_on_the_port_is_said_with_what_to_do() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (_client, stranger) = a_stranger_on(&bed, 3005);
        let outcome = bed.keeper(3005).run(&["status"]).expect_code(1);
        assert_eq!(
            without_chance(&bed, &outcome, &[(stranger.pid(), "STRANGER")]),
            "exai-mcp BLOCKED port 3005 is held by python3.11 (STRANGER)\n\
             \x20 port 127.0.0.1:3005 held by python3.11 (STRANGER)\n\
             \x20 note Python3.11 (STRANGER) holds 127.0.0.1:3005 and is not exai-mcp\n\
             \x20 → `shimkeeper free 3005` shows the process and ends it if you agree"
                .replace("ython3.11", &name_of_python()[1..])
        );
    });
}

#[test]
fn the_columns_of_several_instances_stand_below_each_other() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let _in_use = bed.client().stdio().start();
        let crashed = bed.client().stdio().start();
        crashed.kill_hard();
        let outcome = bed.keeper(3005).run(&["status"]).expect_code(1);
        let rows: Vec<&str> = outcome.stdout.lines().filter(|line| line.contains(" PID ")).collect();
        assert_eq!(rows.len(), 2, "{outcome}");
        for column in [" PID ", " MB  "] {
            let places: Vec<_> = rows.iter().map(|row| row.find(column)).collect();
            assert_eq!(places[0], places[1], "{outcome}");
        }
    });
}

#[test]
fn colours_are_for_terminals_and_for_whoever_asks() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).start();
        client.kill_hard();
        let keeper = bed.keeper(3005);
        let escapes = |arguments: &[&str]| keeper.run(arguments).expect_code(1).stdout.contains('\x1b');
        assert!(!escapes(&["status"]), "a file is no terminal");
        assert!(!escapes(&["--color", "never", "status"]));
        assert!(!escapes(&["status", "--json", "--color", "always"]), "JSON has no colours");
        let coloured = keeper.run(&["status", "--color", "always"]).expect_code(1);
        assert!(coloured.stdout.contains("\x1b[1;31mORPHANED\x1b[0m"), "{coloured}");
        let plain = keeper.run(&["status"]).stdout;
        let mut bare = coloured.stdout.clone();
        for code in ["1", "2", "1;31", "0"] {
            bare = bare.replace(&format!("\x1b[{code}m"), "");
        }
        let head = |text: &str| text.lines().next().map(str::to_owned);
        assert_eq!(head(&bare), head(&plain), "the words are the same");
    });
}

#[test]
fn json_has_every_promised_key_in_every_verdict() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let check = |verdict: &str, code: i32| {
            let status = keeper.run(&["status", "--json"]).expect_code(code).json();
            shapes::status().fits(&status);
            assert_eq!((&status["schema"], &status["verdict"]), (&1.into(), &verdict.into()));
        };
        check("idle", 0);
        {
            let (_client, stranger) = a_stranger_on(&bed, 3005);
            check("blocked", 1);
            stranger.process.signal(rustix::process::Signal::KILL);
            crate::support::eventually("the stranger is gone", crate::support::PATIENCE, || {
                !stranger.lives()
            });
        }
        let client = bed.client().on_port(3005).start();
        check("healthy", 0);
        client.kill_hard();
        check("orphaned", 1);
    });
}

#[test]
fn one_watch_of_several_can_be_asked_for() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper_with(3005, "[[watch]]\nname = \"other\"\nport = 3006\nscript = \"x.py\"");
        let client = bed.client().on_port(3005).start();
        client.kill_hard();
        let all = keeper.run(&["status", "--json"]).expect_code(1).json();
        assert_eq!(all["watches"].as_array().unwrap().len(), 2);
        let other = keeper.run(&["status", "--json", "--watch", "other"]).expect_code(0).json();
        assert_eq!(other["watches"].as_array().unwrap().len(), 1);
        assert_eq!((&other["watches"][0]["name"], &other["verdict"]), (&"other".into(), &"idle".into()));
        keeper.run(&["status", "--watch", "exai-mcp"]).expect_code(1).says("ORPHANED");
        keeper
            .run(&["status", "--watch", "nobody"])
            .expect_code(2)
            .complains("no watch is called \"nobody\"; `shimkeeper config show` lists them");
    });
}

#[test]
fn whoever_asks_for_more_gets_it() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).start();
        let keeper = bed.keeper(3005);
        let more = keeper.run(&["-v", "status"]).expect_code(0);
        assert!(more.stdout.contains(&format!("processes: {}", client.shim().pid())), "{more}");
        assert!(!keeper.run(&["status"]).stdout.contains("processes:"), "one process needs no list");
    });
}

#[test]
fn a_client_with_a_hostile_name_says_no_line_of_its_own() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().called("x\nIDLE\x1b[32m").on_port(3005).start();
        let keeper = bed.keeper(3005);
        for arguments in [&["status"][..], &["-v", "status"], &["free", "3005"], &["watch", "--help"]] {
            let outcome = keeper.run(arguments);
            assert!(!outcome.stdout.contains('\x1b'), "{outcome}");
            assert!(!outcome.stdout.lines().any(|line| line.starts_with("IDLE")), "{outcome}");
        }
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        let name = status["watches"][0]["instances"][0]["client"]["name"].as_str().unwrap();
        assert!(name.starts_with('x') && !name.chars().any(char::is_control), "{name:?}");
        assert_eq!(client.shim().process.parent(), Some(client.pid()));
    });
}

fn named(client: &Client) -> [(u32, &'static str); 2] {
    [(client.shim().pid(), "SHIM"), (client.pid(), "CLIENT")]
}

/// As the system calls it.
fn name_of_python() -> String {
    let file = crate::support::bed::python().file_name().unwrap();
    file.to_string_lossy().chars().take(15).collect()
}
