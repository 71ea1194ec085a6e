//! Random machines: trees of shims, launchers, clients and reapers with every oddity that a look can
//! show. Deliberately wilder than any real system; circles of parents and impossible traits included.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::core::snapshot::{Container, Details, Service, Stream, Streams, Terminal};
use crate::core::testing::{World, pid, process};
use crate::core::{Fact, Holder, Listens, Owner, Presence, Process, System};

/// What a process runs; `{}` stands for some process's number.
const ROLES: &[(u32, &str, &str)] = &[
    (9, "", "python3 -u run_ws_shim.py"),
    (2, "", "python3 -u run_ws_shim.py --port 3005"),
    (2, "", "sh -c x"),
    (1, "", "uv run run_ws_shim.py"),
    (1, "", "python3 start_ws_shim_safe.py"),
    (1, "", "cmd.exe /c x"),
    (3, "", "claude"),
    (2, "", "bash"),
    (2, "", "node agent.js"),
    (1, "", "vim run_ws_shim.py"),
    (1, "", "conhost.exe"),
    (1, "systemd", "/lib/systemd/systemd --user"),
    (1, "", "tini -- sleep"),
    (1, "", "tini -- python3 run_ws_shim.py"),
    (1, "Relay({})", "/init"),
    (1, "SessionLeader", "/init"),
];

/// Who a parent is.
#[derive(Clone, Debug)]
enum From {
    /// The first process, or Explorer.
    Root,
    /// Any process of the world: reused where it is younger.
    Somebody(Index),
    /// A process that began before.
    Elder(Index),
    Dead,
    Hidden,
    Outside,
}

#[derive(Clone, Debug)]
struct Sprout {
    role: (u32, &'static str, &'static str),
    from: From,
    age: u64,
    owner: Fact<Owner>,
    hides_args: bool,
    details: Option<Details>,
    relays: Index,
}

/// A random machine.
pub(super) fn world() -> impl Strategy<Value = World> {
    prop_oneof![machine(System::Linux), machine(System::Windows)]
}

/// A random Windows machine.
pub(super) fn windows() -> impl Strategy<Value = World> {
    machine(System::Windows)
}

fn machine(system: System) -> impl Strategy<Value = World> {
    let windows = system == System::Windows;
    let listens = select(&[Listens::Always, Listens::Maybe, Listens::Never][..]);
    let holders =
        prop::collection::vec(prop_oneof![6 => any::<Index>().prop_map(Some), 1 => Just(None)], 0..3);
    let first = select(
        &[
            "/sbin/init",
            "/sbin/init",
            "/sbin/init",
            "tini -- sleep",
            "tini -- run_ws_shim.py",
            "/bin/strange",
        ][..],
    );
    let ours = prop_oneof![4 => Just(None), 1 => any::<Index>().prop_map(Some)];
    let more = (prop::bool::weighted(0.1), prop::bool::weighted(0.1), any::<Index>());
    (prop::collection::vec(sprout(), 1..14), listens, holders, first, ours, more).prop_map(
        move |(sprouts, listens, holders, first, ours, (ghost, protects, shift))| {
            let world = if windows { World::windows() } else { World::linux() };
            let mut world = world.watched(|watch| watch.listens = listens);
            if !windows && first != "/sbin/init" {
                let args: Vec<&str> = first.split(' ').collect();
                world = world.but(1, |init| Process { exe: None, ..init.with_args(&args) });
            }
            if protects {
                world = world.watched(|watch| watch.protect = vec!["--port 3005".into()]);
            }
            let numbers: Vec<u32> = numbers(sprouts.len(), shift.index(64));
            for (at, sprout) in sprouts.iter().enumerate() {
                world = grow(world, sprout, at, &numbers);
            }
            if let Some(parent) = ours {
                world = world.but(9000, |me| me.child_of(*parent.get(&numbers)));
            }
            for holder in holders {
                world = match holder {
                    Some(index) => world.where_listens(*index.get(&numbers)),
                    None => world.where_held_by(Holder::Hidden),
                };
            }
            if ghost { world.where_held_by(Holder::Gone(pid(3999))) } else { world }
        },
    )
}

fn sprout() -> impl Strategy<Value = Sprout> {
    let roles = ROLES.iter().map(|role| (role.0, Just(*role)));
    let role = prop::strategy::Union::new_weighted(roles.collect());
    let from = prop_oneof![
        4 => Just(From::Root),
        3 => any::<Index>().prop_map(From::Somebody),
        8 => any::<Index>().prop_map(From::Elder),
        3 => Just(From::Dead),
        1 => Just(From::Hidden),
        1 => Just(From::Outside),
    ];
    let age = prop_oneof![1 => 0_u64..8, 4 => Just(3600)];
    let owner = rarely(Fact::Known(Owner::Ours), vec![Fact::Known(Owner::Another), Fact::Hidden]);
    let hides_args = prop::bool::weighted(0.04);
    let details = prop_oneof![1 => Just(None), 30 => details().prop_map(Some)];
    (role, from, age, owner, hides_args, details, any::<Index>()).prop_map(
        |(role, from, age, owner, hides_args, details, relays)| Sprout {
            role,
            from,
            age,
            owner,
            hides_args,
            details,
            relays,
        },
    )
}

fn details() -> impl Strategy<Value = Details> {
    let streams = |input| Fact::Known(Streams { input, output: input });
    let service = |members: &[u32]| {
        let members = members.iter().map(|number| pid(*number)).collect();
        Fact::Known(Some(Service { name: "a.service".into(), members }))
    };
    let own = [None, Some(pid(1)), Some(pid(210))].map(Fact::Known).to_vec();
    (
        rarely(Fact::Known(None), [own, vec![Fact::Hidden]].concat()),
        rarely(Fact::Known(Terminal::None), vec![Fact::Known(Terminal::Living), Fact::Hidden]),
        rarely(streams(Stream::Pipe), vec![streams(Stream::Terminal), streams(Stream::Other), Fact::Hidden]),
        rarely(Fact::Known(None), vec![service(&[]), service(&[200, 210, 220]), Fact::Hidden]),
        rarely(Fact::Known(false), vec![Fact::Known(true), Fact::Hidden]),
        rarely(Fact::Known(Container::Ours), vec![Fact::Known(Container::Another), Fact::Hidden]),
        rarely(Some("/a".to_owned()), vec![Some("/b".to_owned()), None]),
    )
        .prop_map(|(session, terminal, streams, service, ignores_hangup, container, cwd)| Details {
            session,
            terminal,
            streams,
            service,
            ignores_hangup,
            container,
            cwd,
        })
}

fn rarely<T: Clone + std::fmt::Debug + 'static>(usual: T, odd: Vec<T>) -> impl Strategy<Value = T> {
    prop_oneof![14 => Just(usual), 1 => select(odd)]
}

/// Different numbers in no order.
fn numbers(count: usize, shift: usize) -> Vec<u32> {
    (0..64_u32).map(|at| 200 + at * 37 % 64).cycle().skip(shift).take(count).collect()
}

fn grow(mut world: World, sprout: &Sprout, at: usize, numbers: &[u32]) -> World {
    let number = numbers[at];
    let born = |at: usize| 200 + u64::try_from(at / 2).unwrap_or_default();
    let args: Vec<&str> = sprout.role.2.split(' ').collect();
    let mut new = process(number, born(at)).with_args(&args).aged(sprout.age).owned_by(sprout.owner);
    if !sprout.role.1.is_empty() {
        new = new.named(&sprout.role.1.replace("{}", &sprout.relays.get(numbers).to_string()));
    }
    let root = if world.snapshot.system == System::Windows { 1000 } else { 1 };
    let gone = 3000 + number;
    new.parent = match sprout.from {
        From::Root => Some(pid(root)),
        From::Somebody(index) => Some(pid(*index.get(numbers))),
        From::Elder(index) => Some(pid(if at == 0 { root } else { *index.get(&numbers[..at]) })),
        From::Dead | From::Hidden => Some(pid(gone)),
        From::Outside => None,
    };
    match sprout.from {
        From::Dead => world.snapshot.absent.insert(pid(gone), Presence::Gone),
        From::Hidden => world.snapshot.absent.insert(pid(gone), Presence::Hidden),
        From::Root | From::Somebody(_) | From::Elder(_) | From::Outside => None,
    };
    new.details.clone_from(&sprout.details);
    world.and(if sprout.hides_args { new.with_hidden_args() } else { new })
}
