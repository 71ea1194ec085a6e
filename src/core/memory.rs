//! What earlier looks saw, because one look proves nothing.
//!
//! Keeps only what still runs; it cannot grow.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use super::diagnose::Diagnosis;
use super::identity::Identity;
use super::instance::{Client, Instance, State};
use super::moment::Moment;
use super::snapshot::Process;

/// The least time between two looks that count as two: a parent that is just being replaced (a
/// launcher that hands over) must have settled.
pub const SECOND_LOOK_AFTER: Duration = Duration::from_millis(200);

/// A client as an earlier look saw it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PastClient {
    /// Who it was.
    pub identity: Identity,
    /// Its name.
    pub name: String,
}

/// What earlier looks saw of the processes of one watch.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Memory {
    suspected: HashMap<Identity, Moment>,
    clients: HashMap<Identity, PastClient>,
    awake: HashMap<Identity, Awake>,
}

/// How long a process had lived at a look, without the time that the machine slept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Awake {
    at: Moment,
    age: Duration,
}

impl Memory {
    /// When this process was first seen without a client, if the last look saw it so too.
    #[must_use]
    pub fn suspected_since(&self, process: Identity) -> Option<Moment> {
        self.suspected.get(&process).copied()
    }

    /// The client that this process had when it had one.
    #[must_use]
    pub fn client_of(&self, process: Identity) -> Option<&PastClient> {
        self.clients.get(&process)
    }

    /// How long a process has lived as far as anybody could do something in that time. Ages go on while the machine
    /// sleeps, moments do not: after a night a probe of a second is no old server, and one that was just starting
    /// is not late.
    #[must_use]
    pub fn awake(&self, process: &Process, now: Moment) -> Duration {
        let seen = self.awake.get(&process.identity);
        seen.map_or(process.age, |seen| process.age.min(seen.age.saturating_add(now.since(seen.at))))
    }

    /// Learns from a look, and forgets what it did not see.
    pub fn learn(&mut self, diagnosis: &Diagnosis, now: Moment) {
        let (mut suspected, mut clients, mut awake) = (HashMap::new(), HashMap::new(), HashMap::new());
        // An instance inside another one speaks for its own processes, so that it has the last word.
        let mut instances: Vec<&Instance> = diagnosis.instances.iter().collect();
        instances.sort_by_key(|instance| Reverse(instance.members.len()));
        for instance in instances {
            for (process, age) in [(instance.top, instance.awake), (instance.main, instance.main_awake)] {
                awake.insert(process, Awake { at: now, age });
            }
            for member in &instance.members {
                let identity = member.identity;
                suspected.remove(&identity);
                clients.remove(&identity);
                match (&instance.state, &instance.client) {
                    (State::Orphan(_), _) => {
                        suspected.insert(identity, self.suspected_since(identity).unwrap_or(now));
                    }
                    (
                        State::Attached | State::Superseded { .. },
                        Client::Living { identity: client, name },
                    ) if instance.is_confirmed() => {
                        clients.insert(identity, PastClient { identity: *client, name: name.clone() });
                        continue;
                    }
                    (
                        State::Attached | State::Adopted | State::Superseded { .. } | State::Unseen,
                        Client::Living { .. } | Client::Gone { .. } | Client::Unseen,
                    ) => {}
                }
                if let Some(client) = self.client_of(identity) {
                    clients.insert(identity, client.clone());
                }
            }
        }
        *self = Self { suspected, clients, awake };
    }
}
