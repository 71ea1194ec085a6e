//! What ends with a server although it is no part of it is named, and can be kept.

use std::time::Duration;

use serde_json::json;

use crate::guard::mcp_client::Mcp;
use crate::guard::restart::ends_well;
use crate::guard::scene::{Kind, Scene, free_port, gone_within, kill};
use crate::support::identity::Identity;
use crate::support::own::skip;
use crate::support::{PATIENCE, eventually, eventually_some, stays_so};

/// A client of a server by the watched name, which has started this in a session of its own.
#[track_caller]
fn founded(scene: &Scene, words: &[&str]) -> Mcp {
    let mut client =
        Mcp::start_as(scene, "plain", |plan| plan.by_the_watched_name().options(&["--watch", "own"]));
    client.introduces_itself();
    let id = client.request_with("found", &json!({ "words": words }));
    client.result(id);
    client
}

/// The process with this in its command line that has nobody but the guard's second process for a parent.
#[track_caller]
fn daemon(scene: &Scene, client: &Mcp, part: &str) -> Identity {
    let is_it =
        |one: &Identity| one.parent() == Some(client.guarded.keeper.pid) && one.command_line().contains(part);
    eventually_some("the daemon is taken in", PATIENCE, || scene.bed.living().into_iter().find(is_it))
}

/// Longer than any test, and found again by its number.
const SLEEP: [&str; 4] = ["setsid", "--fork", "sleep", "4321"];

#[test]
fn a_restart_says_before_and_after_what_else_it_ends() {
    let scene = Scene::watching(free_port(), "listens = \"never\"");
    let mut client = founded(&scene, &SLEEP);
    let daemon = daemon(&scene, &client, "4321");
    let outcome = scene.bed.run(scene.program().arg("restart")).expect_code(0);
    let named = format!("sleep ({})", daemon.pid);
    let before = outcome.stderr.clone();
    assert!(
        before.contains("this also ends") && before.contains(&named) && before.contains("protect"),
        "{before}"
    );
    let outcome =
        outcome.says(&format!("ended with the server, which had started it: {named}")).says("protect");
    assert!(!daemon.lives(), "{outcome}");
    client.guarded.meet_the_next_servers();
    assert!(client.guarded.complaints().contains(&named));
    // The next server has started nothing.
    let outcome = scene.bed.run(scene.program().arg("restart")).expect_code(0);
    assert!(!format!("{}{}", outcome.stdout, outcome.stderr).contains("ended with"), "{outcome}");
    client.guarded.meet_the_next_servers();
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

#[test]
fn the_end_of_the_client_says_what_else_ended() {
    let scene = Scene::watching(free_port(), "listens = \"never\"");
    let mut client = founded(&scene, &SLEEP);
    let daemon = daemon(&scene, &client, "4321");
    client.guarded.input = None;
    client.guarded.is_gone_in_time(Kind::Polite);
    gone_within([daemon], Duration::from_secs(1), String::new);
    let said = client.guarded.complaints();
    assert!(
        said.contains(&format!("had started it: sleep ({})", daemon.pid)) && said.contains("hint: "),
        "{said}"
    );
    scene.is_empty();
}

#[test]
fn what_is_protected_is_not_named_and_lives_on() {
    let scene = Scene::watching(free_port(), "listens = \"never\"\nprotect = [\"sleep 4321\"]");
    let mut client = founded(&scene, &SLEEP);
    let daemon = daemon(&scene, &client, "4321");
    let outcome = scene.bed.run(scene.program().arg("restart")).expect_code(0);
    assert!(!format!("{}{}", outcome.stdout, outcome.stderr).contains("protect"), "{outcome}");
    client.guarded.meet_the_next_servers();
    stays_so("what is protected lives", Duration::from_millis(100), || daemon.lives());
    client.asks_what_was_heard();
    client.guarded.input = None;
    client.guarded.is_gone_in_time(Kind::Polite);
    assert!(daemon.lives());
    kill(daemon);
    gone_within([daemon], Kind::Polite.limit(), String::new);
    scene.is_empty();
}

#[test]
fn a_tmux_server_of_a_tool_call_is_named() {
    let scene = Scene::watching(free_port(), "listens = \"never\"");
    let socket = scene.bed.path("tmux");
    let socket = socket.to_string_lossy();
    if std::process::Command::new("tmux").arg("-V").output().is_err() {
        return skip("a_tmux_server_of_a_tool_call_is_named", "there is no tmux");
    }
    let words = ["tmux", "-f", "/dev/null", "-S", &socket, "new-session", "-d", "sleep 4322"];
    let mut client = founded(&scene, &words);
    let tmux = daemon(&scene, &client, "-S");
    let outcome = scene.bed.run(scene.program().arg("restart")).expect_code(0);
    let named = format!("tmux ({})", tmux.pid);
    assert!(outcome.stderr.contains(&named), "{}", outcome.stderr);
    outcome.says(&named);
    eventually("tmux is gone", PATIENCE, || !tmux.lives());
    client.guarded.meet_the_next_servers();
    client.asks_what_was_heard();
    ends_well(&scene, client);
}
