//! Whole cleanups with scripted eyes and hands: what was looked at, what was ended.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::scene::{Story, begins_cleanup, in_use, orphans, quiet, toast};
use crate::act::connected::Other;
use crate::act::{Act, EndReport, Ended, How};
use crate::clock::Clock;
use crate::core::control::Done;
use crate::core::moment::Now;
use crate::core::plan::{Refusal, Refused};
use crate::core::snapshot::Door;
use crate::core::testing::{World, pid, process};
use crate::core::{Instance, Scope, Snapshot, Target, Verdict, Watch};
use crate::monitor::hands::{Hands, Seen};
use crate::monitor::{Choice, Event, Face};
use crate::sense::Sense;
use crate::work::{CleanupReport, Looker, clean};

/// Where guards listen in these stories.
const LEASES: &str = "/leases";

/// Longer than any of these takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_plan_is_made_from_the_second_look_and_checked_by_a_third() {
    let stage = Stage::new([orphans([600]), orphans([600]), quiet()]);
    let report = stage.cleans_up();
    assert_eq!(stage.happened(), ["look", "look", "end 600", "look"]);
    assert_eq!(report.ended.len(), 1);
    assert_eq!(report.after[0].verdict, Verdict::Idle);
}

#[test]
fn an_orphan_whose_client_is_there_at_the_second_look_is_not_ended() {
    let mut back = quiet().and(process(500, 50).with_args(&["code"]).child_of(100));
    back = back.and(process(600, 600).with_args(super::scene::SHIM).child_of(500));
    let stage = Stage::new([orphans([600]), back]);
    let report = stage.cleans_up();
    assert_eq!(stage.happened(), ["look", "look", "end", "look"], "nobody is named to be ended");
    assert_eq!(report.planned, []);
    assert_eq!(report.after[0].verdict, Verdict::Healthy);
}

#[test]
fn another_process_that_has_the_number_at_the_second_look_is_suspected_anew() {
    let reborn = quiet().and(process(600, 777).with_args(super::scene::SHIM).child_of(100));
    let stage = Stage::new([orphans([600]), reborn.clone(), reborn]);
    stage.cleans_up();
    assert_eq!(stage.happened(), ["look", "look", "look", "end 600", "look"]);
}

#[test]
fn a_machine_that_cannot_be_seen_is_not_cleaned_up() {
    let mut blind = orphans([600]);
    blind.snapshot.processes.clear();
    blind.snapshot.unseen.push(crate::core::Unseen::Processes { why: "permission denied".into() });
    let stage = Stage::new([orphans([600]), blind]);
    let report = stage.cleans_up();
    assert!(report.planned.is_empty());
    assert_eq!(report.after[0].verdict, Verdict::Unseen);
}

#[test]
fn what_the_hands_refuse_is_reported_beside_what_they_ended() {
    let stage = Stage::new([orphans([600, 610]), orphans([600, 610]), orphans([610])]);
    stage.refuses(610, Refusal::PidReused);
    let report = stage.cleans_up();
    assert_eq!(report.ended, [Ended { pid: pid(600), how: How::Asked }]);
    assert_eq!(report.refused, [Refused { pid: pid(610), why: Refusal::PidReused }]);
    assert_eq!(report.after[0].verdict, Verdict::Orphaned);
}

#[test]
fn an_instance_that_is_off_limits_never_reaches_the_hands() {
    let stage = Stage::new([super::scene::orphan_off_limits()]);
    let report = stage.cleans_up();
    assert_eq!(stage.happened(), ["look", "look", "end", "look"]);
    assert_eq!(report.refused, [Refused { pid: pid(600), why: Refusal::CannotTell }]);
}

#[test]
fn hands_that_panic_leave_the_monitor_free_to_try_again() {
    let stage = Stage::new([orphans([600]), orphans([600]), orphans([600]), orphans([600]), quiet()]);
    stage.panics_once();
    let (mut hands, events) = stage.hands();
    let mut story = Story::new();
    story.at(10).looks(&orphans([600]));

    assert!(begins_cleanup(&story.choose(Choice::Cleanup)));
    hands.cleanup(seen(watch()), Duration::ZERO);
    let effects = story.step(events.recv_timeout(PATIENCE).expect("a panic must be answered, too"));
    assert!(!story.view().busy, "{:#?}", story.view());
    let told = toast(&effects).unwrap();
    assert!(told.body.contains("went wrong") && told.title != "Cleaned up", "{told:?}");

    assert!(begins_cleanup(&story.choose(Choice::Cleanup)));
    hands.cleanup(seen(watch()), Duration::ZERO);
    story.step(events.recv_timeout(PATIENCE).expect("the thread lives on"));
    assert_eq!(story.face(), Face::Verdict(Verdict::Idle));
    hands.quit(Duration::ZERO);
}

#[test]
fn hands_that_had_nothing_to_do_keep_nobody_waiting_at_the_end() {
    let stage = Stage::new([in_use()]);
    let (mut hands, events) = stage.hands();
    hands.quit(Duration::ZERO);
    hands.cleanup(seen(watch()), Duration::ZERO);
    // Whoever has let go of everything does not begin again.
    assert!(matches!(events.try_recv(), Err(TryRecvError::Empty | TryRecvError::Disconnected)));
    assert_eq!(stage.happened(), [""; 0]);
}

#[test]
fn a_restart_that_panics_is_answered_as_well() {
    let stage = Stage::new([orphans([600]).where_listens(600)]);
    stage.panics_once();
    let (mut hands, events) = stage.hands();
    let watch = Watch { command: vec!["python-that-nobody-has".into()], ..watch() };
    hands.restart(seen(watch), Duration::ZERO, false);
    let Ok(Event::Restarted(Err(why))) = events.recv_timeout(PATIENCE) else { panic!("no answer") };
    assert!(why.contains("went wrong"), "{why}");
    hands.quit(Duration::ZERO);
}

#[test]
fn a_restart_whose_old_server_cannot_be_stopped_starts_nothing() {
    let stage = Stage::new([in_use()]);
    stage.refuses(600, Refusal::StillAlive);
    let (mut hands, events) = stage.hands();
    let watch = Watch { command: vec!["python-that-nobody-has".into()], ..watch() };
    hands.restart(seen(watch), Duration::ZERO, false);
    let Ok(Event::Restarted(Err(why))) = events.recv_timeout(PATIENCE) else { panic!("no answer") };
    assert!(why.contains("600 was not stopped") && why.contains("nothing was started"), "{why}");
    hands.quit(Duration::ZERO);
}

#[test]
fn a_click_on_restart_cuts_off_nobody_else_who_is_connected_and_names_him() {
    let stage = Stage::new([in_use()]);
    let caller = Some((pid(700), "codex".to_owned()));
    stage.script().other_user = Some(Other::Connected { caller, at: Door::Port(3005) });
    let (mut hands, events) = stage.hands();
    hands.restart(seen(watch()), Duration::ZERO, false);
    let Ok(Event::Restarted(Err(why))) = events.recv_timeout(PATIENCE) else { panic!("no answer") };
    assert!(why.contains("codex (700) is connected to its port 3005"), "{why}");
    assert!(why.contains("`shimkeeper restart --pid 600`"), "{why}");
    assert!(stage.happened().iter().all(|one| one == "look"), "{:?}", stage.happened());
    // Who was told and agreed is not asked again.
    hands.restart(seen(watch()), Duration::ZERO, true);
    let Ok(Event::Restarted(Err(why))) = events.recv_timeout(PATIENCE) else { panic!("no answer") };
    assert!(!why.contains("codex"), "{why}");
    hands.quit(Duration::ZERO);
}

pub(super) fn watch() -> Watch {
    World::linux().watch
}

/// This watch, of which nobody has seen anything yet.
pub(super) fn seen(watch: Watch) -> Seen {
    Seen { watches: vec![watch], memories: Vec::new() }
}

/// Worlds to look at, one after the other, and what happened so far. The last world stays.
#[derive(Clone)]
pub(super) struct Stage(Arc<Mutex<Script>>);

struct Script {
    worlds: VecDeque<Snapshot>,
    happened: Vec<String>,
    refused: Vec<Refused>,
    panics: bool,
    answers: VecDeque<Result<String, String>>,
    other_user: Option<Other>,
}

impl Stage {
    pub(super) fn new(worlds: impl IntoIterator<Item = World>) -> Self {
        let worlds = worlds.into_iter().map(|world| world.snapshot).collect();
        let script = Script {
            worlds,
            happened: Vec::new(),
            refused: Vec::new(),
            panics: false,
            answers: VecDeque::new(),
            other_user: None,
        };
        Self(Arc::new(Mutex::new(script)))
    }

    fn refuses(&self, number: u32, why: Refusal) {
        self.script().refused.push(Refused { pid: pid(number), why });
    }

    /// What the guards that are asked will say, one after the other.
    pub(super) fn answers(&self, answers: impl IntoIterator<Item = Result<String, String>>) {
        self.script().answers.extend(answers);
    }

    fn panics_once(&self) {
        self.script().panics = true;
    }

    fn cleans_up(&self) -> CleanupReport {
        let (mut eyes, mut hands) = (self.clone(), self.clone());
        let watches = [watch()];
        let mut looker = Looker::new(&mut eyes, Clock::start(), &watches);
        clean(&mut looker, &mut hands, Scope::Orphans, Duration::ZERO)
    }

    /// The thread that works with this stage, and what it tells.
    pub(super) fn hands(&self) -> (Hands, Receiver<Event>) {
        let (sender, events) = channel();
        let tell = move |event| drop(sender.send(event));
        let hands =
            Hands::new(Box::new(self.clone()), Box::new(self.clone()), Clock::start(), LEASES.into(), tell);
        (hands, events)
    }

    pub(super) fn happened(&self) -> Vec<String> {
        self.script().happened.clone()
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Sense for Stage {
    fn look(&mut self, _: &[Watch], _: Now) -> Snapshot {
        let mut script = self.script();
        script.happened.push("look".into());
        let next = if script.worlds.len() > 1 { script.worlds.pop_front() } else { None };
        next.unwrap_or_else(|| script.worlds[0].clone())
    }
}

impl Act for Stage {
    fn end(&mut self, targets: &[Target], _: Duration) -> EndReport {
        let mut script = self.script();
        let pids = targets.iter().map(|target| target.top.pid.to_string());
        let words: Vec<String> = std::iter::once("end".into()).chain(pids).collect();
        script.happened.push(words.join(" "));
        assert!(!std::mem::take(&mut script.panics), "as the script wants it");
        let refused: Vec<Refused> = script
            .refused
            .iter()
            .filter(|refused| targets.iter().any(|target| target.top.pid == refused.pid))
            .cloned()
            .collect();
        let ended = targets
            .iter()
            .map(|target| target.top.pid)
            .filter(|pid| !refused.iter().any(|refused| refused.pid == *pid))
            .map(|pid| Ended { pid, how: How::Asked })
            .collect();
        EndReport { ended, refused }
    }

    fn ask_guard(&mut self, door: &Path, _: Duration) -> Result<Done, String> {
        let mut script = self.script();
        script.happened.push(format!("ask {}", door.display()).replace('\\', "/"));
        let answer = script.answers.pop_front().unwrap_or_else(|| Err("nobody answers".into()));
        answer.map(|fields| Done::parse(&fields))
    }

    fn what_ends_along(&mut self, _: &Path) -> Result<String, String> {
        Ok(String::new())
    }

    fn other_user(&mut self, _: &Instance) -> Option<Other> {
        self.script().other_user.clone()
    }
}
