//! What guards tell: their leases, and what became of the clients that these name.
//!
//! One look at the folder's date where nothing has changed.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::core::moment::Now;
use crate::core::{Fact, Identity, Lease, Moment, Pid, Presence, Process};
use crate::leases;
use crate::platform::table::Depth;
use crate::platform::{self, Held};

/// The leases in a folder, read anew when it has changed.
#[derive(Debug)]
pub(super) struct Leases {
    folder: Option<PathBuf>,
    known: Option<Known>,
}

#[derive(Debug)]
struct Known {
    leases: Vec<Lease>,
    /// When the folder had changed; `None` where there is none.
    changed: Option<SystemTime>,
    /// When we first saw that.
    seen: Moment,
    /// When we read it.
    read: Moment,
}

/// What no date tells is noticed after this time.
const NET: Duration = Duration::from_mins(1);

/// Dates are coarse: what changed just before it was read may change again under the same one.
const SETTLED: Duration = Duration::from_secs(1);

impl Leases {
    pub(super) const fn in_folder(folder: Option<PathBuf>) -> Self {
        Self { folder, known: None }
    }

    /// Every lease in the folder, whether or not its guard lives; hidden where the folder cannot be listed.
    pub(super) fn read(&mut self, depth: Depth, now: Now) -> Fact<Vec<Lease>> {
        let Some(folder) = &self.folder else { return Fact::Known(Vec::new()) };
        let changed = fs::metadata(folder).and_then(|about| about.modified()).ok();
        let known = self.known.take().filter(|known| depth == Depth::Changes && known.changed == changed);
        let seen = known.as_ref().map_or(now.moment, |known| known.seen);
        let is_good = |known: &Known| known.read.since(seen) >= SETTLED && now.moment.since(known.read) < NET;
        let known = match known.filter(is_good) {
            Some(known) => known,
            None => match leases::read_all(folder) {
                Ok(leases) => Known { leases, changed, seen, read: now.moment },
                Err(_) => return Fact::Hidden,
            },
        };
        Fact::Known(self.known.insert(known).leases.clone())
    }
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
