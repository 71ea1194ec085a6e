//! With which code the guard ends where it is not the server's own, and what it says then.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::guard::scene::{Kind, Scene, Streams};
use crate::support::keeper::Outcome;

#[test]
fn a_program_that_is_missing() {
    let outcome = run(&Scene::new(), &["--", "/nowhere/no-such-server"]).expect_code(125);
    outcome.complains("/nowhere/no-such-server could not be started").complains("hint: ");
}

#[test]
fn a_program_that_may_not_be_run() {
    let scene = Scene::new();
    let file = scene.bed.path("no-program");
    fs::write(&file, "#!/bin/sh\nexit 0\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let outcome = run(&scene, &["--", &file.to_string_lossy()]).expect_code(125);
    outcome.complains("could not be started");
    scene.is_empty();
}

#[test]
fn wrong_usage_and_unknown_watches() {
    let scene = Scene::new();
    run(&scene, &[]).expect_code(2);
    run(&scene, &["--"]).expect_code(2);
    run(&scene, &["--prot", "3", "true"]).expect_code(2);
    run(&scene, &["--port", "0", "--", "true"]).expect_code(2);
    run(&scene, &["--no-restart", "--restart", "on-failure", "--", "true"]).expect_code(2);
    run(&scene, &["--watch", "nobody's", "--", "true"]).expect_code(2).complains("nobody's");
    run(&scene, &["--", "true"]).expect_code(0);
}

#[test]
fn from_the_first_word_that_is_no_option_everything_is_the_servers() {
    let scene = Scene::new();
    let echo = ["sh", "-c", "printf '%s|' \"$@\"", "x"];
    let words = ["--port", "5", "--", "--watch", "-v", "--help", "--home=/nowhere", "guard", ""];
    let said = words.join("|") + "|";
    for options in [
        &["--"][..],
        &[],
        &["--no-restart"],
        &["-v", "--color", "never", "--port=65000"],
        &["--no-restart", "--"],
    ] {
        let all: Vec<&str> = [options, &echo, &words].concat();
        assert_eq!(run(&scene, &all).expect_code(0).stdout, said, "{options:?}");
    }
    scene.is_empty();
}

#[test]
fn a_configuration_that_does_not_load_costs_nobody_its_server() {
    let scene = Scene::new();
    scene.configure("this is no configuration");
    run(&scene, &["--watch", "own", "--", "true"]).expect_code(2);

    let outcome = run(&scene, &["--", "sh", "-c", "echo said; exit 7"]);
    assert_eq!(outcome.stdout, "said\n", "{outcome}");
    outcome.expect_code(7).complains("config.toml").complains("the server is started without it");
    let mut guarded = scene.guard(Kind::Family, Streams::Relayed);
    guarded.input = None;
    guarded.is_gone_in_time(Kind::Family);
    assert_eq!(guarded.code(), 0);
    scene.is_empty();
}

#[test]
fn codes_and_signals_of_the_server_are_kept() {
    let scene = Scene::new();
    for (script, code) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("exit 255", 255),
        ("kill -TERM $$", 143),
        ("kill -KILL $$", 137),
        ("kill -USR1 $$", 138),
    ] {
        for options in [&["--"][..], &["--no-restart", "--"]] {
            let outcome = run(&scene, &[options, &["sh", "-c", script]].concat()).expect_code(code);
            assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""), "{outcome}");
        }
    }
    scene.is_empty();
}

#[test]
fn a_home_that_cannot_be_written_costs_nobody_its_server() {
    let scene = Scene::new();
    let outcome = scene.bed.run(scene.bed.command(env!("CARGO_BIN_EXE_shimkeeper")).args([
        "--home",
        "/proc/nowhere",
        "guard",
        "--",
        "sh",
        "-c",
        "exit 7",
    ]));
    assert_eq!(outcome.stdout, "", "{outcome}");
    outcome.expect_code(7);
}

/// With nothing to say to the server.
#[track_caller]
fn run(scene: &Scene, words: &[&str]) -> Outcome {
    scene.bed.run(scene.program().arg("guard").args(words))
}
