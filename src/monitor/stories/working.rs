//! Cleanups and restarts: begun once, one at a time, and told of truthfully.

use std::time::Duration;

use super::scene::{
    Story, answer, begins_cleanup, begins_restart, in_use, next_look, orphans, quiet, report, title, toast,
};
use crate::act::toast::{Button, Reply};
use crate::core::control::Request;
use crate::core::plan::{Refusal, Refused};
use crate::core::testing::pid;
use crate::core::{Verdict, wording};
use crate::monitor::view::RestartOffer;
use crate::monitor::{Choice, Effect, Event, Face};

#[test]
fn a_click_on_cleanup_with_nothing_to_do_does_nothing() {
    let mut story = Story::new();
    for world in [quiet(), in_use()] {
        story.at(10).looks(&world);
        for event in [Event::Chosen(Choice::Cleanup), Event::Toast(Reply::Clicked(Button::CleanUp))] {
            let effects = story.step(event);
            assert!(!begins_cleanup(&effects) && toast(&effects).is_none(), "{effects:#?}");
            assert!(!story.view().busy);
        }
    }
}

#[test]
fn a_second_click_begins_no_second_cleanup() {
    let mut story = Story::new();
    story.at(10).looks(&orphans([600]));
    assert!(begins_cleanup(&story.step(Event::Toast(Reply::Clicked(Button::CleanUp)))));
    assert_eq!(story.face(), Face::Busy);
    for event in [Event::Chosen(Choice::Cleanup), Event::Toast(Reply::Clicked(Button::CleanUp))] {
        assert!(!begins_cleanup(&story.step(event)));
    }
    assert!(!begins_restart(&story.choose(Choice::Restart)), "nor a restart into the middle of it");
}

#[test]
fn what_a_cleanup_did_is_told_and_looked_at_again_at_once() {
    let mut story = Story::new();
    let world = orphans([600]).where_listens(600);
    story.at(10).looks(&world);
    story.choose(Choice::Cleanup);
    let effects = story.at(13).step(Event::Cleaned(Ok(report(&world.look(), quiet().look()))));
    let told = toast(&effects).unwrap();
    assert_eq!((told.title.as_str(), told.body.as_str()), ("Cleaned up", "Ended PID 600; port 3005 is free"));
    assert_eq!(next_look(&effects), Duration::ZERO);
    assert_eq!(story.face(), Face::Verdict(Verdict::Idle));
    assert!(story.view().lines.iter().any(|line| line.contains("Ended PID 600")), "{:#?}", story.view());
}

#[test]
fn what_was_done_last_is_told_by_the_users_own_clock() {
    let mut story = Story::new().ahead_of_utc(|_| 3600);
    let world = orphans([600]);
    story.at(10).looks(&world);
    story.choose(Choice::Cleanup);
    story.at(13).step(Event::Cleaned(Ok(report(&world.look(), quiet().look()))));
    // The stage's machines are looked at at 14:00 UTC.
    assert!(story.view().lines.iter().any(|line| line.starts_with("Last at 15:00: ")), "{:#?}", story.view());
}

#[test]
fn what_a_cleanup_left_alone_is_told_with_the_reason() {
    let mut story = Story::new();
    let world = orphans([600]).where_listens(600);
    story.at(10).looks(&world);
    story.choose(Choice::Cleanup);
    let mut report = report(&world.look(), world.look());
    report.ended.clear();
    report.refused.push(Refused { pid: pid(600), why: Refusal::StillAlive });
    let effects = story.at(17).step(Event::Cleaned(Ok(report)));
    let body = &toast(&effects).unwrap().body;
    assert!(body.contains("PID 600 was left alone, it did not end, not even by force"), "{body}");
    assert!(body.contains("port 3005 is still held"), "{body}");
    assert_eq!(story.face(), Face::Verdict(Verdict::Orphaned));
}

#[test]
fn a_cleanup_that_broke_off_is_not_told_as_done() {
    let mut story = Story::new();
    story.at(10).looks(&orphans([600]));
    story.choose(Choice::Cleanup);
    let effects = story.at(11).step(Event::Cleaned(Err(wording::INTERNAL_ERROR.into())));
    let told = toast(&effects).unwrap();
    assert_eq!((told.title.as_str(), told.body.as_str()), ("Not cleaned up", wording::INTERNAL_ERROR));
    assert_eq!(story.face(), Face::Verdict(Verdict::Orphaned));
    assert!(begins_cleanup(&story.choose(Choice::Cleanup)), "it can be tried again");
}

#[test]
fn an_automatic_cleanup_begins_without_a_toast_and_tells_afterwards() {
    let mut story = Story::with(|config| config.auto_cleanup = true);
    let world = orphans([600]);
    let effects = story.at(10).looks(&world);
    assert!(begins_cleanup(&effects), "{effects:#?}");
    assert_eq!(title(&effects), "no toast");
    let effects = story.at(13).step(Event::Cleaned(Ok(report(&world.look(), quiet().look()))));
    assert_eq!(title(&effects), "Orphans were ended automatically");
}

#[test]
fn an_orphan_that_cannot_be_ended_is_tried_once_by_itself_and_then_told_of() {
    let mut story = Story::with(|config| config.auto_cleanup = true);
    let world = orphans([600]);
    assert!(begins_cleanup(&story.at(10).looks(&world)));
    let mut failed = report(&world.look(), world.look());
    failed.ended.clear();
    failed.refused.push(Refused { pid: pid(600), why: Refusal::NotPermitted });
    let effects = story.at(11).step(Event::Cleaned(Ok(failed)));
    assert!(toast(&effects).unwrap().body.contains("did not permit"), "{effects:#?}");
    let mut toasts = 0;
    for second in 12..60 {
        let effects = story.at(second).looks(&world);
        assert!(!begins_cleanup(&effects), "again at {second} s");
        toasts += u32::from(toast(&effects).is_some());
    }
    assert!(toasts <= 1, "{toasts} toasts about one orphan");
    assert!(begins_cleanup(&story.at(60).looks(&orphans([600, 610]))), "a new one is ended");
    story.step(Event::Cleaned(Ok(report(&world.look(), world.look()))));
    assert!(begins_cleanup(&story.choose(Choice::Cleanup)), "the user may try again");
}

#[test]
fn a_server_that_is_orphaned_every_minute_does_not_fill_the_screen() {
    let mut story = Story::with(|config| config.auto_cleanup = true);
    let mut toasts = 0;
    for minute in 1..10_u32 {
        let world = orphans([600 + minute]);
        assert!(begins_cleanup(&story.at(60 * u64::from(minute)).looks(&world)), "in minute {minute}");
        let effects = story.step(Event::Cleaned(Ok(report(&world.look(), quiet().look()))));
        toasts += u32::from(toast(&effects).is_some());
        let last = format!("Ended PID {}", 600 + minute);
        assert!(story.view().lines.iter().any(|line| line.contains(&last)), "{:#?}", story.view());
    }
    assert_eq!(toasts, 4);
}

#[test]
fn automatic_cleanup_leaves_the_orphans_of_a_paused_monitor_alone() {
    let mut story = Story::with(|config| config.auto_cleanup = true);
    story.at(5).looks(&quiet());
    story.choose(Choice::Pause);
    assert!(!begins_cleanup(&story.at(10).looks(&orphans([600]))));
}

#[test]
fn restart_of_a_quiet_server_needs_no_warning() {
    let mut story = Story::new();
    story.at(10).looks(&quiet().watched(|watch| watch.command = vec!["python".into()]));
    assert_eq!(story.view().restart, RestartOffer::Free);
    let effects = story.choose(Choice::Restart);
    assert!(begins_restart(&effects) && toast(&effects).is_none(), "{effects:#?}");
    assert_eq!((story.face(), story.view().headline.as_str()), (Face::Busy, "Restarting…"));
}

#[test]
fn a_client_that_loses_its_server_is_named_before_the_restart_begins() {
    let mut story = Story::new();
    story.at(10).looks(&in_use());
    assert_eq!(story.view().restart, RestartOffer::Loses("code".into()));
    let effects = story.choose(Choice::Restart);
    let place = |wanted: fn(&Effect) -> bool| effects.iter().position(wanted);
    let (told, begun) = (
        place(|effect| matches!(effect, Effect::Toast(_))),
        place(|effect| matches!(effect, Effect::Restart { .. })),
    );
    assert!(told.unwrap() < begun.unwrap(), "{effects:#?}");
    assert!(toast(&effects).unwrap().body.contains("code uses this server"), "{effects:#?}");
}

#[test]
fn a_restart_that_makes_no_sense_is_not_offered_and_says_why() {
    let mut story = Story::new();
    assert_eq!(story.view().restart, RestartOffer::No("Not looked yet".into()));
    assert!(!begins_restart(&story.choose(Choice::Restart)), "nobody knows what would be stopped");
    story.at(10).looks(&quiet());
    assert_eq!(story.view().restart, RestartOffer::No("nothing to start".into()));
    story.at(12).looks(&quiet().where_held_by(crate::core::Holder::Gone(pid(77))));
    assert_eq!(story.view().restart, RestartOffer::No("port is taken".into()));
}

#[test]
fn a_restart_is_told_of_and_answered_to_the_one_who_asked() {
    for (result, wanted_title, wanted_answer) in [
        (Ok("stopped PID 600".to_owned()), "Restarted", "ok stopped PID 600"),
        (Err("port 3005 is held".to_owned()), "Not restarted", "failed port 3005 is held"),
    ] {
        let mut story = Story::new();
        story.at(10).looks(&orphans([600]).where_listens(600));
        let asked = Request::Restart { watch: Some("exai-mcp".into()) };
        let effects = story.step(Event::Asked { id: 7, request: asked.clone() });
        assert!(begins_restart(&effects) && answer(&effects, 7).as_deref().is_none(), "{effects:#?}");
        let effects = story.step(Event::Asked { id: 8, request: asked });
        assert_eq!(
            answer(&effects, 8).as_deref(),
            Some("failed a cleanup or restart is already in progress")
        );
        assert!(!begins_restart(&effects));
        let effects = story.at(14).step(Event::Restarted(result));
        assert_eq!((title(&effects), answer(&effects, 7).as_deref()), (wanted_title, Some(wanted_answer)));
        assert!(answer(&effects, 8).as_deref().is_none(), "the second one has his answer already");
        assert!(!story.view().busy);
        assert_eq!(next_look(&effects), Duration::ZERO);
    }
}

#[test]
fn other_programs_are_answered_whatever_they_ask() {
    let mut story = Story::new();
    let effects = story.step(Event::Asked { id: 1, request: Request::Show });
    assert_eq!((title(&effects), answer(&effects, 1).as_deref()), ("Not looked yet", Some("ok")));
    let nobody = Request::Restart { watch: Some("nobody".into()) };
    let effects = story.step(Event::Asked { id: 2, request: nobody });
    assert!(answer(&effects, 2).unwrap().starts_with("failed no watch is called \"nobody\""), "{effects:#?}");
    assert!(!begins_restart(&effects));
    let effects = story.step(Event::Asked { id: 3, request: Request::Quit });
    let answered = effects.iter().position(|effect| matches!(effect, Effect::Answer { id: 3, .. }));
    let quit = effects.iter().position(|effect| *effect == Effect::Quit);
    assert!(answered.unwrap() < quit.unwrap(), "{effects:#?}");
}

#[test]
fn a_late_look_into_the_middle_of_the_work_is_ignored() {
    let mut story = Story::new();
    story.at(10).looks(&orphans([600]));
    story.choose(Choice::Cleanup);
    let effects = story.at(11).looks(&orphans([600, 610]));
    assert!(toast(&effects).is_none() && !begins_cleanup(&effects), "{effects:#?}");
    assert_eq!(story.face(), Face::Busy);
    assert_eq!(story.view().orphans, 1, "the view still shows what the cleanup began with");
}
