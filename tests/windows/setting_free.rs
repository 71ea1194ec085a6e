//! What the command line starts anew belongs to nobody and is left in peace.

use std::fs;

use super::stage::{Stage, answers, eventually, free_port, pids, shim_of};

#[test]
fn a_restarted_orphan_is_adopted_and_no_cleanup_takes_it() {
    let mut stage = Stage::new();
    let python = stage.python();
    let port = free_port();
    let (client, old) = stage.client(&python, &["--port", &port.to_string()], &[]);
    stage.watch(port);
    stage.crash(client);
    let ready = stage.ready_file("ready-0");
    fs::remove_file(&ready).unwrap();

    let (code, said) = stage.run(&["restart"]);
    assert_eq!(code, 0, "{said}");
    let new = shim_of(&ready);
    assert_ne!(new.pid, old.pid);
    assert_eq!(new.port, port);
    let (code, watch) = stage.status();
    assert_eq!(code, 0, "{watch:#}");
    assert_eq!(watch["instances"][0]["pid"], new.pid);
    assert_eq!(watch["instances"][0]["state"], "adopted", "{watch:#}");

    let (code, report) = stage.json(&["cleanup", "--json"]);
    assert_eq!((code, pids(&report["ended"])), (0, vec![]), "{report:#}");
    assert!(answers(port));
    let (code, said) = stage.run(&["free", &port.to_string(), "--pid", &new.pid.to_string(), "--yes"]);
    assert_eq!(code, 0, "{said}");
    eventually("the port is free", || !answers(port));
}
