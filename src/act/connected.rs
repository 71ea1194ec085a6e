//! Who is connected to a server that is to be restarted, apart from its own processes and its client.
//!
//! Asked for a restart alone, right before it: whoever else is connected has not been asked, and loses the connection.

use crate::core::instance::Client;
use crate::core::snapshot::{Callers, Door};
use crate::core::{Instance, Pid};
use crate::platform;
use crate::platform::callers::Calls;

/// Somebody else who uses a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Other {
    /// Is connected; the process where it can be told.
    Connected {
        /// Its number and name.
        caller: Option<(Pid, String)>,
        /// To what.
        at: Door,
    },
    /// It could not be told whether anybody is.
    Unknown,
}

/// The first of them that can be named best, if there is one.
#[must_use]
pub(super) fn other_user(instance: &Instance) -> Option<Other> {
    let members: Vec<Pid> = instance.members.iter().map(|member| member.identity.pid).collect();
    let client = match &instance.client {
        Client::Living { identity, .. } => Some(identity.pid),
        Client::Gone { .. } | Client::Unseen => None,
    };
    let asked = Calls::default().of(&members);
    pick(asked.into_values(), &members, client, |pid| platform::name(pid).unwrap_or_default())
}

fn pick(
    all: impl Iterator<Item = Callers>,
    members: &[Pid],
    client: Option<Pid>,
    name: impl Fn(Pid) -> String,
) -> Option<Other> {
    let mut found: Vec<Other> = Vec::new();
    for callers in all {
        match callers {
            Callers::NotAsked | Callers::NotListening => {}
            Callers::Unknown => found.push(Other::Unknown),
            Callers::Known(callers) => found.extend(callers.into_iter().filter_map(|caller| {
                // Whoever shares it with the client or with the server itself was started by them.
                let is_known = |pid: &Pid| members.contains(pid) || client == Some(*pid);
                if caller.who.iter().any(is_known) {
                    return None;
                }
                let caller_named = caller.who.first().map(|pid| (*pid, name(*pid)));
                Some(Other::Connected { caller: caller_named, at: caller.at })
            })),
        }
    }
    found.into_iter().min_by_key(|other| match other {
        Other::Connected { caller: Some((pid, _)), .. } => (0, pid.get()),
        Other::Connected { caller: None, .. } => (1, 0),
        Other::Unknown => (2, 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::snapshot::Caller;
    use crate::core::testing::pid;

    fn picked(callers: &[Callers]) -> Option<Other> {
        pick(callers.iter().cloned(), &[pid(600), pid(601)], Some(pid(500)), |_| "codex".into())
    }

    fn known(all: &[&[u32]]) -> Callers {
        let caller = |who: &&[u32]| Caller {
            at: Door::Port(3005),
            who: who.iter().map(|number| pid(*number)).collect(),
        };
        Callers::Known(all.iter().map(caller).collect())
    }

    #[test]
    fn the_server_itself_and_its_client_are_nobody_else() {
        assert_eq!(picked(&[Callers::NotListening, Callers::NotAsked]), None);
        assert_eq!(picked(&[known(&[&[601], &[500], &[500, 510]]), known(&[])]), None);
    }

    #[test]
    fn who_can_be_named_is_named_and_what_is_not_known_is_no_leave() {
        let at = Door::Port(3005);
        let named = Other::Connected { caller: Some((pid(700), "codex".into())), at: at.clone() };
        assert_eq!(picked(&[Callers::Unknown, known(&[&[500], &[], &[700]])]), Some(named));
        assert_eq!(picked(&[Callers::Unknown, known(&[&[]])]), Some(Other::Connected { caller: None, at }));
        assert_eq!(picked(&[known(&[&[500]]), Callers::Unknown]), Some(Other::Unknown));
    }
}
