//! Who uses a server whose parent is gone, and who does not use one although its parent lives.

use super::expect::{abandoned, adopted, attached, check, desk, let_go, orphan, shim, unseen, windows_desk};
use crate::core::snapshot::{Caller, Callers, Details, Door, OtherEnd, Stream, Streams};
use crate::core::testing::{World, pid, process};
use crate::core::unseen::Trait;
use crate::core::{Evidence, Fact, Process, Scope, Unseen, Verdict, plan};

#[test]
fn a_session_that_is_connected_to_its_port_uses_it() {
    for world in left_behind(called_by(&[500])) {
        let world = world.and(process(500, 50).with_args(&["codex"]).child_of(100));
        let because = connected(Some(500));
        check(&world, Verdict::Healthy, &[adopted(200).because(because)]);
    }
}

#[test]
fn somebody_of_whom_nobody_can_tell_who_it_is_uses_it_as_well() {
    for world in left_behind(called_by(&[])) {
        check(&world, Verdict::Healthy, &[adopted(200).because(connected(None))]);
    }
}

#[test]
fn a_connection_to_a_socket_of_its_helper_counts_and_one_of_its_helper_does_not() {
    for (caller, is_used) in [(500, true), (201, false)] {
        let helper = process(201, 61).with_args(&["helper"]).child_of(200).with(called_by(&[caller]));
        let world = desk().and(shim(200, 60, 1)).and(helper);
        let world = world.and(process(500, 50).with_args(&["codex"]).child_of(100));
        let (verdict, expected) = if is_used {
            (Verdict::Healthy, adopted(200).because(connected(Some(500))))
        } else {
            (Verdict::Orphaned, orphan(200))
        };
        check(&world, verdict, &[expected.with(&[200, 201])]);
    }
}

#[test]
fn who_is_connected_and_could_not_be_told_leaves_the_question_open() {
    for world in left_behind(|details| details.callers = Callers::Unknown) {
        check(&world, Verdict::Unseen, &[unseen(200).because(Evidence::TraitHidden(Trait::Caller))]);
    }
}

#[test]
fn whom_nobody_is_connected_to_is_an_orphan_wherever_it_listens() {
    for world in left_behind(|details| details.callers = Callers::Known(Vec::new())) {
        check(&world, Verdict::Orphaned, &[orphan(200)]);
    }
}

#[test]
fn a_parent_that_let_go_of_its_input_is_no_proof_of_life() {
    // As an unknown program that takes in orphans does from the beginning.
    for (world, parent) in [(desk(), 150), (windows_desk(), 1500)] {
        let world = world.and(shim(200, 600, parent).with(let_go));
        let name = world.snapshot.processes.iter().find(|one| one.identity.pid == pid(parent)).unwrap();
        let name = name.name.clone();
        let lives = Evidence::ParentLives { pid: pid(parent), name: name.clone() };
        let expected = abandoned(200, parent).because(lives).because(Evidence::NobodySpeaks);
        check(&world, Verdict::Unseen, &[expected]);
        assert_eq!(plan(&world.look(), Scope::OrphansAndDuplicates).targets, []);
        let told: Vec<Unseen> = world.look().unseen().cloned().collect();
        assert_eq!(told, [Unseen::Use { pid: pid(200), parent: pid(parent), name }]);
    }
}

#[test]
fn what_listens_or_was_set_free_or_no_client_connected_needs_no_input() {
    let odd: [fn(&mut Details); 5] = [
        |details| details.callers = Callers::Known(Vec::new()),
        |details| details.callers = Callers::NotAsked,
        |details| details.callers = Callers::Unknown,
        |details| details.ignores_hangup = Fact::Known(true),
        |details| {
            details.streams = Fact::Known(Streams { input: Stream::Pipe, output: Stream::Terminal });
        },
    ];
    for odd in odd {
        let world = desk().and(shim(200, 60, 150).with(let_go).with(odd));
        check(&world, Verdict::Healthy, &[attached(200, 150)]);
    }
}

#[test]
fn of_what_may_have_a_speaker_the_parent_is_the_client() {
    for end in [OtherEnd::Somebody(Vec::new()), OtherEnd::Unknown, OtherEnd::NotAsked, OtherEnd::NoChannel] {
        let world =
            desk().and(shim(200, 60, 150).with(let_go).with(|details| details.other_end = end.clone()));
        check(&world, Verdict::Healthy, &[attached(200, 150)]);
    }
}

#[test]
fn a_client_that_was_seen_before_and_ended_is_more_than_a_parent_that_let_go() {
    let keeper = || desk().and(process(155, 52).with_args(&["keeper"]).child_of(100));
    let client = process(160, 55).with_args(&["my-agent"]).child_of(155);
    let before = keeper().and(client).and(shim(200, 60, 160));
    let after = keeper().and(shim(200, 60, 155).with(let_go)).after(&before);
    check(&after, Verdict::Orphaned, &[orphan(200).left_by(160).because(Evidence::NobodySpeaks)]);
}

/// A shim whose client ended, on either system, with one odd thing about it.
fn left_behind(oddity: impl Fn(&mut Details)) -> [World; 2] {
    let odd = |process: Process| process.with(&oddity);
    [desk().and(odd(shim(200, 60, 1))), windows_desk().and(odd(shim(200, 600, 1400))).where_died(1400)]
}

fn called_by(who: &[u32]) -> impl Fn(&mut Details) {
    let who = who.iter().map(|number| pid(*number)).collect::<Vec<_>>();
    move |details| {
        details.other_end = OtherEnd::Nobody { made_by: None };
        details.callers = Callers::Known(vec![Caller { at: Door::Port(41715), who: who.clone() }]);
    }
}

fn connected(who: Option<u32>) -> Evidence {
    Evidence::CalledBy { caller: who.map(|number| (pid(number), "codex".into())), at: Door::Port(41715) }
}
