//! A monitor on a stage: worlds to look at, and questions to its effects.

use std::time::Duration;

use crate::act::toast::Toast;
use crate::config::Config;
use crate::core::testing::{World, process};
use crate::core::{Diagnosis, Moment, Process, UnixTime};
use crate::monitor::{Choice, Effect, Event, Face, State, View};

/// The command line of the shim.
pub(super) const SHIM: &[&str] = &["python", "-u", "run_ws_shim.py"];

/// A monitor and the time on its clock.
pub(super) struct Story {
    state: State,
    now: Moment,
}

impl Story {
    /// A monitor that has not looked yet, as it is without a configuration.
    pub(super) fn new() -> Self {
        Self::with(|_| ())
    }

    /// The same but for these settings.
    pub(super) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::standard();
        change(&mut config);
        Self { state: State::new(config, None), now: Moment::default() }
    }

    /// The same over a file that does not load.
    pub(super) fn with_broken_file(why: &str) -> Self {
        let config = Config::standard();
        Self { state: State::new(config, Some(why.into())), now: Moment::default() }
    }

    /// The same for a user whose clock is so many seconds ahead.
    pub(super) fn ahead_of_utc(self, offset_at: fn(UnixTime) -> i32) -> Self {
        Self { state: self.state.with_clock(offset_at), ..self }
    }

    /// Lets the clock stand at this second.
    pub(super) fn at(&mut self, second: u64) -> &mut Self {
        self.now = Moment(Duration::from_secs(second));
        self
    }

    pub(super) fn step(&mut self, event: Event) -> Vec<Effect> {
        self.state.step(event, self.now)
    }

    /// The second of two looks at this world.
    pub(super) fn looks(&mut self, world: &World) -> Vec<Effect> {
        self.step(Event::Looked(vec![world.look()]))
    }

    pub(super) fn choose(&mut self, choice: Choice) -> Vec<Effect> {
        self.step(Event::Chosen(choice))
    }

    pub(super) fn view(&self) -> View {
        self.state.view()
    }

    pub(super) fn face(&self) -> Face {
        self.view().face
    }
}

/// Nothing runs, the port is free.
pub(super) fn quiet() -> World {
    World::linux()
}

/// A shim that its client `code` uses, on the port.
pub(super) fn in_use() -> World {
    // By its port alone.
    let no_input = |details: &mut crate::core::Details| {
        details.other_end = crate::core::snapshot::OtherEnd::NoChannel;
    };
    World::linux()
        .and(process(500, 50).with_args(&["code"]).child_of(100))
        .and(process(600, 60).with_args(SHIM).child_of(500).with(no_input))
        .where_listens(600)
}

/// Orphans with these numbers.
pub(super) fn orphans(pids: impl IntoIterator<Item = u32>) -> World {
    pids.into_iter().fold(World::linux(), |world, pid| world.and(orphan(pid)))
}

/// A shim that `systemd --user` has taken in.
pub(super) fn orphan(pid: u32) -> Process {
    process(pid, u64::from(pid)).with_args(SHIM).child_of(100)
}

/// An orphan that may not be ended: what one of its processes runs cannot be read.
pub(super) fn orphan_off_limits() -> World {
    let hidden = process(650, 650).with_args(&["python", "x.py"]).with_hidden_args().child_of(600);
    World::linux().and(orphan(600)).and(hidden)
}

/// The one toast among the effects; a failed test if there are more.
#[track_caller]
pub(super) fn toast(effects: &[Effect]) -> Option<&Toast> {
    let mut toasts = effects
        .iter()
        .filter_map(|effect| if let Effect::Toast(toast) = effect { Some(toast) } else { None });
    let first = toasts.next();
    assert!(toasts.next().is_none(), "several toasts at once: {effects:#?}");
    first
}

/// The title of the one toast among the effects.
#[track_caller]
pub(super) fn title(effects: &[Effect]) -> &str {
    toast(effects).map_or("no toast", |toast| &toast.title)
}

pub(super) fn begins_cleanup(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Cleanup { .. }))
}

pub(super) fn begins_restart(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Restart { .. }))
}

/// What goes into the log.
pub(super) fn logged(effects: &[Effect]) -> String {
    let lines = effects
        .iter()
        .filter_map(|effect| if let Effect::Log(line) = effect { Some(line.as_str()) } else { None });
    lines.collect::<Vec<_>>().join("\n")
}

/// What is answered to the one who waits under this number.
pub(super) fn answer(effects: &[Effect], asked: u64) -> Option<String> {
    effects.iter().find_map(|effect| {
        let Effect::Answer { id, reply } = effect else { return None };
        (*id == asked).then(|| reply.line())
    })
}

/// When it is looked again at the latest.
#[track_caller]
pub(super) fn next_look(effects: &[Effect]) -> Duration {
    let looks = |effect: &Effect| if let Effect::LookIn(wait) = effect { Some(*wait) } else { None };
    let found = effects.iter().rev().find_map(looks);
    found.unwrap_or_else(|| panic!("nobody says when to look again: {effects:#?}"))
}

/// What the last look before a cleanup and the first one after it come to.
pub(super) fn report(before: &Diagnosis, after: Diagnosis) -> crate::work::CleanupReport {
    let plan = crate::core::plan(before, crate::core::Scope::Orphans);
    let ended = plan
        .targets
        .iter()
        .map(|target| crate::act::Ended { pid: target.top.pid, how: crate::act::How::Asked })
        .collect();
    crate::work::CleanupReport { planned: plan.targets, ended, refused: plan.refused, after: vec![after] }
}
