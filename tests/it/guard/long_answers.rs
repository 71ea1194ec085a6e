//! A long answer is passed on as it comes. Where its server ends in the middle, everything after it is whole all the same.

use crate::guard::failures::ON_FAILURE;
use crate::guard::mcp_client::Mcp;
use crate::guard::restart::{CHANGED, ends_well, restart};
use crate::guard::scene::{Scene, kill};
use crate::support::{PATIENCE, eventually};

/// A client that has been told the beginning of a long answer, and the number of its request.
fn in_the_middle(scene: &Scene, options: &[&str]) -> (Mcp, u64) {
    let mut client = Mcp::start(scene, "", options);
    client.introduces_itself();
    let long = client.request("long");
    let ready = client.guarded.ready.clone();
    let said = ready.with_file_name(format!("{}.half", ready.file_name().unwrap().to_string_lossy()));
    eventually("half an answer is said", PATIENCE, || said.exists());
    (client, long)
}

/// The next line is what came of the long answer, and it is a line of its own.
#[track_caller]
fn hears_what_came_of_it(client: &mut Mcp, id: u64) {
    let heard = client.hear();
    let broken = heard["broken"].as_str().unwrap_or_else(|| panic!("a whole message: {heard}"));
    let begin = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"text\":\"");
    assert_eq!(broken, begin + &"x".repeat(300_000));
}

#[test]
fn a_restart_in_the_middle_of_one_ends_its_line_and_answers_the_request_by_an_error() {
    let scene = Scene::new();
    let (mut client, long) = in_the_middle(&scene, &[]);
    restart(&scene, &mut client);
    hears_what_came_of_it(&mut client, long);
    client.loses(long);
    client.is_notified(CHANGED);
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

#[test]
fn so_does_a_server_that_dies_by_force() {
    let scene = Scene::new();
    let (mut client, long) = in_the_middle(&scene, &ON_FAILURE);
    kill(client.guarded.server());
    client.guarded.meet_the_next_servers();
    hears_what_came_of_it(&mut client, long);
    client.loses(long);
    client.is_notified(CHANGED);
    client.asks_what_was_heard();
    ends_well(&scene, client);
}
