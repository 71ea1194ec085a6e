//! What the client had set at the old server is set at the new one, and what is new about that is said.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::guard::mcp_client::{Mcp, initialize, initialized};
use crate::guard::privacy::ask;
use crate::guard::restart::{CHANGED, ends_well, restart};
use crate::guard::scene::{Scene, free_port};
use crate::support::{PATIENCE, eventually};

/// Restarts the server, which is to be done, and returns what is said of the new one.
#[track_caller]
fn news(scene: &Scene, client: &mut Mcp) -> Option<String> {
    let answer = ask(scene, "restart");
    assert!(answer.starts_with("ok "), "{answer}");
    client.guarded.meet_the_next_servers();
    answer.split_once('\t').map(|(_, news)| news.to_owned())
}

#[track_caller]
fn wishes(client: &mut Mcp, method: &str, params: &Value) {
    let id = client.request_with(method, params);
    client.result(id);
}

#[track_caller]
fn reads_the_tools(client: &mut Mcp) {
    wishes(client, "tools/list", &json!({}));
    wishes(client, "tools/list", &json!({ "cursor": "more" }));
}

#[test]
fn subscriptions_and_the_log_level_are_set_again_as_they_stood() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "plain", &[]);
    client.introduces_itself();
    let uri = |uri: &str| json!({ "uri": uri, "_meta": { "progressToken": 3 } });
    wishes(&mut client, "logging/setLevel", &json!({ "level": "info" }));
    wishes(&mut client, "resources/subscribe", &uri("file:///a \u{e9}"));
    wishes(&mut client, "resources/subscribe", &uri("file:///b"));
    wishes(&mut client, "resources/unsubscribe", &uri("file:///b"));
    wishes(&mut client, "logging/setLevel", &json!({ "level": "debug" }));
    for _ in 0..3 {
        assert_eq!(news(&scene, &mut client), None);
        let (_, heard) = client.asks_what_was_heard();
        assert_eq!(heard[..2], [initialize(), initialized()]);
        let set: Vec<(&Value, &Value)> = heard[2..].iter().map(|it| (&it["method"], &it["params"])).collect();
        let level = (json!("logging/setLevel"), json!({ "level": "debug" }));
        let uri = (json!("resources/subscribe"), json!({ "uri": "file:///a \u{e9}" }));
        assert_eq!(set, [(&level.0, &level.1), (&uri.0, &uri.1)]);
        assert!(
            heard[2..].iter().all(|it| it["id"].as_str().unwrap().starts_with("shimkeeper-")),
            "{heard:?}"
        );
    }
    client.hears_nothing(Duration::from_millis(100));
    ends_well(&scene, client);
}

#[test]
fn what_the_new_server_does_not_take_is_said() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "plain", &[]);
    client.introduces_itself();
    wishes(&mut client, "logging/setLevel", &json!({ "level": "info" }));
    wishes(&mut client, "resources/subscribe", &json!({ "uri": "file:///a" }));
    client.plan("plain stubborn");
    assert_eq!(news(&scene, &mut client), None);
    let said = client.guarded.complaints();
    for what in ["did not take the log level", "the client's subscription to file:///a (not with me)"] {
        assert!(said.contains(what), "{said}");
    }
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

#[test]
fn other_tools_and_another_version_are_a_reason_to_reload_the_client() {
    let scene = Scene::watching(free_port(), "listens = \"never\"");
    let mut client =
        Mcp::start_as(&scene, "plain", |plan| plan.by_the_watched_name().options(&["--watch", "own"]));
    client.introduces_itself();
    reads_the_tools(&mut client);
    assert_eq!(news(&scene, &mut client), None, "the same server");
    client.plan("plain tools newer");
    let outcome = scene.bed.run(scene.program().arg("restart")).expect_code(0);
    client.guarded.meet_the_next_servers();
    let outcome = outcome.says("reload").says("it is part 2, was part 1, it has other tools");
    assert!(!outcome.stdout.contains("does not notice"), "{}", outcome.stdout);
    assert!(client.guarded.complaints().contains("reload the client"), "{}", client.guarded.complaints());
    // The client knows the old one as long as it has not read anew.
    assert!(news(&scene, &mut client).unwrap().contains("other tools"));
    reads_the_tools(&mut client);
    assert_eq!(news(&scene, &mut client).as_deref(), Some("it is part 2, was part 1"));
    client.hears_nothing(Duration::from_millis(100));
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

#[test]
fn of_lists_that_are_announced_the_client_is_told_and_nobody_else() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    client.introduces_itself();
    reads_the_tools(&mut client);
    client.plan("tools");
    assert_eq!(news(&scene, &mut client), None);
    client.is_notified(CHANGED);
    assert_eq!(client.asks_what_was_heard().1, [initialize(), initialized()], "nobody else has read them");
    ends_well(&scene, client);
}

#[test]
fn a_list_that_is_not_told_is_not_called_the_same() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "plain", &[]);
    client.introduces_itself();
    reads_the_tools(&mut client);
    client.plan("plain mute");
    let begin = Instant::now();
    assert_eq!(news(&scene, &mut client).as_deref(), Some("it did not tell its tools in time"));
    assert!(begin.elapsed() < PATIENCE);
    // Meanwhile and afterwards the client is served, and the next restart is not late.
    client.asks_what_was_heard();
    client.plan("plain");
    assert_eq!(news(&scene, &mut client), None);
    ends_well(&scene, client);
}

#[test]
fn a_crash_restart_tells_the_same_on_standard_error() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "plain", &["--restart", "on-failure"]);
    client.introduces_itself();
    reads_the_tools(&mut client);
    wishes(&mut client, "resources/subscribe", &json!({ "uri": "file:///a" }));
    client.plan("plain tools");
    client.request_with("exit", &json!({ "code": 3 }));
    assert_eq!(client.hear()["error"]["code"], crate::guard::mcp_client::LOST);
    let (_, heard) = client.asks_what_was_heard();
    assert!(heard.iter().any(|it| it["params"]["uri"] == "file:///a"), "{heard:?}");
    eventually("it is said", PATIENCE, || client.guarded.complaints().contains("it has other tools"));
    client.guarded.meet_the_next_servers();
    restart(&scene, &mut client);
    ends_well(&scene, client);
}
