//! A configuration that does not load stops every command that would work by it, before it begins.

use std::fs;
use std::path::Path;

use crate::support::bed::Bed;
use crate::support::own::in_own_world;

/// Every command that works by the configuration.
const COMMANDS: &[&[&str]] = &[
    &["status"],
    &["status", "--json"],
    &["status", "--watch", "exai-mcp"],
    &["cleanup"],
    &["cleanup", "--json"],
    &["cleanup", "--check-only"],
    &["cleanup", "--duplicates"],
    &["free"],
    &["free", "3005", "--pid", "PID", "--yes"],
    &["restart"],
    &["restart", "--watch", "exai-mcp"],
    &["watch"],
    &["watch", "--json"],
    &["config", "show"],
    &["config", "check"],
];

#[test]
fn every_command_names_file_and_key_and_touches_nothing() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let client = bed.client().on_port(3005).start();
        let orphan = client.shim();
        client.kill_hard();
        keeper.run(&["status"]).expect_code(1).says("ORPHANED");

        keeper.configure("poll_interval = \"2s\"\n\n[[watch]]\nprot = 3005\n");
        let file = keeper.home().join("config.toml").display().to_string();
        let before = files(keeper.home());
        for arguments in COMMANDS {
            let pid = orphan.pid().to_string();
            let arguments: Vec<&str> =
                arguments.iter().map(|word| if *word == "PID" { &pid } else { *word }).collect();
            let outcome = keeper.run(&arguments).expect_code(2);
            let outcome = outcome.complains(&file).complains("watch.prot").complains("no key \"prot\"");
            let outcome = outcome.complains("hint: did you mean \"port\"?");
            assert_eq!(outcome.stdout, "", "{outcome}");
            assert!(orphan.lives(), "{outcome} has ended it");
        }
        assert_eq!(files(keeper.home()), before, "something was written");
    });
}

#[test]
fn commands_that_need_none_go_on() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    keeper.configure("nonsense");
    keeper.run(&["config", "path"]).expect_code(0);
    keeper.run(&["log", "--path"]).expect_code(0);
    keeper.run(&["completions", "bash"]).expect_code(0);
    keeper.run(&["--help"]).expect_code(0);
}

#[test]
fn wrong_usage_is_told_apart_from_trouble() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    for arguments in [
        &[][..],
        &["nonsense"],
        &["status", "--jsn"],
        &["cleanup", "--check-only", "more"],
        &["autostart"],
        &["autostart", "maybe"],
        &["config", "edit"],
        &["completions", "tcl"],
        &["log", "--path", "--follow"],
        &["status", "--color", "sometimes"],
    ] {
        let outcome = keeper.run(arguments).expect_code(2);
        assert_eq!(outcome.stdout, "", "{outcome}");
        assert!(outcome.stderr.contains("Usage") || outcome.stderr.contains("possible values"), "{outcome}");
    }
    let no_folder = keeper.home().join("config.toml");
    let mut command = bed.command(env!("CARGO_BIN_EXE_shimkeeper"));
    command.arg("--home").arg(no_folder).arg("status");
    bed.run(&mut command)
        .expect_code(2)
        .complains("is not a folder")
        .complains("hint: name a folder with --home");
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found.push(path.display().to_string());
        if path.is_dir() {
            found.extend(files(&path));
        }
    }
    found.sort();
    found
}
