//! Another server behind the same pipes: its client does not notice, apart from what it must know.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::guard::mcp_client::{LOST, Mcp, initialize, initialized};
use crate::guard::privacy::{ask, socket};
use crate::guard::scene::{GRACE, Kind, Scene, Streams, free_port, gone_within};
use crate::support::{PATIENCE, eventually};

pub(crate) const CHANGED: &str = "notifications/tools/list_changed";

/// Asks for a restart, which succeeds, and meets the new server.
#[track_caller]
pub(crate) fn restart(scene: &Scene, client: &mut Mcp) {
    let before = client.guarded.servers.clone();
    let answer = ask(scene, "restart");
    assert!(answer.starts_with("ok "), "{answer}\n{}", client.guarded.complaints());
    assert!(before.iter().all(|server| !server.lives()), "the old server is there");
    client.guarded.meet_the_next_servers();
    assert!(client.guarded.outer.lives() && client.guarded.keeper.lives());
}

/// Ends as a client does, and nothing is left.
#[track_caller]
pub(crate) fn ends_well(scene: &Scene, mut client: Mcp) {
    client.guarded.input = None;
    client.guarded.is_gone_in_time(Kind::Polite);
    assert_eq!(client.guarded.code(), 0, "{}", client.guarded.complaints());
    scene.is_empty();
}

#[test]
fn the_new_server_hears_the_introduction_and_the_client_only_of_changes() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    client.introduces_itself();
    let (first, heard) = client.asks_what_was_heard();
    assert_eq!(heard, [initialize(), initialized()]);
    for _ in 0..3 {
        restart(&scene, &mut client);
        client.is_notified(CHANGED);
        let (next, heard) = client.asks_what_was_heard();
        assert_ne!(next, first);
        assert_eq!(heard, [initialize(), initialized()]);
    }
    client.hears_nothing(Duration::from_millis(100));
    ends_well(&scene, client);
}

#[test]
fn lists_that_were_not_announced_do_not_change() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "plain", &[]);
    client.introduces_itself();
    restart(&scene, &mut client);
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

#[test]
fn the_command_restarts_what_its_watch_knows() {
    let scene = Scene::watching(free_port(), "listens = \"never\"");
    let mut client =
        Mcp::start_as(&scene, "", |plan| plan.by_the_watched_name().options(&["--watch", "own"]));
    client.introduces_itself();
    let outcome = scene.bed.run(scene.program().arg("restart")).expect_code(0);
    outcome.says("does not notice");
    client.guarded.meet_the_next_servers();
    client.is_notified(CHANGED);
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

#[test]
fn a_request_in_flight_is_answered_with_an_error() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    client.introduces_itself();
    let slow = client.request("slow");
    let text = json!({ "jsonrpc": "2.0", "id": "a \"text\"", "method": "slow" });
    client.say(&text);
    client.asks_what_was_heard();
    restart(&scene, &mut client);
    // In no order.
    let mut lost = [client.hear(), client.hear()];
    lost.sort_by_key(|message| message["id"].is_string());
    for (message, id) in lost.iter().zip([&slow.into(), &text["id"]]) {
        assert_eq!((&message["id"], &message["error"]["code"]), (id, &LOST.into()), "{message}");
    }
    client.is_notified(CHANGED);
    assert_eq!(client.asks_what_was_heard().1.len(), 2, "nothing is repeated that was lost");
    ends_well(&scene, client);
}

#[test]
fn a_lost_request_is_answered_under_the_bytes_that_the_client_wrote() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "plain", &[]);
    client.introduces_itself();
    let mut ids = [
        "18446744073709551617",
        "9007199254740993123",
        "1.50",
        "-0",
        "1e2",
        r#""\u0041\/""#,
        r#""\ud83d\ude00""#,
    ];
    for id in ids {
        client.say_raw(format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"slow\"}}\n").as_bytes());
    }
    client.asks_what_was_heard();
    restart(&scene, &mut client);
    let mut lost: Vec<String> = ids.iter().map(|_| client.hear_line()).collect();
    ids.sort_unstable();
    lost.sort_unstable();
    for (line, id) in lost.iter().zip(ids) {
        assert!(line.starts_with(&format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"error\":")), "{id}: {line}");
    }
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

#[test]
fn a_request_that_arrives_meanwhile_waits_for_the_new_server() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    client.introduces_itself();
    client.plan("late");
    thread::scope(|threads| {
        let asked = threads.spawn(|| ask(&scene, "restart"));
        let old = client.guarded.server();
        eventually("the old server ends", PATIENCE, || !old.lives());
        for number in 100..110 {
            client.say(&json!({ "jsonrpc": "2.0", "id": number, "method": "tools/list" }));
        }
        assert!(!asked.is_finished(), "the new server is not introduced yet");
        assert!(asked.join().unwrap().starts_with("ok "));
    });
    // The news may come before, between or after the answers, which come in order.
    let (news, answers): (Vec<Value>, Vec<Value>) =
        (0..11).map(|_| client.hear()).partition(|message| message["method"] == CHANGED);
    assert_eq!(news.len(), 1, "{news:?}");
    let answered: Vec<u64> = answers.iter().map(|answer| answer["id"].as_u64().unwrap()).collect();
    assert_eq!(answered, (100..110).collect::<Vec<_>>(), "{answers:?}");
    assert!(answers.iter().all(|answer| answer["result"].is_object()), "{answers:?}");
    let (_, heard) = client.asks_what_was_heard();
    assert_eq!(heard[..2], [initialize(), initialized()]);
    assert_eq!(heard.len(), 12, "each request once");
    ends_well(&scene, client);
}

#[test]
fn a_line_that_is_begun_before_and_ended_after_is_one_request_for_the_new_server() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    client.introduces_itself();
    let request = json!({ "jsonrpc": "2.0", "id": 50, "method": "tools/list" }).to_string();
    let (begin, end) = request.split_at(request.len() / 2);
    client.say_raw(begin.as_bytes());
    // The old one has it.
    let server = client.guarded.server();
    eventually("the server waits for the rest", PATIENCE, || unread_input(server.pid) == 0);
    restart(&scene, &mut client);
    client.is_notified(CHANGED);
    client.say_raw(format!("{end}\n").as_bytes());
    client.result(50);
    let (_, heard) = client.asks_what_was_heard();
    assert_eq!(heard[2..], [serde_json::from_str::<Value>(&request).unwrap()]);
    ends_well(&scene, client);
}

/// Bytes that wait in the pipe at the server's standard input.
fn unread_input(pid: u32) -> u64 {
    let pipe = std::fs::File::open(format!("/proc/{pid}/fd/0"));
    pipe.map_or(0, |pipe| rustix::io::ioctl_fionread(pipe).unwrap())
}

#[test]
fn half_a_line_of_the_old_server_reaches_nobody() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    client.introduces_itself();
    let half = client.request("half");
    let ready = client.guarded.ready.clone();
    let said = ready.with_file_name(format!("{}.half", ready.file_name().unwrap().to_string_lossy()));
    eventually("half a line is said", PATIENCE, || said.exists());
    restart(&scene, &mut client);
    client.loses(half);
    client.is_notified(CHANGED);
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

#[test]
fn an_answer_to_a_question_of_the_old_server_is_not_given_to_the_new_one() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    client.introduces_itself();
    let id = client.request("ask");
    assert_eq!(client.hear()["method"], "roots/list");
    client.result(id);
    restart(&scene, &mut client);
    assert_eq!(client.is_notified("notifications/cancelled")["requestId"], 77);
    client.is_notified(CHANGED);
    client.say(&json!({ "jsonrpc": "2.0", "id": 77, "result": { "roots": [] } }));
    assert_eq!(client.asks_what_was_heard().1, [initialize(), initialized()]);

    // The new one asks under the same number, which its client has to answer once more and on purpose.
    let id = client.request("ask");
    let second = client.hear();
    assert_eq!(second["method"], "roots/list");
    assert_ne!(second["id"], 77, "the client can tell the questions apart");
    client.result(id);
    client.say(&json!({ "jsonrpc": "2.0", "id": 77, "result": { "roots": [2] } }));
    restart(&scene, &mut client);
    assert_eq!(client.is_notified("notifications/cancelled")["requestId"], second["id"]);
    client.is_notified(CHANGED);
    let news = json!({ "jsonrpc": "2.0", "method": "notifications/roots/list_changed" });
    let late = json!({ "jsonrpc": "2.0", "id": second["id"], "result": { "roots": [] } });
    client.say(&json!([late, news]));
    let (_, heard) = client.asks_what_was_heard();
    assert_eq!(heard.last(), Some(&json!([news])), "of a batch only what is for somebody else is dropped");

    let id = client.request("ask");
    let third = client.hear()["id"].clone();
    assert!(third != 77 && third != second["id"], "{third}");
    client.result(id);
    for old in [&json!(77), &second["id"]] {
        client.say(&json!({ "jsonrpc": "2.0", "id": old, "result": { "roots": [3] } }));
    }
    client.say(&json!({ "jsonrpc": "2.0", "id": third, "result": { "roots": [1] } }));
    let (_, heard) = client.asks_what_was_heard();
    let answers: Vec<&Value> = heard.iter().filter(|it| it["result"].is_object()).collect();
    let answer = json!({ "jsonrpc": "2.0", "id": 77, "result": { "roots": [1] } });
    assert_eq!(answers, [&answer], "its own question is answered, as the server has numbered it");
    ends_well(&scene, client);
}

#[test]
fn an_introduction_that_nobody_has_answered_is_answered_by_the_new_server() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "silent", &[]);
    client.say(&initialize());
    let server = client.guarded.server();
    eventually("the server has heard it", PATIENCE, || unread_input(server.pid) == 0);
    client.plan("");
    restart(&scene, &mut client);
    let answer = client.hear();
    assert_eq!((&answer["id"], answer["result"].is_object()), (&0.into(), true), "{answer}");
    client.say(&initialized());
    assert_eq!(client.asks_what_was_heard().1, [initialize(), initialized()]);
    ends_well(&scene, client);
}

#[test]
fn a_restart_before_any_word_is_one_behind_a_plain_pipe() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    restart(&scene, &mut client);
    client.introduces_itself();
    assert_eq!(client.asks_what_was_heard().1, [initialize(), initialized()]);
    ends_well(&scene, client);
}

#[test]
fn of_two_at_once_each_hears_how_it_went_and_one_server_is_left() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "late", &[]);
    client.introduces_itself();
    let answers: Vec<String> = thread::scope(|threads| {
        let asked: Vec<_> = (0..4).map(|_| threads.spawn(|| ask(&scene, "restart"))).collect();
        asked.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(answers.iter().any(|answer| answer.starts_with("ok ")), "{answers:?}");
    for answer in &answers {
        let [ok, busy] = ["ok ", "failed a restart"].map(|begin| answer.starts_with(begin));
        assert!(ok || busy, "{answers:?}");
    }
    client.guarded.meet_the_next_servers();
    client.is_notified(CHANGED);
    client.asks_what_was_heard();
    let living = scene.bed.living();
    let servers = living
        .iter()
        .filter(|it| it.command_line().contains("/server mcp") && !it.command_line().contains(" guard "));
    assert_eq!(servers.count(), 1, "{living:?}");
    ends_well(&scene, client);
}

#[test]
fn a_new_server_that_ends_at_once_ends_the_guard_with_its_code() {
    // Several times: whoever has asked must hear of it before the guard is gone.
    for _ in 0..8 {
        let scene = Scene::new();
        let mut client = Mcp::start(&scene, "", &[]);
        client.introduces_itself();
        client.plan("dies");
        let answer = ask(&scene, "restart");
        assert!(answer.starts_with("failed ") && answer.contains("code 3"), "{answer:?}");
        client.guarded.is_gone_in_time(Kind::Polite);
        assert_eq!(client.guarded.code(), 3);
        scene.is_empty();
    }
}

#[test]
fn a_new_server_that_is_silent_ends_with_the_client() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &[]);
    client.introduces_itself();
    client.plan("silent");
    thread::scope(|threads| {
        let asked = threads.spawn(|| ask(&scene, "restart"));
        let old = client.guarded.server();
        client.guarded.meet_the_next_servers();
        assert!(!old.lives() && !asked.is_finished());
        client.guarded.input = None;
        client.guarded.code();
        client.guarded.is_gone_in_time(Kind::Deaf);
        // Whoever asked hears that it came to nothing, or nothing at all.
        assert!(!asked.join().unwrap().starts_with("ok "));
    });
    scene.is_empty();
}

#[test]
fn a_guard_without_restarts_refuses_and_leaves_the_server_alone() {
    let scene = Scene::new();
    let mut client = Mcp::start(&scene, "", &["--no-restart"]);
    client.introduces_itself();
    let answer = ask(&scene, "restart");
    assert!(answer.starts_with("failed ") && answer.contains("--no-restart"), "{answer}");
    assert!(client.guarded.server().lives());
    client.asks_what_was_heard();
    ends_well(&scene, client);
}

#[test]
fn nothing_of_the_old_server_is_left_whatever_it_is_like() {
    for kind in [Kind::Polite, Kind::Deaf, Kind::Family, Kind::Crashing] {
        let scene = Scene::new();
        let mut guarded = scene.guard(kind, Streams::Relayed);
        let old = guarded.servers.clone();
        let answer = ask(&scene, "restart");
        assert!(answer.starts_with("ok "), "{answer}");
        gone_within(old, Duration::ZERO, String::new);
        guarded.meet_the_next_servers();
        guarded.say("exit 7");
        guarded.is_gone_in_time(kind);
        assert_eq!(guarded.code(), 7, "the new one hears the client");
        scene.is_empty();
    }
}

#[test]
fn a_server_whose_input_is_no_pipe_is_restarted_too() {
    let scene = Scene::new();
    let terminal = crate::guard::terminal::Terminal::new();
    let mut guarded = scene.plan("polite").start_by("shell", |shell| terminal.is_all_of(shell));
    let old = guarded.server();
    let answer = ask(&scene, "restart");
    assert!(answer.starts_with("ok "), "{answer}");
    assert!(!old.lives());
    guarded.meet_the_next_servers();
    guarded.process.kill_hard();
    guarded.is_gone_in_time(Kind::Polite);
    scene.is_empty();
}

#[test]
fn a_client_that_is_ended_in_the_middle_leaves_nothing() {
    let scene = Scene::new();
    for moment in 0..9 {
        let kind = [Kind::Polite, Kind::Deaf, Kind::Family][moment % 3];
        let mut guarded = scene.client(kind, Streams::Relayed);
        let socket = socket(&scene);
        thread::scope(|threads| {
            let asked = threads.spawn(|| ask_quietly(&socket));
            thread::sleep(GRACE * u32::try_from(moment).unwrap() / 9);
            guarded.process.kill_hard();
            asked.join().unwrap();
        });
        guarded.is_gone_in_time(Kind::Deaf);
        eventually("nothing is left", Kind::Deaf.limit(), || scene.bed.living().is_empty());
        scene.is_empty();
    }
}

/// The guard may end before it answers.
fn ask_quietly(socket: &Path) {
    if let Ok(mut stream) = UnixStream::connect(socket) {
        let _ = stream.write_all(b"restart\n");
        let _ = stream.read_to_string(&mut String::new());
    }
}
