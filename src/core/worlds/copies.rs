//! Several shims at once: healthy side by side, started again, or left behind beside a living one.

use super::expect::{
    Expected, abandoned, attached, check, desk, let_go, orphan, shim, superseded, windows_desk,
};
use crate::core::plan::Refused;
use crate::core::snapshot::{Callers, OtherEnd};
use crate::core::testing::{World, pid, process};
use crate::core::{Evidence, Finding, Process, Refusal, Scope, System, Verdict, plan};

#[test]
fn shims_of_different_clients_are_all_healthy() {
    let code = process(160, 51).with_args(&["code"]).child_of(100);
    let world = desk().and(code).and(placed(200, 60, 150)).and(placed(201, 61, 160));
    check(&world, Verdict::Healthy, &[attached(200, 150), attached(201, 160)]);
}

#[test]
fn an_orphan_beside_an_attached_shim_is_ended_alone() {
    let world = desk().and(placed(200, 60, 1)).and(placed(201, 61, 150));
    check(&world, Verdict::Orphaned, &[orphan(200), attached(201, 150)]);
}

#[test]
fn a_client_that_runs_one_server_twice_uses_both() {
    for world in [desk(), windows_desk()] {
        let client = if world.snapshot.system == System::Windows { 1500 } else { 150 };
        let world = world.and(placed(200, 600, client)).and(placed(201, 601, client));
        check(&world, Verdict::Healthy, &[attached(200, client), attached(201, client)]);
        assert_eq!(world.look().findings, []);
        check_duplicates(&world, &[]);
        let refused = plan(&world.look(), Scope::OrphansAndDuplicates).refused;
        assert_eq!(refused, [Refused { pid: pid(200), why: Refusal::NotGivenUp }]);
        // Nor does it matter what is seen of its input, as long as somebody may be there.
        for end in [OtherEnd::Somebody(vec![pid(client)]), OtherEnd::Somebody(Vec::new()), OtherEnd::Unknown]
        {
            let world = world.clone().but(200, |one| one.with(|details| details.other_end = end.clone()));
            check(&world, Verdict::Healthy, &[attached(200, client), attached(201, client)]);
        }
    }
}

#[test]
fn a_client_that_lets_go_of_one_and_starts_it_again_gave_up_the_first() {
    let world = desk().and(given_up(200, 60, 150)).and(placed(201, 61, 150));
    let again = superseded(200, 201, 150).because(Evidence::StartedAgain { by: pid(201) });
    check(&world, Verdict::Duplicate, &[again, attached(201, 150)]);
    assert_eq!(world.look().findings, [Finding::Superseded { pid: pid(200), by: pid(201) }]);
    check_duplicates(&world, &[200]);
}

#[test]
fn a_copy_to_which_nobody_is_known_to_speak_makes_no_target_of_another() {
    for end in [OtherEnd::NotAsked, OtherEnd::Unknown, OtherEnd::NoChannel] {
        let younger = placed(201, 61, 150).with(|details| details.other_end = end.clone());
        first_is_abandoned(&desk().and(given_up(200, 60, 150)).and(younger));
    }
    let listens = placed(201, 61, 150).with(let_go).with(|details| details.callers = Callers::Unknown);
    first_is_abandoned(&desk().and(given_up(200, 60, 150)).and(listens));
}

#[test]
fn of_three_copies_the_youngest_stays() {
    let world = desk().and(given_up(202, 60, 150)).and(given_up(201, 61, 150)).and(placed(200, 62, 150));
    let older = [superseded(201, 200, 150), superseded(202, 200, 150)];
    let [middle, oldest] = older;
    check(&world, Verdict::Duplicate, &[attached(200, 150), middle, oldest]);
    check_duplicates(&world, &[201, 202]);
}

#[test]
fn a_probe_of_one_second_supersedes_nobody() {
    let world = desk().and(given_up(200, 60, 150)).and(placed(201, 61, 150).aged(1));
    check(&world, Verdict::Unseen, &[abandoned(200, 150), attached(201, 150)]);
    check_duplicates(&world, &[]);
}

#[test]
fn another_command_line_is_another_server() {
    let other = placed(201, 61, 150).with_args(&["python3", "-u", "run_ws_shim.py", "--port", "3006"]);
    first_is_abandoned(&desk().and(given_up(200, 60, 150)).and(other));
}

#[test]
fn another_folder_is_another_server() {
    let other = placed(201, 61, 150).with(|details| details.cwd = Some("/home/me/other".into()));
    first_is_abandoned(&desk().and(given_up(200, 60, 150)).and(other));
}

#[test]
fn a_folder_that_was_not_read_is_no_reason_to_end_anybody() {
    let world = desk().and(shim(200, 60, 150).with(let_go)).and(spoken_to(201, 61, 150));
    check(&world, Verdict::Duplicate, &[superseded(200, 201, 150), attached(201, 150)]);
    check_duplicates(&world, &[]);
    let world = desk().and(given_up(200, 60, 150)).and(placed(201, 61, 150)).and(spoken_to(202, 62, 150));
    let first = superseded(200, 201, 150);
    check(&world, Verdict::Duplicate, &[first, attached(201, 150), attached(202, 150)]);
    check_duplicates(&world, &[200]);
}

#[test]
fn copies_born_in_one_tick_supersede_nobody() {
    first_is_abandoned(&desk().and(given_up(200, 60, 150)).and(placed(201, 60, 150)));
}

#[test]
fn an_orphan_is_not_superseded_by_the_shim_that_replaced_it() {
    let world = desk().and(placed(200, 60, 1)).and(placed(201, 61, 1)).and(placed(202, 62, 150));
    check(&world, Verdict::Orphaned, &[orphan(200), orphan(201), attached(202, 150)]);
}

#[test]
fn a_superseded_copy_goes_with_its_launcher() {
    let sh = |number, birth| process(number, birth).with_args(&["sh", "-c", "x"]).child_of(150);
    let world = desk().and(sh(190, 58).with(let_go)).and(given_up(200, 60, 190));
    let world = world.and(sh(191, 68)).and(placed(201, 70, 191));
    let expected = [superseded(190, 191, 150).with(&[190, 200]), attached(191, 150).with(&[191, 201])];
    check(&world, Verdict::Duplicate, &expected);
    check_duplicates(&world, &[190, 200]);
}

/// A shim whose folder is known, and to which its client speaks.
fn placed(number: u32, birth: u64, parent: u32) -> Process {
    spoken_to(number, birth, parent).with(|details| details.cwd = Some("/home/me/project".into()))
}

fn spoken_to(number: u32, birth: u64, parent: u32) -> Process {
    // The first process takes in orphans and speaks to none of them.
    let end =
        if parent == 1 { OtherEnd::Nobody { made_by: None } } else { OtherEnd::Somebody(vec![pid(parent)]) };
    shim(number, birth, parent).with(|details| details.other_end = end)
}

/// The same, let go by its client.
fn given_up(number: u32, birth: u64, parent: u32) -> Process {
    placed(number, birth, parent).with(let_go)
}

#[track_caller]
fn first_is_abandoned(world: &World) {
    let both: [Expected; 2] = [abandoned(200, 150), attached(201, 150)];
    check(world, Verdict::Unseen, &both);
    check_duplicates(world, &[]);
}

/// Compares what a cleanup that was asked to end duplicates would end.
#[track_caller]
fn check_duplicates(world: &World, ended: &[u32]) {
    let plan = plan(&world.look(), Scope::OrphansAndDuplicates);
    let members = plan.targets.iter().flat_map(|target| &target.members);
    assert_eq!(members.map(|member| member.identity.pid.get()).collect::<Vec<_>>(), ended);
}
