//! Shims that somebody keeps on purpose, though no client is above them.

use std::process::Command;

use serde_json::Value;

use crate::orphans::{instance, nothing_was_ended};
use crate::support::bed::{Bed, python};
use crate::support::client::Shim;
use crate::support::own::can_run;

#[test]
fn a_shim_that_was_started_with_nohup_outlives_its_client_on_purpose() {
    let bed = Bed::new();
    let client = bed.client().behind("nohup").start();
    let shim = client.shim();
    client.kill_hard();
    assert_eq!(state_after_a_cleanup(&bed, shim), "adopted");
}

#[test]
fn a_shim_in_a_session_of_its_own_is_still_its_clients() {
    let bed = Bed::new();
    let client = bed.client().behind("setsid").start();
    assert_eq!(state_after_a_cleanup(&bed, client.shim()), "attached");
}

#[test]
fn a_shim_in_a_tmux_pane_belongs_to_the_user() {
    if !can_run(&a_shim_in_a_tmux_pane_belongs_to_the_user, &["tmux"]) {
        return;
    }
    let bed = Bed::new();
    let (line, ready) = shim_line(&bed);
    start(tmux(&bed).args(["new-session", "-d", &line]));
    belongs_to_the_user(&bed, Shim::from_ready_file(&ready));
}

#[test]
fn a_shim_left_in_the_background_of_a_tmux_pane_belongs_to_the_user() {
    if !can_run(&a_shim_left_in_the_background_of_a_tmux_pane_belongs_to_the_user, &["tmux"]) {
        return;
    }
    let bed = Bed::new();
    let (line, ready) = shim_line(&bed);
    // The inner shell ends at once, so the shim falls to pid 1 and keeps the terminal.
    let line = format!("sh -c '{line} &'; exec tail -f /dev/null");
    start(tmux(&bed).args(["new-session", "-d", &line]));
    let shim = Shim::from_ready_file(&ready);
    belongs_to_the_user(&bed, shim);
}

#[test]
fn a_shim_in_a_screen_session_belongs_to_the_user() {
    if !can_run(&a_shim_in_a_screen_session_belongs_to_the_user, &["screen"]) {
        return;
    }
    let bed = Bed::new();
    let (line, ready) = shim_line(&bed);
    let sockets = bed.folder("screen");
    std::fs::set_permissions(&sockets, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let mut screen = bed.command("screen");
    start(screen.env("SCREENDIR", sockets).args(["-dmS", "bed", "sh", "-c", &line]));
    belongs_to_the_user(&bed, Shim::from_ready_file(&ready));
}

#[test]
fn a_shim_that_the_user_protects_is_never_ended() {
    let bed = Bed::new();
    let client = bed.client().with(&["--token", "keep-this-one"]).start();
    let shim = client.shim();
    client.kill_hard();

    let keeper = bed.keeper_with(shim.port(), "protect = [\"keep-this-one\"]");
    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    assert_eq!(instance(&status, shim.pid())["state"], "adopted", "{status:#}");
    nothing_was_ended(&keeper.run(&["cleanup", "--json"]).expect_code(0).json());
    assert!(shim.lives());
}

/// Looks, cleans up, and expects the shim to live; returns what state it was in.
#[track_caller]
fn state_after_a_cleanup(bed: &Bed, shim: Shim) -> String {
    let keeper = bed.keeper(shim.port());
    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    assert_eq!(status["verdict"], "healthy", "{status:#}");
    nothing_was_ended(&keeper.run(&["cleanup", "--json"]).expect_code(0).json());
    assert!(shim.lives());
    let instances = status["watches"][0]["instances"].as_array().unwrap();
    let members = |instance: &&Value| instance["members"].as_array().unwrap().contains(&shim.pid().into());
    let instance = instances.iter().find(members).expect("the shim is not reported");
    instance["state"].as_str().unwrap().to_owned()
}

/// Attached (the terminal program counts as its client) or adopted: either is right.
#[track_caller]
fn belongs_to_the_user(bed: &Bed, shim: Shim) {
    let state = state_after_a_cleanup(bed, shim);
    assert!(["attached", "adopted"].contains(&state.as_str()), "it is {state}");
}

/// A shell line that starts the shim, and the file where it reports.
fn shim_line(bed: &Bed) -> (String, std::path::PathBuf) {
    let ready = bed.fresh("shim");
    let shim = bed.path(bed.script());
    let (python, shim_path) = (python().display(), shim.display());
    (format!("{python} {shim_path} --port 0 --ready-file {}", ready.display()), ready)
}

/// A tmux server that nobody else uses.
fn tmux(bed: &Bed) -> Command {
    let mut tmux = bed.command("tmux");
    tmux.env_remove("TMUX").env("TMUX_TMPDIR", bed.path("")).args(["-f", "/dev/null"]);
    tmux
}

#[track_caller]
fn start(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?} ended with {status}");
}
