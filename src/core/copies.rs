//! One client that runs the same server twice.
//!
//! That alone says nothing: clients run one set of servers a conversation, all of them in use. The older copy is given up
//! only where the client has let go of its input as well.

use super::guarded::is_one_server;
use super::identity::{Identity, Pid};
use super::instance::{Client, Instance, State};
use super::watch::Watch;

/// The younger copy of one of these instances that the same client has started, and whether nothing about that is a
/// guess. A probe that lives for a second is none: it must have outlived the grace time.
#[must_use]
pub fn younger_copy(instances: &[Instance], older: &Instance, watch: &Watch) -> Option<(Pid, bool)> {
    let client = client_of(older)?;
    let surely = |one: &Instance| {
        let is_one_folder = one.cwd.is_some() && one.cwd == older.cwd;
        is_one_folder && one.is_confirmed() && older.is_confirmed()
    };
    let again = instances.iter().filter(|younger| {
        // Of the younger one it must be known that somebody speaks to it.
        younger.state == State::Attached
            && (younger.is_spoken_to || !older.is_let_go())
            && client_of(younger) == Some(client)
            && younger.command == older.command
            && (younger.cwd.is_none() || older.cwd.is_none() || younger.cwd == older.cwd)
            && younger.awake >= watch.orphan_grace
            && !younger.top.birth.no_later_than(older.top.birth)
            && is_one_server(younger, older)
            && [younger, older].iter().all(|one| is_told_by_parents(one))
    });
    let by = again.max_by_key(|it| (surely(it), it.top.birth.token))?;
    Some((by.top.pid, surely(by)))
}

/// Whether the chain of parents leads to its client. Any program can write a lease, so that nothing is given up because of one.
fn is_told_by_parents(instance: &Instance) -> bool {
    instance.guarded.as_ref().is_none_or(|guarded| guarded.is_confirmed && !guarded.by_lease_alone)
}

/// The living client that started an instance, whether or not it still speaks to it.
fn client_of(instance: &Instance) -> Option<Identity> {
    match (instance.state, &instance.client) {
        (State::Attached | State::Unseen, Client::Living { identity, .. }) => Some(*identity),
        (
            State::Attached | State::Orphan(_) | State::Adopted | State::Superseded { .. } | State::Unseen,
            Client::Living { .. } | Client::Gone { .. } | Client::Unseen,
        ) => None,
    }
}
