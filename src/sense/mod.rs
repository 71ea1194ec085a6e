//! Looking: one call makes one [`Snapshot`]. Judges nothing and touches nothing.
//!
//! What could not be read is in the snapshot as unseen, never as an empty list.

mod guards;
mod listeners;
mod processes;
mod relatives;
mod users;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use crate::core::guarded::living;
use crate::core::moment::Now;
use crate::core::snapshot::Listener;
use crate::core::{Fact, Holder, Identity, Moment, Pid, PortFacts, Snapshot, Unseen, Watch};
use crate::platform;
use crate::platform::listeners::{Among, Listeners};
use crate::platform::table::{Depth, Table};

/// How long the answer about a reserved port is good for: such ranges change when the machine starts,
/// and asking takes the port away for a moment.
const RESERVED_FOR: Duration = Duration::from_mins(1);

/// The seam at which tests put a world of their own.
pub trait Sense: Send {
    /// Looks once at everything that these watches need. Blocks for as long as the system takes.
    fn look(&mut self, watches: &[Watch], now: Now) -> Snapshot;
}

/// The machine that we run on.
#[derive(Debug)]
pub struct Machine {
    me: Pid,
    depth: Depth,
    table: Table,
    listeners: Listeners,
    guards: guards::Leases,
    /// Who held a watched port at the last look.
    holders: Vec<Pid>,
    /// Who used a shim then.
    users: Vec<Pid>,
    calling: users::Calling,
    reserved: HashMap<u16, (Moment, Option<(u16, u16)>)>,
}

impl Default for Machine {
    fn default() -> Self {
        Self::with(Depth::Everything, None)
    }
}

impl Machine {
    /// Prepares to look, without the leases of guards; looks at nothing yet. Everything is read anew at each look:
    /// for whoever ends something.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with the leases in this folder, which need not be there.
    #[must_use]
    pub fn with_leases(folder: PathBuf) -> Self {
        Self::with(Depth::Everything, Some(folder))
    }

    /// The same for whoever looks all day, or once and wants to see what there is: what has changed since the last look
    /// is read, and everything once a minute.
    ///
    /// # Platforms
    /// Linux: some tenths of a millisecond where nothing was born and nothing has ended. Windows: everything is read at
    /// each look.
    #[must_use]
    pub fn sparing(folder: PathBuf) -> Self {
        Self::with(Depth::Changes, Some(folder))
    }

    fn with(depth: Depth, leases: Option<PathBuf>) -> Self {
        Self {
            me: me(),
            depth,
            table: Table::default(),
            listeners: Listeners::default(),
            guards: guards::Leases::in_folder(leases),
            holders: Vec::new(),
            users: Vec::new(),
            calling: users::Calling::default(),
            reserved: HashMap::new(),
        }
    }
}

impl Sense for Machine {
    fn look(&mut self, watches: &[Watch], now: Now) -> Snapshot {
        let ports: Vec<u16> = watches.iter().map(|watch| watch.port).collect();
        let mut snapshot = self.look_once(watches, &ports, now);
        if is_torn(&snapshot) {
            // A holder began or ended between the two lists; the second look sees it in both.
            snapshot = self.look_once(watches, &ports, now);
        }
        snapshot
    }
}

impl Machine {
    fn look_once(&mut self, watches: &[Watch], ports: &[u16], now: Now) -> Snapshot {
        let mut unseen = Vec::new();
        let leases = self.guards.read(self.depth, now);
        let told = leases.known().map_or(&[][..], Vec::as_slice);
        let search = processes::Search {
            watches,
            leases: told,
            holders: &self.holders,
            users: &self.users,
            depth: self.depth,
            now,
        };
        let read = processes::read(&mut self.table, &mut self.calling, &search);
        let (mut processes, users) = read.unwrap_or_else(|trouble| {
            unseen.push(trouble);
            (Vec::new(), Vec::new())
        });
        self.users = users;
        let likely: Vec<Identity> = processes.iter().map(|process| process.identity).collect();
        let among = Among { likely: &likely, change: self.table.change(), depth: self.depth };
        let mut rows = listeners::read(&mut self.listeners, ports, &among, &mut unseen);
        let all_seen = !unseen.iter().any(|unseen| matches!(unseen, Unseen::Listeners { .. }));
        let ports = ports
            .iter()
            .map(|port| {
                let listeners = rows.remove(port).unwrap_or_default();
                let is_free = all_seen && listeners.is_empty();
                let reserved = is_free.then(|| self.reserved(*port, now.moment, &mut unseen)).flatten();
                (*port, PortFacts { heirs: heirs_of(*port, &listeners), listeners, reserved })
            })
            .collect::<BTreeMap<_, _>>();
        self.holders = holders_of(ports.values());
        processes.extend(self.table.more(&self.holders, now));
        relatives::add_holders(&mut processes, &mut self.table, ports.values());
        let leases = match leases {
            Fact::Known(leases) => Fact::Known(living(leases, &processes)),
            Fact::Hidden => Fact::Hidden,
        };
        let mut absent = relatives::absent_parents(&processes);
        let told = leases.known().map_or(&[][..], Vec::as_slice);
        absent.extend(guards::absent_clients(told, &processes));
        let (system, taken_at) = (platform::SYSTEM, now.wall);
        Snapshot { system, taken_at, me: self.me, processes, absent, ports, leases, unseen }
    }
}

impl Machine {
    /// The range that the system keeps around a port on which nobody listens.
    fn reserved(&mut self, port: u16, now: Moment, unseen: &mut Vec<Unseen>) -> Option<(u16, u16)> {
        if let Some((asked, range)) = self.reserved.get(&port)
            && now.since(*asked) < RESERVED_FOR
        {
            return *range;
        }
        let range = match platform::reserved_range(port) {
            Ok(range) => range,
            Err(error) => {
                // A port of which this cannot be told is not called free.
                unseen.push(Unseen::Reservation { port, why: error.to_string() });
                return None;
            }
        };
        self.reserved.insert(port, (now, range));
        range
    }
}

/// Who holds the sockets of a port whose owners on record ended. Asked only then: it costs a walk
/// through everything that is open.
fn heirs_of(port: u16, listeners: &[Listener]) -> Vec<Identity> {
    let haunted =
        listeners.iter().flat_map(|row| &row.holders).any(|holder| matches!(holder, Holder::Gone(_)));
    if haunted { platform::heirs(port) } else { Vec::new() }
}

/// Everybody who is known to hold one of these ports, each once.
fn holders_of<'a>(ports: impl Iterator<Item = &'a PortFacts>) -> Vec<Pid> {
    let rows = ports.flat_map(|port| &port.listeners).flat_map(|row| &row.holders);
    let known = rows.filter_map(|holder| match holder {
        Holder::Known(identity) => Some(identity.pid),
        Holder::Gone(_) | Holder::Hidden => None,
    });
    known.collect::<BTreeSet<_>>().into_iter().collect()
}

fn me() -> Pid {
    // The system gave us this number, so it is one.
    Pid::new(std::process::id()).unwrap_or_else(|| unreachable!("our own pid is a pid"))
}

fn is_torn(snapshot: &Snapshot) -> bool {
    let holders = snapshot.ports.values().flat_map(|port| &port.listeners).flat_map(|row| &row.holders);
    holders.into_iter().any(|holder| match holder {
        Holder::Known(identity) => !snapshot.processes.iter().any(|process| process.identity == *identity),
        Holder::Gone(_) => true,
        Holder::Hidden => false,
    })
}
