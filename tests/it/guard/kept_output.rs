//! Somebody who is spared holds the output of a server that is gone: its client waits for nothing all the same.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::guard::failures::ON_FAILURE;
use crate::guard::mcp_client::{LOST, Mcp, initialize, initialized};
use crate::guard::privacy::ask;
use crate::guard::restart::CHANGED;
use crate::guard::scene::{Kind, Scene, gone_within, identities, kill};
use crate::support::identity::Identity;
use crate::support::{PATIENCE, eventually, stays_so};

/// What the spared one says again and again, where it is one who talks.
const CHAT: &str = "chat";

/// A client, and who is spared below its server.
fn start(scene: &Scene, plan: &str, options: &[&str]) -> (Mcp, Identity) {
    let mut client = Mcp::start_as(scene, plan, |it| it.by_the_watched_name().options(options));
    client.say(&initialize());
    assert_eq!(hear(&mut client)["id"], 0);
    client.say(&initialized());
    let kept = PathBuf::from(format!("{}.kept", client.guarded.ready.display()));
    let kept = identities(&kept)[0];
    client.plan("");
    (client, kept)
}

fn scene() -> Scene {
    Scene::watching(1, "listens = \"never\"\nprotect = [\"kept \"]")
}

/// The next thing that is heard of anybody else.
#[track_caller]
fn hear(client: &mut Mcp) -> Value {
    loop {
        let message = client.hear();
        if message["method"] != CHAT {
            return message;
        }
    }
}

#[track_caller]
fn loses(client: &mut Mcp, id: u64) {
    let message = hear(client);
    assert_eq!((&message["id"], &message["error"]["code"]), (&id.into(), &LOST.into()), "{message}");
}

/// It was not disturbed, and is nobody's any more.
#[track_caller]
fn is_spared(scene: &Scene, kept: Identity) {
    stays_so("what is protected lives", Duration::from_millis(100), || kept.lives());
    kill(kept);
    gone_within([kept], Kind::Polite.limit(), String::new);
    scene.is_empty();
}

#[test]
fn a_client_goes_on_with_the_next_server_after_a_failure() {
    for plan in ["keeps", "chats"] {
        let scene = scene();
        let (mut client, kept) = start(&scene, plan, &ON_FAILURE);
        let slow = client.request("slow");
        let exit = client.request_with("exit", &json!({ "code": 3 }));
        client.guarded.meet_the_next_servers();
        loses(&mut client, slow);
        loses(&mut client, exit);
        // From here on a word of whoever is spared would be a surprise.
        client.is_notified(CHANGED);
        client.asks_what_was_heard();
        stays_so("what is protected is not disturbed", Duration::from_millis(100), || kept.lives());
        client.hears_nothing(Duration::from_millis(50));
        client.guarded.input = None;
        assert_eq!(client.guarded.code(), 0);
        // Without a guard it has nobody to talk to either.
        if plan == "keeps" {
            is_spared(&scene, kept);
        }
    }
}

#[test]
fn a_client_goes_on_with_the_next_server_after_a_restart() {
    let scene = scene();
    let (mut client, kept) = start(&scene, "keeps", &[]);
    let slow = client.request("slow");
    client.asks_what_was_heard();
    let answer = ask(&scene, "restart");
    assert!(answer.starts_with("ok "), "{answer}");
    client.guarded.meet_the_next_servers();
    client.loses(slow);
    client.is_notified(CHANGED);
    client.asks_what_was_heard();
    client.guarded.input = None;
    assert_eq!(client.guarded.code(), 0);
    is_spared(&scene, kept);
}

#[test]
fn a_server_that_dies_before_it_is_introduced_holds_up_nobody() {
    let scene = scene();
    let (mut client, first) = start(&scene, "keeps", &ON_FAILURE);
    // The next one never answers, leaves somebody as well, and is replaced.
    client.plan("keeps silent");
    client.request_with("exit", &json!({ "code": 3 }));
    client.guarded.meet_the_next_servers();
    let kept = PathBuf::from(format!("{}.kept", client.guarded.ready.display()));
    let mut second = identities(&kept)[0];
    eventually("the next one has left somebody", PATIENCE, || {
        second = identities(&kept)[0];
        second != first
    });
    client.plan("");
    kill(client.guarded.server());
    client.guarded.meet_the_next_servers();
    let lost = hear(&mut client);
    assert_eq!(lost["error"]["code"], LOST, "{lost}");
    client.is_notified(CHANGED);
    client.asks_what_was_heard();
    client.guarded.input = None;
    assert_eq!(client.guarded.code(), 0);
    kill(first);
    is_spared(&scene, second);
}

#[test]
fn the_end_of_the_server_is_the_guards_whoever_talks_on() {
    for plan in ["keeps", "chats"] {
        let scene = scene();
        let (mut client, kept) = start(&scene, plan, &[]);
        client.request_with("exit", &json!({ "code": 4 }));
        assert_eq!(client.guarded.code(), 4);
        if plan == "keeps" {
            is_spared(&scene, kept);
        }
    }
}
