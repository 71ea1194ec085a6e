//! Processes that have the shim's name in their arguments and do not run it.
//!
//! All of them are orphans themselves, so that only the question "is it the shim?" decides.

use std::fs;
use std::path::Path;

use crate::orphans::{instances, nothing_was_ended};
use crate::support::bed::{Bed, copy_program, python};
use crate::support::identity::Identity;
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};

/// Its output goes nowhere: tail ends when it notices that the reader of its pipe is gone.
const TAIL: [&str; 3] = ["sh", "-c", "exec tail -f run_ws_shim.py >/dev/null"];
const WAIT: &str = "import threading; threading.Event().wait(300)";

#[test]
fn an_editor_that_shows_the_shim_is_none() {
    check("an editor", |bed| {
        let vim = bed.folder("bin").join("vim");
        copy_program(Path::new("/usr/bin/tail"), &vim);
        let line = format!("exec {} -f {} >/dev/null", vim.display(), shim(bed));
        (words(&["sh", "-c", &line]), "vim")
    });
}

#[test]
fn a_program_that_calls_itself_vim_is_none() {
    check("a process called vim", |bed| {
        let line = format!("exec -a vim {} -c '{WAIT}' {}", python().display(), shim(bed));
        (words(&["bash", "-c", &line]), "python")
    });
}

#[test]
fn a_test_run_over_the_shim_is_none() {
    check("python -m pytest", |bed| {
        let module = bed.folder("pytest");
        fs::write(module.join("__main__.py"), WAIT).unwrap();
        (words(&[interpreter(), "-m", "pytest", &shim(bed)]), "python")
    });
    check("python bin/pytest", |bed| {
        let script = bed.path("pytest.py");
        fs::write(&script, WAIT).unwrap();
        (words(&[interpreter(), "-u", script.to_str().unwrap(), &shim(bed)]), "python")
    });
}

#[test]
fn a_module_with_the_shim_as_its_argument_is_none() {
    check("python -m http.server", |bed| {
        // It greets on its output, and would die of a pipe without a reader.
        let (python, name) = (interpreter(), bed.script());
        let line = format!("exec {python} -m http.server 0 --bind 127.0.0.1 --directory {name} >/dev/null");
        (words(&["sh", "-c", &line]), "python")
    });
}

#[test]
fn code_on_the_command_line_with_the_shim_as_its_argument_is_none() {
    check("python -c", |bed| (words(&[interpreter(), "-c", WAIT, &shim(bed)]), "python"));
}

#[test]
fn a_search_for_the_shim_is_none() {
    check("grep", |bed| {
        // A pipe that is open for writing as well never ends.
        let line = format!("mkfifo endless; exec grep {} <>endless", bed.script());
        (words(&["sh", "-c", &line]), "grep")
    });
}

#[test]
fn a_shell_that_waits_for_something_else_is_none() {
    check("sh -c", |bed| {
        let line = format!("tail -f /dev/null >/dev/null; python3 {}", shim(bed));
        (words(&["sh", "-c", &line]), "sh")
    });
}

#[test]
fn a_machine_full_of_bystanders_is_idle() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let names = [interpreter(), "-c", WAIT, "run_ws_shim.py"];
        let clients = [bed.client_of(&names), bed.client_of(&TAIL)];
        let bystanders = clients.map(|client| {
            let child = client.children()[0];
            client.kill_hard();
            child
        });

        let keeper = bed.keeper(3005);
        keeper.run(&["status", "--json"]).expect_code(0);
        keeper.run(&["cleanup", "--check-only"]).expect_code(0).says("No run_ws_shim processes found");
        keeper.run(&["cleanup"]).expect_code(0);
        assert!(bystanders.iter().all(|bystander| bystander.lives()));
    });
}

/// Starts the command of `recipe`, orphans it, and expects that nobody takes it for a shim.
/// The recipe names what the process must be called before it counts as started.
#[track_caller]
fn check(what: &str, recipe: impl Fn(&Bed) -> (Vec<String>, &'static str)) {
    let bed = Bed::new();
    let (command, comm) = recipe(&bed);
    let client = bed.client_of(&command);
    let bystander: Identity = client.children()[0];
    eventually(&format!("{what} runs"), PATIENCE, || bystander.comm().starts_with(comm));
    client.kill_hard();
    let line = bystander.command_line();
    assert!(line.contains(bed.script()), "{what} does not name the shim: {line}");

    // The port of a living shim: no other verdict may come from a stranger on the port.
    let other = bed.client().start();
    let keeper = bed.keeper(other.shim().port());
    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    assert_eq!(instances(&status).len(), 1, "{what} was reported: {status:#}");
    assert_eq!(status["verdict"], "healthy", "{what}: {status:#}");
    nothing_was_ended(&keeper.run(&["cleanup", "--json"]).expect_code(0).json());
    assert!(bystander.lives(), "{what} was ended");
}

fn interpreter() -> &'static str {
    python().to_str().unwrap()
}

fn shim(bed: &Bed) -> String {
    let path = bed.path(bed.script());
    Path::to_str(&path).unwrap().to_owned()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
