//! What a guard tells: lines of the log, answers to whoever asked for a restart.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use super::events::{Answer, Note, Why};
use super::orders::Orders;
use super::times::INTRODUCTION;
use crate::console;
use crate::core::{Identity, LeaseClient, mask, wording};

/// The command line, fit to be shown.
pub(super) fn shown(command: &[OsString]) -> String {
    let words: Vec<String> = command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    mask::command_line(&words)
}

pub(super) fn started(orders: &Orders, server: Identity, client: Option<&LeaseClient>) {
    tracing::info!(
        server = %orders.name,
        pid = server.pid.get(),
        client = client.map(|client| client.identity.pid.get()),
        client_name = %client.map(|client| mask::plain(&client.name)).unwrap_or_default(),
        command = %shown(&orders.command),
        "guards"
    );
}

pub(super) fn trouble(done: io::Result<()>) {
    if let Err(error) = done {
        tracing::warn!(%error, "the server could not be told to end");
    }
}

/// How long whoever asks for a restart waits for the answer.
fn patience(stop_grace: Duration) -> Duration {
    stop_grace * 2 + INTRODUCTION + Duration::from_secs(10)
}

fn refused(why: &str) -> String {
    format!("failed {why}")
}

/// Whoever wants a restart and waits to hear how it went.
#[derive(Debug)]
pub(super) struct Asked {
    answer: Sender<String>,
    under_way: Receiver<Infallible>,
}

impl Asked {
    /// Tells it. What is returned says nothing and ends when the answer has been sent.
    pub(super) fn tell(self, answer: String) -> Receiver<Infallible> {
        // It may have lost its patience.
        let _ = self.answer.send(answer);
        self.under_way
    }
}

/// What is sent back to whoever has asked.
#[derive(Debug)]
pub(super) struct Reply {
    text: String,
    #[expect(dead_code, reason = "held for the end that the other side notices when this is dropped")]
    under_way: Option<Sender<Infallible>>,
}

impl AsRef<str> for Reply {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// Answers a request that has come to the guard's door; `ask` passes it on to the guard's own thread.
pub(super) fn reply(request: &str, orders: &Patience, ask: impl FnOnce(Asked)) -> Reply {
    let refuses = |why| Reply { text: refused(why), under_way: None };
    if request != "restart" {
        return refuses(wording::UNKNOWN_REQUEST);
    }
    if !orders.restartable {
        return refuses(wording::NOT_RESTARTABLE);
    }
    let (answer, answers) = mpsc::channel();
    let (ours, under_way) = mpsc::channel();
    ask(Asked { answer, under_way });
    let text = answers.recv_timeout(orders.patience).unwrap_or_else(|_| refused(wording::GUARD_SILENT));
    Reply { text, under_way: Some(ours) }
}

/// What of its orders a guard's door must know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    restartable: bool,
    patience: Duration,
}

impl Patience {
    pub(super) fn of(orders: &Orders) -> Self {
        Self { restartable: orders.restartable, patience: patience(orders.stop_grace) }
    }
}

/// As much of what a server said is passed on, in characters.
const LONGEST_REFUSAL: usize = 300;

/// The answer to a request for a restart, in one line. `refusal` is what a server said that has refused `initialize`, or
/// why there is none.
pub(super) fn answer(answer: Answer, orders: &Orders, server: Option<Identity>, refusal: &str) -> String {
    match answer {
        Answer::Done => {
            let pid = server.map_or(0, |server| server.pid.get());
            format!("ok {}", wording::restarted_behind_the_pipes(&orders.name, pid))
        }
        Answer::Busy => refused(wording::RESTART_BUSY),
        Answer::Ending => refused(wording::GUARD_ENDING),
        Answer::NotStarted => refused(&wording::restart_not_started(refusal)),
        Answer::EndedAtOnce(code) => refused(&wording::restart_ended_at_once_with(code)),
        Answer::Silent => refused(wording::RESTART_SILENT),
        Answer::Unread => refused(wording::RESTART_UNREAD),
        Answer::Refused => {
            let refusal = mask::plain_short(&mask::text(refusal), LONGEST_REFUSAL);
            refused(&wording::restart_refused(&refusal))
        }
    }
}

/// A server that could not be started.
pub(super) fn not_started(orders: &Orders, error: &io::Error) {
    tracing::error!(server = %orders.name, %error, "the server could not be started");
    console::complain_at_the_end(&wording::cannot_start(&shown(&orders.command), error));
    console::complain_at_the_end(&format!("hint: {}", wording::CANNOT_START_HINT));
}

/// A server that cannot be started now, for want of what the system gives to everybody.
pub(super) fn starved(name: &str, error: &io::Error) {
    tracing::warn!(server = %name, %error, "there is no room for the next server yet");
    console::complain_in_passing(&wording::starved(name, error));
}

/// What a restart that has changed nothing is refused by.
pub(super) fn without_means(error: &io::Error) -> String {
    refused(&wording::restart_without_means(error))
}

pub(super) fn note(note: Note, name: &str, us: Identity) {
    let guard = us.pid.get();
    match note {
        Note::Ends(why) => tracing::info!(guard, server = %name, why = word(why), "ends the server"),
        Note::Ended(code) => tracing::info!(guard, server = %name, code, "the server ended"),
        Note::Forced => tracing::warn!(guard, server = %name, "ends the server by force"),
        Note::Immortal => {
            tracing::error!(guard, server = %name, "something did not end, not even by force");
            console::complain_in_passing(&wording::immortal(name));
        }
        Note::Silent => {
            tracing::warn!(guard, server = %name, "the server has not answered `initialize` yet; it is waited for");
        }
        Note::StartsAgain(code, delay) => {
            tracing::warn!(guard, server = %name, code, ?delay, "the server failed and is started again");
            console::complain_in_passing(&wording::starts_again(name, code, delay));
        }
        Note::GivesUp(code) => {
            tracing::error!(guard, server = %name, code, "the server keeps failing");
            console::complain_in_passing(&wording::gives_up(name, code));
        }
    }
}

fn word(why: Why) -> String {
    match why {
        Why::ClientEnded => "its client ended".into(),
        Why::GuardEnded => "its guard was ended".into(),
        Why::InputClosed => "its client closed its input".into(),
        Why::Told(number) => format!("signal {number}"),
        Why::Restart => "a restart".into(),
        Why::StreamClosed => "it has closed its input or its output and lives on".into(),
    }
}
