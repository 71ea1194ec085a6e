//! A client that speaks MCP to a guarded server, line by line. What is no whole message fails the test.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::guard::scene::{Guarded, Plan, Scene};
use crate::support::PATIENCE;

/// The code of the error for a request that is lost with its server.
pub(crate) const LOST: i64 = -32010;

pub(crate) struct Mcp {
    pub(crate) guarded: Guarded,
    heard: Receiver<String>,
    plan: PathBuf,
    last: u64,
}

impl Mcp {
    /// Over a server that behaves as `plan` says; see `parts/mcp.rs`.
    #[track_caller]
    pub(crate) fn start(scene: &Scene, plan: &str, options: &[&str]) -> Self {
        Self::start_as(scene, plan, |it| it.options(options))
    }

    #[track_caller]
    pub(crate) fn start_as<'a>(
        scene: &'a Scene,
        plan: &str,
        change: impl FnOnce(Plan<'a>) -> Plan<'a>,
    ) -> Self {
        let file = scene.bed.fresh("plan");
        fs::write(&file, plan).unwrap();
        let mut guarded = change(scene.plan("mcp").words(&[&file.to_string_lossy()])).start();
        let output = BufReader::new(guarded.output.take().unwrap());
        let (hear, heard) = mpsc::channel();
        thread::spawn(move || {
            for line in output.split(b'\n') {
                let _ = hear.send(String::from_utf8_lossy(&line.unwrap()).into_owned());
            }
        });
        Self { guarded, heard, plan: file, last: 0 }
    }

    /// How the next server behaves.
    pub(crate) fn plan(&self, words: &str) {
        fs::write(&self.plan, words).unwrap();
    }

    pub(crate) fn say_raw(&mut self, bytes: &[u8]) {
        self.guarded.input.as_mut().unwrap().write_all(bytes).unwrap();
    }

    pub(crate) fn say(&mut self, message: &Value) {
        self.say_raw(format!("{message}\n").as_bytes());
    }

    /// Makes a request and returns its number.
    pub(crate) fn request(&mut self, method: &str) -> u64 {
        self.request_with(method, &json!({}))
    }

    pub(crate) fn request_with(&mut self, method: &str, params: &Value) -> u64 {
        self.last += 1;
        let id = self.last;
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    #[track_caller]
    pub(crate) fn hear(&mut self) -> Value {
        let line = self.hear_line();
        serde_json::from_str(&line).unwrap_or_else(|_| json!({ "broken": line }))
    }

    /// The next line as it came, without its end.
    #[track_caller]
    pub(crate) fn hear_line(&mut self) -> String {
        match self.heard.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(error) => panic!("nothing is heard ({error}); {}", self.guarded.complaints()),
        }
    }

    #[track_caller]
    pub(crate) fn hears_nothing(&self, span: Duration) {
        assert_eq!(self.heard.recv_timeout(span).ok(), None);
    }

    /// The result of this request, which is the next thing that is heard.
    #[track_caller]
    pub(crate) fn result(&mut self, id: u64) -> Value {
        let answer = self.hear();
        assert_eq!(answer["id"], id, "{answer}");
        assert!(answer["result"].is_object(), "{answer}");
        answer["result"].clone()
    }

    /// The next thing that is heard is this notification.
    #[track_caller]
    pub(crate) fn is_notified(&mut self, method: &str) -> Value {
        let message = self.hear();
        assert_eq!((&message["method"], &message["id"]), (&method.into(), &Value::Null), "{message}");
        message["params"].clone()
    }

    /// The next thing that is heard is that this request is lost.
    #[track_caller]
    pub(crate) fn loses(&mut self, id: u64) {
        let message = self.hear();
        assert_eq!((&message["id"], &message["error"]["code"]), (&id.into(), &LOST.into()), "{message}");
        let why = message["error"]["message"].as_str().unwrap();
        assert!(why.contains("restarted"), "{why}");
    }

    /// The number of the present server and what it has heard.
    #[track_caller]
    pub(crate) fn asks_what_was_heard(&mut self) -> (u64, Vec<Value>) {
        let id = self.request("heard");
        let result = self.result(id);
        let mut heard = result["heard"].as_array().unwrap().clone();
        let last = heard.pop().unwrap();
        assert_eq!(last["id"], id);
        (result["pid"].as_u64().unwrap(), heard)
    }

    /// The handshake, as every client makes it.
    #[track_caller]
    pub(crate) fn introduces_itself(&mut self) {
        self.say(&initialize());
        let answer = self.hear();
        assert_eq!((&answer["id"], answer["result"].is_object()), (&0.into(), true), "{answer}");
        self.say(&initialized());
    }
}

pub(crate) fn initialize() -> Value {
    json!({
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": { "protocolVersion": "2025-06-18", "clientInfo": { "name": "test \u{1f600}" } },
    })
}

pub(crate) fn initialized() -> Value {
    json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })
}
