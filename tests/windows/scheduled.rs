//! What the task of `schedule` starts: a cleanup without a window, by the tray's program.

use super::stage::{Stage, answers, eventually, free_port};

#[test]
fn the_trays_program_cleans_up_once_and_only_the_log_speaks() {
    let mut stage = Stage::new();
    let python = stage.python();
    let port = free_port();
    let (client, _) = stage.client(&python, &["--port", &port.to_string()], &[]);
    stage.watch(port);
    assert_eq!(stage.run_tray(&["--cleanup"]), (0, String::new()));
    assert!(answers(port), "its client lives");

    stage.crash(client);
    assert_eq!(stage.run_tray(&["--cleanup"]), (0, String::new()));
    eventually("the port is free", || !answers(port));
    assert!(stage.log().contains("ended"), "{}", stage.log());
}

#[test]
fn a_configuration_that_does_not_load_is_told_by_the_log_and_the_exit_code() {
    let stage = Stage::new();
    stage.configure("prot = 1\n");
    assert_eq!(stage.run_tray(&["--cleanup"]).0, 2);
    assert!(stage.log().contains("prot"), "{}", stage.log());
}

#[test]
fn half_minutes_are_refused_and_nothing_is_scheduled() {
    let stage = Stage::new();
    stage.watch(free_port());
    assert_eq!(stage.run(&["schedule", "enable", "--every", "90s"]).0, 2);
    assert_eq!(stage.run(&["schedule", "status"]), (0, "no cleanup is scheduled\n".to_owned()));
}
