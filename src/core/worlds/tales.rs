//! Random leases: of guards and of whoever is none, true, outdated or forged, as any program can write them.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::core::testing::{World, pid};
use crate::core::{Birth, Identity, Lease, LeaseClient, Listens, Port, Presence};

/// Whom a lease names.
#[derive(Clone, Debug)]
enum Who {
    /// Nobody.
    Nobody,
    /// A process that runs.
    Somebody(Index),
    /// Another process, which had its number before.
    Before(Index),
    /// A process that ended.
    Dead,
    /// A process that may not be looked at.
    Hidden,
}

/// One lease.
#[derive(Clone, Debug)]
pub(super) struct Tale {
    guard: Who,
    of_a_guard: bool,
    server: Who,
    client: Who,
    watch: Option<&'static str>,
    looks_at: Option<Listens>,
}

/// A few leases, mostly none.
pub(super) fn tales() -> impl Strategy<Value = Vec<Tale>> {
    prop_oneof![1 => Just(Vec::new()), 2 => prop::collection::vec(tale(), 1..4)]
}

fn tale() -> impl Strategy<Value = Tale> {
    let guard = prop_oneof![
        8 => any::<Index>().prop_map(Who::Somebody),
        1 => any::<Index>().prop_map(Who::Before),
        1 => Just(Who::Dead),
    ];
    let watch = select(&[None, Some("exai-mcp"), Some("exai-mcp"), Some("another")][..]);
    let listens = select(&[Some(Listens::Always), Some(Listens::Maybe), None][..]);
    (guard, prop::bool::weighted(0.8), who(), who(), watch, listens).prop_map(
        |(guard, of_a_guard, server, client, watch, listens)| Tale {
            guard,
            of_a_guard,
            server,
            client,
            watch,
            looks_at: listens,
        },
    )
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        2 => Just(Who::Nobody),
        6 => any::<Index>().prop_map(Who::Somebody),
        1 => any::<Index>().prop_map(Who::Before),
        3 => Just(Who::Dead),
        1 => Just(Who::Hidden),
    ]
}

impl Tale {
    /// The same world with this lease in it.
    pub(super) fn tell(&self, mut world: World, numbers: &[u32]) -> World {
        for (presence, number) in [(Presence::Gone, DEAD), (Presence::Hidden, HIDDEN)] {
            world.snapshot.absent.insert(pid(number), presence);
        }
        let guards: Vec<u32> = world
            .snapshot
            .processes
            .iter()
            .filter(|process| process.name == "shimkeeper")
            .map(|process| process.identity.pid.get())
            .collect();
        let among = if self.of_a_guard && !guards.is_empty() { &guards } else { numbers };
        let Some(guard) = find(&self.guard, &world, among) else { return world };
        let client = find(&self.client, &world, numbers);
        let lease = Lease {
            guard,
            server: find(&self.server, &world, numbers),
            client: client.map(|identity| LeaseClient { identity, name: "somebody".into() }),
            name: "a server".into(),
            watch: self.watch.map(str::to_owned),
            port: self.looks_at.map(|listens| Port { number: 3005, listens }),
            restartable: true,
            log: String::new(),
        };
        world.leased(lease)
    }
}

const DEAD: u32 = 4001;
const HIDDEN: u32 = 4002;

fn find(who: &Who, world: &World, numbers: &[u32]) -> Option<Identity> {
    let absent = |number| Some(Identity { pid: pid(number), birth: Birth { boot: 0, token: 60 } });
    match who {
        Who::Nobody => None,
        Who::Somebody(index) => Some(world.identity(*index.get(numbers))),
        Who::Before(index) => {
            let now = world.identity(*index.get(numbers));
            Some(Identity { birth: Birth { token: now.birth.token - 1, ..now.birth }, ..now })
        }
        Who::Dead => absent(DEAD),
        Who::Hidden => absent(HIDDEN),
    }
}
