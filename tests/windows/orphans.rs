//! Orphans are seen, named and ended; everybody else is spared.

use super::stage::{Stage, answers, eventually, pids};

#[test]
fn an_orphan_is_seen_and_ended_and_its_neighbour_is_spared() {
    let mut stage = Stage::new();
    let python = stage.python();
    let (client, shim) = stage.client(&python, &["--port", "0"], &[]);
    stage.watch(shim.port);
    let (code, watch) = stage.status();
    assert_eq!((code, watch["verdict"].as_str()), (0, Some("healthy")), "{watch:#}");
    assert_eq!(watch["instances"][0]["pid"], shim.pid);
    assert_eq!(watch["instances"][0]["client"]["name"], "client.exe");
    assert_eq!(watch["holders"][0]["pid"], shim.pid, "{watch:#}");
    let (_, neighbour) = stage.client(&python, &["--stdio"], &[]);

    stage.crash(client);
    let (code, watch) = stage.status();
    assert_eq!((code, watch["verdict"].as_str()), (1, Some("orphaned")), "{watch:#}");
    let orphan = watch["instances"].as_array().unwrap().iter().find(|it| it["pid"] == shim.pid).unwrap();
    assert_eq!(orphan["state"], "orphan");
    assert_eq!(orphan["listens"], true);
    assert_eq!(orphan["client"]["state"], "gone");

    let (code, plan) = stage.json(&["cleanup", "--check-only", "--json"]);
    assert_eq!((code, pids(&plan["planned"])), (1, vec![shim.pid]), "{plan:#}");
    assert!(answers(shim.port), "a check touches nothing");

    let (code, report) = stage.json(&["cleanup", "--json"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(pids(&report["ended"]), [shim.pid]);
    assert_eq!(report["port"]["free"], true);
    assert!(!answers(shim.port));
    let (code, watch) = stage.status();
    assert_eq!((code, pids(&watch["instances"])), (0, vec![neighbour.pid]), "{watch:#}");
    assert_eq!(watch["instances"][0]["state"], "attached");
}

#[test]
fn a_venv_pair_is_one_instance_and_goes_whole() {
    let mut stage = Stage::new();
    let (venv, base) = (stage.venv_python(), stage.python());
    let (client, shim) = stage.client(&venv, &["--port", "0"], &[("ACTOR_BASE", base.to_str().unwrap())]);
    stage.watch(shim.port);
    let (_, watch) = stage.status();
    assert_eq!(watch["verdict"], "healthy", "{watch:#}");
    assert_eq!(watch["instances"].as_array().unwrap().len(), 1, "{watch:#}");
    let members = pids(&watch["instances"][0]["members"]);
    assert_eq!(members.len(), 2);
    assert_eq!(members[0], watch["instances"][0]["pid"]);
    assert_eq!(members[1], shim.pid, "the interpreter is the one that listens");

    stage.crash(client);
    let (_, report) = stage.json(&["cleanup", "--json"]);
    let mut ended = pids(&report["ended"]);
    ended.sort_unstable();
    let mut wanted = members.clone();
    wanted.sort_unstable();
    assert_eq!(ended, wanted, "{report:#}");
    assert!(!answers(shim.port));
}

#[test]
fn the_half_that_is_left_of_a_pair_is_an_orphan() {
    let mut stage = Stage::new();
    let (venv, base) = (stage.venv_python(), stage.python());
    let (client, shim) = stage.client(&venv, &["--port", "0"], &[("ACTOR_BASE", base.to_str().unwrap())]);
    stage.watch(shim.port);
    let (_, watch) = stage.status();
    let stub = watch["instances"][0]["pid"].as_u64().unwrap();
    let (code, _) = stage.run(&["free", &shim.port.to_string(), "--pid", &stub.to_string(), "--yes"]);
    assert_eq!(code, 1, "the redirector does not hold the port");
    stage.crash(client);
    let (_, report) = stage.json(&["cleanup", "--json"]);
    assert_eq!(pids(&report["ended"]).len(), 2, "{report:#}");
}

#[test]
fn free_ends_exactly_the_holder_that_was_named() {
    let mut stage = Stage::new();
    let python = stage.python();
    let (_, shim) = stage.client(&python, &["--port", "0"], &[]);
    stage.watch(shim.port);
    let port = shim.port.to_string();
    let (code, _) = stage.run(&["free", &port, "--pid", "4", "--yes"]);
    assert_ne!(code, 0);
    assert!(answers(shim.port));
    let (code, said) = stage.run(&["free", &port, "--pid", &shim.pid.to_string(), "--yes"]);
    assert_eq!(code, 0, "{said}");
    eventually("the port is free", || !answers(shim.port));
}
