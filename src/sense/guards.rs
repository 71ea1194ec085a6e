//! What guards tell: their leases, and what became of the clients that these name.
//!
//! One failed look where there is no guard; otherwise one small file each.

use std::path::Path;

use crate::core::{Fact, Identity, Lease, Pid, Presence, Process};
use crate::leases;
use crate::platform::{self, Held};

/// Every lease in the folder, whether or not its guard lives; hidden where the folder cannot be listed.
pub(super) fn read(folder: Option<&Path>) -> Fact<Vec<Lease>> {
    let Some(folder) = folder else { return Fact::Known(Vec::new()) };
    leases::read_all(folder).map_or(Fact::Hidden, Fact::Known)
}

/// What became of every client that a lease names and the list does not show.
pub(super) fn absent_clients(leases: &[Lease], processes: &[Process]) -> Vec<(Pid, Presence)> {
    let clients = leases.iter().filter_map(|lease| lease.client.as_ref()).map(|client| client.identity);
    let is_listed = |client: &Identity| processes.iter().any(|process| process.identity.pid == client.pid);
    clients.filter(|client| !is_listed(client)).map(|client| (client.pid, presence(client))).collect()
}

fn presence(client: Identity) -> Presence {
    let has_ended = || match Held::open(client.pid) {
        Ok(Some(held)) => held.has_ended().unwrap_or(false),
        Ok(None) => true,
        Err(_) => false,
    };
    match platform::birth(client.pid) {
        Ok(Some(birth)) if birth != client.birth => Presence::Gone,
        // It ended and nobody has collected it yet, which no list shows; or it is hidden from us.
        Ok(None) if has_ended() => Presence::Gone,
        Ok(Some(_) | None) | Err(_) => platform::presence(client.pid),
    }
}
