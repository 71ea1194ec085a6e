//! Guards and their leases: they name things and speak for a process, and nothing is ended because of one.

use std::time::Duration;

use super::expect::{
    abandoned, adopted, attached, check, check_this, desk, let_go, orphan, shim, superseded, suspect, unseen,
};
use crate::core::evidence::KnownClient;
use crate::core::snapshot::OtherEnd;
use crate::core::snapshot::Stream;
use crate::core::snapshot::{Streams, Terminal};
use crate::core::testing::{World, pid, process};
use crate::core::unseen::Trait;
use crate::core::{
    Client, Diagnosis, Evidence, Fact, Finding, Guarded, Holder, Instance, Lease, Moment, Process, Scope,
    Verdict, diagnose, plan, wording,
};

const COMMAND: &[&str] = &["shimkeeper", "guard", "--", "python3", "-u", "run_ws_shim.py"];

/// Half of a guard: the one that the client starts, or the keeper below it.
pub(super) fn guard(number: u32, birth: u64, parent: u32) -> Process {
    process(number, birth).with_args(COMMAND).child_of(parent)
}

fn placed(number: u32, birth: u64, parent: u32) -> Process {
    shim(number, birth, parent).with(|details| {
        details.cwd = Some("/home/me/project".into());
        details.other_end = OtherEnd::Somebody(vec![pid(parent)]);
    })
}

/// `claude` (150) → guard (190) → keeper (191) → server (200), without a lease.
pub(super) fn chain() -> World {
    desk().and(guard(190, 58, 150)).and(guard(191, 59, 190)).and(placed(200, 60, 191))
}

/// The same with the guard's lease.
pub(super) fn guarded() -> World {
    let world = chain();
    let lease = world.lease(190, 200, 150);
    world.leased(lease)
}

/// The same after what stood between client and guard has ended, and a reaper took the guard in.
fn guarded_behind_a_gap() -> World {
    guarded().but(190, |guard| guard.child_of(1))
}

#[track_caller]
pub(super) fn only(look: &Diagnosis) -> &Instance {
    let [instance] = &look.instances[..] else { panic!("{look:#?}") };
    instance
}

fn of_guard(client: KnownClient) -> Evidence {
    Evidence::Guarded { guard: pid(190), client }
}

pub(super) fn knows_claude() -> Evidence {
    of_guard(KnownClient::Living { pid: pid(150), name: "client 150".into() })
}

#[test]
fn a_guarded_server_is_its_clients_and_says_so() {
    let expected = attached(190, 150).with(&[190, 191, 200]).because(knows_claude());
    check(&guarded(), Verdict::Healthy, &[expected]);
    let look = guarded().look();
    let known = only(&look).guarded.as_ref().unwrap();
    assert_eq!((known.guard.pid, known.restartable, known.is_confirmed), (pid(190), true, true));
    assert_eq!(wording::summary(&look), "exai-mcp runs for client 150, guarded");
    assert_eq!(wording::instance_row(only(&look)), "Attached · PID 190: used by client 150, guarded");
    let listens = guarded().where_listens(200).look();
    assert_eq!(wording::summary(&listens), "exai-mcp runs for client 150, guarded, holds port 3005");
}

#[test]
fn a_guard_knows_its_client_where_the_chain_has_lost_it() {
    let without = World { snapshot: forgetting(guarded_behind_a_gap()), ..guarded_behind_a_gap() };
    check(&without, Verdict::Orphaned, &[orphan(190).with(&[190, 191, 200])]);
    let expected = attached(190, 150).with(&[190, 191, 200]).because(knows_claude());
    check(&guarded_behind_a_gap(), Verdict::Healthy, &[expected]);
}

#[test]
fn what_seems_set_free_is_in_use_where_its_guard_knows_the_client() {
    let by_hand = |world: World| {
        world.but(190, |guard| {
            guard.with(|details| {
                details.terminal = Fact::Known(Terminal::Living);
                details.streams = Fact::Known(Streams { input: Stream::Terminal, output: Stream::Pipe });
            })
        })
    };
    let without = World { snapshot: forgetting(guarded_behind_a_gap()), ..guarded_behind_a_gap() };
    check(&by_hand(without), Verdict::Healthy, &[adopted(190).with(&[190, 191, 200])]);
    let in_use = attached(190, 150).with(&[190, 191, 200]);
    check(&by_hand(guarded_behind_a_gap()), Verdict::Healthy, &[in_use]);
}

#[test]
fn a_guard_whose_client_ended_gets_the_grace_time_to_end_its_server() {
    let left = guarded().but(190, |guard| guard.child_of(1)).where_died(150);
    let ended = of_guard(KnownClient::Ended { pid: pid(150), name: "client 150".into() });
    let soon = suspect(190, Duration::from_secs(3)).with(&[190, 191, 200]).because(ended.clone());
    check(&left, Verdict::Starting, &[soon.left_by(150)]);
    // The guard was stopped, or hangs: it is judged as everybody else is.
    let mut memory = left.memory.clone();
    let second = |second| Moment(Duration::from_secs(second));
    let look_at = |memory: &_, at| diagnose(&left.snapshot, &left.watch, memory, second(at));
    for at in [10, 12, 14] {
        let look = look_at(&memory, at);
        assert_eq!(look.verdict, Verdict::Starting, "{look:#?}");
        memory.learn(&look, second(at));
    }
    let late = orphan(190).with(&[190, 191, 200]).because(ended).left_by(150);
    check_this(&look_at(&memory, 15), Verdict::Orphaned, &[late]);
}

#[test]
fn a_guard_that_knows_no_client_says_so_and_the_chain_decides() {
    let unknown = |world: World| {
        let lease = Lease { client: None, ..world.lease(190, 200, 150) };
        world.leased(lease)
    };
    let says = of_guard(KnownClient::Nobody);
    let expected = attached(190, 150).with(&[190, 191, 200]).because(says.clone());
    check(&unknown(chain()), Verdict::Healthy, &[expected]);
    let left = chain().but(190, |guard| guard.child_of(1));
    check(&unknown(left), Verdict::Orphaned, &[orphan(190).with(&[190, 191, 200]).because(says)]);
}

#[test]
fn a_client_that_may_not_be_looked_at_is_not_said_to_have_ended() {
    let hidden = of_guard(KnownClient::Hidden { pid: pid(150), name: "client 150".into() });
    let expected = unseen(190).with(&[190, 191, 200]);
    let expected = expected.because(hidden).because(Evidence::TraitHidden(Trait::Client));
    check(&guarded_behind_a_gap().where_hidden(150), Verdict::Unseen, &[expected]);
}

#[test]
fn another_process_under_the_clients_number_is_not_the_client() {
    let left = guarded_behind_a_gap().but(150, |client| {
        let birth = crate::core::Birth { token: 5000, ..client.identity.birth };
        Process { identity: crate::core::Identity { birth, ..client.identity }, ..client }
    });
    let expected = suspect(190, Duration::from_secs(3)).with(&[190, 191, 200]).left_by(150);
    check(&left, Verdict::Starting, &[expected]);
}

#[test]
fn the_lease_of_a_guard_that_ended_says_nothing() {
    let mut lease = guarded().lease(190, 200, 150);
    lease.guard.birth.token += 1;
    let world = chain().but(190, |guard| guard.child_of(1)).leased(lease);
    let silent = Evidence::GuardSilent { guard: pid(191) };
    check(&world, Verdict::Orphaned, &[orphan(190).with(&[190, 191, 200]).because(silent)]);
    assert_eq!(only(&world.look()).guarded, None);
}

#[test]
fn leases_that_cannot_be_listed_make_no_orphan_of_what_a_guard_keeps() {
    let blind = |mut world: World| {
        world.snapshot.leases = Fact::Hidden;
        world
    };
    let expected = unseen(190).with(&[190, 191, 200]).because(Evidence::TraitHidden(Trait::Lease));
    check(&blind(guarded_behind_a_gap()), Verdict::Unseen, &[expected]);
    assert_eq!(duplicates(&blind(twins())), [0; 0], "one may be for another client");
    check(&blind(chain()), Verdict::Healthy, &[attached(190, 150).with(&[190, 191, 200])]);
    check(&blind(desk().and(shim(200, 60, 1))), Verdict::Orphaned, &[orphan(200)]);
}

#[test]
fn a_guarded_copy_whose_lease_is_missed_makes_no_duplicate_of_another() {
    let mut world = guarded().and(placed(180, 55, 150).with(let_go));
    let young = || attached(190, 150).with(&[190, 191, 200]);
    check(&world, Verdict::Duplicate, &[superseded(180, 190, 150), young()]);
    assert_eq!(duplicates(&world), [180]);
    world.snapshot.leases = Fact::Hidden;
    check(&world, Verdict::Duplicate, &[superseded(180, 190, 150), young()]);
    assert_eq!(duplicates(&world), [0; 0]);
}

#[test]
fn a_copy_whose_client_only_a_lease_names_makes_no_duplicate_of_another() {
    // The chain leads to the first process, the lease names the client that has let go of the older one.
    let world = guarded_behind_a_gap().and(placed(180, 55, 150).with(let_go));
    let young = attached(190, 150).with(&[190, 191, 200]);
    check(&world, Verdict::Unseen, &[abandoned(180, 150), young]);
    assert_eq!(duplicates(&world), [0; 0]);
}

#[test]
fn what_cannot_be_seen_stays_unseen_whatever_a_lease_says() {
    let world = guarded_behind_a_gap().where_hidden(1).but(190, |guard| guard.child_of(1));
    let expected = unseen(190).with(&[190, 191, 200]).because(Evidence::ParentHidden { pid: Some(pid(1)) });
    check(&world, Verdict::Unseen, &[expected.because(knows_claude())]);
}

#[test]
fn a_lease_counts_for_nobody_but_the_servers_below_its_guard() {
    let stranger = desk().and(shim(200, 60, 1)).and(guard(190, 58, 150));
    let lease = Lease { watch: None, ..stranger.lease(190, 200, 150) };
    check(&stranger.leased(lease), Verdict::Orphaned, &[orphan(200)]);
    // Nor for whoever has started the guard.
    let other = process(210, 62).with_args(&["node", "other.mjs"]).child_of(190);
    let world = desk().and(shim(200, 60, 1)).and(guard(190, 61, 200)).and(other);
    let lease = Lease { watch: None, ..world.lease(190, 210, 200) };
    check(&world.leased(lease), Verdict::Orphaned, &[orphan(200).with(&[200, 190, 210])]);
    // Nor for what a guarded agent starts for itself.
    let agent = process(195, 60).with_args(&["node", "agent.mjs"]).child_of(190);
    let world = desk().and(guard(190, 58, 150)).and(agent).and(shim(200, 61, 195));
    let lease = Lease { watch: None, ..world.lease(190, 195, 150) };
    let world = world.leased(lease);
    check(&world, Verdict::Healthy, &[attached(200, 195)]);
    assert_eq!(only(&world.look()).guarded, None);
}

#[test]
fn whoever_claims_to_be_a_guard_and_is_none_is_not_believed() {
    let sh = process(190, 58).with_args(&["sh", "-c", "python3 run_ws_shim.py"]).child_of(1);
    let world = desk().and(sh).and(shim(200, 60, 190));
    let lease = world.lease(190, 200, 150);
    check(&world.leased(lease), Verdict::Orphaned, &[orphan(190).with(&[190, 200])]);
}

#[test]
fn what_a_person_started_in_a_terminal_has_a_guard_as_well() {
    let start =
        |number, birth, parent| process(number, birth).with_args(&["shimkeeper", "start"]).child_of(parent);
    let world = desk().and(start(190, 58, 150)).and(start(191, 59, 190)).and(shim(200, 60, 191));
    check(&world, Verdict::Healthy, &[attached(200, 191)]);
    let lease = world.lease(190, 200, 150);
    check(&world.leased(lease), Verdict::Healthy, &[attached(200, 150).because(knows_claude())]);
}

#[test]
fn the_nearest_of_several_guards_speaks() {
    let world = desk().and(guard(180, 57, 150)).and(guard(190, 58, 180)).and(shim(200, 60, 190));
    let (outer, inner) = (world.lease(180, 190, 150), world.lease(190, 200, 150));
    let look = world.leased(outer).leased(inner).look();
    assert_eq!(only(&look).guarded.as_ref().map(|known| known.guard.pid), Some(pid(190)), "{look:#?}");
}

#[test]
fn of_two_guarded_copies_the_younger_stays() {
    let world = twins()
        .but(190, |one| one.with(let_go))
        .but(191, |one| one.with(let_go))
        .but(200, |one| one.with(let_go));
    let older = superseded(190, 290, 150).with(&[190, 191, 200]);
    check(&world, Verdict::Duplicate, &[older, attached(290, 150).with(&[290, 291, 300])]);
    assert_eq!(duplicates(&world), [190, 191, 200]);
    let probe = |process: Process| process.aged(1);
    let young = world.but(290, probe).but(291, probe).but(300, probe);
    assert_eq!(young.look().verdict, Verdict::Unseen, "a probe of one second supersedes nobody");
}

#[test]
fn two_guarded_servers_of_one_client_with_different_names_are_two() {
    let world = twins();
    let mut named = world.clone();
    named.snapshot.leases = Fact::Known(vec![
        world.lease(190, 200, 150),
        Lease { name: "another".into(), ..world.lease(290, 300, 150) },
    ]);
    assert_eq!(named.look().verdict, Verdict::Healthy, "{:#?}", named.look());
}

#[test]
fn a_copy_whose_guard_names_another_client_supersedes_nobody() {
    let world = twins().and(process(160, 51).with_args(&["code"]).child_of(100));
    let mut other = world.clone();
    other.snapshot.leases = Fact::Known(vec![world.lease(190, 200, 150), world.lease(290, 300, 160)]);
    let both = [attached(190, 150).with(&[190, 191, 200]), attached(290, 160).with(&[290, 291, 300])];
    check(&other, Verdict::Healthy, &both);
}

#[test]
fn copies_of_one_client_by_their_leases_alone_are_both_in_use() {
    let world = twins().but(190, |guard| guard.child_of(1)).but(290, |guard| guard.child_of(1));
    let older = attached(190, 150).with(&[190, 191, 200]);
    check(&world, Verdict::Healthy, &[older, attached(290, 150).with(&[290, 291, 300])]);
    assert_eq!(duplicates(&world), [0; 0]);
}

#[test]
fn the_guarded_client_of_one_look_is_no_proof_against_another_look() {
    // The lease names a client behind the parent that the chain shows; that one ends.
    let code = process(160, 55).with_args(&["code"]).child_of(100);
    let before = chain().and(code);
    let lease = before.lease(190, 200, 160);
    let before = before.leased(lease.clone());
    let after = chain().where_died(160).leased(lease).after(&before);
    let look = after.look();
    assert_eq!(only(&look).state, crate::core::State::Attached, "{look:#?}");
}

#[test]
fn a_port_that_a_guarded_server_holds_has_a_guard_over_it() {
    let world = guarded().and(process(210, 70).child_of(200)).and(shim(400, 80, 150));
    let over = |number| crate::core::guarded::lease_over(&world.snapshot, pid(number));
    for number in [190, 191, 200, 210] {
        assert_eq!(over(number).map(|lease| lease.guard.pid), Some(pid(190)), "{number}");
    }
    assert_eq!((over(400), over(150)), (None, None));
    let says = wording::guard_over(over(200).unwrap(), pid(200));
    assert!(
        says.contains("guarded by 190 for client 150 (150)")
            && says.contains("ends with it or starts it again"),
        "{says}"
    );
}

#[test]
fn the_living_leases_are_those_of_living_guards_with_living_servers() {
    let world = guarded();
    let lease = world.lease(190, 200, 150);
    let (mut dead, mut starting) = (lease.clone(), world.lease(191, 200, 150));
    dead.guard.birth.token += 1;
    starting.server = Some(dead.guard);
    let found =
        crate::core::guarded::living(vec![starting.clone(), dead, lease.clone()], &world.snapshot.processes);
    assert_eq!(found, [lease, Lease { server: None, ..starting }]);
}

#[test]
fn a_ghost_on_the_port_is_a_ghost_also_beside_a_guarded_server() {
    let look = guarded().where_held_by(Holder::Gone(pid(77))).look();
    assert!(look.findings.iter().any(|finding| matches!(finding, Finding::Ghost { .. })), "{look:#?}");
}

#[test]
fn a_guarded_instance_names_what_its_lease_names() {
    let world = guarded();
    let lease = Lease { name: "the server".into(), log: "/l".into(), ..world.lease(190, 200, 150) };
    let look = World { snapshot: forgetting(world.clone()), ..world }.leased(lease).look();
    let instance = only(&look);
    let Some(Guarded { name, log, up, .. }) = &instance.guarded else { panic!("{instance:#?}") };
    assert_eq!((name.as_str(), log.as_str(), *up), ("the server", "/l", Some(Duration::from_hours(1))));
    let Client::Living { name, .. } = &instance.client else { panic!("{instance:#?}") };
    assert_eq!(name, "client 150");
}

/// The same client has started the same server again, each time behind a guard.
fn twins() -> World {
    let world = guarded().and(guard(290, 68, 150)).and(guard(291, 69, 290)).and(placed(300, 70, 291));
    let lease = world.lease(290, 300, 150);
    world.leased(lease)
}

fn forgetting(world: World) -> crate::core::Snapshot {
    crate::core::Snapshot { leases: Fact::Known(Vec::new()), ..world.snapshot }
}

fn duplicates(world: &World) -> Vec<u32> {
    let plan = plan(&world.look(), Scope::OrphansAndDuplicates);
    let members = plan.targets.iter().flat_map(|target| &target.members);
    members.map(|member| member.identity.pid.get()).collect()
}
