//! What a command line does not name: modules of Python, and titles written over what stood there.

use super::expect::{attached, check, desk, orphan, shim, unseen};
use crate::core::testing::{pid, process};
use crate::core::unseen::Trait;
use crate::core::{Evidence, Fact, Finding, Owner, Process, Refusal, Scope, Unseen, Verdict, plan};

const MODULE: &str = "mcp_server.run_ws_shim";

#[test]
fn a_module_that_may_be_the_server_forbids_the_word_idle() {
    let world = desk().and(module(200, 150));
    check(&world, Verdict::Unseen, &[]);
    let told = Unseen::Module { pid: pid(200), name: "python3".into(), module: MODULE.into() };
    assert_eq!(world.look().findings, [Finding::Unseen(told)]);
}

#[test]
fn a_module_that_lost_its_client_is_no_target() {
    check(&desk().and(module(200, 1)), Verdict::Unseen, &[]);
}

#[test]
fn a_module_of_another_user_or_another_name_hides_nothing() {
    check(&desk().and(module(200, 150).owned_by(Fact::Known(Owner::Another))), Verdict::Idle, &[]);
    let other = process(200, 60).with_args(&["python3", "-m", "mcp_server.other"]).child_of(150);
    check(&desk().and(other), Verdict::Idle, &[]);
}

#[test]
fn a_module_below_a_server_belongs_to_it() {
    let world = desk().and(shim(200, 60, 150)).and(module(201, 200));
    check(&world, Verdict::Healthy, &[attached(200, 150).with(&[200, 201])]);
}

#[test]
fn of_modules_that_started_each_other_the_uppermost_is_named_once() {
    let world = desk().and(module(200, 150)).and(module(201, 200));
    assert_eq!(world.look().findings.len(), 1);
}

#[test]
fn a_module_on_the_port_is_not_called_a_stranger() {
    let world = desk().and(module(200, 150)).where_listens(200);
    check(&world, Verdict::Unseen, &[]);
    assert!(!world.look().port_is_free());
    assert!(
        crate::core::restart::restart(&world.look()).is_err(),
        "a second server would find the port taken"
    );
}

#[test]
fn a_server_that_gave_itself_a_title_is_still_its_clients() {
    let world = desk().and(titled(200, 150));
    let expected = attached(200, 150);
    check(&world, Verdict::Healthy, &[expected]);
    assert_eq!(
        world.look().instances[0].command,
        ["python3", "-u", "run_ws_shim.py"],
        "a restart would need it"
    );
}

#[test]
fn a_server_that_gave_itself_a_title_and_lost_its_client_is_named_and_no_target() {
    let world = desk().and(titled(200, 1));
    check(&world, Verdict::Unseen, &[unseen(200).because(Evidence::TraitHidden(Trait::Title))]);
    let found = world.look();
    let told = Unseen::Trait { pid: pid(200), which: Trait::Title };
    assert_eq!(found.findings, [Finding::Unseen(told)]);
    assert_eq!(found.instances[0].off_limits, Some(Refusal::CannotTell));
    assert!(plan(&found, Scope::OrphansAndDuplicates).targets.is_empty());
}

#[test]
fn what_runs_another_script_by_now_is_not_what_it_was() {
    let mut other = shim(200, 60, 150).with_exe("/usr/bin/python3.11").renamed("x");
    other.args = Fact::Known(vec!["python".into(), "other.py".into()]);
    check(&desk().and(other), Verdict::Idle, &[]);
}

#[test]
fn an_orphan_beside_one_with_a_title_is_ended() {
    let world = desk().and(titled(200, 150)).and(shim(210, 61, 1));
    check(&world, Verdict::Orphaned, &[attached(200, 150), orphan(210)]);
}

fn module(number: u32, parent: u32) -> Process {
    process(number, u64::from(number)).with_args(&["python3", "-m", MODULE]).child_of(parent)
}

fn titled(number: u32, parent: u32) -> Process {
    shim(number, 60, parent).with_exe("/usr/bin/python3.11").renamed("my-mcp")
}
