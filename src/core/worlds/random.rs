//! Random machines: trees of shims, launchers, clients and reapers with every oddity that a look can
//! show. Deliberately wilder than any real system; circles of parents and impossible traits included.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::odd::ODDITIES;
use super::tales::tales;
use crate::core::snapshot::{Callers, OtherEnd};
use crate::core::testing::{World, pid, process};
use crate::core::{Holder, Listens, Presence, Process, System};

/// How often what is met: a name, where it is not the program's, and a command line; `{}` stands for
/// some process's number.
const ROLES: &[(usize, (&str, &str))] = &[
    (9, ("", "python3 -u run_ws_shim.py")),
    (2, ("", "python3 -u run_ws_shim.py --port 3005")),
    (2, ("", "sh -c x")),
    (1, ("", "uv run run_ws_shim.py")),
    (1, ("", "python3 start_ws_shim_safe.py")),
    (1, ("", "cmd.exe /c x")),
    (1, ("", "shimkeeper start")),
    (3, ("", "shimkeeper guard -- python3 -u run_ws_shim.py")),
    (3, ("", "claude")),
    (2, ("", "bash")),
    (2, ("", "node agent.js")),
    (1, ("", "vim run_ws_shim.py")),
    (1, ("", "conhost.exe")),
    (1, ("systemd", "/lib/systemd/systemd --user")),
    (1, ("", "tini -- sleep")),
    (1, ("", "tini -- python3 run_ws_shim.py")),
    (1, ("Relay({})", "/init")),
    (1, ("SessionLeader", "/init")),
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
    /// Its own name where it has one, and its command line.
    role: (&'static str, &'static str),
    from: From,
    relays: Index,
    age: u64,
    /// Whether the other end of its input is closed.
    is_closed: bool,
}

/// First processes of Linux machines, by how often they are met.
const FIRST: &[(usize, &str)] =
    &[(3, "/sbin/init"), (1, "tini -- sleep"), (1, "tini -- run_ws_shim.py"), (1, "/bin/strange")];

/// A random machine.
pub(super) fn world() -> impl Strategy<Value = World> {
    prop_oneof![machine(System::Linux), machine(System::Windows)]
}

/// A random Windows machine.
pub(super) fn windows() -> impl Strategy<Value = World> {
    machine(System::Windows)
}

fn machine(system: System) -> impl Strategy<Value = World> {
    let odd = prop::collection::vec((any::<Index>(), select(ODDITIES)), 0..6);
    let ours = prop_oneof![4 => Just(None), 1 => any::<Index>().prop_map(Some)];
    // Small worlds show one thing at a time, large ones how things meddle with each other.
    let sprouts = prop_oneof![prop::collection::vec(sprout(), 1..5), prop::collection::vec(sprout(), 5..14)];
    let parts = (sprouts, odd, ours, 0..64_usize, port(), tales());
    let given_up = prop::bool::weighted(0.1);
    (one_of(FIRST), parts, given_up).prop_map(move |(first, parts, given_up)| {
        let (sprouts, odd, ours, shift, port, tales) = parts;
        let numbers = numbers(sprouts.len(), shift);
        let mut world = empty(system, first);
        if given_up {
            world = with_a_copy_given_up(world);
        }
        for (at, sprout) in sprouts.iter().enumerate() {
            world = grow(world, sprout, at, &numbers);
        }
        for (index, oddity) in odd {
            world = world.but(*index.get(&numbers), oddity);
        }
        if let Some(parent) = ours {
            world = world.but(9000, |me| me.child_of(*parent.get(&numbers)));
        }
        port.open(tales.iter().fold(world, |world, tale| tale.tell(world, &numbers)), &numbers)
    })
}

fn empty(system: System, first: &str) -> World {
    match system {
        System::Windows => World::windows(),
        System::Linux | System::Macos if first == "/sbin/init" => World::linux(),
        System::Linux | System::Macos => {
            let args: Vec<&str> = first.split(' ').collect();
            World::linux().but(1, |init| Process { exe: None, ..init.with_args(&args) })
        }
    }
}

/// The same with a client that has let go of one server and started it again, which chance alone seldom makes.
fn with_a_copy_given_up(world: World) -> World {
    let root = if world.snapshot.system == System::Windows { 1000 } else { 1 };
    let copy = |number, birth, end: OtherEnd| {
        let copy = process(number, birth).with_args(&["python3", "-u", "run_ws_shim.py"]).child_of(300);
        copy.with(|details| {
            details.cwd = Some("/a".into());
            details.callers = Callers::NotListening;
            details.other_end = end;
        })
    };
    let client = process(300, 150).with_args(&["claude"]).child_of(root);
    let (older, younger) = (
        copy(301, 151, OtherEnd::Nobody { made_by: None }),
        copy(302, 152, OtherEnd::Somebody(vec![pid(300)])),
    );
    world.and(client).and(older).and(younger)
}

/// What is to be seen of the port, and what the user wants of it.
#[derive(Clone, Debug)]
struct Port {
    looks_at: Option<Listens>,
    holders: Vec<Index>,
    hidden: bool,
    ghost: bool,
    protects: bool,
}

fn port() -> impl Strategy<Value = Port> {
    let listens = select(&[Some(Listens::Always), Some(Listens::Maybe), None][..]);
    let seldom = || prop::bool::weighted(0.1);
    (listens, prop::collection::vec(any::<Index>(), 0..3), seldom(), seldom(), seldom()).prop_map(
        |(looks_at, holders, hidden, ghost, protects)| Port { looks_at, holders, hidden, ghost, protects },
    )
}

impl Port {
    fn open(self, world: World, numbers: &[u32]) -> World {
        let mut world = world.watched(|watch| {
            watch.port = self.looks_at.map(|listens| crate::core::Port { number: 3005, listens });
        });
        if self.protects {
            world = world.watched(|watch| watch.protect = vec!["--port 3005".into()]);
        }
        if self.hidden {
            world = world.where_held_by(Holder::Hidden);
        }
        if self.ghost {
            world = world.where_held_by(Holder::Gone(pid(3999)));
        }
        self.holders.iter().fold(world, |world, holder| world.where_listens(*holder.get(numbers)))
    }
}

fn sprout() -> impl Strategy<Value = Sprout> {
    let from = prop_oneof![
        4 => Just(From::Root),
        3 => any::<Index>().prop_map(From::Somebody),
        8 => any::<Index>().prop_map(From::Elder),
        3 => Just(From::Dead),
        1 => Just(From::Hidden),
        1 => Just(From::Outside),
    ];
    let age = one_of(&[(4, 3600), (1, 2)]);
    (one_of(ROLES), from, any::<Index>(), age, any::<bool>())
        .prop_map(|(role, from, relays, age, is_closed)| Sprout { role, from, relays, age, is_closed })
}

/// One of several, each as often as the number beside it says.
fn one_of<T: Copy + std::fmt::Debug + 'static>(of: &[(usize, T)]) -> impl Strategy<Value = T> + use<T> {
    let often = of.iter().flat_map(|(often, one)| std::iter::repeat_n(*one, *often));
    select(often.collect::<Vec<T>>())
}

/// Different numbers in no order.
fn numbers(count: usize, shift: usize) -> Vec<u32> {
    (0..64_u32).map(|at| 200 + at * 37 % 64).cycle().skip(shift).take(count).collect()
}

fn grow(mut world: World, sprout: &Sprout, at: usize, numbers: &[u32]) -> World {
    let number = numbers[at];
    let born = |at: usize| 200 + u64::try_from(at / 2).unwrap_or_default();
    let (name, line) = sprout.role;
    let args: Vec<&str> = line.split(' ').collect();
    let mut new = process(number, born(at)).with_args(&args).aged(sprout.age);
    // Whoever takes in orphans speaks to none of them.
    let parent = match sprout.from {
        From::Somebody(index) => Some(pid(*index.get(numbers))),
        From::Elder(index) if at > 0 => Some(pid(*index.get(&numbers[..at]))),
        From::Root if world.snapshot.system == System::Windows => Some(pid(1000)),
        From::Root | From::Elder(_) | From::Dead | From::Hidden | From::Outside => None,
    };
    new = new.with(|details| {
        details.cwd = Some("/a".into());
        details.callers = Callers::NotListening;
        details.other_end = match (sprout.is_closed, parent) {
            (true, _) => OtherEnd::Nobody { made_by: None },
            (false, Some(parent)) => OtherEnd::Somebody(vec![parent]),
            (false, None) => OtherEnd::NotAsked,
        };
    });
    if !name.is_empty() {
        new = new.named(&name.replace("{}", &sprout.relays.get(numbers).to_string()));
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
    world.and(new)
}
