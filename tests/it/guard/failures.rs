//! `--restart on-failure`: a server that fails is started again, later each time.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::guard::mcp_client::{Mcp, initialize, initialized};
use crate::guard::scene::{Kind, Scene};
use crate::support::{PATIENCE, eventually};

pub(crate) const ON_FAILURE: [&str; 2] = ["--restart", "on-failure"];

#[test]
fn its_client_goes_on_with_the_next_one() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &ON_FAILURE);
    client.introduces_itself();
    let slow = client.request("slow");
    let exit = client.request_with("exit", &json!({ "code": 9 }));
    let old = client.guarded.server();
    eventually("it has failed", PATIENCE, || !old.lives());
    let waits = client.request("tools/list");
    client.guarded.meet_the_next_servers();
    client.loses(slow);
    client.loses(exit);
    // It waits until the new one is there, and so it is answered in either order with the news.
    let mut news = [client.hear(), client.hear()];
    news.sort_by_key(|message| message["id"].is_null());
    assert_eq!(
        (&news[0]["id"], &news[1]["method"]),
        (&waits.into(), &"notifications/tools/list_changed".into())
    );
    assert_eq!(client.asks_what_was_heard().1[..2], [initialize(), initialized()]);
    let complaints = client.guarded.complaints();
    assert!(complaints.contains("failed (code 9) and is started again in 250ms"), "{complaints}");
    client.guarded.input = None;
    client.guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(client.guarded.code(), 0);
    scene.is_empty();
}

#[test]
fn a_signal_is_a_failure_and_a_good_end_is_none() {
    let scene = Scene::new();
    let mut guarded = scene.plan("polite").options(&ON_FAILURE).start();
    guarded.say("die 9");
    guarded.meet_the_next_servers();
    guarded.say("exit 0");
    guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(guarded.code(), 0);
    scene.is_empty();
}

#[test]
fn without_the_option_a_failure_is_the_end() {
    let scene = Scene::new();
    let mut guarded = scene.plan("polite").start();
    guarded.say("exit 9");
    guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(guarded.code(), 9);
    scene.is_empty();
}

#[test]
fn the_delay_grows_and_ends_with_the_client() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &ON_FAILURE);
    client.introduces_itself();
    client.plan("dies");
    let begin = Instant::now();
    client.request_with("exit", &json!({ "code": 3 }));
    let complaints = || client.guarded.complaints();
    eventually("it is given more and more time", PATIENCE, || complaints().contains("started again in 1s"));
    let passed = begin.elapsed();
    assert!(passed >= Duration::from_millis(750), "250 and 500 ms have passed, not {passed:?}");
    let delays =
        ["250ms", "500ms", "1s"].map(|delay| complaints().matches(&format!("again in {delay}\n")).count());
    assert_eq!(delays, [1, 1, 1], "{}", complaints());
    // In the middle of a delay there is no server; its client's end is the guard's all the same.
    client.guarded.input = None;
    client.guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(client.guarded.code(), 3);
    scene.is_empty();
}

#[test]
fn a_failure_while_the_client_closes_the_input_is_the_end() {
    let scene = Scene::new();
    let mut guarded = scene.plan("crash").options(&ON_FAILURE).start();
    guarded.input = None;
    guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(guarded.code(), Kind::Crashing.code_at_the_end_of_input());
    scene.is_empty();
}
