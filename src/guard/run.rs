//! The guard's loop: waits, steps, performs. Everything that decides is in `policy.rs`.

use std::cell::OnceCell;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

mod along;
mod client;
mod lease;
mod news;
mod server;
mod succession;

use self::news::Comparing;
use super::before::{Turn, our_turn, our_turn_again};
use super::client::Lineage;
use super::events::{Answer, Effect, Event, Note};
use super::moves::Moves;
use super::orders::Orders;
use super::policy::Policy;
use super::relay::{Heard, Relay};
use super::rest::Rest;
use super::telling::{self, Asked};
use super::times::{ANSWERING, NOT_STARTED};
use crate::act::guarded as hand;
use crate::clock::Clock;
use crate::core::{Identity, wording};
use crate::platform::guard::{self, Server, Wake, Waker};
use crate::{console, leases, logging, platform};

use succession::Successor;

/// How often the last of a tree is looked for, where the system does not tell of its end.
const REST_PACE: Duration = Duration::from_millis(20);

/// Something from another thread.
enum Called {
    Heard(Heard),
    /// Somebody wants a restart and waits for the answer.
    Restart(Asked),
    /// Somebody wants to know what would end with the server.
    Along(Sender<String>),
}

/// Runs the server until it ends or its client does. Returns the exit code to end with, at once: threads
/// may still be blocked in reads. Call it from the main thread, before any other is started.
///
/// # Platforms
/// Linux: forks; see [`crate::platform::guard::stand_between`].
#[must_use]
pub fn run(orders: &Orders, clock: Clock) -> i32 {
    let us = match stand_between(orders) {
        Ok(us) => us,
        Err(error) => {
            console::complain_at_the_end(&wording::cannot_guard(&error));
            return NOT_STARTED;
        }
    };
    let lineage = Lineage::of(us);
    // Not before there is something to be said: the server waits.
    let log = OnceCell::new();
    let open_log = || {
        let lost = |error: &logging::LoggingError| console::complain_in_passing(&error.to_string());
        log.get_or_init(|| logging::init(&orders.logs, orders.finest, lost).inspect_err(lost).ok());
    };
    let mut watch = match guard::Watch::new(None) {
        Ok(watch) => watch,
        Err(error) => {
            console::complain_at_the_end(&wording::cannot_guard(&error));
            return NOT_STARTED;
        }
    };
    let turn = match our_turn(orders, us, clock, &mut watch, &open_log) {
        Ok(turn) => turn,
        Err(code) => return code,
    };
    if let Some(says) = &orders.announces {
        console::complain_before_the_start(says);
    }
    match Guard::new(orders, us, lineage, clock, watch) {
        Ok(mut guard) => {
            let code = guard.begin(turn, &open_log).unwrap_or_else(|| guard.keep());
            guard.leave();
            code
        }
        Err(error) => {
            console::complain_at_the_end(&wording::cannot_guard(&error));
            NOT_STARTED
        }
    }
}

fn stand_between(orders: &Orders) -> std::io::Result<Identity> {
    let (leases, us) = (orders.leases.clone(), std::process::id());
    let spared = orders.watch.as_ref().map(|watch| watch.protect.as_slice()).unwrap_or_default();
    guard::stand_between(spared, move || {
        // The keeper was ended by force and has left its lease behind.
        let Some(pid) = crate::core::Pid::new(us) else { return };
        if let Ok(Some(birth)) = platform::birth(pid) {
            let _ = leases::remove_what_is_left(&leases, Identity { pid, birth });
        }
    })
}

/// A guard at work.
struct Guard<'a> {
    orders: &'a Orders,
    clock: Clock,
    us: Identity,
    lineage: Lineage,
    policy: Policy,
    watch: guard::Watch,
    server: Option<Server>,
    successor: Successor,
    relay: Option<Relay>,
    calls: Receiver<Called>,
    call: Sender<Called>,
    waker: Arc<Waker>,
    /// Who waits to hear how a restart went.
    asked: Option<Asked>,
    /// Ends when the last answer has been sent.
    answering: Option<Receiver<Infallible>>,
    comparing: Comparing,
    /// What ends with the server and is no part of it.
    along: String,
    moves: Moves,
    rest: Rest,
    /// Why the last server could not be started.
    trouble: String,
}

impl<'a> Guard<'a> {
    fn new(
        orders: &'a Orders,
        us: Identity,
        lineage: Lineage,
        clock: Clock,
        watch: guard::Watch,
    ) -> std::io::Result<Self> {
        let (call, calls) = mpsc::channel();
        let waker = watch.waker();
        let mut guard = Self {
            orders,
            clock,
            us,
            lineage,
            policy: Policy::new(orders.stop_grace, orders.on_failure),
            watch,
            server: None,
            successor: Successor::default(),
            relay: None,
            calls,
            call,
            waker,
            asked: None,
            answering: None,
            comparing: Comparing::default(),
            along: String::new(),
            moves: Moves::default(),
            rest: Rest::default(),
            trouble: String::new(),
        };
        guard.open_relay()?;
        Ok(guard)
    }

    /// Starts the server, and then whatever need not keep it waiting. Returns the exit code where that was all.
    fn begin(&mut self, turn: Option<Turn>, open_log: &dyn Fn()) -> Option<i32> {
        if let Some(code) = self.start_server() {
            return Some(code);
        }
        let climbed = self.lineage.climb();
        let written = self.try_to_write_lease();
        // Whoever waits for its turn finds our lease now.
        drop(turn);
        open_log();
        lease::say_whether_written(&written);
        if let Some(server) = &self.server {
            telling::started(self.orders, server.identity(), self.lineage.client());
        }
        self.listen_for_requests();
        // It may have ended by now.
        let ended = if climbed.is_ok() { self.watch_client() } else { self.client_ended() };
        ended.and_then(|event| self.happened(event))
    }

    /// Puts us between the streams, where the server is to be replaceable or there is no other way to notice
    /// that the client has closed them.
    fn open_relay(&mut self) -> std::io::Result<()> {
        let pumps = self.orders.restartable || !guard::INPUT_CAN_BE_INHERITED;
        if !pumps || !guard::has_a_clients_input() {
            return Ok(());
        }
        let (call, waker) = (self.call.clone(), Arc::clone(&self.waker));
        let tell = move |heard| {
            // Nobody to tell: the guard is on its way out.
            let _ = call.send(Called::Heard(heard));
            waker.wake();
        };
        let (input, output) = (Box::new(guard::input()?), Box::new(guard::output()?));
        self.relay = Some(Relay::new(input, output, Box::new(tell))?);
        Ok(())
    }

    /// The loop. Returns the exit code.
    fn keep(&mut self) -> i32 {
        loop {
            let wait = self.wait_time();
            // Only a quiet guard rests: not one that waits for a certain moment.
            let rests = if wait.is_some() { None } else { self.rest.wait_time() };
            let wakes = self.watch.wait(wait.or(rests)).unwrap_or_else(|error| {
                // Nothing can be noticed any more: then nothing may be left running unnoticed.
                tracing::error!(%error, "the guard can no longer wait");
                vec![Wake::GuardEnded]
            });
            if !wakes.is_empty() || wait.is_some() {
                self.rest.is_over();
            } else if rests.is_some() {
                self.rest.nothing_came(self.relay.as_ref(), &mut self.watch);
                continue;
            }
            for event in self.events(&wakes) {
                if let Some(code) = self.happened(event) {
                    return code;
                }
            }
            self.compare();
        }
    }

    /// Whether the server is of no use without its streams: whoever takes a port may be used there.
    fn needs_streams(&self) -> bool {
        let needs = self.orders.port.is_none();
        if !needs {
            tracing::info!("the server has closed its input or its output; it takes a port, and stays");
        }
        needs
    }

    fn wait_time(&self) -> Option<Duration> {
        let now = self.clock.now().moment;
        let deadlines = [self.policy.deadline(), self.comparing.deadline()];
        let rest = deadlines.into_iter().flatten().min().map(|deadline| deadline.since(now));
        // A tick that comes a moment early is for nothing.
        let rest = rest.map(|rest| rest + Duration::from_millis(1));
        let pace = self.policy.waits_for_the_rest().then_some(REST_PACE);
        let successor = self.successor.wait_time(now);
        [rest, pace, successor].into_iter().flatten().min()
    }

    fn events(&mut self, wakes: &[Wake]) -> Vec<Event> {
        let mut events = Vec::new();
        for wake in wakes {
            match wake {
                Wake::Told(signal) => events.push(Event::Told(*signal)),
                Wake::GuardEnded => events.push(Event::GuardEnded),
                Wake::ClientEnded => events.extend(self.client_ended()),
                Wake::InputClosed => events.push(Event::InputClosed),
                Wake::ServerEnded | Wake::Called => {}
            }
        }
        let mut restart = None;
        while let Ok(called) = self.calls.try_recv() {
            match called {
                Called::Heard(heard) => {
                    if heard == Heard::Resumed {
                        self.begin_to_compare();
                    }
                    let event = heard.means(self.relay.as_ref());
                    events
                        .extend(event.filter(|event| *event != Event::StreamClosed || self.needs_streams()));
                }
                Called::Along(answer) => {
                    // Whoever has asked may have gone.
                    let _ = answer.send(self.along());
                }
                Called::Restart(asked) if self.asked.is_some() => {
                    let _ = asked.tell(telling::answer(Answer::Busy, self.orders, None, ""));
                }
                // What it needs might not be to be had any more when the old server is gone.
                Called::Restart(asked) => match self.relay.as_mut().map_or(Ok(()), Relay::prepare) {
                    Ok(()) => {
                        self.asked = Some(asked);
                        restart = Some(Event::RestartWanted);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a restart is refused");
                        let _ = asked.tell(telling::without_means(&error));
                    }
                },
            }
        }
        events.extend(self.server_ended(wakes));
        // What ended is the server before the one that this may start.
        events.extend(restart);
        let now = self.clock.now().moment;
        events.push(self.moves.tick(self.relay.as_ref(), self.policy.deadline(), now));
        events
    }

    /// Steps and performs. Returns the exit code once there is one.
    fn happened(&mut self, event: Event) -> Option<i32> {
        let effects = self.policy.step(event, self.clock.now().moment);
        effects.into_iter().find_map(|effect| self.perform(effect))
    }

    fn perform(&mut self, effect: Effect) -> Option<i32> {
        let server = self.server.as_ref().map(Server::identity);
        match (effect, &self.server) {
            (Effect::Exit(code), _) => return Some(code),
            (Effect::CloseInput, _) => {
                if let Some(relay) = &self.relay {
                    relay.close_input();
                }
            }
            (Effect::HoldClient, _) => {
                self.tell_news();
                if let Some(relay) = &self.relay {
                    relay.hold();
                }
            }
            (Effect::PassOn(signal), Some(server)) => telling::trouble(hand::pass_on(server, signal)),
            (Effect::Ask, Some(server)) => telling::trouble(hand::ask(server)),
            (Effect::AskTheRest, Some(server)) => telling::trouble(hand::ask_the_rest(server)),
            (Effect::Force, Some(server)) => telling::trouble(hand::force(server)),
            (Effect::PassOn(_) | Effect::Ask | Effect::AskTheRest | Effect::Force, None) => {}
            (Effect::Start, _) => {
                if let Some(says) = self.say_along() {
                    self.comparing.says_along(says);
                }
                let turn = our_turn_again(self.orders);
                let code = self.start_server();
                self.write_lease();
                // As at the first start.
                drop(turn);
                return code;
            }
            (Effect::Answer(answer), _) => {
                let refusal = match answer {
                    Answer::NotStarted => self.trouble.clone(),
                    Answer::Done
                    | Answer::Busy
                    | Answer::Ending
                    | Answer::EndedAtOnce(_)
                    | Answer::Silent
                    | Answer::Unread
                    | Answer::Refused => self.relay.as_ref().map(Relay::refusal).unwrap_or_default(),
                };
                match self.asked.take() {
                    Some(asked) if answer == Answer::Done => self.tell_when_compared(asked),
                    Some(asked) => {
                        self.answering =
                            Some(asked.tell(telling::answer(answer, self.orders, server, &refusal)));
                    }
                    None => {}
                }
            }
            (Effect::Note(note), _) => {
                if matches!(note, Note::Ends(_) | Note::Ended(_)) {
                    self.note_along();
                }
                self.note(note);
            }
            (Effect::Drain, _) => match &mut self.relay {
                Some(relay) => relay.drain(),
                None => return self.happened(Event::Drained),
            },
        }
        None
    }

    fn note(&self, note: Note) {
        telling::note(note, &self.orders.name, self.us);
    }

    /// Takes everything back that would tell of us.
    fn leave(&mut self) {
        self.tell_news();
        let _ = self.say_along();
        if let Some(answering) = &self.answering {
            let _ = answering.recv_timeout(ANSWERING);
        }
        let _ = leases::remove(&self.orders.leases, self.us);
    }
}
