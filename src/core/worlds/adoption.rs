//! Set free on purpose: services, nohup, terminals, and what the user protects.

use super::expect::{adopted, check, desk, orphan, shim, unseen, windows_desk};
use crate::core::snapshot::{Details, OtherEnd, Service, Stream, Streams, Terminal};
use crate::core::testing::{World, pid, process};
use crate::core::unseen::Trait;
use crate::core::{Evidence, Fact, Port, Verdict};

#[test]
fn a_service_of_its_own_is_left_alone() {
    let because = Evidence::Service { name: "shim.service".into() };
    let world = left_behind(|details| details.service = service(&[200]));
    check(&world, Verdict::Healthy, &[adopted(200).because(because)]);
}

#[test]
fn a_service_of_its_own_may_hold_its_children() {
    let child = process(201, 61).with_args(&["git", "status"]).child_of(200);
    let world = left_behind(|details| details.service = service(&[200, 201])).and(child);
    check(&world, Verdict::Healthy, &[adopted(200).with(&[200, 201])]);
}

#[test]
fn a_service_is_a_shims_own_whatever_the_shim_has_started_in_it() {
    // One that was started later and went its own way, and one whose number is lower because numbers began anew.
    let world = left_behind(|details| details.service = service(&[200, 210]));
    check(&world, Verdict::Healthy, &[adopted(200)]);
    let child = process(180, 61).with_args(&["git", "status"]).child_of(200);
    let world = left_behind(|details| details.service = service(&[180, 200])).and(child);
    check(&world, Verdict::Healthy, &[adopted(200).with(&[200, 180])]);
}

#[test]
fn a_service_that_a_client_shared_with_its_shim_does_not_adopt_the_shim() {
    // Clients connect both streams to pipes; the service's own first process was there before.
    let world = left_behind(|details| details.service = service(&[180, 200]));
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_shared_service_is_a_home_to_what_no_client_connected() {
    let world = left_behind(|details| {
        details.service = service(&[180, 200]);
        details.streams = no_pipes();
    });
    check(&world, Verdict::Healthy, &[adopted(200)]);
}

#[test]
fn a_shared_service_and_hidden_streams_prove_nothing() {
    let world = left_behind(|details| {
        details.service = service(&[180, 200]);
        details.streams = Fact::Hidden;
    });
    check(&world, Verdict::Unseen, &[unseen(200).because(Evidence::TraitHidden(Trait::Service))]);
}

#[test]
fn a_process_that_ignores_the_hangup_was_meant_to_stay() {
    let world = left_behind(|details| details.ignores_hangup = Fact::Known(true));
    check(&world, Verdict::Healthy, &[adopted(200).because(Evidence::IgnoresHangup)]);
}

#[test]
fn a_launcher_that_ignores_the_hangup_speaks_for_its_shim() {
    let sh = process(190, 59).with_args(&["sh", "-c", "python3 run_ws_shim.py"]).child_of(1);
    let sh = sh.with(|details| details.ignores_hangup = Fact::Known(true));
    let world = desk().and(sh).and(shim(200, 60, 190));
    check(&world, Verdict::Healthy, &[adopted(190).with(&[190, 200])]);
}

#[test]
fn a_living_terminal_owns_what_talks_to_it() {
    let terminal = Streams { input: Stream::Terminal, output: Stream::Terminal };
    for streams in [terminal, Streams { output: Stream::Other, ..terminal }] {
        let world = left_behind(|details| {
            details.terminal = Fact::Known(Terminal::Living);
            details.streams = Fact::Known(streams);
        });
        check(&world, Verdict::Healthy, &[adopted(200).because(Evidence::LivingTerminal)]);
    }
}

#[test]
fn a_living_terminal_does_not_own_what_a_client_in_it_connected() {
    let world = left_behind(|details| details.terminal = Fact::Known(Terminal::Living));
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn what_was_started_in_a_terminal_and_let_go_was_set_free() {
    let world = left_behind(|details| {
        details.terminal = Fact::Known(Terminal::None);
        details.streams = Fact::Known(Streams { input: Stream::Terminal, output: Stream::Other });
    });
    check(&world, Verdict::Healthy, &[adopted(200).because(Evidence::StartedByHand)]);
}

#[test]
fn a_terminal_that_was_hung_up_does_not_own_what_a_client_in_it_connected() {
    let world = left_behind(|details| {
        details.terminal = Fact::Known(Terminal::None);
        details.streams = Fact::Known(Streams { input: Stream::Pipe, output: Stream::Terminal });
    });
    check(&world, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn whoever_has_the_other_end_of_its_input_uses_it() {
    let client = process(500, 50).with_args(&["code"]).child_of(100);
    let world = left_behind(|details| details.other_end = OtherEnd::Somebody(vec![pid(500)])).and(client);
    let because = Evidence::SpokenTo { pid: pid(500), name: "code".into() };
    check(&world, Verdict::Healthy, &[adopted(200).because(because)]);
}

#[test]
fn that_nobody_can_speak_to_an_orphan_any_more_is_said() {
    let closed = |details: &mut Details| details.other_end = OtherEnd::Nobody { made_by: None };
    let expected = orphan(200).because(Evidence::NobodySpeaks);
    check(&left_behind(closed), Verdict::Orphaned, std::slice::from_ref(&expected));
    let world = windows_desk().and(shim(200, 600, 1400).with(closed)).where_died(1400);
    check(&world, Verdict::Orphaned, &[expected.left_by(1400)]);
}

#[test]
fn whoever_made_its_input_was_its_client_and_not_the_launcher_on_record() {
    let made_by = |maker: u32| {
        move |details: &mut Details| details.other_end = OtherEnd::Nobody { made_by: Some(pid(maker)) }
    };
    let world = |maker| windows_desk().and(shim(200, 600, 1400).with(made_by(maker))).where_died(1400);
    let because = Evidence::InputMadeBy { pid: pid(956) };
    let launched =
        orphan(200).left_by(956).because(Evidence::ParentEnded { pid: pid(1400) }).because(because);
    check(&world(956), Verdict::Orphaned, &[launched]);
    let look = world(1400).look();
    let is_told = |reason: &Evidence| matches!(reason, Evidence::InputMadeBy { .. });
    assert!(!look.instances[0].evidence.iter().any(is_told), "the parent itself was the client: {look:#?}");
    // A client that was seen is better known than a number.
    let client = process(1400, 500).with_args(&["Code.exe"]).child_of(1000);
    let before = windows_desk().and(client).and(shim(200, 600, 1400));
    check(&world(956).after(&before), Verdict::Orphaned, &[orphan(200).left_by(1400)]);
}

#[test]
fn whoever_may_still_speak_to_it_spares_it_named_or_not() {
    let because = Evidence::TraitHidden(Trait::Speaker);
    for end in [OtherEnd::Unknown, OtherEnd::Somebody(Vec::new())] {
        let open = |details: &mut Details| details.other_end = end.clone();
        check(&left_behind(open), Verdict::Unseen, &[unseen(200).because(because.clone())]);
        let world = windows_desk().and(shim(200, 600, 1400).with(open)).where_died(1400);
        check(&world, Verdict::Unseen, &[unseen(200).left_by(1400).because(because.clone())]);
    }
}

#[test]
fn what_only_its_own_helpers_could_write_to_is_used_by_nobody() {
    let helper = process(201, 61).with_args(&["helper"]).child_of(200);
    let world = left_behind(|details| details.other_end = OtherEnd::Somebody(vec![pid(201)])).and(helper);
    check(&world, Verdict::Orphaned, &[orphan(200).with(&[200, 201])]);
}

#[test]
fn what_the_user_protects_is_left_alone() {
    let because = Evidence::Protected { part: "-u run_ws".into() };
    let world = desk().and(shim(200, 60, 1)).watched(|watch| watch.protect = vec!["-u run_ws".into()]);
    check(&world, Verdict::Healthy, &[adopted(200).because(because)]);
}

#[test]
fn protection_of_any_process_covers_the_whole_instance() {
    let worker = process(201, 61).with_args(&["precious-job"]).child_of(200);
    let world = desk().and(shim(200, 60, 1)).and(worker);
    let world = world.watched(|watch| watch.protect = vec!["precious".into()]);
    check(&world, Verdict::Healthy, &[adopted(200).with(&[200, 201])]);
}

#[test]
fn an_adopted_shim_that_must_listen_and_does_not_is_trouble() {
    let world = left_behind(|details| details.ignores_hangup = Fact::Known(true))
        .watched(|watch| watch.port = Some(Port::always(3005)));
    check(&world, Verdict::Duplicate, &[adopted(200)]);
}

#[test]
fn each_hidden_trait_leaves_the_question_open() {
    open(Trait::Service, |details| details.service = Fact::Hidden);
    open(Trait::Hangup, |details| details.ignores_hangup = Fact::Hidden);
    open(Trait::Terminal, |details| details.terminal = Fact::Hidden);
}

#[test]
fn a_shim_of_which_nothing_was_read_is_unseen() {
    let mut bare = shim(200, 60, 1);
    bare.details = None;
    check(&desk().and(bare), Verdict::Unseen, &[unseen(200)]);
}

#[test]
fn a_client_that_ended_is_named_although_nobody_can_tell_what_it_left_behind() {
    let left =
        |oddity: fn(&mut Details)| windows_desk().and(shim(200, 600, 1400).with(oddity)).where_died(1400);
    let hidden = left(|details| details.ignores_hangup = Fact::Hidden);
    let because = Evidence::TraitHidden(Trait::Hangup);
    check(&hidden, Verdict::Unseen, &[unseen(200).left_by(1400).because(because)]);
    let spoken_to = left(|details| details.other_end = OtherEnd::Somebody(Vec::new()));
    let because = Evidence::TraitHidden(Trait::Speaker);
    check(&spoken_to, Verdict::Unseen, &[unseen(200).left_by(1400).because(because)]);
}

#[test]
fn what_speaks_for_it_counts_although_something_else_is_hidden() {
    let world = left_behind(|details| {
        details.ignores_hangup = Fact::Known(true);
        details.service = Fact::Hidden;
    });
    check(&world, Verdict::Healthy, &[adopted(200)]);
}

/// A shim that fell to pid 1, with one odd thing about it.
fn left_behind(oddity: impl FnOnce(&mut Details)) -> World {
    desk().and(shim(200, 60, 1).with(oddity))
}

/// Hiding this trait must leave the question open.
#[track_caller]
fn open(which: Trait, hide: impl FnOnce(&mut Details)) {
    check(&left_behind(hide), Verdict::Unseen, &[unseen(200).because(Evidence::TraitHidden(which))]);
}

fn service(members: &[u32]) -> Fact<Option<Service>> {
    let members = members.iter().map(|number| pid(*number)).collect();
    Fact::Known(Some(Service { name: "shim.service".into(), members }))
}

fn no_pipes() -> Fact<Streams> {
    Fact::Known(Streams { input: Stream::Other, output: Stream::Other })
}
