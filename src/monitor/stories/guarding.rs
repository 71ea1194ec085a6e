//! Restarts through guards: who is asked, in which order, and what is believed of the answers.

use std::time::Duration;

use super::cleaning::{PATIENCE, Stage, seen, watch};
use super::scene::{SHIM, Story, begins_restart, quiet, toast};
use crate::core::testing::{World, process};
use crate::core::{Birth, Fact, Identity, Lease, Process, Snapshot};
use crate::monitor::event::Event;
use crate::monitor::view::RestartOffer;
use crate::monitor::{Choice, Effect};

const GUARD: &[&str] = &["shimkeeper", "guard", "--", "python", "-u", "run_ws_shim.py"];

/// Two clients, each with a guard (590, 690) and these servers below them.
fn two(first: u32, second: u32) -> World {
    let world = quiet()
        .and(process(500, 50).with_args(&["code"]).child_of(100))
        .and(process(510, 51).with_args(&["claude"]).child_of(100))
        .and(process(590, 59).with_args(GUARD).child_of(500))
        .and(process(690, 69).with_args(GUARD).child_of(510))
        .and(process(first, u64::from(first)).with_args(SHIM).child_of(590))
        .and(process(second, u64::from(second)).with_args(SHIM).child_of(690));
    let leases = [world.lease(590, first, 500), world.lease(690, second, 510)];
    leases.into_iter().fold(world, World::leased)
}

/// One client with one guarded server.
fn one(server: u32, restartable: bool) -> World {
    let world = two(server, 700);
    let lease = Lease { restartable, ..world.lease(590, server, 500) };
    let mut world = world.where_died(690).where_died(700);
    world.snapshot = Snapshot { leases: Fact::Known(vec![lease]), ..world.snapshot };
    world
}

/// What a guard says when it has restarted its server.
const DONE: &str = "it was started anew";

/// What the hands answer to a restart.
fn restarts(stage: &Stage) -> Result<String, String> {
    let (mut hands, events) = stage.hands();
    hands.restart(seen(watch()), Duration::ZERO, false);
    let Ok(Event::Restarted(result)) = events.recv_timeout(PATIENCE) else { panic!("no answer") };
    hands.quit(Duration::ZERO);
    result
}

/// Who was asked.
fn asked(stage: &Stage) -> Vec<String> {
    stage.happened().into_iter().filter(|what| what.starts_with("ask")).collect()
}

#[test]
fn each_guard_is_asked_after_a_fresh_look_and_believed_after_another() {
    let stage = Stage::new([two(600, 700), two(600, 700), two(601, 700), two(601, 700), two(601, 701)]);
    stage.answers([Ok(DONE.into()), Ok(DONE.into())]);
    assert_eq!(
        restarts(&stage).unwrap(),
        "the guard 590 started exai-mcp anew as PID 601 in place of 600; client 500 does not notice; \
         the guard 690 started exai-mcp anew as PID 701 in place of 700; client 510 does not notice"
    );
    let doors = ["ask /leases/590-59.sock", "ask /leases/690-69.sock"];
    assert_eq!(stage.happened()[..7], ["look", "look", doors[0], "look", "look", doors[1], "look"]);
}

#[test]
fn what_is_new_about_a_server_and_what_ended_with_the_old_one_is_told() {
    for (news, says) in [
        (
            "\tit has other tools",
            "590 started exai-mcp anew as PID 601 in place of 600; reload client 500, which knows another server: it has other tools",
        ),
        (
            "\t\tended with it: tmux (7)",
            "in place of 600; client 500 does not notice; ended with it: tmux (7)",
        ),
        ("\tit is x 2\tended: \u{1b}[2Jtmux", "another server: it is x 2; ended: "),
    ] {
        let stage = Stage::new([one(600, true), one(600, true), one(601, true)]);
        stage.answers([Ok(format!("{DONE}{news}"))]);
        let said = restarts(&stage).unwrap();
        assert!(said.contains(says) && !said.contains('\u{1b}'), "{said}");
    }
}

#[test]
fn a_guard_that_fails_is_told_beside_the_one_that_did_not() {
    let stage = Stage::new([two(600, 700), two(600, 700), two(600, 700), two(600, 701)]);
    stage.answers([Err("it hangs".into()), Ok(DONE.into())]);
    let why = restarts(&stage).unwrap_err();
    assert!(
        why.starts_with("600 was not restarted by its guard 590: it hangs; the guard 690 started"),
        "{why}"
    );
}

#[test]
fn a_guard_that_ended_meanwhile_is_not_asked() {
    let without = two(600, 700).where_died(590).where_died(600);
    let stage = Stage::new([two(600, 700), without.clone(), without, two(600, 701)]);
    stage.answers([Ok(DONE.into())]);
    let why = restarts(&stage).unwrap_err();
    assert!(why.contains("600 was not restarted: its guard 590 ended meanwhile"), "{why}");
    assert_eq!(asked(&stage), ["ask /leases/690-69.sock"]);
}

#[test]
fn another_process_under_the_guards_number_is_not_asked() {
    let reborn = two(600, 700).but(590, |guard| {
        let birth = Birth { token: 58, ..guard.identity.birth };
        Process { identity: Identity { birth, ..guard.identity }, ..guard }
    });
    let stage = Stage::new([two(600, 700), reborn.clone(), reborn, two(600, 701)]);
    stage.answers([Ok(DONE.into())]);
    assert!(restarts(&stage).unwrap_err().contains("its guard 590 ended meanwhile"));
    assert_eq!(asked(&stage), ["ask /leases/690-69.sock"]);
}

#[test]
fn a_guard_that_says_more_than_can_be_seen_is_not_believed() {
    let stage = Stage::new([one(600, true)]);
    stage.answers([Ok(DONE.into())]);
    let why = restarts(&stage).unwrap_err();
    assert!(why.contains("says that it restarted 600, but no other server was seen"), "{why}");
}

#[test]
fn what_has_no_guard_is_left_and_named() {
    let with = |server| one(server, true).and(process(800, 80).with_args(SHIM).child_of(500).aged(1));
    let stage = Stage::new([with(600), with(600), with(601)]);
    stage.answers([Ok(DONE.into())]);
    let says = restarts(&stage).unwrap();
    assert!(says.contains("PID 601") && says.contains("800 stays as it is: it has no guard"), "{says}");
    assert!(!stage.happened().iter().any(|what| what.starts_with("end ")), "{:?}", stage.happened());
}

#[test]
fn a_guard_that_was_told_not_to_restart_is_not_asked_and_nothing_is_ended() {
    let stage = Stage::new([one(600, false).where_listens(600)]);
    let why = restarts(&stage).unwrap_err();
    assert!(why.contains("590 has a guard, 590, that was started with --no-restart"), "{why}");
    assert!(stage.happened().iter().all(|what| what == "look" || what == "end"), "{:?}", stage.happened());
}

#[test]
fn a_server_that_listened_is_waited_for_until_it_listens_again() {
    let listens = |server| one(server, true).where_listens(server);
    let stage = Stage::new([listens(600), listens(600), one(601, true), one(601, true), listens(601)]);
    stage.answers([Ok(DONE.into())]);
    let says = restarts(&stage).unwrap();
    assert!(!says.contains("does not listen"), "{says}");
    let looks = stage.happened().iter().filter(|what| *what == "look").count();
    assert_eq!(looks, 5, "{:?}", stage.happened());
}

#[test]
fn a_restart_that_no_client_notices_is_offered_as_that_and_warns_nobody() {
    let mut story = Story::new();
    story.at(10).looks(&two(600, 700));
    assert_eq!(story.view().restart, RestartOffer::Unnoticed);
    let effects = story.choose(Choice::Restart);
    assert!(begins_restart(&effects) && toast(&effects).is_none(), "{effects:#?}");
    story.step(Event::Restarted(Ok("done".into())));
    story.at(12).looks(&one(600, false));
    assert_eq!(story.view().restart, RestartOffer::No("its guard was told not to".into()));
}

#[test]
fn rows_and_tooltip_say_that_it_is_guarded_and_for_whom() {
    let mut story = Story::new();
    let effects = story.at(10).looks(&one(600, true));
    assert!(matches!(effects.last(), Some(Effect::Show(_))));
    let view = story.view();
    assert_eq!(view.headline, "exai-mcp runs for client 500, guarded");
    assert_eq!(view.lines[0], "Attached · PID 590: used by client 500, guarded");
    story.at(12).looks(&two(600, 700));
    assert_eq!(story.view().headline, "2 of exai-mcp run, 2 guarded");
}
