//! A process is asked before it is forced, and only where nobody else hears it.

use super::stage::{Stage, answers, pids};

#[test]
fn an_orphan_in_a_console_of_its_own_is_asked_and_goes() {
    let mut stage = Stage::new();
    let python = stage.python();
    let (client, shim) = stage.client(&python, &["--port", "0"], &[("ACTOR_OWN_CONSOLE", "1")]);
    stage.watch(shim.port);
    stage.crash(client);
    let (_, report) = stage.json(&["cleanup", "--json"]);
    assert_eq!(pids(&report["ended"]), [shim.pid], "{report:#}");
    assert_eq!(report["ended"][0]["how"], "asked", "{report:#}");
}

#[test]
fn a_pair_in_a_console_of_its_own_hears_it_together() {
    let mut stage = Stage::new();
    let (venv, base) = (stage.venv_python(), stage.python());
    let environment = [("ACTOR_OWN_CONSOLE", "1"), ("ACTOR_BASE", base.to_str().unwrap())];
    let (client, shim) = stage.client(&venv, &["--port", "0"], &environment);
    stage.watch(shim.port);
    stage.crash(client);
    let (_, report) = stage.json(&["cleanup", "--json"]);
    let ended = report["ended"].as_array().unwrap();
    assert_eq!(ended.len(), 2, "{report:#}");
    assert!(ended.iter().all(|one| one["how"] == "asked"), "{report:#}");
}

#[test]
fn the_helper_refuses_a_stranger_and_a_console_with_others_in_it() {
    let mut stage = Stage::new();
    let (venv, base) = (stage.venv_python(), stage.python());
    let environment = [("ACTOR_OWN_CONSOLE", "1"), ("ACTOR_BASE", base.to_str().unwrap())];
    let (_, shim) = stage.client(&venv, &["--port", "0"], &environment);
    stage.watch(shim.port);
    let (code, _) = stage.run(&["__ctrlc", &format!("{}:12345", shim.pid)]);
    assert_eq!(code, 1, "another birth is another process");
    let (_, watch) = stage.status();
    let stub = watch["instances"][0]["pid"].as_u64().unwrap();
    assert_ne!(stub, shim.pid);
    for whom in [shim.pid, stub] {
        let (code, _) = stage.run(&["__ctrlc", &format!("{whom}:0")]);
        assert_eq!(code, 1);
    }
    assert!(answers(shim.port));
}
