//! Takes one fact out of a world, as a system does that will not show it.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::core::family::Family;
use crate::core::launcher::is_launcher;
use crate::core::snapshot::{Callers, Details, OtherEnd};
use crate::core::testing::World;
use crate::core::{Fact, Identity, Instance, Owner, Pid, State, Unseen};

/// Which fact is hidden.
#[derive(Clone, Debug)]
pub(super) enum Hiding {
    Args(Index),
    Owner(Index),
    Trait(Index, Which),
    /// The process at which the way up from an instance ends.
    Parent(Index),
    Listeners,
    Leases,
}

/// Which trait is hidden.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    Session,
    Terminal,
    Streams,
    Service,
    Hangup,
    Container,
    Folder,
    OtherEnd,
    Callers,
    All,
}

impl Arbitrary for Hiding {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let which = prop::sample::select(
            &[
                Which::Session,
                Which::Terminal,
                Which::Streams,
                Which::Service,
                Which::Hangup,
                Which::Container,
                Which::Folder,
                Which::OtherEnd,
                Which::Callers,
                Which::All,
            ][..],
        );
        prop_oneof![
            4 => any::<Index>().prop_map(Self::Args),
            1 => any::<Index>().prop_map(Self::Owner),
            4 => (any::<Index>(), which).prop_map(|(index, which)| Self::Trait(index, which)),
            2 => any::<Index>().prop_map(Self::Parent),
            1 => Just(Self::Listeners),
            1 => Just(Self::Leases),
        ]
        .boxed()
    }
}

/// The same world with that fact hidden; `None` where hiding it is no loss.
pub(super) fn hide(world: &World, hiding: &Hiding) -> Option<World> {
    let mut world = world.clone();
    let processes = &mut world.snapshot.processes;
    match hiding {
        Hiding::Args(index) => {
            let at = index.index(processes.len());
            // What another user runs is no matter of ours, seen or not.
            if processes[at].owner == Fact::Known(Owner::Another) {
                return None;
            }
            processes[at].args = Fact::Hidden;
        }
        Hiding::Owner(index) => {
            let at = index.index(processes.len());
            processes[at].owner = Fact::Hidden;
        }
        Hiding::Trait(index, which) => {
            let at = index.index(processes.len());
            if let Which::All = which {
                processes[at].details = None;
            } else {
                forget(processes[at].details.as_mut()?, *which);
            }
        }
        Hiding::Parent(index) => {
            let parent = parent_of_an_instance(&world, *index)?;
            return Some(world.where_hidden(parent.get()));
        }
        Hiding::Listeners => {
            world.watch.port?;
            world.snapshot.ports.clear();
            world.snapshot.unseen.push(Unseen::Listeners { family: "IPv4", why: "denied".into() });
        }
        Hiding::Leases => {
            // What only leases tell is lost with them; that costs knowledge and nothing else.
            let instances = world.look().instances;
            let unconfirmed =
                |pid: Pid| instances.iter().any(|one| one.top.pid == pid && !one.is_confirmed());
            let alone = |one: &Instance| match one.state {
                State::Superseded { by } => unconfirmed(one.top.pid) || unconfirmed(by),
                State::Attached | State::Orphan(_) | State::Adopted | State::Unseen => {
                    one.guarded.as_ref().is_some_and(|known| known.by_lease_alone)
                }
            };
            if instances.iter().any(alone) {
                return None;
            }
            world.snapshot.leases = Fact::Hidden;
        }
    }
    Some(world)
}

fn forget(details: &mut Details, which: Which) {
    match which {
        Which::Session => details.session = Fact::Hidden,
        Which::Terminal => details.terminal = Fact::Hidden,
        Which::Streams => details.streams = Fact::Hidden,
        Which::Service => details.service = Fact::Hidden,
        Which::Hangup => details.ignores_hangup = Fact::Hidden,
        Which::Container => details.container = Fact::Hidden,
        Which::Folder => details.cwd = None,
        Which::OtherEnd => details.other_end = OtherEnd::Unknown,
        Which::Callers => details.callers = Callers::Unknown,
        Which::All => {}
    }
}

/// The parent of some instance's top, unless hiding it would take facts about others with it: where it
/// belongs to an instance (or may do so) or hangs below one, or makes a launcher one that serves others,
/// or is ourselves.
fn parent_of_an_instance(world: &World, index: Index) -> Option<Pid> {
    let instances = world.look().instances;
    if instances.is_empty() {
        return None;
    }
    let find = |wanted: Pid| world.snapshot.processes.iter().find(|one| one.identity.pid == wanted);
    let parent = find(index.get(&instances).top.pid)?.parent.and_then(find)?;
    let family = Family::of(&world.snapshot);
    let mut above = family.ancestors(parent);
    above.push(parent);
    let members: Vec<Identity> =
        instances.iter().flat_map(|instance| &instance.members).map(|member| member.identity).collect();
    let belongs = above.iter().any(|one| members.contains(&one.identity) || one.args == Fact::Hidden);
    let shares = parent
        .parent
        .and_then(find)
        .is_some_and(|above| is_launcher(above, world.snapshot.system.path_style()));
    let is_us = parent.identity.pid == world.snapshot.me;
    (!belongs && !shares && !is_us).then_some(parent.identity.pid)
}
