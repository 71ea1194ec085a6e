//! One look proves nothing: when a suspect may be called an orphan.

use std::time::Duration;

use super::expect::{attached, check_this, desk, orphan, shim, suspect};
use crate::core::testing::{World, pid, process};
use crate::core::{Diagnosis, Evidence, Finding, Memory, Moment, Verdict, diagnose};

/// Seconds.
const NIGHT: u64 = 8 * 3600;

#[test]
fn one_look_is_not_enough() {
    let look = left_behind().first_look();
    let early = Evidence::TooEarly { ripe_in: Duration::from_millis(200) };
    check_this(&look, Verdict::Starting, &[suspect(200, Duration::from_millis(200)).because(early)]);
    assert_eq!(look.findings, [Finding::Suspected { pid: pid(200) }]);
    assert_eq!(look.ripe_in(), Some(Duration::from_millis(200)));
}

#[test]
fn two_looks_are_enough() {
    let look = looks(&[(&left_behind(), 10_000), (&left_behind(), 12_000)]);
    check_this(&look, Verdict::Orphaned, &[orphan(200)]);
    assert_eq!(look.ripe_in(), None);
}

#[test]
fn two_looks_in_one_breath_are_one() {
    let look = looks(&[(&left_behind(), 10_000), (&left_behind(), 10_100)]);
    check_this(&look, Verdict::Starting, &[suspect(200, Duration::from_millis(100))]);
}

#[test]
fn many_hasty_looks_add_up() {
    let world = left_behind();
    let look = looks(&[(&world, 10_000), (&world, 10_100), (&world, 10_200)]);
    check_this(&look, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_young_process_gets_its_grace_time() {
    let world = desk().and(shim(200, 60, 1).aged(3));
    check_this(&world.look(), Verdict::Starting, &[suspect(200, Duration::from_secs(2))]);
    let world = desk().and(shim(200, 60, 1).aged(5));
    check_this(&world.look(), Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn without_a_grace_time_two_looks_are_still_needed() {
    let world = desk().and(shim(200, 60, 1).aged(0)).watched(|watch| watch.orphan_grace = Duration::ZERO);
    check_this(&world.first_look(), Verdict::Starting, &[suspect(200, Duration::from_millis(200))]);
    check_this(&world.look(), Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn an_old_launcher_does_not_make_a_young_shim_old() {
    let sh = process(190, 59).with_args(&["sh", "-c", "x"]).child_of(1);
    let world = desk().and(sh).and(shim(200, 60, 190).aged(1));
    let expected = suspect(190, Duration::from_secs(4)).with(&[190, 200]);
    check_this(&world.look(), Verdict::Starting, &[expected]);
}

#[test]
fn a_suspicion_is_forgotten_when_the_client_returns() {
    let (left, used) = (left_behind(), desk().and(shim(200, 60, 150)));
    let look = looks(&[(&left, 10_000), (&used, 12_000)]);
    check_this(&look, Verdict::Healthy, &[attached(200, 150)]);
    let look = looks(&[(&left, 10_000), (&used, 12_000), (&left, 14_000)]);
    check_this(&look, Verdict::Starting, &[suspect(200, Duration::from_millis(200))]);
}

#[test]
fn a_suspicion_is_forgotten_when_it_could_not_be_confirmed() {
    let (left, hidden) = (left_behind(), left_behind().where_hidden(1));
    let look = looks(&[(&left, 10_000), (&hidden, 12_000), (&left, 14_000)]);
    check_this(&look, Verdict::Starting, &[suspect(200, Duration::from_millis(200))]);
}

#[test]
fn a_suspect_that_was_not_seen_in_between_is_suspected_anew() {
    let (left, without) = (left_behind(), desk());
    let look = looks(&[(&left, 10_000), (&without, 12_000), (&left, 14_000)]);
    check_this(&look, Verdict::Starting, &[suspect(200, Duration::from_millis(200))]);
}

#[test]
fn a_new_process_under_a_suspects_number_is_judged_anew() {
    let successor = desk().and(shim(200, 800, 1));
    let look = looks(&[(&left_behind(), 10_000), (&successor, 12_000)]);
    check_this(&look, Verdict::Starting, &[suspect(200, Duration::from_millis(200))]);
}

#[test]
fn a_suspect_stays_one_when_its_launcher_ends_between_two_looks() {
    let sh = process(190, 59).with_args(&["sh", "-c", "x"]).child_of(1);
    let before = desk().and(sh).and(shim(200, 60, 190));
    let look = looks(&[(&before, 10_000), (&left_behind(), 12_000)]);
    check_this(&look, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_living_shim_below_a_suspect_is_not_suspected_with_it() {
    // 210 serves a client that the suspect started; when that client ends, 210 is seen so once only.
    let before = nested().and(shim(210, 80, 205));
    let after = nested().where_died(205).and(shim(210, 80, 1));
    let look = looks(&[(&before, 10_000), (&after, 12_000)]);
    let young = suspect(210, Duration::from_millis(200)).left_by(205);
    check_this(&look, Verdict::Orphaned, &[orphan(200), young]);
}

#[test]
fn a_night_in_which_the_machine_slept_makes_no_young_process_old() {
    let left = |age| desk().and(shim(200, 60, 1).aged(age));
    let (before, after, later) = (left(1), left(NIGHT + 3), left(NIGHT + 4));
    let look = looks(&[(&before, 10_000), (&after, 12_000), (&later, 13_000)]);
    check_this(&look, Verdict::Starting, &[suspect(200, Duration::from_secs(1))]);
    let look = looks(&[(&before, 10_000), (&after, 12_000), (&later, 13_000), (&later, 14_000)]);
    check_this(&look, Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_probe_of_one_second_supersedes_nobody_although_the_machine_slept_over_it() {
    let placed = |number, birth| {
        shim(number, birth, 150).with(|details| details.cwd = Some("/home/me/project".into()))
    };
    let probed = |age| desk().and(placed(200, 60)).and(placed(201, 61).aged(age));
    let look = looks(&[(&probed(1), 10_000), (&probed(NIGHT), 12_000)]);
    check_this(&look, Verdict::Healthy, &[attached(200, 150), attached(201, 150)]);
}

fn left_behind() -> World {
    desk().and(shim(200, 60, 1))
}

fn nested() -> World {
    let agent = process(205, 70).with_args(&["my-agent"]).child_of(200);
    left_behind().and(agent)
}

/// The last of several looks, each at this millisecond.
fn looks(worlds: &[(&World, u64)]) -> Diagnosis {
    let mut memory = Memory::default();
    let mut last = None;
    for (world, at) in worlds {
        let now = Moment(Duration::from_millis(*at));
        let diagnosis = diagnose(&world.snapshot, &world.watch, &memory, now);
        memory.learn(&diagnosis, now);
        last = Some(diagnosis);
    }
    last.expect("a test looks at least once")
}
