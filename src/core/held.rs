//! Who has a watch's port, and what keeps it from being bound. Part of the summing up; decides nothing by itself.

use super::family::Family;
use super::finding::Finding;
use super::heir::{Heir, heir_of};
use super::identity::Pid;
use super::instance::Instance;
use super::snapshot::{Binding, Hold, Holder, PortFacts, Snapshot};
use super::unseen::Unseen;
use super::watch::Watch;

/// One socket with the port and its owner, as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldBy {
    /// Where: `127.0.0.1:3005`.
    pub address: String,
    /// What it does with the port.
    pub hold: Hold,
    /// Who.
    pub holder: Holder,
    /// The holder's name, where it is known.
    pub name: Option<String>,
    /// Who has the socket of a holder that ended.
    pub heir: Option<Heir>,
}

/// Every socket with the watch's port; none where the watch has no port.
pub(super) fn holders(snapshot: &Snapshot, watch: &Watch, family: &Family<'_>) -> Vec<HeldBy> {
    let Some(number) = watch.port_number() else { return Vec::new() };
    let Some(facts) = snapshot.ports.get(&number) else { return Vec::new() };
    let listening = facts.listeners.iter().map(|row| (row.address, Hold::Listens, &row.holders));
    let taken = match &facts.binding {
        Binding::Taken(taken) => &taken.by[..],
        Binding::NotTried | Binding::Works | Binding::NotPermitted => &[],
    };
    let taken = taken.iter().map(|taking| (taking.address, taking.hold, &taking.holders));
    let mut rows: Vec<HeldBy> = listening
        .chain(taken)
        .flat_map(|(address, hold, holders)| {
            let address = std::net::SocketAddr::new(address, number).to_string();
            holders.iter().map(move |holder| {
                let (name, heir) = match holder {
                    Holder::Known(identity) => {
                        (family.get(identity.pid).map(|process| process.name.clone()), None)
                    }
                    Holder::Gone(pid) => (None, heir_of(*pid, snapshot, family, watch)),
                    Holder::Hidden => (None, None),
                };
                HeldBy { address: address.clone(), hold, holder: holder.clone(), name, heir }
            })
        })
        .collect();
    rows.sort_by_key(|row| (row.address.clone(), holder_pid(&row.holder)));
    rows
}

/// The number in a row, where it has one.
#[must_use]
pub fn holder_pid(holder: &Holder) -> Option<Pid> {
    match holder {
        Holder::Known(identity) => Some(identity.pid),
        Holder::Gone(pid) => Some(*pid),
        Holder::Hidden => None,
    }
}

/// What keeps a port from being bound that no process is known to have.
pub(super) fn what_keeps(facts: &PortFacts, port: u16) -> Option<Finding> {
    if let Some((first, last)) = facts.reserved {
        return Some(Finding::Reserved { first, last });
    }
    match &facts.binding {
        Binding::NotTried | Binding::Works => None,
        Binding::NotPermitted => Some(Finding::NotPermitted),
        Binding::Taken(taken) => {
            let at = taken.at.iter().map(|at| std::net::SocketAddr::new(*at, port).to_string());
            Some(Finding::Taken { at: at.collect::<Vec<_>>().join(" and "), lingers: taken.lingers })
        }
    }
}

/// What is wrong with one of them.
pub(super) fn trouble_of(row: &HeldBy, watch: &Watch, instances: &[Instance]) -> Option<Finding> {
    let address = row.address.clone();
    match &row.holder {
        Holder::Known(identity) => {
            let ours = instances
                .iter()
                .any(|instance| instance.members.iter().any(|member| member.identity == *identity));
            let name = row.name.clone().unwrap_or_default();
            // Whoever is connected from the port keeps it from everybody, a server of this watch among them.
            let is_trouble = !ours || row.hold == Hold::Connected;
            is_trouble.then_some(Finding::Foreign { pid: identity.pid, name, address, hold: row.hold })
        }
        Holder::Gone(pid) => Some(Finding::Ghost { pid: *pid, address, heir: row.heir.clone() }),
        Holder::Hidden => watch.port_number().map(|port| Finding::Unseen(Unseen::Holder { port })),
    }
}
