//! The loop: waits, looks, steps, performs. Everything that could be thought about is elsewhere.

use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::effect::Effect;
use super::event::{Event, Request};
use super::followed::followed;
use super::hands::{Hands, Seen};
use super::memories;
use super::pace::Pace;
use super::state::State;
use super::view::View;
use crate::act::toast::{Pictures, Toast, Toaster};
use crate::act::{Act, open};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::core::{Identity, Memory, Moment, Pid, Watch, diagnose, wording};
use crate::paths::Paths;
use crate::platform::ends::Ends;
use crate::sense::Sense;
use crate::{leases, logging, platform};

/// How long an answer on the control channel may take: a restart has grace times to keep.
const ANSWER_PATIENCE: Duration = Duration::from_secs(90);

/// How often it is asked whether we start at login: nobody but the user changes that, and hardly ever.
const AUTOSTART: Duration = Duration::from_secs(10);

/// What the monitor is made of.
pub struct Setup {
    /// Where files are.
    pub paths: Paths,
    /// The configuration in use.
    pub config: Config,
    /// Why it is not the one on disk.
    pub config_problem: Option<String>,
    /// The program that starts at login.
    pub program: PathBuf,
    /// The clocks.
    pub clock: Clock,
    /// Eyes: one pair for the monitor, one for the hands.
    pub sense: [Box<dyn Sense>; 2],
    /// Hands.
    pub act: Box<dyn Act>,
    /// Draws; called on the monitor's thread, only when something changed.
    pub show: Box<dyn Fn(View) + Send>,
    /// What toasts show, by the icon's words.
    pub pictures: Pictures,
    /// Tells something by the icon itself, where toasts fail; called on the monitor's thread.
    pub tell_by_icon: Box<dyn Fn(Toast) + Send>,
}

/// How the monitor came to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It was asked to, and has ended everything in order.
    InOrder,
    /// By a panic, which stands in the log. Nobody looks any more.
    Broken,
}

/// The way to the monitor. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Monitor(UnboundedSender<Event>);

impl Monitor {
    /// Starts the monitor's thread and the control channel's; others begin when they are needed. `ended` is called last.
    pub fn start(setup: Setup, ended: impl FnOnce(End) + Send + 'static) -> io::Result<Self> {
        let (sender, receiver) = unbounded_channel();
        let monitor = Self(sender);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shell = Shell::new(setup, &monitor);
        thread::Builder::new().name("monitor".into()).spawn(move || {
            let ran = catch_unwind(AssertUnwindSafe(|| runtime.block_on(shell.run(receiver))));
            // An icon must not go on showing what was seen last.
            ended(ran.map_or(End::Broken, |()| End::InOrder));
        })?;
        Ok(monitor)
    }

    /// Tells the monitor that something happened. Does not wait.
    pub fn tell(&self, event: Event) {
        // After its end nobody is interested any more.
        let _ = self.0.send(event);
    }
}

struct Shell {
    state: State,
    monitor: Monitor,
    paths: Paths,
    program: PathBuf,
    clock: Clock,
    sense: Box<dyn Sense>,
    hands: Hands,
    toaster: Toaster,
    stop_grace: Duration,
    watches: Vec<Watch>,
    memories: Vec<Memory>,
    shown: Option<View>,
    show: Box<dyn Fn(View) + Send>,
    last_toast: Option<Toast>,
    tell_by_icon: Box<dyn Fn(Toast) + Send>,
    waiting: Waiting,
    config_stamp: Option<Stamp>,
    autostart_asked: Option<Moment>,
    pace: Pace,
    to_follow: Vec<Identity>,
}

/// Those who wait for an answer on the control channel.
type Waiting = Arc<Mutex<HashMap<u64, Sender<String>>>>;

/// When a file was changed and made, and how long it is: enough to notice a new one.
type Stamp = (Option<std::time::SystemTime>, Option<std::time::SystemTime>, u64);

enum Flow {
    GoOn,
    Quit,
}

impl Shell {
    fn new(setup: Setup, monitor: &Monitor) -> Self {
        let [sense, more_sense] = setup.sense;
        let to = monitor.clone();
        let leases = setup.paths.lease_dir();
        let hands = Hands::new(more_sense, setup.act, setup.clock, leases, move |event| to.tell(event));
        let to = monitor.clone();
        let toaster = Toaster::new(setup.pictures, move |reply| to.tell(Event::Toast(reply)));
        let watches = setup.config.watches.clone();
        let shell = Self {
            stop_grace: setup.config.stop_grace,
            state: State::new(setup.config, setup.config_problem).with_clock(platform::local_offset),
            monitor: monitor.clone(),
            program: setup.program,
            clock: setup.clock,
            sense,
            hands,
            toaster,
            memories: vec![Memory::default(); watches.len()],
            watches,
            shown: None,
            show: setup.show,
            last_toast: None,
            tell_by_icon: setup.tell_by_icon,
            waiting: Waiting::default(),
            config_stamp: stamp(&setup.paths),
            paths: setup.paths,
            autostart_asked: None,
            pace: Pace::default(),
            to_follow: Vec::new(),
        };
        shell.listen();
        leases::sweep_quietly(&shell.paths.lease_dir(), shell.clock.now().wall);
        shell
    }

    /// Opens the control channel. Without it a second start cannot reach us, which is no reason not
    /// to watch.
    fn listen(&self) {
        let (monitor, waiting) = (self.monitor.clone(), Arc::clone(&self.waiting));
        let counter = AtomicU64::new(0);
        let answer = move |line: &str| {
            let Some(request) = Request::parse(line) else { return "error not understood".to_owned() };
            let id = counter.fetch_add(1, Ordering::Relaxed);
            let (sender, receiver) = channel();
            if let Ok(mut waiting) = waiting.lock() {
                waiting.insert(id, sender);
            }
            let us = if request == Request::Quit { ourselves() } else { String::new() };
            monitor.tell(Event::Asked { id, request });
            let answer = receiver.recv_timeout(ANSWER_PATIENCE);
            answer.map_or_else(|_| "error no answer in time".to_owned(), |answer| answer + &us)
        };
        let refusal = |error: &std::io::Error| format!("error {error}");
        if let Err(error) = platform::control::listen(&self.paths.control(), answer, refusal) {
            tracing::warn!(%error, "a second start will not reach this one");
        }
    }

    async fn run(mut self, mut events: UnboundedReceiver<Event>) {
        // Without them there is still the timer.
        let mut ends = Ends::new().inspect_err(|error| tracing::warn!(%error, "ends are not told")).ok();
        loop {
            if let Some(ends) = &mut ends {
                let nobody = [];
                if ends.follow(if self.state.is_paused() { &nobody } else { &self.to_follow }) {
                    self.pace.ended(self.clock.now().moment);
                }
            }
            let event = tokio::select! {
                biased;
                event = events.recv() => match event {
                    Some(event) => event,
                    None => return,
                },
                () = next_end(&mut ends) => {
                    if !self.pace.ended(self.clock.now().moment) {
                        continue;
                    }
                    self.look()
                }
                () = tokio::time::sleep(self.pace.wait(self.clock.now().moment)) => {
                    self.read_changed_config();
                    self.ask_for_autostart_now_and_then();
                    self.look()
                }
            };
            let effects = self.state.step(event, self.clock.now().moment);
            for effect in effects {
                if let Flow::Quit = self.perform(effect) {
                    return;
                }
            }
        }
    }

    fn look(&mut self) -> Event {
        let now = self.clock.now();
        self.pace.looks(now.moment);
        let snapshot = self.sense.look(&self.watches, now);
        let diagnoses = self.watches.iter().zip(&mut self.memories).map(|(watch, memory)| {
            let diagnosis = diagnose(&snapshot, watch, memory, now.moment);
            memory.learn(&diagnosis, now.moment);
            diagnosis
        });
        let diagnoses: Vec<_> = diagnoses.collect();
        self.to_follow = followed(&snapshot, &diagnoses);
        Event::Looked(diagnoses)
    }

    fn perform(&mut self, effect: Effect) -> Flow {
        match effect {
            Effect::LookIn(wait) => self.pace.look_in(wait, self.clock.now().moment),
            Effect::Show(view) => {
                if self.shown.as_ref() != Some(&*view) {
                    self.shown = Some((*view).clone());
                    (self.show)(*view);
                }
            }
            Effect::Toast(toast) => {
                self.last_toast = Some(toast.clone());
                self.toaster.show(toast);
            }
            Effect::AmendToast(toast) => self.toaster.amend(toast),
            Effect::WithdrawToast => self.toaster.withdraw(),
            Effect::TellByIcon => {
                if let Some(toast) = self.last_toast.take() {
                    (self.tell_by_icon)(toast);
                }
            }
            Effect::Cleanup { watches, stop_grace } => {
                leases::sweep_quietly(&self.paths.lease_dir(), self.clock.now().wall);
                let seen = self.seen(watches);
                self.hands.cleanup(seen, stop_grace);
            }
            Effect::Restart { watch, stop_grace } => {
                let seen = self.seen(vec![*watch]);
                self.hands.restart(seen, stop_grace);
            }
            Effect::OpenLog => self.open(logging::current_log(&self.paths.log_dir(), self.clock.now().wall)),
            Effect::OpenConfig => self.open_config(),
            Effect::KeepAutoCleanup(on) => {
                if let Err(error) = config::set_auto_cleanup(&self.paths.config_file(), on) {
                    self.monitor.tell(Event::Failed(error.to_string()));
                }
                // The next look reads the file: it may hold a change of the user's as well.
            }
            Effect::SetAutostart(on) => self.set_autostart(on),
            Effect::Log(line) => tracing::info!("{line}"),
            Effect::Answer { id, text } => {
                let waiting = self.waiting.lock().ok().and_then(|mut waiting| waiting.remove(&id));
                if let Some(waiting) = waiting {
                    // It may have given up.
                    let _ = waiting.send(text);
                }
            }
            Effect::Watch(watches) => {
                self.memories = memories::carried(&self.watches, &self.memories, &watches);
                self.watches = watches;
            }
            Effect::Quit => {
                self.hands.quit(self.stop_grace);
                return Flow::Quit;
            }
        }
        Flow::GoOn
    }

    /// What our looks saw of these watches: whoever acts must judge as we did.
    fn seen(&self, watches: Vec<Watch>) -> Seen {
        let memory_of = |watch: &Watch| {
            let at = self.watches.iter().position(|known| known == watch);
            at.and_then(|at| self.memories.get(at)).cloned().unwrap_or_default()
        };
        Seen { memories: watches.iter().map(memory_of).collect(), watches }
    }

    /// Some desktops take their time to open a file; the monitor does not wait for them.
    fn open(&self, file: PathBuf) {
        let monitor = self.monitor.clone();
        let opened = thread::Builder::new().name("open".into()).spawn(move || {
            if let Err(error) = open::open(&file) {
                monitor.tell(Event::Failed(format!("{error:#}")));
            }
        });
        if let Err(error) = opened {
            self.monitor.tell(Event::Failed(error.to_string()));
        }
    }

    fn open_config(&self) {
        let file = self.paths.config_file();
        if !file.exists()
            && let Err(error) = crate::platform::files::write_atomically(&file, config::TEMPLATE.as_bytes())
        {
            self.monitor.tell(Event::Failed(error.to_string()));
            return;
        }
        self.open(file);
    }

    fn set_autostart(&self, on: bool) {
        let done = if on {
            platform::autostart::enable(&self.program, &["--autostart"])
        } else {
            platform::autostart::disable()
        };
        if let Err(error) = done {
            self.monitor.tell(Event::Failed(wording::autostart_not_changed(&error.to_string())));
        }
        self.ask_for_autostart();
    }

    fn ask_for_autostart_now_and_then(&mut self) {
        let now = self.clock.now().moment;
        if self.autostart_asked.is_none_or(|asked| now.since(asked) >= AUTOSTART) {
            self.autostart_asked = Some(now);
            self.ask_for_autostart();
        }
    }

    fn ask_for_autostart(&self) {
        let status = platform::autostart::status(&self.program);
        let on = status.map(|status| status.is_on()).map_err(|error| error.to_string());
        self.monitor.tell(Event::Autostart(on));
    }

    /// The user may change the configuration at any time; one look at the file's date a poll.
    fn read_changed_config(&mut self) {
        let stamp = stamp(&self.paths);
        if stamp == self.config_stamp {
            return;
        }
        let was_there = self.config_stamp.is_some();
        self.config_stamp = stamp;
        if stamp.is_none() && was_there {
            // An editor may be about to put another in its place. What it protects stays protected.
            let gone = wording::config_is_gone(&self.paths.config_file().display().to_string());
            self.monitor.tell(Event::Configured(Box::new(Err(gone))));
            return;
        }
        let read = config::load(&self.paths.config_file(), platform::PATH_STYLE, config::Missing::Standard);
        if let Ok(config) = &read {
            self.stop_grace = config.stop_grace;
        }
        self.monitor.tell(Event::Configured(Box::new(read.map_err(|error| error.to_string()))));
    }
}

/// Waits for the end of a process that is followed; for ever where nobody can be.
async fn next_end(ends: &mut Option<Ends>) {
    match ends {
        Some(ends) => ends.next().await,
        None => std::future::pending().await,
    }
}

/// Who ends, so that whoever asked can wait for exactly that process: number and birth.
fn ourselves() -> String {
    let birth = Pid::new(std::process::id()).and_then(|pid| platform::birth(pid).ok().flatten());
    birth.map_or_else(String::new, |birth| format!(" {} {}", std::process::id(), birth.token))
}

fn stamp(paths: &Paths) -> Option<Stamp> {
    let about = std::fs::metadata(paths.config_file()).ok()?;
    Some((about.modified().ok(), about.created().ok(), about.len()))
}
