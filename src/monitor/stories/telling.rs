//! Who is told of what, and how often.

use std::time::Duration;

use super::scene::{
    SHIM, Story, in_use, logged, next_look, orphan, orphan_off_limits, orphans, quiet, title, toast,
};
use crate::act::toast::{About, Button, Reply, Toast};
use crate::core::snapshot::{Callers, OtherEnd};
use crate::core::testing::{World, pid, process};
use crate::core::{Diagnosis, Memory, Moment, Port, Scope, UnixTime, Verdict, diagnose, plan};
use crate::monitor::Effect;
use crate::monitor::event::Panel;
use crate::monitor::{Choice, Event, Face};

const HOUR: u64 = 3600;

fn labels(toast: &Toast) -> Vec<(Button, &str)> {
    toast.buttons.iter().map(|(button, label)| (*button, label.as_str())).collect()
}

/// What becomes of the toast about orphans where nothing new is told.
fn standing(effects: &[Effect]) -> Option<&str> {
    assert_eq!(title(effects), "no toast");
    effects.iter().find_map(|effect| {
        if let Effect::AmendToast(toast) = effect {
            return Some(toast.title.as_str());
        }
        matches!(effect, Effect::WithdrawToast).then_some("withdrawn")
    })
}

#[test]
fn a_toast_about_orphans_goes_with_them_and_never_says_what_is_not_so() {
    let mut story = Story::new();
    story.at(10).looks(&orphans([600, 610, 620]));
    assert_eq!(standing(&story.at(12).looks(&orphans([600, 610, 620]))), None);
    assert_eq!(standing(&story.at(14).looks(&orphans([600, 620]))), Some("2 orphaned MCP servers"));
    assert_eq!(standing(&story.at(16).looks(&orphans([620]))), Some("Orphaned MCP server"));
    assert_eq!(standing(&story.at(18).looks(&quiet())), Some("withdrawn"));
    assert_eq!(standing(&story.at(20).looks(&quiet())), None);
}

#[test]
fn a_toast_that_the_user_asked_for_goes_with_its_orphans_too() {
    let off = |config: &mut crate::config::Config| config.toasts = false;
    for mut story in [Story::new(), Story::with(off)] {
        story.at(10).looks(&orphans([600, 610]));
        let effects = story.choose(Choice::Tell);
        assert_eq!(toast(&effects).unwrap().about, About::Orphans);
        assert_eq!(standing(&story.at(12).looks(&orphans([610]))), Some("Orphaned MCP server"));
        assert_eq!(standing(&story.at(14).looks(&quiet())), Some("withdrawn"));
    }
    // Nobody was told of the fifth: there were too many toasts.
    let mut story = Story::new();
    for count in 1..=5 {
        story.at(10 + u64::from(count)).looks(&orphans((0..count).map(|n| 600 + n)));
    }
    story.at(20).looks(&orphans([604]));
    let effects = story.choose(Choice::Tell);
    assert_eq!(toast(&effects).unwrap().about, About::Orphans);
    assert_eq!(standing(&story.at(22).looks(&quiet())), Some("withdrawn"));
}

#[test]
fn a_pause_takes_the_toast_away_and_its_end_brings_it_back() {
    let mut story = Story::new();
    story.at(10).looks(&orphans([600]));
    assert_eq!(standing(&story.choose(Choice::Pause)), Some("withdrawn"), "nobody looks any more");
    story.choose(Choice::Pause);
    assert_eq!(title(&story.at(20).looks(&orphans([600]))), "Orphaned MCP server");
}

#[test]
fn where_no_panel_shows_the_icon_it_is_told_once_and_toasts_offer_what_the_menu_would() {
    let missing = |is_news| Event::Panel(Panel::Missing { cure: "install a panel".into(), is_news });
    let mut story = Story::new();
    story.at(10).looks(&quiet());
    assert_eq!(title(&story.step(missing(false))), "no toast", "it was told in this session");
    let effects = story.step(missing(true));
    let told = toast(&effects).unwrap();
    assert_eq!((told.about, told.title.as_str()), (About::News, "No panel shows Shimkeeper's icon"));
    assert!(told.body.starts_with("Install a panel. "), "{told:?}");
    assert!(logged(&effects).contains("install a panel"), "{effects:#?}");

    let effects = story.at(12).looks(&orphans([600]));
    let told = labels(toast(&effects).unwrap());
    let [clean, pause, log] = told[..] else { panic!("{told:?}") };
    assert_eq!((clean.0, pause, log.0), (Button::CleanUp, (Button::Pause, "Pause"), Button::OpenLog));
    let effects = story.step(Event::Toast(Reply::Clicked(Button::Pause)));
    assert!(story.view().paused);
    let told = labels(toast(&effects).unwrap());
    assert!(told.contains(&(Button::Pause, "Resume")), "there is no menu to go on by: {told:?}");
    story.step(Event::Toast(Reply::Clicked(Button::Pause)));
    assert!(!story.view().paused);

    story.step(Event::Panel(Panel::Shows));
    let effects = story.choose(Choice::Tell);
    assert!(!labels(toast(&effects).unwrap()).iter().any(|(button, _)| *button == Button::Pause));
}

#[test]
fn a_click_beside_the_buttons_shows_the_state_and_ends_nothing() {
    let mut story = Story::new();
    story.at(10).looks(&orphans([600]));
    let effects = story.step(Event::Toast(Reply::Clicked(Button::State)));
    assert_eq!(toast(&effects).unwrap().about, About::Orphans);
    assert!(
        effects.iter().all(|effect| matches!(effect, Effect::Toast(_) | Effect::Show(_))),
        "{effects:#?}"
    );
}

#[test]
fn an_orphan_is_told_of_once_however_often_it_is_seen() {
    let mut story = Story::new();
    let world = orphans([600]).where_listens(600);
    let first = story.at(10).looks(&world);
    let told = toast(&first).expect("a new orphan is told of");
    assert_eq!(told.title, "Orphaned MCP server holds port 3005");
    assert!(told.body.contains("PID 600") && told.body.contains("client ended"), "{told:?}");
    assert_eq!(labels(told), [(Button::CleanUp, "Clean up 1 orphan"), (Button::OpenLog, "Open log")]);
    assert_eq!((told.about, told.picture), (About::Orphans, "orphaned"));
    assert_eq!(told.by_hand.as_deref(), Some("`shimkeeper cleanup` ends it"));
    for second in [12, 14, 700, HOUR] {
        assert_eq!(title(&story.at(second).looks(&world)), "no toast", "at {second} s");
    }
}

#[test]
fn a_tray_of_another_folder_names_it_in_its_commands() {
    let mut story = Story::new().called("shimkeeper --home /h");
    let effects = story.at(10).looks(&orphans([600]));
    let told = toast(&effects).unwrap();
    assert_eq!(told.by_hand.as_deref(), Some("`shimkeeper --home /h cleanup` ends it"));
    story.at(20).looks(&quiet());
    let effects = story.step(Event::Chosen(Choice::Tell));
    assert_eq!(toast(&effects).unwrap().by_hand.as_deref(), Some("`shimkeeper --home /h status` tells more"));
}

#[test]
fn an_orphan_that_may_not_be_ended_is_told_of_without_a_button_that_does_nothing() {
    let mut story = Story::new();
    let effects = story.at(10).looks(&orphan_off_limits());
    let told = toast(&effects).unwrap();
    assert_eq!((told.title.as_str(), told.buttons.len()), ("Orphaned MCP server", 1), "{told:?}");
    assert_eq!(told.buttons[0].0, Button::OpenLog);
}

#[test]
fn another_process_under_the_number_of_the_last_orphan_is_news() {
    let mut story = Story::new();
    assert_ne!(title(&story.at(10).looks(&orphans([600]))), "no toast");
    let reborn = quiet().and(process(600, 777).with_args(SHIM).child_of(100));
    assert_eq!(title(&story.at(12).looks(&reborn)), "Orphaned MCP server");
}

#[test]
fn three_orphans_of_one_moment_share_a_toast() {
    let mut story = Story::new();
    let effects = story.at(10).looks(&orphans([600, 610, 620]).where_listens(610));
    let told = toast(&effects).unwrap();
    assert_eq!(told.title, "3 orphaned MCP servers, one holds port 3005");
    assert_eq!(told.body.lines().count(), 3, "{told:?}");
    let effects = story.at(12).looks(&orphans([600, 610, 620, 630]).where_listens(610));
    let told = toast(&effects).unwrap();
    assert_eq!(told.title, "4 orphaned MCP servers, one holds port 3005", "it stands for all that there are");
    assert!(told.body.lines().next().unwrap().contains("PID 630"), "news first: {told:?}");
    assert!(told.body.ends_with("and 1 more"), "{told:?}");
}

#[test]
fn after_four_toasts_in_ten_minutes_there_is_silence_and_nothing_is_forgotten() {
    let mut story = Story::new();
    let with = |count: u32| orphans((0..count).map(|n| 600 + n));
    for count in 1..=4 {
        let second = 60 * u64::from(count);
        let effects = story.at(second).looks(&with(count));
        assert!(toast(&effects).unwrap().body.contains(&format!("PID {}", 599 + count)), "at {second} s");
    }
    for second in [300, 302, 500, 659] {
        assert_eq!(title(&story.at(second).looks(&with(6))), "no toast", "at {second} s");
        assert_eq!(story.view().orphans, 6, "the menu knows them all");
    }
    let later = story.at(660).looks(&with(6));
    assert_eq!(title(&later), "6 orphaned MCP servers");
    let first = toast(&later).unwrap().body.lines().take(2).collect::<String>();
    assert!(
        first.contains("PID 604") && first.contains("PID 605"),
        "both that nobody was told of: {later:#?}"
    );
}

#[test]
fn a_mere_suspicion_is_looked_at_again_soon_and_not_told() {
    let mut story = Story::new();
    let effects = story.at(10).step(Event::Looked(vec![orphans([600]).first_look()]));
    assert_eq!(title(&effects), "no toast");
    assert!(next_look(&effects).as_millis() <= 300, "{effects:#?}");
    assert_eq!(story.face(), Face::Verdict(Verdict::Starting));
    assert_eq!(story.view().orphans, 0, "nothing to clean up yet");
    assert_eq!(title(&story.at(11).looks(&orphans([600]))), "Orphaned MCP server");
}

#[test]
fn switched_off_toasts_leave_the_icon_red_and_the_log_full() {
    let mut story = Story::with(|config| config.toasts = false);
    let effects = story.at(10).looks(&orphans([600]));
    assert_eq!(title(&effects), "no toast");
    assert_eq!(story.face(), Face::Verdict(Verdict::Orphaned));
    assert!(logged(&effects).contains("PID 600 is orphan"), "{effects:#?}");
}

#[test]
fn eight_hours_of_sleep_change_nothing_and_tell_nothing_again() {
    for (world, face) in [(orphans([600]), Verdict::Orphaned), (in_use(), Verdict::Healthy)] {
        let mut story = Story::new();
        story.at(10).looks(&world);
        let woken = story.at(10 + 8 * HOUR).looks(&world);
        assert_eq!(title(&woken), "no toast");
        assert_eq!(logged(&woken), "", "nothing has changed");
        assert_eq!(story.face(), Face::Verdict(face));
    }
}

/// On Linux ages are counted with the time that the machine slept, the monitor's clock is not.
fn slept(world: &World) -> World {
    let mut woken = world.clone();
    for process in &mut woken.snapshot.processes {
        process.age += Duration::from_hours(8);
    }
    woken
}

/// A monitor that looks for itself, with the memory that it has.
struct Watcher {
    story: Story,
    memory: Memory,
}

impl Watcher {
    fn new() -> Self {
        Self { story: Story::new(), memory: Memory::default() }
    }

    fn looks(&mut self, at: Duration, world: &World) -> Diagnosis {
        let look = diagnose(&world.snapshot, &world.watch, &self.memory, Moment(at));
        self.memory.learn(&look, Moment(at));
        look
    }

    /// Twice, a quarter of a second apart, as a monitor does that suspects something.
    fn looks_twice(&mut self, at: Duration, world: &World) -> (Diagnosis, Vec<Effect>) {
        self.looks(at, world);
        let look = self.looks(at + Duration::from_millis(250), world);
        let effects = self.story.at(at.as_secs()).step(Event::Looked(vec![look.clone()]));
        (look, effects)
    }
}

#[test]
fn a_probe_that_slept_with_the_machine_supersedes_nobody() {
    let probe = process(700, 70).with_args(SHIM).child_of(500).aged(1);
    let probe = probe.with(|details| details.other_end = OtherEnd::Somebody(vec![pid(500)]));
    let probed = in_use().and(probe);
    let probed = probed.but(600, |older| {
        older.with(|details| {
            details.other_end = OtherEnd::Nobody { made_by: None };
            details.callers = Callers::NotListening;
        })
    });
    let mut watcher = Watcher::new();
    watcher.looks_twice(Duration::from_secs(10), &probed);
    let (look, effects) = watcher.looks_twice(Duration::from_secs(11), &slept(&probed));
    assert_eq!(
        (look.verdict, title(&effects), logged(&effects)),
        (Verdict::Unseen, "no toast", String::new())
    );
    assert!(plan(&look, Scope::OrphansAndDuplicates).targets.is_empty(), "{look:#?}");
    // It was the age and nothing else: one that stays is a second server.
    let (look, _) = watcher.looks_twice(Duration::from_secs(16), &slept(&probed));
    assert_eq!(look.verdict, Verdict::Duplicate);
}

#[test]
fn a_suspect_that_slept_with_the_machine_gets_the_grace_time_that_it_had_left() {
    let suspect = World::linux().and(orphan(600).aged(1));
    let mut watcher = Watcher::new();
    watcher.looks_twice(Duration::from_secs(10), &suspect);
    let (look, effects) = watcher.looks_twice(Duration::from_secs(11), &slept(&suspect));
    assert_eq!((look.verdict, title(&effects)), (Verdict::Starting, "no toast"));
    assert!(plan(&look, Scope::Orphans).targets.is_empty(), "{look:#?}");
    let (look, effects) = watcher.looks_twice(Duration::from_secs(15), &slept(&suspect));
    assert_eq!((look.verdict, title(&effects)), (Verdict::Orphaned, "Orphaned MCP server"));
}

#[test]
fn a_server_that_was_starting_when_the_machine_fell_asleep_is_starting_still() {
    let mut starting = World::linux()
        .and(process(500, 50).with_args(&["code"]).child_of(100))
        .and(process(600, 60).with_args(SHIM).child_of(500).aged(3));
    starting.watch.port = Some(Port::always(3005));
    let mut watcher = Watcher::new();
    watcher.looks_twice(Duration::from_secs(10), &starting);
    let (look, effects) = watcher.looks_twice(Duration::from_secs(11), &slept(&starting));
    assert_eq!((look.verdict, title(&effects)), (Verdict::Starting, "no toast"), "{look:#?}");
    let (look, _) = watcher.looks_twice(Duration::from_secs(40), &slept(&starting));
    assert_eq!(look.verdict, Verdict::Duplicate, "it should listen by now");
}

#[test]
fn a_wall_clock_that_is_set_back_a_day_changes_nothing() {
    let mut story = Story::new();
    let world = orphans([600]);
    story.at(10).looks(&world);
    let before = story.view();
    let mut yesterday = world.clone();
    yesterday.snapshot.taken_at = UnixTime(world.snapshot.taken_at.0 - 86_400);
    let effects = story.at(12).looks(&yesterday);
    assert_eq!((title(&effects), logged(&effects).as_str()), ("no toast", ""));
    assert_eq!(story.view(), before);
}

#[test]
fn a_toast_that_failed_is_said_in_the_menu_until_one_succeeds() {
    let mut story = Story::new();
    story.at(10).looks(&quiet());
    let says = |story: &Story| story.view().lines.join("\n").contains("Toasts cannot be shown: no daemon");
    let effects = story.step(Event::Toast(Reply::Failed("no daemon".into())));
    assert!(logged(&effects).contains("no daemon"), "{effects:#?}");
    assert_eq!(title(&effects), "no toast", "not by the way that does not work");
    assert!(effects.contains(&Effect::TellByIcon), "the icon may have a way of its own");
    assert!(says(&story), "{:#?}", story.view());
    story.step(Event::Toast(Reply::Shown));
    assert!(!says(&story), "{:#?}", story.view());
}

#[test]
fn a_question_is_answered_by_a_toast_that_says_how_things_are() {
    let mut story = Story::new();
    story.at(10).looks(&in_use());
    let effects = story.choose(Choice::Tell);
    let told = toast(&effects).unwrap();
    assert_eq!(told.title, "exai-mcp runs and holds port 3005");
    assert!(told.body.contains("Attached · PID 600"), "{told:?}");
    assert_eq!((told.about, told.picture), (About::News, "healthy"));
    assert_eq!(labels(told), [(Button::OpenLog, "Open log")], "there is nothing to clean up");

    story.at(12).looks(&quiet().and(orphan(600)));
    let effects = story.choose(Choice::Tell);
    let told = toast(&effects).unwrap();
    assert_eq!(labels(told)[0], (Button::CleanUp, "Clean up 1 orphan"));
    assert_eq!(told.about, About::Orphans, "it takes the place of the one about the orphan");
}

#[test]
fn a_watch_over_stdio_has_no_row_of_a_port_and_hides_nobodys() {
    let stranger = process(700, 70).with_args(&["nginx"]).child_of(1);
    let world = quiet().and(stranger).where_listens(700);
    let over_stdio = quiet().watched(|watch| {
        watch.name = "py".into();
        watch.port = None;
    });
    let mut story =
        Story::with(|config| config.watches = vec![over_stdio.watch.clone(), world.watch.clone()]);
    story.at(10).step(Event::Looked(vec![over_stdio.look(), world.look()]));
    assert_eq!(story.face(), Face::Verdict(Verdict::Blocked));
    let view = story.view();
    assert!(view.headline.contains("held by nginx (700)"), "{view:#?}");
    assert!(!view.lines.join("\n").contains("listens on no port"), "nobody asked: {view:#?}");
}
