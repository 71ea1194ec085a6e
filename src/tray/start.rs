//! Starts the tray program: configuration, log, lock, monitor, icon.

use std::ffi::OsStr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;

use super::app::{App, Wake};
use super::args::Args;
use super::icon::{largest, picture};
use super::leave::{self, PATIENCE};
use crate::clock::Clock;
use crate::config::{self, Config, Missing};
use crate::core::control::Request;
use crate::core::wording;
use crate::exit::Outcome;
use crate::monitor::run::{End, Monitor, Setup};
use crate::monitor::{Choice, Event, Face, State};
use crate::paths::{self, Paths};
use crate::platform::event_loop::EventLoop;
use crate::sense::Sense;
use crate::single::{self, Lock};
use crate::work::once::clean_once;
use crate::{act, console, logging, platform, sense};

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return console::usage(&error),
    };
    match run(&args) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            console::complain(&format!("{error:#}"));
            tracing::error!("{error:#}");
            Outcome::Attention.into()
        }
    }
}

fn run(args: &Args) -> anyhow::Result<Outcome> {
    let variable = std::env::var_os(paths::HOME_VARIABLE);
    let home = paths::home(args.home.as_deref(), variable.as_deref().map(OsStr::new));
    let paths = Paths::new(home, args.config.as_deref())?;
    if args.quit {
        return Ok(leave::quit_the_first(&paths, Clock::start()));
    }
    if args.forget {
        return Ok(leave::forget(&paths));
    }
    if args.cleanup {
        return Ok(clean_up(&paths, missing(args)));
    }
    let lock = single::acquire(&paths.tray_lock()).context(wording::TRAY_LOCK)?;
    let (lock, unlocked) = match lock {
        Lock::Ours(lock) => (lock, None),
        Lock::Theirs => return Ok(greet_the_first(&paths)),
        // Without locks whoever answers is the first.
        Lock::Unknown(..) if answers(&paths) => return Ok(greet_the_first(&paths)),
        Lock::Unknown(file, why) => {
            (file, Some(wording::tray_without_a_lock(&paths.tray_lock().display(), &why)))
        }
    };
    let losses = Arc::new(Losses::default());
    let to_tell = Arc::clone(&losses);
    let tell = move |error: &logging::LoggingError| to_tell.tell(error.to_string());
    if let Err(error) = logging::init(&paths.log_dir(), tracing::Level::INFO, tell) {
        console::complain(&error.to_string());
        losses.tell(error.to_string());
    }
    if let Err(error) = platform::toast::introduce_ourselves(&paths.state_dir()) {
        tracing::warn!(%error, "toasts may come under another name");
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), autostart = args.autostart, "the tray starts");
    if let Some(says) = unlocked {
        console::complain(&says);
        tracing::warn!("{says}");
    }
    let loaded = config::load(&paths.config_file(), platform::PATH_STYLE, missing(args));
    let (config, config_problem) = match loaded {
        Ok(config) => (config, None),
        Err(error) => {
            console::complain(&error.to_string());
            tracing::error!("{error}");
            (Config::standard(), Some(error.to_string()))
        }
    };
    let event_loop = EventLoop::<Wake>::new().map_err(|error| {
        // The library names a line of its own source, which helps nobody who reads this.
        tracing::info!(%error, "the event loop could not be made");
        anyhow::anyhow!(wording::NO_DISPLAY)
    })?;
    let clock = Clock::start();
    let view = State::new(config.clone(), config_problem.clone()).view();
    let (to_show, to_tell) = (event_loop.proxy(), event_loop.proxy());
    let to_quit = event_loop.proxy();
    let (leases, state) = (paths.lease_dir(), paths.state_dir());
    // Whoever ends something looks at everything; whoever looks all day must not.
    let sense: [Box<dyn Sense>; 2] =
        [Box::new(sense::Machine::sparing(leases.clone())), Box::new(sense::Machine::with_leases(leases))];
    let our_command = our_command(home.is_some(), args.config.is_some(), &paths);
    let monitor = Monitor::start(
        Setup {
            paths,
            config,
            config_problem,
            program: std::env::current_exe().context(wording::OUR_OWN_PLACE)?,
            our_command,
            clock,
            sense,
            act: Box::new(act::Machine),
            // The loop may have ended before the last word arrives.
            show: Box::new(move |view| to_show.send(Wake::View(Box::new(view)))),
            pictures: |word| {
                let face = Face::ALL.into_iter().find(|face| face.word() == word);
                largest(picture(face.unwrap_or(Face::Paused)))
            },
            tell_by_icon: Box::new(move |toast| {
                to_tell.send(Wake::Tell { title: toast.title, body: toast.body });
            }),
        },
        move |end| {
            to_quit.send(match end {
                End::InOrder => Wake::Quit,
                End::Broken => Wake::Broken,
            });
        },
    )?;
    losses.go_to(&monitor);
    let to_end = monitor.clone();
    platform::when_asked_to_end(move || to_end.tell(Event::Chosen(Choice::Quit)))?;
    if let Some(seconds) = args.quit_after {
        quit_after(&monitor, clock, Duration::from_secs(seconds))?;
    }
    let app = App::new(view, monitor, event_loop.proxy(), state, args.autostart);
    let mut app = app.looking_again(args.look_again.map(Duration::from_secs));
    event_loop.run(&mut app).map_err(anyhow::Error::msg)?;
    drop(lock);
    tracing::info!("the tray ends");
    match app.failure {
        Some(error) => Err(error),
        None => Ok(Outcome::Fine),
    }
}

/// The command line for the places that were named here. What follows from the session is the same in its terminals.
fn our_command(has_home: bool, has_config: bool, paths: &Paths) -> String {
    let (home, config) = (paths.state_dir(), paths.config_file());
    let home = has_home.then_some(("--home", home.as_path()));
    let config = has_config.then_some(("--config", config.as_path()));
    let options: Vec<_> = home.into_iter().chain(config).collect();
    wording::our_command(&options, platform::PATH_STYLE)
}

/// Only a configuration that was named has to be there.
fn missing(args: &Args) -> Missing {
    if args.config.is_some() { Missing::Refused } else { Missing::Standard }
}

/// What a scheduled task starts where a console program would flash a window.
fn clean_up(paths: &Paths, missing: Missing) -> Outcome {
    let lost = |error: &logging::LoggingError| console::complain(&error.to_string());
    if let Err(error) = logging::init(&paths.log_dir(), tracing::Level::INFO, lost) {
        lost(&error);
    }
    clean_once(paths, missing, &mut sense::Machine::with_leases(paths.lease_dir()), &mut act::Machine)
}

/// Whether another tray hears us.
fn answers(paths: &Paths) -> bool {
    platform::control::send(&paths.control(), &Request::Hello.line(), PATIENCE).is_ok()
}

/// One tray a user: the first shows itself, the second ends well.
fn greet_the_first(paths: &Paths) -> Outcome {
    match platform::control::send(&paths.control(), &Request::Show.line(), PATIENCE) {
        Ok(_) => {
            console::say(wording::RUNS_ALREADY);
            Outcome::Fine
        }
        Err(error) => {
            console::complain(&wording::runs_but_silent(&error.to_string()));
            Outcome::Attention
        }
    }
}

/// Who has no terminal learns by a toast that nothing is logged, once there is somebody to show one.
#[derive(Default)]
struct Losses {
    monitor: OnceLock<Monitor>,
    early: Mutex<Vec<String>>,
}

impl Losses {
    fn tell(&self, loss: String) {
        let Ok(mut early) = self.early.lock() else { return };
        match self.monitor.get() {
            Some(monitor) => monitor.tell(Event::Failed(loss)),
            None => early.push(loss),
        }
    }

    fn go_to(&self, monitor: &Monitor) {
        let Ok(mut early) = self.early.lock() else { return };
        let monitor = self.monitor.get_or_init(|| monitor.clone());
        for loss in early.drain(..) {
            monitor.tell(Event::Failed(loss));
        }
    }
}

fn quit_after(monitor: &Monitor, clock: Clock, wait: Duration) -> anyhow::Result<()> {
    let monitor = monitor.clone();
    thread::Builder::new().name("quit-after".into()).spawn(move || {
        clock.wait(wait);
        monitor.tell(Event::Chosen(Choice::Quit));
    })?;
    Ok(())
}
