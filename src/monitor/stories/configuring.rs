//! Pauses, and a configuration that changes while we run.

use std::time::Duration;

use super::scene::{Story, begins_cleanup, in_use, logged, next_look, orphans, quiet, title, toast};
use crate::config::Config;
use crate::core::{Port, Verdict, Watch};
use crate::monitor::{Choice, Effect, Event, Face};

const GREEN: Face = Face::Verdict(Verdict::Healthy);
const UNSEEN: Face = Face::Verdict(Verdict::Unseen);

#[test]
fn before_the_first_look_nothing_is_said_to_be_well() {
    let story = Story::new();
    assert_eq!((story.face(), story.view().headline.as_str()), (UNSEEN, "Not looked yet"));
    assert_eq!(story.view().orphans, 0);
}

#[test]
fn a_paused_monitor_shows_nothing_of_what_late_looks_bring() {
    let mut story = Story::new();
    story.at(10).looks(&in_use());
    story.choose(Choice::Pause);
    assert_eq!((story.face(), story.view().paused), (Face::Paused, true));
    let before = story.view();
    let effects = story.at(12).looks(&orphans([600]));
    assert_eq!((title(&effects), logged(&effects).as_str()), ("no toast", ""));
    assert_eq!(story.view(), before);

    let effects = story.at(20).choose(Choice::Pause);
    assert_eq!(next_look(&effects), Duration::ZERO, "it looks at once");
    let effects = story.looks(&orphans([600]));
    assert_eq!((title(&effects), story.face()), ("Orphaned MCP server", Face::Verdict(Verdict::Orphaned)));
}

#[test]
fn a_switch_of_automatic_cleanup_is_kept_and_takes_effect_at_the_next_look() {
    let mut story = Story::new();
    story.at(10).looks(&orphans([600]));
    let effects = story.choose(Choice::AutoCleanup);
    assert!(effects.contains(&Effect::KeepAutoCleanup(true)), "{effects:#?}");
    assert!(story.view().auto_cleanup && !story.view().busy);
    assert!(begins_cleanup(&story.at(12).looks(&orphans([600]))));
}

#[test]
fn the_tick_of_the_start_at_login_follows_what_the_system_says() {
    let mut story = Story::new();
    assert_eq!(story.view().autostart, None);
    assert!(story.choose(Choice::Autostart).contains(&Effect::SetAutostart(true)));
    assert_eq!(story.view().autostart, None, "asked for is not done");
    story.step(Event::Autostart(Ok(true)));
    assert_eq!(story.view().autostart, Some(true));
    assert!(story.choose(Choice::Autostart).contains(&Effect::SetAutostart(false)));
    let effects = story.step(Event::Autostart(Err("no home".into())));
    assert_eq!(story.view().autostart, None, "not known is not off");
    assert!(logged(&effects).contains("no home"), "{effects:#?}");
    let again = story.step(Event::Autostart(Err("no home".into())));
    assert_eq!(logged(&again), "", "said once, though it is asked for at every look");
}

#[test]
fn a_changed_configuration_replaces_what_is_watched() {
    let mut story = Story::new();
    story.at(10).looks(&in_use());
    let other = Watch { name: "other".into(), port: Some(Port::maybe(4000)), ..Watch::exai() };
    let config = Config { watches: vec![other.clone()], ..Config::standard() };
    let effects = story.step(Event::Configured(Box::new(Ok(config))));
    assert!(effects.contains(&Effect::Watch(vec![other])), "{effects:#?}");
    assert_eq!(next_look(&effects), Duration::ZERO);
    assert_eq!(story.face(), UNSEEN, "nobody has looked at the new one yet");
    assert!(!story.view().lines.join("\n").contains("PID 600"), "{:#?}", story.view());
}

#[test]
fn a_broken_configuration_keeps_the_old_one_and_is_never_green() {
    let mut story = Story::new();
    story.at(10).looks(&in_use());
    assert_eq!(story.face(), GREEN);
    let effects = story.step(Event::Configured(Box::new(Err("config.toml:1: there is no key".into()))));
    let told = toast(&effects).unwrap();
    assert_eq!(told.title, "The configuration does not load; the one before stays in use");
    assert!(
        told.body.contains("config.toml:1") && logged(&effects).contains("config.toml:1"),
        "{effects:#?}"
    );
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Watch(_))), "the old watches stay");
    assert_eq!((story.face(), story.view().headline.as_str()), (UNSEEN, "The configuration does not load"));
    story.at(12).looks(&in_use());
    assert_eq!(story.face(), UNSEEN);
    story.at(14).looks(&orphans([600]));
    assert_eq!(story.face(), Face::Verdict(Verdict::Orphaned), "an orphan is worse and shown");
    assert!(story.view().lines[0].contains("config.toml:1"), "{:#?}", story.view());

    story.step(Event::Configured(Box::new(Ok(Config::standard()))));
    story.at(16).looks(&in_use());
    assert_eq!(story.face(), GREEN, "mended");
}

#[test]
fn a_configuration_that_is_broken_from_the_start_is_never_green_either() {
    let mut story = Story::with_broken_file("config.toml:3: 0 is no port");
    assert_eq!(story.face(), UNSEEN);
    for world in [in_use(), quiet()] {
        story.at(10).looks(&world);
        assert_eq!(
            (story.face(), story.view().headline.as_str()),
            (UNSEEN, "The configuration does not load")
        );
    }
}

#[test]
fn several_mistakes_of_a_configuration_are_one_row_of_the_menu() {
    let story = Story::with_broken_file("a.toml:1: no key\na.toml:2: no port\na.toml:3: no time");
    assert_eq!(story.view().lines[0], "a.toml:1: no key (and 2 more)");
}

#[test]
fn trouble_is_told_logged_and_shown_until_the_user_goes_on() {
    let mut story = Story::new();
    story.at(10).looks(&quiet());
    let effects = story.step(Event::Failed("no program opens /x".into()));
    assert_eq!(title(&effects), "Shimkeeper could not do that");
    assert!(logged(&effects).contains("no program opens /x"), "{effects:#?}");
    let shows = |story: &Story| story.view().lines.iter().any(|line| line.contains("no program opens /x"));
    story.at(12).looks(&quiet());
    assert!(shows(&story), "{:#?}", story.view());
    story.choose(Choice::OpenLog);
    assert!(!shows(&story), "{:#?}", story.view());
}
