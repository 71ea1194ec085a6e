//! The loop: waits, looks, steps, performs. Everything that could be thought about is elsewhere.

mod perform;
mod settings;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::control::{Waiting, listen};
use super::event::Event;
use super::followed::followed;
pub use super::handle::Monitor;
use super::hands::Hands;
use super::pace::Pace;
use super::stamp::{Stamp, stamp};
use super::state::State;
use super::view::View;
use crate::act::Act;
use crate::act::toast::{Pictures, Toast, Toaster};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::{Identity, Memory, Moment, Watch, diagnose};
use crate::paths::Paths;
use crate::platform::ends::Ends;
use crate::sense::Sense;
use crate::{leases, platform};

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

impl Monitor {
    /// Starts the monitor's thread and the control channel's; others begin when they are needed. `ended` is called last.
    pub fn start(setup: Setup, ended: impl FnOnce(End) + Send + 'static) -> io::Result<Self> {
        let (sender, receiver) = unbounded_channel();
        let monitor = Monitor(sender);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shell = Shell::new(setup, &monitor);
        thread::Builder::new().name("monitor".into()).spawn(move || {
            let ran = catch_unwind(AssertUnwindSafe(|| runtime.block_on(shell.run(receiver))));
            // An icon must not go on showing what was seen last.
            ended(ran.map_or(End::Broken, |()| End::InOrder));
        })?;
        Ok(monitor)
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
        listen(&shell.paths, &shell.monitor, &shell.waiting);
        leases::sweep_quietly(&shell.paths.lease_dir(), shell.clock.now().wall);
        shell
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
}

/// Waits for the end of a process that is followed; for ever where nobody can be.
async fn next_end(ends: &mut Option<Ends>) {
    match ends {
        Some(ends) => ends.next().await,
        None => std::future::pending().await,
    }
}
