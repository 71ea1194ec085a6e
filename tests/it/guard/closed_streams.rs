//! A server that closes a stream and lives on is of no use to a client that speaks MCP, which sees the end of it as
//! it would without a guard. Whoever is used in another way is left alone.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::guard::failures::ON_FAILURE;
use crate::guard::mcp_client::{Mcp, initialize, initialized};
use crate::guard::scene::{BY_SIGNAL, GRACE, Kind, Scene, free_port};
use crate::support::{PATIENCE, eventually, stays_so};

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#;

/// Over a server that plans this.
fn over(scene: &Scene, plan: &str, options: &[&str]) -> crate::guard::scene::Guarded {
    let file = scene.bed.fresh("plan");
    std::fs::write(&file, plan).unwrap();
    scene.plan("mcp").options(options).words(&[&file.to_string_lossy()]).start()
}

/// Where the server says that it has closed its stream.
fn closed_file(ready: &Path) -> PathBuf {
    format!("{}.closed", ready.display()).into()
}

#[test]
fn an_output_that_the_server_has_closed_ends_for_its_client() {
    let scene = Scene::new();
    let mut guarded = over(&scene, "ends", &[]);
    guarded.say(INITIALIZE);
    // Blocks until it is closed.
    let mut heard = Vec::new();
    guarded.output.take().unwrap().read_to_end(&mut heard).unwrap();
    assert_eq!(heard, b"");
    guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(guarded.code(), BY_SIGNAL + libc::SIGTERM);
    scene.is_empty();
}

#[test]
fn without_restarts_its_client_sees_the_end_though_the_server_lives_on() {
    let scene = Scene::new();
    let mut guarded = over(&scene, "ends", &["--no-restart"]);
    let mut heard = Vec::new();
    guarded.output.take().unwrap().read_to_end(&mut heard).unwrap();
    assert_eq!(heard, b"");
    assert!(guarded.server().lives() && guarded.outer.lives(), "what becomes of it is its client's to say");
    guarded.input = None;
    guarded.is_gone_in_time(Kind::Deaf);
    scene.is_empty();
}

#[test]
fn an_input_that_the_server_has_closed_breaks_for_its_client() {
    let scene = Scene::new();
    let mut guarded = over(&scene, "shuts", &[]);
    let mut input = guarded.input.take().unwrap();
    // As long as it takes; the guard itself takes no more than a pipe does.
    let error = loop {
        if let Err(error) = input.write_all(format!("{INITIALIZE}\n").as_bytes()) {
            break error;
        }
    };
    assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
    guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(guarded.code(), BY_SIGNAL + libc::SIGTERM);
    scene.is_empty();
}

#[test]
fn a_server_that_is_not_spoken_to_may_close_what_it_does_not_need() {
    may_close_a_stream(&[], &[]);
}

#[test]
fn a_server_that_takes_a_port_may_be_used_there() {
    may_close_a_stream(&["--port", &free_port().to_string()], &[INITIALIZE]);
}

/// Either of them, whatever the client says afterwards.
#[track_caller]
fn may_close_a_stream(options: &[&str], says: &[&str]) {
    for plan in ["ends", "shuts"] {
        let scene = Scene::new();
        let mut guarded = over(&scene, plan, options);
        eventually("it is closed", PATIENCE, || closed_file(&guarded.ready).exists());
        for line in says {
            guarded.say(line);
        }
        stays_so("the server is left alone, long after it would have been ended", GRACE * 3, || {
            guarded.server().lives() && guarded.outer.lives()
        });
        guarded.input = None;
        guarded.is_gone_in_time(Kind::Deaf);
        scene.is_empty();
    }
}

#[test]
fn it_counts_as_a_failure() {
    for plan in ["ends", "shuts"] {
        let scene = Scene::new();
        let mut client = Mcp::start(&scene, plan, &ON_FAILURE);
        eventually("it is closed", PATIENCE, || closed_file(&client.guarded.ready).exists());
        client.plan("");
        // Said to the one that does not listen, and repeated to the next one: once.
        client.introduces_itself();
        client.guarded.meet_the_next_servers();
        assert_eq!(client.asks_what_was_heard().1, [initialize(), initialized()], "{plan}");
        client.guarded.input = None;
        client.guarded.is_gone_in_time(Kind::Polite);
        assert_eq!(client.guarded.code(), 0);
        scene.is_empty();
    }
}
