//! The monitor's state and its one step: an event and the time in, effects out.

mod showing;
mod telling;

use std::collections::HashSet;
use std::time::Duration;

use super::effect::Effect;
use super::event::{Choice, Event};
use super::toasts::{News, ToastLimit};
use super::view::RestartOffer;
use crate::act::toast::{About, Button, Reply, Toast};
use crate::config::Config;
use crate::core::control::{Done, Reply as Answer, Request};
use crate::core::{Diagnosis, Identity, Moment, Scope, Target, UnixTime, Watch, plan, wording};
use crate::work::CleanupReport;

/// A paused monitor does not look; the user wakes it.
const PAUSED: Duration = Duration::from_hours(24);

/// What is at work on the other thread.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Work {
    Nothing,
    Cleanup { by_itself: bool },
    Restart { asked_by: Option<u64> },
}

/// Everything that the monitor knows.
#[derive(Clone, Debug)]
pub struct State {
    config: Config,
    /// Why the configuration on disk is not the one in use.
    config_problem: Option<String>,
    /// The configuration did not load at the start: what it protects is not known, so nothing is ended.
    is_blindfolded: bool,
    diagnoses: Vec<Diagnosis>,
    limit: ToastLimit,
    /// What automatic cleanup has tried to end: what did not go is the user's to decide.
    tried: HashSet<Identity>,
    paused: bool,
    work: Work,
    /// What Cleanup or Restart did last, and when.
    last: Option<(UnixTime, String)>,
    /// Whether we start at login, or why that cannot be told.
    autostart: Result<bool, String>,
    toast_problem: Option<String>,
    problem: Option<String>,
    /// Nothing shows the icon: toasts offer what the menu would.
    is_without_panel: bool,
    /// How far the user's clock is ahead of UTC at a time, in seconds.
    offset_at: fn(UnixTime) -> i32,
    /// How the command line is to be called so that it works in the same places.
    our_command: String,
}

impl State {
    /// A monitor that has not looked yet. `problem` says why `config` is not what stands on the disk.
    #[must_use]
    pub fn new(config: Config, problem: Option<String>) -> Self {
        Self {
            config,
            is_blindfolded: problem.is_some(),
            config_problem: problem,
            diagnoses: Vec::new(),
            limit: ToastLimit::default(),
            tried: HashSet::new(),
            paused: false,
            work: Work::Nothing,
            last: None,
            autostart: Err(wording::NOT_LOOKED_YET.into()),
            toast_problem: None,
            problem: None,
            is_without_panel: false,
            offset_at: |_| 0,
            our_command: wording::OUR_COMMAND.into(),
        }
    }

    /// The same for a user whose clock is ahead of UTC by so many seconds at a time.
    #[must_use]
    pub fn with_clock(self, offset_at: fn(UnixTime) -> i32) -> Self {
        Self { offset_at, ..self }
    }

    /// The same where the command line is to be called by this.
    #[must_use]
    pub fn called(self, our_command: String) -> Self {
        Self { our_command, ..self }
    }

    /// Whether the user wants no looks.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused
    }

    /// Takes an event and says what is to be done.
    pub fn step(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let mut effects = match event {
            Event::Looked(diagnoses) => self.looked(diagnoses, now),
            Event::Chosen(choice) => self.chosen(choice),
            Event::Toast(reply) => self.replied(reply),
            Event::Cleaned(result) => self.cleaned(result, now),
            Event::Restarted(result) => self.restarted(result),
            Event::Asked { id, request } => self.asked(id, request),
            Event::Configured(result) => self.configured(*result),
            Event::Autostart(state) => {
                let news = state.as_ref().err().filter(|_| state != self.autostart);
                let line = news.map(|why| Effect::Log(wording::autostart_unknown(why)));
                self.autostart = state;
                line.into_iter().collect()
            }
            Event::Panel(panel) => self.panel(panel),
            Event::Failed(why) => {
                self.problem = Some(why.clone());
                vec![Effect::Log(why.clone()), self.toast(wording::SOMETHING_FAILED, &why)]
            }
        };
        effects.push(Effect::Show(Box::new(self.view())));
        effects
    }

    fn looked(&mut self, diagnoses: Vec<Diagnosis>, now: Moment) -> Vec<Effect> {
        if self.paused {
            return vec![Effect::LookIn(PAUSED)];
        }
        if self.work != Work::Nothing {
            // A look into the middle of a change says nothing lasting.
            return vec![Effect::LookIn(self.config.poll_interval)];
        }
        let mut effects: Vec<Effect> = Vec::new();
        for new in &diagnoses {
            let old = self.diagnoses.iter().find(|old| old.watch.name == new.watch.name);
            effects.extend(wording::changes(old, new).into_iter().map(Effect::Log));
        }
        self.diagnoses = diagnoses;
        let soon = self.diagnoses.iter().filter_map(Diagnosis::ripe_in).min();
        let pace = soon.map_or(self.config.poll_interval, |ripe_in| ripe_in.min(self.config.poll_interval));
        effects.push(Effect::LookIn(pace.max(Duration::from_millis(100))));
        if self.config.auto_cleanup && self.has_untried() {
            effects.extend(self.begin_cleanup(true));
            return effects;
        }
        let mut limit = std::mem::take(&mut self.limit);
        let news = limit.news(&self.diagnoses, now);
        // Where toasts are switched off, the one that the user has asked for may be on the screen.
        effects.extend(match news {
            News::Nothing => None,
            News::More(orphans) if self.config.toasts => Some(Effect::Toast(self.of_orphans(&orphans))),
            News::More(orphans) | News::Fewer(orphans) => Some(Effect::AmendToast(self.of_orphans(&orphans))),
            News::Gone => Some(Effect::WithdrawToast),
        });
        self.limit = limit;
        effects
    }

    fn chosen(&mut self, choice: Choice) -> Vec<Effect> {
        // Old trouble has been read by now; if it is still there, it will be told again.
        self.problem = None;
        match choice {
            Choice::Cleanup => self.begin_cleanup(false),
            Choice::Restart => {
                let watch = self.restart_watch().cloned();
                watch.map_or_else(Vec::new, |watch| self.begin_restart(watch, None))
            }
            Choice::OpenLog => vec![Effect::OpenLog],
            Choice::Pause => {
                self.paused = !self.paused;
                // While nobody looks, nobody can say that an orphan is still there.
                self.limit.forget();
                let withdraw = self.paused.then_some(Effect::WithdrawToast);
                let tell = (self.paused && self.is_without_panel).then(|| self.tell());
                let log = Effect::Log(wording::paused(self.paused).into());
                [log, Effect::LookIn(Duration::ZERO)].into_iter().chain(withdraw).chain(tell).collect()
            }
            Choice::AutoCleanup => {
                self.config.auto_cleanup = !self.config.auto_cleanup;
                vec![Effect::KeepAutoCleanup(self.config.auto_cleanup), Effect::LookIn(Duration::ZERO)]
            }
            Choice::Autostart => vec![Effect::SetAutostart(self.autostart != Ok(true))],
            Choice::OpenConfig => vec![Effect::OpenConfig],
            Choice::About => vec![self.toast(wording::ABOUT_TITLE, &self.about())],
            Choice::Tell => vec![self.tell()],
            Choice::Quit => vec![Effect::Quit],
        }
    }

    fn replied(&mut self, reply: Reply) -> Vec<Effect> {
        match reply {
            Reply::Shown => {
                self.toast_problem = None;
                Vec::new()
            }
            Reply::Clicked(Button::CleanUp) => self.begin_cleanup(false),
            Reply::Clicked(Button::OpenLog) => vec![Effect::OpenLog],
            Reply::Clicked(Button::Pause) => self.chosen(Choice::Pause),
            Reply::Clicked(Button::State) => self.chosen(Choice::Tell),
            Reply::Failed(why) => {
                let line = wording::toast_failed(&why);
                self.toast_problem = Some(why);
                vec![Effect::Log(line), Effect::TellByIcon]
            }
        }
    }

    fn begin_cleanup(&mut self, by_itself: bool) -> Vec<Effect> {
        if self.work != Work::Nothing || self.orphans() == 0 {
            return Vec::new();
        }
        self.work = Work::Cleanup { by_itself };
        vec![Effect::Cleanup { watches: self.config.watches.clone(), stop_grace: self.config.stop_grace }]
    }

    fn cleaned(&mut self, result: Result<CleanupReport, String>, now: Moment) -> Vec<Effect> {
        let by_itself = matches!(self.work, Work::Cleanup { by_itself: true });
        self.work = Work::Nothing;
        let (title, says) = match result {
            Ok(report) => {
                let says = says(&report);
                let nothing_ended = report.ended.is_empty() && !report.refused.is_empty();
                if !self.paused {
                    self.diagnoses = report.after;
                }
                let title = match (by_itself, nothing_ended) {
                    (_, true) => wording::NOT_CLEANED,
                    (true, false) => wording::CLEANED_BY_ITSELF,
                    (false, false) => wording::CLEANED,
                };
                (title, says)
            }
            Err(why) => (wording::NOT_CLEANED, why),
        };
        self.remember(&says);
        // Nobody asked for what happened by itself, so it counts with the toasts about orphans.
        let may = self.config.toasts && (!by_itself || self.limit.takes_a_turn(now));
        let told = may.then(|| {
            // The toast about them becomes the one about what was done.
            self.limit.settle(&self.diagnoses);
            Effect::Toast(if self.orphans() == 0 {
                Toast { about: About::Outcome, ..self.news(title, &says) }
            } else {
                self.limit.of_all(&self.diagnoses);
                self.told_of(title, &says)
            })
        });
        told.into_iter().chain([Effect::LookIn(Duration::ZERO)]).collect()
    }

    /// What was done last, for the menu.
    fn remember(&mut self, what: &str) {
        let when = self.diagnoses.first().map_or(UnixTime::default(), |diagnosis| diagnosis.taken_at);
        self.last = Some((when, what.to_owned()));
    }

    fn begin_restart(&mut self, watch: Watch, asked_by: Option<u64>) -> Vec<Effect> {
        let refuse = |why: String| match asked_by {
            Some(id) => vec![Effect::Answer { id, reply: Answer::Failed(why) }],
            None => Vec::new(),
        };
        if self.work != Work::Nothing {
            return refuse(wording::BUSY_ALREADY.into());
        }
        let mut effects = Vec::new();
        if let RestartOffer::Loses(client) = self.restart_offer(&watch) {
            effects.push(self.toast(wording::RESTARTING, &wording::client_loses(&client)));
        }
        self.work = Work::Restart { asked_by };
        effects.push(Effect::Restart {
            watch: Box::new(watch),
            stop_grace: self.config.stop_grace,
            is_agreed: asked_by.is_some(),
        });
        effects
    }

    fn restarted(&mut self, result: Result<String, String>) -> Vec<Effect> {
        let asked_by = match std::mem::replace(&mut self.work, Work::Nothing) {
            Work::Restart { asked_by } => asked_by,
            Work::Nothing | Work::Cleanup { .. } => None,
        };
        let (title, says, answer) = match result {
            Ok(says) => (wording::RESTARTED, says.clone(), Answer::Done(Done::saying(&says))),
            Err(why) => (wording::NOT_RESTARTED, why.clone(), Answer::Failed(why)),
        };
        self.remember(&says);
        let mut effects = vec![Effect::Log(format!("{title}: {says}")), self.toast(title, &says)];
        effects.extend(asked_by.map(|id| Effect::Answer { id, reply: answer }));
        effects.push(Effect::LookIn(Duration::ZERO));
        effects
    }

    fn asked(&mut self, id: u64, request: Request) -> Vec<Effect> {
        let done = Effect::Answer { id, reply: Answer::Done(Done::default()) };
        let failed = |why| vec![Effect::Answer { id, reply: Answer::Failed(why) }];
        match request {
            Request::Hello => vec![done],
            Request::Show => vec![self.tell(), done],
            Request::Quit => vec![done, Effect::Quit],
            Request::Restart { watch: Some(watch) } => {
                match self.config.watches.iter().find(|known| known.name == watch).cloned() {
                    Some(watch) => self.begin_restart(watch, Some(id)),
                    None => failed(wording::no_such_watch(&watch)),
                }
            }
            Request::Restart { watch: None } => failed(wording::RESTART_ONE_WATCH.into()),
            Request::Along => failed(wording::TRAY_REQUESTS.into()),
        }
    }

    fn configured(&mut self, result: Result<Config, String>) -> Vec<Effect> {
        match result {
            Ok(config) => {
                self.config_problem = None;
                self.is_blindfolded = false;
                self.config = config;
                let names: Vec<&str> = self.config.watches.iter().map(|watch| watch.name.as_str()).collect();
                self.diagnoses.retain(|diagnosis| names.contains(&diagnosis.watch.name.as_str()));
                let withdraw = (!self.config.toasts).then_some(Effect::WithdrawToast);
                let effects = [
                    Effect::Log(wording::CONFIG_READ.into()),
                    Effect::Watch(self.config.watches.clone()),
                    Effect::LookIn(Duration::ZERO),
                ];
                effects.into_iter().chain(withdraw).collect()
            }
            Err(why) => {
                let toast = self.toast(wording::CONFIG_KEPT, &why);
                let line = format!("{}: {why}", wording::CONFIG_KEPT);
                self.config_problem = Some(why);
                vec![Effect::Log(line), toast]
            }
        }
    }

    fn orphans(&self) -> usize {
        self.targets().count()
    }

    fn targets(&self) -> impl Iterator<Item = Target> {
        let seeing = self.diagnoses.iter().filter(|_| !self.is_blindfolded);
        let targets = seeing.flat_map(|diagnosis| plan(diagnosis, Scope::Orphans).targets);
        // Two watches may share a script.
        let mut tops = HashSet::new();
        targets.filter(move |target| tops.insert(target.top))
    }

    /// Whether there is an orphan that automatic cleanup has not tried to end; now it has.
    fn has_untried(&mut self) -> bool {
        let orphans: HashSet<Identity> = self.targets().map(|target| target.top).collect();
        let untried = !orphans.is_subset(&self.tried);
        self.tried = orphans;
        untried
    }
}

/// What a cleanup did, in one line.
fn says(report: &CleanupReport) -> String {
    let ended = |target: &&Target| report.ended.iter().any(|ended| ended.pid == target.top.pid);
    let tops: Vec<_> = report.planned.iter().filter(ended).map(|target| target.top.pid).collect();
    let refused: Vec<_> = report.refused.iter().map(|refused| (refused.pid, refused.why)).collect();
    let (mut free, mut held) = (Vec::new(), Vec::new());
    let with_port = report.after.iter().filter_map(|after| Some((after, after.watch.port_number()?)));
    for (after, port) in with_port {
        if after.port_is_free() {
            free.push(port);
        } else if !after.holders.is_empty() {
            held.push(port);
        }
    }
    wording::cleaned_line(&tops, report.ended.len(), &refused, &free, &held)
}
