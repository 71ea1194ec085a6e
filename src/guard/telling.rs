//! What a guard tells: lines of the log, answers to whoever asked for a restart.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use super::events::{Answer, Note, Why};
use super::lists::List;
use super::news::What;
use super::orders::Orders;
use super::times::{COMPARING, INTRODUCTION};
use super::wishes::Repeat;
use crate::console;
use crate::core::control::{Done, Reply, Request};
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
    stop_grace * 2 + INTRODUCTION + COMPARING + Duration::from_secs(10)
}

fn refused(why: &str) -> Reply {
    Reply::Failed(why.to_owned())
}

/// Whoever wants a restart and waits to hear how it went.
#[derive(Debug)]
pub(super) struct Asked {
    answer: Sender<Reply>,
    under_way: Receiver<Infallible>,
}

impl Asked {
    /// Tells it. What is returned says nothing and ends when the answer has been sent.
    pub(super) fn tell(self, answer: Reply) -> Receiver<Infallible> {
        // It may have lost its patience.
        let _ = self.answer.send(answer);
        self.under_way
    }
}

/// What is sent back to whoever has asked.
#[derive(Debug)]
pub(super) struct Line {
    text: String,
    #[expect(dead_code, reason = "held for the end that the other side notices when this is dropped")]
    under_way: Option<Sender<Infallible>>,
}

impl AsRef<str> for Line {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// Answers a request that has come to the guard's door; `ask` passes it on to the guard's own thread.
pub(super) fn reply(request: Option<&Request>, orders: &Patience, ask: impl FnOnce(Asked)) -> Line {
    let at_once = |reply: Reply| Line { text: reply.line(), under_way: None };
    let refuses = |why| at_once(refused(why));
    match request {
        Some(Request::Restart { watch: None }) => {}
        Some(Request::Hello) => return at_once(Reply::Done(Done::default())),
        Some(Request::Restart { .. } | Request::Show | Request::Quit | Request::Along) | None => {
            return refuses(wording::UNKNOWN_REQUEST);
        }
    }
    if !orders.restartable {
        return refuses(wording::NOT_RESTARTABLE);
    }
    let (answer, answers) = mpsc::channel();
    let (ours, under_way) = mpsc::channel();
    ask(Asked { answer, under_way });
    let reply = answers.recv_timeout(orders.patience).unwrap_or_else(|_| refused(wording::GUARD_SILENT));
    Line { text: reply.line(), under_way: Some(ours) }
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
pub(super) fn answer(answer: Answer, orders: &Orders, server: Option<Identity>, refusal: &str) -> Reply {
    match answer {
        Answer::Done => {
            let pid = server.map_or(0, |server| server.pid.get());
            Reply::Done(Done::saying(&wording::restarted_behind_the_pipes(&orders.name, pid)))
        }
        Answer::Busy => refused(wording::RESTART_BUSY),
        Answer::Ending => refused(wording::GUARD_ENDING),
        Answer::NotStarted => refused(&wording::restart_not_started(refusal)),
        Answer::EndedAtOnce(code) => refused(&wording::restart_ended_at_once_with(code)),
        Answer::Silent => refused(wording::RESTART_SILENT),
        Answer::Unread => refused(wording::RESTART_UNREAD),
        Answer::Refused => refused(&wording::restart_refused(&fit(refusal))),
    }
}

/// What a server says, fit to be shown.
pub(super) fn fit(says: &str) -> String {
    mask::plain_short(&mask::text(says), LONGEST_REFUSAL)
}

/// That something could not be set again; `says` is empty where the server has not answered.
pub(super) fn not_set_again(repeat: &Repeat, says: &str) -> String {
    match repeat {
        Repeat::Level => wording::level_not_set_again(says),
        Repeat::Subscription(uri) => wording::not_subscribed_again(&fit(uri), says),
    }
}

/// In what a new server differs, as one half of a sentence; `None` where it does not as far as we know.
pub(super) fn differs(differs: &[What], unknown: &[List]) -> Option<String> {
    let word = |list: List| match list {
        List::Tools => wording::LIST_OF_TOOLS,
        List::Prompts => wording::LIST_OF_PROMPTS,
        List::Resources => wording::LIST_OF_RESOURCES,
        List::Templates => wording::LIST_OF_TEMPLATES,
    };
    let what = differs.iter().map(|what| match what {
        What::Version(old, new) => wording::another_version(&short(old), &short(new)),
        What::Protocol => wording::ANOTHER_PROTOCOL.into(),
        What::Capabilities => wording::OTHER_CAPABILITIES.into(),
        What::Instructions => wording::OTHER_INSTRUCTIONS.into(),
        What::List(list) => wording::another_list(word(*list)),
    });
    let unknown = unknown.iter().map(|list| wording::unknown_list(word(*list)));
    let all: Vec<String> = what.chain(unknown).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn short(text: &str) -> String {
    mask::plain_short(&mask::text(text), LONGEST_VERSION)
}

/// The answer of a restart that went well, with what is new about the server, and what ended with the one before.
pub(super) fn with_news(answer: Reply, news: Option<&str>, along: Option<&str>) -> Reply {
    // Nobody reads more than a line of the control socket.
    let fit = |text: Option<&str>| text.map(|text| mask::plain_short(text, LONGEST_NEWS));
    match answer {
        Reply::Done(done) => Reply::Done(Done { news: fit(news), along: fit(along), ..done }),
        other @ (Reply::Failed(_) | Reply::Ends { .. }) => other,
    }
}

/// Answers whoever wants to know what would end with the server.
pub(super) fn reply_along(ask: impl FnOnce(Sender<String>)) -> Line {
    let (answer, answers) = mpsc::channel();
    ask(answer);
    let reply = match answers.recv_timeout(ALONG) {
        Ok(along) => Reply::Done(Done::saying(&along)),
        Err(_) => refused(wording::GUARD_SILENT),
    };
    Line { text: reply.line(), under_way: None }
}

/// A guard that is at work on something else answers later, and is not waited for.
const ALONG: Duration = Duration::from_secs(2);

/// As much of a name and version is shown, in characters.
const LONGEST_VERSION: usize = 60;

/// As much of all news is told, in characters.
const LONGEST_NEWS: usize = 800;

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
pub(super) fn without_means(error: &io::Error) -> Reply {
    refused(&wording::restart_without_means(error))
}

pub(super) fn note(note: Note, name: &str, us: Identity) {
    let guard = us.pid.get();
    match note {
        Note::Ends(why) => tracing::info!(guard, server = %name, why = word(why), "ends the server"),
        Note::Ended(code) => tracing::info!(guard, server = %name, code, "the server ended"),
        Note::GoesOn { code, pid } => {
            let pid = pid.get();
            tracing::info!(guard, server = %name, code, pid, "the launcher ended, and what it has started goes on as the server");
        }
        Note::Deaf => {
            tracing::warn!(guard, server = %name, "what the server has left behind holds its streams and takes nothing");
        }
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
