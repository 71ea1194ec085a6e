//! The port: who holds it, who should, and what of it could not be seen.

use std::net::IpAddr;

use super::expect::{attached, check, desk, orphan, shim, windows_desk};
use crate::core::diagnose::holder_pid;
use crate::core::snapshot::{Binding, Hold, Listener, Taken, Taking};
use crate::core::testing::{World, pid, process};
use crate::core::{Evidence, Finding, Holder, Port, PortFacts, Process, Unseen, Verdict, Watch, wording};

const AT: &str = "127.0.0.1:3005";

#[test]
fn a_port_of_which_the_reservation_could_not_be_told_is_not_called_free() {
    let mut world = World::windows();
    let unseen = Unseen::Reservation { port: 3005, why: "netsh did not answer".into() };
    world.snapshot.unseen.push(unseen);
    let found = world.look();
    assert_eq!(found.verdict, Verdict::Unseen);
    assert!(!found.port_is_free());
}

#[test]
fn a_shim_that_holds_the_port_is_healthy() {
    let holds = Evidence::HoldsPort { address: AT.into() };
    let world = desk().and(shim(200, 60, 150)).where_listens(200);
    check(&world, Verdict::Healthy, &[attached(200, 150).because(holds)]);
    check_findings(&world, &[]);
}

#[test]
fn a_child_that_holds_the_port_holds_it_for_its_shim() {
    let child = process(201, 61).with_args(&["python3", "-c", "serve()"]).child_of(200);
    let world = desk().and(shim(200, 60, 150)).and(child).where_listens(201);
    check(&world, Verdict::Healthy, &[attached(200, 150).with(&[200, 201])]);
    assert!(world.look().instances[0].listens);
}

#[test]
fn an_orphan_that_holds_the_port_says_so() {
    let holds = Evidence::HoldsPort { address: AT.into() };
    let world = desk().and(shim(200, 60, 1)).where_listens(200);
    check(&world, Verdict::Orphaned, &[orphan(200).because(holds)]);
    check_findings(&world, &[Finding::Orphan { pid: pid(200) }]);
}

#[test]
fn a_stranger_on_the_port_blocks_it_and_is_never_ended() {
    let world = with_stranger(desk());
    check(&world, Verdict::Blocked, &[]);
    check_findings(&world, &[foreign()]);
}

#[test]
fn an_orphan_is_worse_than_a_stranger() {
    let world = with_stranger(desk().and(shim(200, 60, 1)));
    check(&world, Verdict::Orphaned, &[orphan(200)]);
    check_findings(&world, &[Finding::Orphan { pid: pid(200) }, foreign()]);
}

#[test]
fn a_stranger_blocks_although_a_shim_of_the_newer_kind_works() {
    let world = with_stranger(desk().and(shim(200, 60, 150)));
    check(&world, Verdict::Blocked, &[attached(200, 150)]);
}

#[test]
fn a_new_process_under_the_shims_number_is_a_stranger() {
    let mut old = shim(200, 60, 150).identity;
    old.birth.token = 55;
    let world = desk().and(shim(200, 60, 150)).where_held_by(Holder::Known(old));
    check(&world, Verdict::Blocked, &[attached(200, 150)]);
}

#[test]
fn a_holder_that_may_not_be_looked_at_is_said_to_be_unseen() {
    let world = desk().where_held_by(Holder::Hidden);
    check(&world, Verdict::Unseen, &[]);
    check_findings(&world, &[Finding::Unseen(Unseen::Holder { port: 3005 })]);
}

#[test]
fn a_hidden_holder_beside_a_healthy_shim_is_not_fine() {
    let world = desk().and(shim(200, 60, 150)).where_listens(200).where_held_by(Holder::Hidden);
    check(&world, Verdict::Unseen, &[attached(200, 150)]);
}

#[test]
fn a_ghost_holds_the_port_for_an_heir() {
    let world = windows_desk().where_listens(4711);
    check(&world, Verdict::Blocked, &[]);
    check_findings(&world, &[Finding::Ghost { pid: pid(4711), address: AT.into(), heir: None }]);
}

#[test]
fn a_range_that_windows_reserves_blocks_the_port() {
    let world = reserved(windows_desk());
    check(&world, Verdict::Blocked, &[]);
    check_findings(&world, &[Finding::Reserved { first: 3000, last: 3099 }]);
}

#[test]
fn a_reserved_range_does_not_matter_to_who_holds_the_port_already() {
    let world = reserved(windows_desk().and(shim(200, 600, 1500)).where_listens(200));
    check(&world, Verdict::Healthy, &[attached(200, 1500)]);
}

#[test]
fn a_shim_that_must_listen_may_take_its_time() {
    let world =
        desk().and(shim(200, 60, 150).aged(29)).watched(|watch| watch.port = Some(Port::always(3005)));
    check(&world, Verdict::Starting, &[attached(200, 150)]);
    check_findings(&world, &[]);
}

#[test]
fn a_shim_that_must_listen_and_never_does_is_trouble() {
    let world =
        desk().and(shim(200, 60, 150).aged(30)).watched(|watch| watch.port = Some(Port::always(3005)));
    check(&world, Verdict::Duplicate, &[attached(200, 150)]);
    check_findings(&world, &[Finding::NotListening { pid: pid(200) }]);
}

#[test]
fn a_shim_that_may_listen_need_not() {
    check(&desk().and(shim(200, 60, 150).aged(0)), Verdict::Healthy, &[attached(200, 150)]);
}

#[test]
fn a_port_that_is_no_matter_is_not_looked_at() {
    let unreadable = Unseen::Listeners { family: "IPv6", why: "denied".into() };
    let mut world = reserved(with_stranger(desk().and(shim(200, 60, 150))).where_held_by(Holder::Hidden));
    world.snapshot.unseen.push(unreadable);
    let world = world.watched(|watch| watch.port = None);
    check(&world, Verdict::Healthy, &[attached(200, 150)]);
    assert!(world.look().holders.is_empty());
}

#[test]
fn a_stranger_on_the_other_address_family_is_not_overlooked() {
    let mut world = desk().and(shim(200, 60, 150)).where_listens(200).and(nginx());
    let row = Listener { address: IpAddr::from([0; 16]), holders: vec![Holder::Known(nginx().identity)] };
    world.snapshot.ports.entry(3005).or_default().listeners.push(row);
    check(&world, Verdict::Blocked, &[attached(200, 150)]);
}

#[test]
fn a_stranger_that_shares_the_shims_socket_is_not_overlooked() {
    let mut world = desk().and(shim(200, 60, 150)).where_listens(200).and(nginx());
    let row = &mut world.snapshot.ports.get_mut(&3005).unwrap().listeners[0];
    row.holders.push(Holder::Known(nginx().identity));
    check(&world, Verdict::Blocked, &[attached(200, 150)]);
}

#[test]
fn the_holders_of_one_socket_are_shown_by_number_in_whatever_order_the_system_lists_them() {
    let world = desk().and(nginx()).and(process(299, 41).with_args(&["nginx"]).child_of(300));
    let mut world = world.where_listens(300);
    let other = Holder::Known(world.identity(299));
    world.snapshot.ports.get_mut(&3005).unwrap().listeners[0].holders.push(other);
    let shown = world.look().holders;
    assert_eq!(
        shown.iter().filter_map(|row| holder_pid(&row.holder)).collect::<Vec<_>>(),
        [pid(299), pid(300)]
    );
}

#[test]
fn a_port_that_was_not_read_is_not_free() {
    let mut world = desk();
    assert!(world.look().port_is_free());
    world.snapshot.unseen.push(Unseen::Listeners { family: "IPv4", why: "denied".into() });
    check(&world, Verdict::Unseen, &[]);
    assert!(!world.look().port_is_free());
}

fn nginx() -> Process {
    process(300, 40).with_args(&["nginx"]).child_of(1)
}

fn with_stranger(world: World) -> World {
    world.and(nginx()).where_listens(300)
}

fn foreign() -> Finding {
    Finding::Foreign { pid: pid(300), name: "nginx".into(), address: AT.into(), hold: Hold::Listens }
}

fn reserved(mut world: World) -> World {
    let port: &mut PortFacts = world.snapshot.ports.entry(3005).or_default();
    port.reserved = Some((3000, 3099));
    world
}

#[track_caller]
fn check_findings(world: &World, expected: &[Finding]) {
    assert_eq!(world.look().findings, expected);
}

/// The world where the port cannot be bound at every address of IPv4, because of these sockets.
fn taken(mut world: World, by: &[(Hold, Holder)], lingers: bool) -> World {
    let by = by.iter().map(|(hold, holder)| Taking {
        address: IpAddr::from([127, 0, 0, 1]),
        hold: *hold,
        holders: vec![holder.clone()],
    });
    let taken = Taken { at: vec![IpAddr::from([0, 0, 0, 0])], by: by.collect(), lingers };
    world.snapshot.ports.entry(3005).or_default().binding = Binding::Taken(taken);
    world
}

#[test]
fn a_stranger_that_has_bound_the_port_or_is_connected_from_it_blocks_it_without_a_listener() {
    let stranger = process(300, 60).with_args(&["nginx"]).child_of(1);
    let world = desk().and(stranger);
    for hold in [Hold::Bound, Hold::Connected] {
        let world = taken(world.clone(), &[(hold, Holder::Known(world.identity(300)))], false);
        check(&world, Verdict::Blocked, &[]);
        check_findings(
            &world,
            &[Finding::Foreign { pid: pid(300), name: "nginx".into(), address: AT.into(), hold }],
        );
        assert!(!world.look().port_is_free() && !world.look().nobody_has_the_port());
    }
}

#[test]
fn a_shim_that_has_bound_its_port_and_is_about_to_listen_is_no_stranger() {
    let world = desk().and(shim(200, 60, 150));
    let identity = world.identity(200);
    let world = taken(world, &[(Hold::Bound, Holder::Known(identity))], false);
    check(&world, Verdict::Healthy, &[attached(200, 150)]);
    check_findings(&world, &[]);
    let found = world.look();
    assert!(!found.port_is_free() && !found.instances[0].listens);
}

#[test]
fn a_port_that_cannot_be_bound_is_not_free_whether_or_not_it_is_known_why() {
    let at = "0.0.0.0:3005".to_owned();
    for (world, finding, somebody_has_it) in [
        (taken(desk(), &[], false), Finding::Taken { at: at.clone(), lingers: false }, false),
        (taken(desk(), &[], true), Finding::Taken { at, lingers: true }, false),
        (not_permitted(desk()), Finding::NotPermitted, false),
        (reserved(desk()), Finding::Reserved { first: 3000, last: 3099 }, false),
        (
            taken(desk(), &[(Hold::Bound, Holder::Hidden)], false),
            Finding::Unseen(Unseen::Holder { port: 3005 }),
            true,
        ),
    ] {
        let found = world.look();
        assert_eq!(found.findings, [finding]);
        assert!(!found.port_is_free(), "{found:#?}");
        assert_eq!(found.nobody_has_the_port(), !somebody_has_it);
        let says = wording::summary(&found);
        assert!(!says.contains("is free"), "{says}");
        let watch = Watch { port: None, ..found.watch };
        let silent = world.clone().watched(|it| *it = watch).look();
        assert_eq!((silent.findings, silent.verdict), (vec![], Verdict::Idle), "nobody looks at it");
    }
}

fn not_permitted(mut world: World) -> World {
    world.snapshot.ports.entry(3005).or_default().binding = Binding::NotPermitted;
    world
}

#[test]
fn what_is_not_known_of_one_port_says_nothing_of_another() {
    let mut world = desk();
    world.snapshot.unseen.push(Unseen::Reservation { port: 4000, why: "too many open files".into() });
    check_findings(&world, &[]);
}
