//! A home on a file system that knows no locks: the work goes on without one, and that is said.

use std::fs;
use std::process::Command;

use crate::desktop::stage::{GREY, Tray, icon_turns, tray_command};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::own::{can_run, in_own_world};
use crate::support::{PATIENCE, eventually};

/// The same command where every lock is refused with this error.
fn without_locks(bed: &Bed, error: &str, command: &Command) -> Command {
    let mut strace = bed.command("strace");
    strace.args([
        "-f",
        "-qq",
        "-e",
        "trace=flock",
        "-e",
        &format!("inject=flock:error={error}"),
        "-o",
        "/dev/null",
    ]);
    strace.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    strace
}

#[test]
fn configurations_are_changed_and_it_is_said_not_to_do_so_twice_at_once() {
    if !can_run(&configurations_are_changed_and_it_is_said_not_to_do_so_twice_at_once, &["strace"]) {
        return;
    }
    in_own_world(|| {
        for error in ["ENOLCK", "ENOSYS", "EOPNOTSUPP"] {
            let bed = Bed::with_the_real_name();
            let keeper = bed.keeper(3005);
            let file = bed.path("mcp.json");
            let text = r#"{"mcpServers":{"a":{"command":"python3","args":["srv.py"]}}}"#;
            fs::write(&file, text).unwrap();
            let mut wrap = keeper.console();
            wrap.args(["mcp", "wrap", "--all", "--file"]).arg(&file);
            let outcome = bed.run(&mut without_locks(&bed, error, &wrap)).expect_code(0);
            outcome.complains("mcp.lock cannot be taken");
            assert!(fs::read_to_string(&file).unwrap().contains("guard"), "{error}");
        }
    });
}

#[test]
fn the_tray_runs_and_a_second_one_finds_it_all_the_same() {
    if !can_run(&the_tray_runs_and_a_second_one_finds_it_all_the_same, &["strace"]) {
        return;
    }
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let command = |words: &[&str]| {
            let mut tray = tray_command(&keeper);
            tray.args(words);
            let mut command = without_locks(&bed, "ENOLCK", &tray);
            desktop.adopt(&mut command);
            command
        };
        let mut tray = Tray::start_with(&bed, &mut command(&[]));
        icon_turns(&desktop, GREY, "no-locks");
        bed.run(&mut command(&[])).expect_code(0).says("is already running");
        assert!(keeper.log().contains("tray.lock cannot be taken"), "{}", keeper.log());
        bed.run(&mut command(&["--quit"])).expect_code(0);
        eventually("the tray has ended", PATIENCE, || !tray.lives());
        bed.run(&mut command(&["--quit"])).expect_code(0);
    });
}
