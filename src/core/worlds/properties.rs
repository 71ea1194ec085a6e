//! The promise, held against thousands of random machines.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::hiding::{Hiding, hide};
use super::random::{windows, world};
use crate::core::family::Family;
use crate::core::snapshot::Listener;
use crate::core::testing::{World, pid, process};
use crate::core::wording::what_needs_attention;
use crate::core::{
    Diagnosis, Fact, Guarded, Holder, Instance, Memory, Moment, Owner, Pid, PortFacts, Presence, Ripeness,
    Scope, State, Verdict, diagnose, plan,
};

const SCOPES: [Scope; 2] = [Scope::Orphans, Scope::OrphansAndDuplicates];

/// What is pure is the same everywhere: the long way is gone on one system. `PROPTEST_CASES` says otherwise.
const CASES: u32 = if cfg!(windows) { 500 } else { 20_000 };

fn config() -> Config {
    /// As proptest has it without that variable.
    const USUAL: u32 = 256;
    let usual = Config::default();
    Config {
        cases: if usual.cases == USUAL { CASES } else { usual.cases },
        failure_persistence: None,
        ..usual
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_plan_holds_orphans_and_what_was_asked_for_and_nothing_else(world in world()) {
        let look = world.look();
        for scope in SCOPES {
            for target in plan(&look, scope).targets {
                let state = look.instances.iter().find(|one| one.top == target.top).map(|one| one.state);
                let asked = scope == Scope::OrphansAndDuplicates
                    && matches!(state, Some(State::Superseded { .. }));
                prop_assert!(asked || state == Some(State::Orphan(Ripeness::Ripe)), "{target:?}");
            }
        }
    }

    #[test]
    fn what_ends_a_command_with_1_or_3_has_a_reason(world in world()) {
        let look = [world.look()];
        let reasons = what_needs_attention(&look);
        let is_fine = matches!(look[0].verdict, Verdict::Starting | Verdict::Healthy | Verdict::Idle);
        prop_assert!(is_fine || !reasons.is_empty(), "{look:#?}");
    }

    #[test]
    fn a_plan_never_touches_us_the_system_other_users_or_what_is_in_use(world in world()) {
        let (look, family) = (world.look(), Family::of(&world.snapshot));
        let me = family.get(pid(9000)).unwrap();
        let mut untouchable: BTreeSet<Pid> = BTreeSet::from([pid(1), pid(9000)]);
        untouchable.extend(family.ancestors(me).iter().map(|ancestor| ancestor.identity.pid));
        let theirs = world.snapshot.processes.iter().filter(|one| one.owner != Fact::Known(Owner::Ours));
        untouchable.extend(theirs.map(|one| one.identity.pid));
        for scope in SCOPES {
            let mut spared = untouchable.clone();
            for instance in &look.instances {
                let ended = match instance.state {
                    State::Orphan(_) => true,
                    State::Superseded { .. } => scope == Scope::OrphansAndDuplicates,
                    State::Attached | State::Adopted | State::Unseen => false,
                };
                if !ended {
                    spared.extend(instance.members.iter().map(|member| member.identity.pid));
                }
            }
            let touched: Vec<Pid> = ended(&look, scope).intersection(&spared).copied().collect();
            prop_assert!(touched.is_empty(), "{touched:?} of {look:#?}");
        }
    }

    #[test]
    fn the_first_look_ends_no_orphan(world in world()) {
        prop_assert!(ended(&world.first_look(), Scope::Orphans).is_empty());
    }

    #[test]
    fn the_order_of_processes_holders_and_leases_does_not_matter(world in world(), turn in any::<Index>()) {
        let mut other = world.clone();
        shuffle(&mut other.snapshot.processes, turn);
        for port in other.snapshot.ports.values_mut() {
            shuffle(&mut port.listeners, turn);
            shuffle(&mut port.heirs, turn);
            for listener in &mut port.listeners {
                shuffle(&mut listener.holders, turn);
            }
        }
        // A guard has one file, so that there is one lease of it.
        if let Fact::Known(leases) = &mut other.snapshot.leases
            && leases.iter().map(|lease| lease.guard).collect::<HashSet<_>>().len() == leases.len()
        {
            shuffle(leases, turn);
        }
        prop_assert_eq!(other.look(), world.look());
    }

    #[test]
    fn a_process_that_has_nothing_to_do_with_it_changes_nothing(world in world(), stranger in stranger()) {
        prop_assert_eq!(stranger.beside(world.clone()).look(), world.look());
    }

    #[test]
    fn not_seeing_is_never_good_news_and_never_a_target(world in world(), hiding in any::<Hiding>()) {
        let Some(blind) = hide(&world, &hiding) else { return Ok(()) };
        let (before, suddenly) = (world.look(), blind.clone().after(&world).look());
        for after in [blind.look(), suddenly] {
            let fine = |look: &Diagnosis| matches!(look.verdict, Verdict::Healthy | Verdict::Idle);
            // That a living parent has let go is told by traits alone; without them nothing speaks against it.
            let gave_up = |one: &Instance| one.is_let_go() || matches!(one.state, State::Superseded { .. });
            let is_told_by_traits = before.instances.iter().any(gave_up);
            prop_assert!(is_told_by_traits || fine(&before) || !fine(&after), "{before:#?}\n{after:#?}");
            for scope in SCOPES {
                let new: Vec<Pid> = ended(&after, scope).difference(&ended(&before, scope)).copied().collect();
                prop_assert!(new.is_empty(), "{new:?}\n{before:#?}\n{after:#?}");
            }
        }
    }

    #[test]
    fn no_lease_makes_a_target_and_none_hides_what_was_not_seen(old in world(), world in world()) {
        let bare = without_leases(&world);
        let pairs = [
            (bare.look(), world.look()),
            (bare.clone().after(&without_leases(&old)).look(), world.clone().after(&old).look()),
            (bare.look(), bare.clone().after(&world).look()),
        ];
        for (without, with) in pairs {
            for scope in SCOPES {
                let new: Vec<Pid> = ended(&with, scope).difference(&ended(&without, scope)).copied().collect();
                prop_assert!(new.is_empty(), "{new:?}\n{without:#?}\n{with:#?}");
            }
            for unseen in without.unseen() {
                prop_assert!(with.unseen().any(|one| one == unseen), "{unseen:?}\n{without:#?}\n{with:#?}");
            }
        }
    }

    #[test]
    fn a_stranger_under_a_dead_parents_number_hides_no_orphan(world in windows(), which in any::<Index>()) {
        // Only such as shims lost; most machines have one (see below).
        let lost = lost_parents(&world);
        if lost.is_empty() {
            return Ok(());
        }
        let number = *which.get(&lost);
        let mut other = world.clone().and(process(number, 5_000).with_args(&["trader.exe"]).child_of(1000));
        other.snapshot.absent.remove(&pid(number));
        prop_assert_eq!(states(&other.look()), states(&world.look()));
    }

    #[test]
    fn a_world_that_does_not_change_is_judged_the_same_for_ever(world in world()) {
        let (mut memory, mut looks) = (Memory::default(), Vec::new());
        for second in [10, 20, 30, 40] {
            let now = Moment(Duration::from_secs(second));
            let look = diagnose(&world.snapshot, &world.watch, &memory, now);
            memory.learn(&look, now);
            looks.push((states(&look), look.verdict));
        }
        prop_assert_eq!(&looks[1], &looks[2]);
        prop_assert_eq!(&looks[2], &looks[3]);
    }

    #[test]
    fn whatever_changes_a_plan_holds_to_the_newest_look(old in world(), new in world()) {
        let look = new.clone().after(&old).look();
        let alive: BTreeSet<Pid> = new.snapshot.processes.iter().map(|one| one.identity.pid).collect();
        prop_assert!(ended(&look, Scope::OrphansAndDuplicates).is_subset(&alive));
        let used = |one: &&Instance| matches!(one.state, State::Attached | State::Adopted);
        for instance in look.instances.iter().filter(used) {
            let members: BTreeSet<Pid> = instance.members.iter().map(|member| member.identity.pid).collect();
            prop_assert!(ended(&look, Scope::OrphansAndDuplicates).is_disjoint(&members), "{look:#?}");
        }
    }
}

/// What somebody else does on the same machine.
#[derive(Clone, Debug)]
struct Stranger {
    line: &'static str,
    is_hidden: bool,
    born: u64,
    children: u32,
    listens: bool,
    owner: Owner,
}

fn stranger() -> impl Strategy<Value = Stranger> {
    let lines = [
        "sleep 1",
        "python3 -u other.py",
        "python3 -m http.server 4000",
        "node server.js",
        "bash -c 'while true'",
        "vim run_ws_shim.py",
        "grep run_ws_shim.py notes",
        "python3 -c pass run_ws_shim.py",
    ];
    let owner = prop_oneof![Just(Owner::Ours), Just(Owner::Another)];
    (0..lines.len(), any::<bool>(), 0_u64..9000, 0_u32..3, any::<bool>(), owner).prop_map(
        move |(line, is_hidden, born, children, listens, owner)| Stranger {
            line: lines[line],
            is_hidden,
            born,
            children,
            listens,
            owner,
        },
    )
}

impl Stranger {
    /// The same machine with it, its children, and its own listener on another port.
    fn beside(&self, world: World) -> World {
        let words: Vec<&str> = self.line.split(' ').collect();
        let one = |number, parent| {
            let one = process(number, self.born).with_args(&words).child_of(parent);
            let one = one.owned_by(Fact::Known(self.owner));
            // Of an interpreter that hides what it runs nobody can say that it has nothing to do with it.
            let is_no_interpreter = !["python3", "node", "bash"].contains(&words[0]);
            if self.is_hidden && is_no_interpreter { one.with_hidden_args() } else { one }
        };
        let mut world = world.and(one(50_000, 49_999));
        for child in 1..=self.children {
            world = world.and(one(50_000 + child, 50_000));
        }
        world.snapshot.absent.insert(pid(49_999), Presence::Gone);
        if self.listens {
            let holders = vec![Holder::Known(world.identity(50_000))];
            let listener = Listener { address: std::net::IpAddr::from([127, 0, 0, 1]), holders };
            world
                .snapshot
                .ports
                .insert(4000, PortFacts { listeners: vec![listener], ..PortFacts::default() });
        }
        world
    }
}

/// Turned and partly reversed.
fn shuffle<T>(all: &mut [T], turn: Index) {
    if !all.is_empty() {
        let middle = turn.index(all.len());
        all.rotate_left(middle);
        all[..middle].reverse();
    }
}

/// The numbers of dead parents of shims' tops.
fn lost_parents(world: &World) -> Vec<u32> {
    let tops: Vec<Pid> = world.look().instances.iter().map(|one| one.top.pid).collect();
    let tops = world.snapshot.processes.iter().filter(|one| tops.contains(&one.identity.pid));
    let parents = tops.filter_map(|one| one.parent);
    let gone = |pid: &Pid| world.snapshot.absent.get(pid) == Some(&Presence::Gone);
    parents.filter(gone).map(Pid::get).collect()
}

/// Without this, the properties above could hold of empty worlds.
#[test]
fn the_random_worlds_are_rich() {
    let mut runner = TestRunner::deterministic();
    let looks: Vec<Diagnosis> =
        (0..2000).map(|_| world().new_tree(&mut runner).unwrap().current().look()).collect();
    let verdicts = |wanted| looks.iter().filter(|look| look.verdict == wanted).count();
    for verdict in [
        Verdict::Orphaned,
        Verdict::Blocked,
        Verdict::Unseen,
        Verdict::Duplicate,
        Verdict::Starting,
        Verdict::Healthy,
        Verdict::Idle,
    ] {
        assert!(verdicts(verdict) >= 20, "{verdict:?}: {}", verdicts(verdict));
    }
    let with_lost =
        (0..500).filter(|_| !lost_parents(&windows().new_tree(&mut runner).unwrap().current()).is_empty());
    let with_lost = with_lost.count();
    assert!(with_lost >= 100, "{with_lost}");
    let rich = |scope| looks.iter().filter(|look| !plan(look, scope).targets.is_empty()).count();
    assert!(rich(Scope::Orphans) >= 400, "{}", rich(Scope::Orphans));
    assert!(rich(Scope::OrphansAndDuplicates) >= rich(Scope::Orphans) + 20);
    let told = |wanted: fn(&Guarded) -> bool| {
        let guarded = looks.iter().flat_map(|look| &look.instances).filter_map(|one| one.guarded.as_ref());
        guarded.filter(|guarded| wanted(guarded)).count()
    };
    assert!(told(|guarded| !guarded.by_lease_alone) >= 50 && told(|guarded| guarded.by_lease_alone) >= 50);
    assert!(told(|guarded| guarded.is_confirmed) >= 20 && told(|guarded| !guarded.is_confirmed) >= 50);
    let refused: BTreeSet<String> = looks
        .iter()
        .flat_map(|look| plan(look, Scope::OrphansAndDuplicates).refused)
        .map(|refused| format!("{:?}", refused.why))
        .collect();
    for why in ["Ourselves", "AnotherUser", "AnotherContainer", "CannotTell", "ServesAnother", "TooEarly"] {
        assert!(refused.contains(why), "{why} is not among {refused:?}");
    }
}

/// Every process that a plan would end.
fn ended(look: &Diagnosis, scope: Scope) -> BTreeSet<Pid> {
    let targets = plan(look, scope).targets;
    targets.iter().flat_map(|target| &target.members).map(|member| member.identity.pid).collect()
}

fn without_leases(world: &World) -> World {
    let mut bare = world.clone();
    bare.snapshot.leases = Fact::Known(Vec::new());
    bare
}

fn states(look: &Diagnosis) -> Vec<(Pid, State)> {
    look.instances.iter().map(|one| (one.top.pid, one.state)).collect()
}
