//! What can be odd about the server that takes the place of another.

use std::fs;
use std::io::{BufRead, BufReader, Read};

use serde_json::json;

use crate::guard::failures::ON_FAILURE;
use crate::guard::mcp_client::{Mcp, initialize};
use crate::guard::privacy::{ask, socket};
use crate::guard::restart::{CHANGED, ends_well, restart};
use crate::guard::scene::{Kind, Scene};
use crate::support::{PATIENCE, eventually};

#[test]
fn its_question_is_answered_though_an_earlier_one_of_that_number_was_not() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "plain", &[]);
    client.introduces_itself();
    for round in 0..40 {
        let unanswered = client.request("ask");
        let old = client.hear()["id"].clone();
        client.result(unanswered);
        restart(&scene, &mut client);
        client.is_notified("notifications/cancelled");
        let asked = client.request("ask");
        let name = client.hear()["id"].clone();
        assert_ne!(name, old, "another question");
        // At once: the guard may not even know yet that it has passed the question on.
        let answer = |id| json!({ "jsonrpc": "2.0", "id": id, "result": { "round": round } });
        client.say(&answer(name));
        client.result(asked);
        assert!(client.asks_what_was_heard().1.contains(&answer(77.into())), "round {round}");
    }
    ends_well(&scene, client);
}

#[test]
fn one_that_refuses_the_introduction_is_no_success() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    client.introduces_itself();
    client.plan("refuses");
    let answer = ask(&scene, "restart");
    assert!(
        answer.starts_with("failed ") && answer.ends_with("refused `initialize`: no database"),
        "{answer}"
    );
    // It runs, and its client may make of it what it can.
    client.guarded.meet_the_next_servers();
    assert_eq!(client.asks_what_was_heard().1, [initialize()]);
    client.plan("");
    restart(&scene, &mut client);
    client.is_notified(CHANGED);
    ends_well(&scene, client);
}

#[test]
fn one_that_is_wanted_between_two_failures_ends_nothing() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &ON_FAILURE);
    client.introduces_itself();
    client.plan("dies");
    // Found while it runs: later there is little time.
    socket(&scene);
    client.request_with("exit", &json!({ "code": 3 }));
    let old = client.guarded.server();
    eventually("it has failed", PATIENCE, || !old.lives());
    let answer = ask(&scene, "restart");
    assert!(answer.starts_with("failed ") && answer.contains("code 3"), "{answer}");
    client.plan("");
    client.guarded.meet_the_next_servers();
    client.hear();
    client.is_notified(CHANGED);
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

#[test]
fn one_that_floods_the_guard_is_passed_on_and_takes_no_more_memory_than_a_line() {
    const MORE_THAN_A_LINE: u64 = 100 * 1024 * 1024;
    /// Twice the longest line, which grows by doubling, in kilobytes.
    const MOST_MEMORY: u64 = 200 * 1024;
    let scene = Scene::new();
    let plan = scene.bed.fresh("plan");
    fs::write(&plan, "plain").unwrap();
    let mut guarded = scene.plan("mcp").words(&[&plan.to_string_lossy()]).start();
    let mut output = BufReader::new(guarded.output.take().unwrap());
    guarded.say(&initialize().to_string());
    output.read_line(&mut String::new()).unwrap();
    fs::write(&plan, "floods").unwrap();
    std::thread::scope(|threads| {
        let asked = threads.spawn(|| ask(&scene, "restart"));
        let passed =
            std::io::copy(&mut output.by_ref().take(MORE_THAN_A_LINE), &mut std::io::sink()).unwrap();
        assert_eq!(passed, MORE_THAN_A_LINE);
        let memory = crate::guard::pressure::memory(&guarded);
        assert!(memory < MOST_MEMORY, "{memory} kB");
        guarded.input = None;
        drop(output);
        assert!(asked.join().unwrap().starts_with("failed "));
    });
    guarded.code();
    guarded.is_gone_in_time(Kind::Deaf);
    scene.is_empty();
}
