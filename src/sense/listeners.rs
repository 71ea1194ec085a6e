//! LISTEN rows of the watched ports with every holder.
//!
//! On Windows through `netstat2`, whose table names the owner. On Linux by the platform's own query: `netstat2` copies
//! every socket of the machine and walks every process's descriptors for the holders (54 ms of CPU at 1,000
//! processes, 125 ms beside 9,000 sockets; a filtered query and a look at a remembered descriptor take 0.1 ms), and it
//! ends silently where the kernel refuses. Each address family is asked by itself, so that trouble with one does not
//! hide the other.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::core::snapshot::Listener;
use crate::core::{Unseen, wording};
use crate::platform::Family;
use crate::platform::listeners::{Among, Listeners};

/// The LISTEN rows by port. What could not be read is added to `unseen`.
pub(super) fn read(
    listeners: &mut Listeners,
    ports: &[u16],
    among: &Among<'_>,
    unseen: &mut Vec<Unseen>,
) -> HashMap<u16, Vec<Listener>> {
    let mut rows: HashMap<u16, Vec<Listener>> = HashMap::new();
    if ports.is_empty() {
        return rows;
    }
    for family in [Family::V4, Family::V6] {
        // The library of one system is known to panic.
        let read = catch_unwind(AssertUnwindSafe(|| listeners.read(family, ports, among)));
        match read {
            Ok(Ok(found)) => {
                for (port, listener) in found {
                    rows.entry(port).or_default().push(listener);
                }
            }
            Ok(Err(error)) => unseen.push(Unseen::Listeners { family: word(family), why: error.to_string() }),
            Err(_) => {
                let why = wording::NO_LIST_OF_SOCKETS.into();
                unseen.push(Unseen::Listeners { family: word(family), why });
            }
        }
    }
    rows
}

const fn word(family: Family) -> &'static str {
    match family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    }
}
