//! What a test expects of one instance, and the comparison of all of it with a diagnosis.
//!
//! A check is complete: instances, states, clients, members and the plan. Nothing may be there that the
//! test did not name.

use std::time::Duration;

use crate::core::snapshot::{Callers, Details, OtherEnd};
use crate::core::testing::{World, pid, process};
use crate::core::{
    Client, Diagnosis, Evidence, Instance, Pid, Process, Refusal, Ripeness, Scope, State, Verdict, plan,
};

/// What is expected of one instance.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    top: u32,
    state: State,
    client: Option<u32>,
    members: Vec<u32>,
    because: Vec<Evidence>,
    refused: Option<Refusal>,
}

fn expect(top: u32, state: State) -> Expected {
    Expected { top, state, client: None, members: vec![top], because: Vec::new(), refused: None }
}

/// An instance that this client uses.
pub(super) fn attached(top: u32, client: u32) -> Expected {
    Expected { client: Some(client), ..expect(top, State::Attached) }
}

/// An instance that was left behind, and that a cleanup ends.
pub(super) fn orphan(top: u32) -> Expected {
    expect(top, State::Orphan(Ripeness::Ripe))
}

/// An instance that looks left behind, this long before it may be called so.
pub(super) fn suspect(top: u32, ripe_in: Duration) -> Expected {
    expect(top, State::Orphan(Ripeness::Unripe { ripe_in })).refused(Refusal::TooEarly)
}

/// An instance that was set free on purpose.
pub(super) fn adopted(top: u32) -> Expected {
    expect(top, State::Adopted)
}

/// An instance that its living parent has let go of.
pub(super) fn abandoned(top: u32, parent: u32) -> Expected {
    Expected { client: Some(parent), ..expect(top, State::Unseen) }
}

/// An older copy of what the same client started again.
pub(super) fn superseded(top: u32, by: u32, client: u32) -> Expected {
    Expected { client: Some(client), ..expect(top, State::Superseded { by: pid(by) }) }
}

/// An instance that cannot be judged.
pub(super) fn unseen(top: u32) -> Expected {
    expect(top, State::Unseen)
}

impl Expected {
    /// The same with these processes, in this order.
    pub(super) fn with(self, members: &[u32]) -> Self {
        Self { members: members.to_vec(), ..self }
    }

    /// The same, with this number as the client that ended.
    pub(super) fn left_by(self, client: u32) -> Self {
        Self { client: Some(client), ..self }
    }

    /// The same for this reason, among others.
    pub(super) fn because(mut self, reason: Evidence) -> Self {
        self.because.push(reason);
        self
    }

    /// The same, but a cleanup must not end it, and says why.
    pub(super) fn refused(self, why: Refusal) -> Self {
        Self { refused: Some(why), ..self }
    }

    #[track_caller]
    fn compare(&self, instance: &Instance) {
        let said = format!("{instance:#?}");
        assert_eq!(instance.top.pid.get(), self.top, "{said}");
        assert_eq!(instance.state, self.state, "{said}");
        let members: Vec<u32> = instance.members.iter().map(|member| member.identity.pid.get()).collect();
        assert_eq!(members, self.members, "{said}");
        match (&instance.client, instance.state) {
            (Client::Living { identity, .. }, State::Attached | State::Superseded { .. }) => {
                assert_eq!(Some(identity.pid.get()), self.client, "{said}");
            }
            (Client::Gone { pid, .. }, State::Orphan(_) | State::Adopted | State::Unseen) => {
                assert!(self.client.is_none() || self.client == pid.map(Pid::get), "{said}");
            }
            (Client::Living { identity, .. }, State::Unseen) => {
                assert!(self.client == Some(identity.pid.get()) && instance.is_let_go(), "{said}");
            }
            (Client::Unseen, State::Unseen) => assert_eq!(self.client, None, "{said}"),
            (client, state) => panic!("{client:?} does not go with {state:?}"),
        }
        for reason in &self.because {
            assert!(instance.evidence.contains(reason), "{reason:?} is missing: {said}");
        }
    }
}

/// Compares what the second of two looks says.
#[track_caller]
pub(super) fn check(world: &World, verdict: Verdict, expected: &[Expected]) {
    check_this(&world.look(), verdict, expected);
}

/// Compares one diagnosis, its plan included.
#[track_caller]
pub(super) fn check_this(diagnosis: &Diagnosis, verdict: Verdict, expected: &[Expected]) {
    assert_eq!(diagnosis.verdict, verdict, "{diagnosis:#?}");
    assert_eq!(diagnosis.instances.len(), expected.len(), "{diagnosis:#?}");
    for (instance, expected) in diagnosis.instances.iter().zip(expected) {
        expected.compare(instance);
    }
    let ended: Vec<&Expected> = expected
        .iter()
        .filter(|one| matches!(one.state, State::Orphan(_)) && one.refused.is_none())
        .collect();
    let plan = plan(diagnosis, Scope::Orphans);
    let planned: Vec<Vec<u32>> = plan
        .targets
        .iter()
        .map(|target| target.members.iter().map(|member| member.identity.pid.get()).collect())
        .collect();
    assert_eq!(planned, ended.iter().map(|one| one.members.clone()).collect::<Vec<_>>());
    let refused: Vec<(u32, Refusal)> = plan.refused.iter().map(|one| (one.pid.get(), one.why)).collect();
    let expected = expected.iter().filter_map(|one| one.refused.map(|why| (one.top, why)));
    assert_eq!(refused, expected.collect::<Vec<_>>());
}

/// A Linux machine on which the client `claude` runs as 150.
pub(super) fn desk() -> World {
    World::linux().and(process(150, 50).with_args(&["claude"]).child_of(100))
}

/// A Windows machine on which the client `Code.exe` runs as 1500.
pub(super) fn windows_desk() -> World {
    World::windows().and(process(1500, 500).with_args(&[r"C:\Program Files\VS Code\Code.exe"]).child_of(1000))
}

/// Nobody has the other end of its input, and it listens nowhere.
pub(super) fn let_go(details: &mut Details) {
    details.other_end = OtherEnd::Nobody { made_by: None };
    details.callers = Callers::NotListening;
}

/// A shim as its client starts it.
pub(super) fn shim(number: u32, birth: u64, parent: u32) -> Process {
    process(number, birth).with_args(&["python3", "-u", "run_ws_shim.py"]).child_of(parent)
}
