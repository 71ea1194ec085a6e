//! A server that speaks MCP as far as a restart is concerned.
//!
//! The file PLAN holds words for whoever starts next: `silent` never answers `initialize`, `late` takes its
//! time for that, `dies` ends with 3 at once, `plain` announces no lists, `crashes` ends with 3 after it was
//! introduced, `refuses` answers `initialize` by an error, `waits` answers it when somebody has written READY.go,
//! `keeps` leaves a child that holds its output, whose number is in READY.kept, `chats` one that talks there as well,
//! `floods` says bytes without an end of a line, `shuts` closes its input and `ends` its output, to live on. Requests: `heard` is answered with all that was heard and our number, `slow` never, `ask` asks
//! the client something, `half` begins a line that is never finished, `long` begins a long answer like that, `found`
//! runs the `words` of its `params`, `exit` ends us with the code in `params`.
//! `tools/list` has two pages, other ones where `tools` is planned, and no answer where `mute` is; `newer` is another
//! version; `stubborn` refuses subscriptions and log levels. Everything else is answered with `{}`.

use std::fs;
use std::io::{self, BufRead, Write};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::{append, tell};

pub(super) fn serve(ready: &str, plan: &str) -> ExitCode {
    let plan = fs::read_to_string(plan).unwrap_or_default();
    let plans = |word: &str| plan.split_whitespace().any(|it| it == word);
    let us = std::process::id();
    append(&format!("{ready}.starts"), &format!("{us}\n"));
    for (word, who) in [("keeps", "kept sleeper"), ("chats", "kept talker")] {
        if plans(word) {
            let kept = super::ourselves().arg(who).stdout(Stdio::inherit()).spawn().unwrap();
            tell(&format!("{ready}.kept"), &kept.id().to_string());
        }
    }
    tell(ready, &us.to_string());
    if plans("dies") {
        return ExitCode::from(3);
    }
    if plans("floods") {
        while io::stdout().write_all(&[b'x'; 8 * 1024]).is_ok() {}
    }
    for (word, stream) in [("shuts", libc::STDIN_FILENO), ("ends", libc::STDOUT_FILENO)] {
        if plans(word) {
            // SAFETY: no memory is involved, and nobody here uses the stream from now on.
            unsafe { libc::close(stream) };
            tell(&format!("{ready}.closed"), "");
            return super::sleep();
        }
    }
    let mut heard: Vec<Value> = Vec::new();
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let message: Value = serde_json::from_str(&line).unwrap_or_else(|_| json!({ "unreadable": line }));
        heard.push(message.clone());
        let id = &message["id"];
        match message["method"].as_str().unwrap_or_default() {
            "initialize" => {
                if plans("late") {
                    std::thread::sleep(Duration::from_millis(600));
                }
                if plans("silent") {
                    continue;
                }
                while plans("waits") && !fs::exists(format!("{ready}.go")).unwrap() {
                    std::thread::sleep(Duration::from_millis(20));
                }
                if plans("refuses") {
                    let error = json!({ "code": -32603, "message": "no database" });
                    say(&json!({ "jsonrpc": "2.0", "id": id, "error": error }));
                    continue;
                }
                let lists = !plans("plain");
                answer(
                    id,
                    &json!({
                        "protocolVersion": "2025-06-18",
                        "capabilities": { "tools": { "listChanged": lists } },
                        "serverInfo": { "name": "part", "version": if plans("newer") { "2" } else { "1" } },
                    }),
                );
                if plans("crashes") {
                    return ExitCode::from(3);
                }
            }
            "tools/list" if plans("mute") => {}
            "tools/list" => answer(id, &page(plans("tools"), message["params"]["cursor"] == "more")),
            "resources/subscribe" | "logging/setLevel" if plans("stubborn") => {
                let error = json!({ "code": -32602, "message": "not with me" });
                say(&json!({ "jsonrpc": "2.0", "id": id, "error": error }));
            }
            "heard" => answer(id, &json!({ "pid": us, "heard": heard })),
            "" | "slow" => {}
            "ask" => {
                say(&json!({ "jsonrpc": "2.0", "id": 77, "method": "roots/list" }));
                answer(id, &json!({}));
            }
            "found" => {
                found(&message["params"]["words"]);
                answer(id, &json!({}));
            }
            "half" => {
                let _ = io::stdout().write_all(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/never");
                let _ = io::stdout().flush();
                tell(&format!("{ready}.half"), "");
            }
            "long" => {
                let begin = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"text\":\"");
                let _ = io::stdout().write_all((begin + &"x".repeat(300_000)).as_bytes());
                let _ = io::stdout().flush();
                tell(&format!("{ready}.half"), "");
            }
            "exit" => std::process::exit(message["params"]["code"].as_i64().unwrap().try_into().unwrap()),
            _ if id.is_null() => {}
            _ => answer(id, &json!({})),
        }
    }
    ExitCode::SUCCESS
}

/// One of the two pages of our tools: the order on them is no order.
fn page(others: bool, last: bool) -> Value {
    let names: &[&str] = match (others, last) {
        (_, false) => &["a", "b"],
        (false, true) => &["c"],
        (true, true) => &["c", "d"],
    };
    let tools: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    if last { json!({ "tools": tools }) } else { json!({ "tools": tools, "nextCursor": "more" }) }
}

/// Runs a program that parts from us at once, as a daemon does.
fn found(words: &Value) {
    let words: Vec<&str> = words.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let mut command = std::process::Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(command.status().unwrap().success());
}

fn answer(id: &Value, result: &Value) {
    say(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
}

fn say(message: &Value) {
    let _ = writeln!(io::stdout(), "{message}");
}
