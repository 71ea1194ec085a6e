//! Looking: one call makes one [`Snapshot`]. Judges nothing and touches nothing.
//!
//! What could not be read is in the snapshot as unseen, never as an empty list.

mod listeners;
mod processes;
mod relatives;

use std::collections::BTreeMap;

use crate::core::moment::Now;
use crate::core::{Holder, Pid, PortFacts, Snapshot, Watch};
use crate::platform;

/// The seam at which tests put a world of their own.
pub trait Sense: Send {
    /// Looks once at everything that these watches need. Blocks for as long as the system takes:
    /// some 10 ms for 300 processes.
    fn look(&mut self, watches: &[Watch], now: Now) -> Snapshot;
}

/// The machine that we run on.
#[derive(Debug, Default)]
pub struct Machine {
    processes: processes::Table,
}

impl Machine {
    /// Prepares to look; looks at nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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
        let mut processes = self.processes.read(watches, now).unwrap_or_else(|trouble| {
            unseen.push(trouble);
            Vec::new()
        });
        let absent = relatives::absent_parents(&processes);
        let mut rows = listeners::read(ports, &mut unseen);
        relatives::add_holders(&mut processes, rows.values().flatten());
        let ports = ports
            .iter()
            .map(|port| {
                (*port, PortFacts { listeners: rows.remove(port).unwrap_or_default(), reserved: None })
            })
            .collect::<BTreeMap<_, _>>();
        Snapshot { system: platform::SYSTEM, taken_at: now.wall, me: me(), processes, absent, ports, unseen }
    }
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
