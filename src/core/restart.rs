//! What a restart would stop, and whether it makes sense at all. Pure, as every plan is.

use super::diagnose::Diagnosis;
use super::evidence::Evidence;
use super::finding::Finding;
use super::identity::Pid;
use super::instance::{Client, Instance, Ripeness, State};
use super::plan::Refusal;
use super::unseen::Unseen;

/// A restart that can be done.
#[derive(Clone, PartialEq, Debug)]
pub struct RestartPlan<'a> {
    /// What is stopped first; may be empty.
    pub stop: Vec<&'a Instance>,
    /// The one whose command line, folder and environment are used where nothing is configured.
    pub like: Option<&'a Instance>,
    /// The living clients that lose their server by this.
    pub loses: Vec<&'a str>,
    /// Those whose guards are asked instead, one after the other: their clients do not notice.
    pub ask: Vec<&'a Instance>,
    /// What else runs where guards are asked: it stays as it is.
    pub left: Vec<&'a Instance>,
}

/// Why a restart is not offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoRestart {
    /// Nothing runs, and no command is configured.
    NothingToStart,
    /// What runs speaks over stdio: only its client can start it.
    OnlyItsClientCan {
        /// The instance.
        pid: Pid,
        /// Whether it also holds the port.
        listens: bool,
    },
    /// Somebody else holds the port.
    PortTaken,
    /// What runs has a guard that was told not to restart it.
    ItsGuardWillNot {
        /// The instance.
        pid: Pid,
        /// The guard.
        guard: Pid,
    },
    /// What runs may not be ended.
    OffLimits {
        /// The instance.
        pid: Pid,
        /// Why.
        why: Refusal,
    },
    /// It cannot be told what runs.
    CannotTell,
}

/// Plans a restart of a watch's server.
pub fn restart(diagnosis: &Diagnosis) -> Result<RestartPlan<'_>, NoRestart> {
    let watch = &diagnosis.watch;
    for finding in &diagnosis.findings {
        match finding {
            Finding::Foreign { .. }
            | Finding::Ghost { .. }
            | Finding::Reserved { .. }
            | Finding::Taken { lingers: false, .. } => return Err(NoRestart::PortTaken),
            Finding::Unseen(
                Unseen::Processes { .. }
                | Unseen::Listeners { .. }
                | Unseen::Reservation { .. }
                | Unseen::Module { .. }
                | Unseen::Holder { .. },
            ) => {
                return Err(NoRestart::CannotTell);
            }
            Finding::Orphan { .. }
            | Finding::Suspected { .. }
            | Finding::Superseded { .. }
            | Finding::NotListening { .. }
            // Whether the server gets it is for the server to find out.
            | Finding::Taken { lingers: true, .. }
            | Finding::NotPermitted
            | Finding::Unseen(
                Unseen::CommandLine { .. }
                | Unseen::Parent { .. }
                | Unseen::Trait { .. }
                | Unseen::Use { .. },
            ) => {}
        }
    }
    if let Some(plan) = through_guards(diagnosis)? {
        return Ok(plan);
    }
    let must_listen = watch.must_listen();
    let stop: Vec<&Instance> = diagnosis
        .instances
        .iter()
        .filter(|instance| instance.listens || must_listen || instance.state == State::Orphan(Ripeness::Ripe))
        .collect();
    for instance in &stop {
        if let Some(guard) = unwilling_guard(instance) {
            return Err(NoRestart::ItsGuardWillNot { pid: instance.top.pid, guard });
        }
        if let Some(why) = stays(instance) {
            return Err(NoRestart::OffLimits { pid: instance.top.pid, why });
        }
        // A new one could not be put behind its client's pipes. Of a server that must listen its watch says that the
        // port is what counts.
        if !must_listen && instance.can_be_spoken_to && loser(instance).is_some() {
            return Err(NoRestart::OnlyItsClientCan { pid: instance.top.pid, listens: instance.listens });
        }
    }
    let like = stop.iter().copied().find(|instance| instance.listens || must_listen);
    let can_start = watch.port.is_some() && (!watch.command.is_empty() || like.is_some());
    if !can_start {
        let unwilling = diagnosis
            .instances
            .iter()
            .find_map(|instance| unwilling_guard(instance).map(|guard| (instance.top.pid, guard)));
        return Err(match (unwilling, diagnosis.instances.first()) {
            (Some((pid, guard)), _) => NoRestart::ItsGuardWillNot { pid, guard },
            (None, Some(instance)) => {
                NoRestart::OnlyItsClientCan { pid: instance.top.pid, listens: instance.listens }
            }
            (None, None) => NoRestart::NothingToStart,
        });
    }
    let loses = stop.iter().filter_map(|instance| loser(instance)).collect();
    Ok(RestartPlan { stop, like, loses, ask: Vec::new(), left: Vec::new() })
}

/// Each guard restarts its own server, behind the pipes of its own client. Where there is one that can,
/// nothing is stopped by us: what has no guard stays for its client or for a cleanup.
fn through_guards(diagnosis: &Diagnosis) -> Result<Option<RestartPlan<'_>>, NoRestart> {
    let (ask, left): (Vec<_>, Vec<_>) = diagnosis.instances.iter().partition(|instance| {
        in_use(instance) && instance.guarded.as_ref().is_some_and(|guarded| guarded.restartable)
    });
    if ask.is_empty() {
        return Ok(None);
    }
    for instance in &ask {
        if let Some(why) = stays_behind_its_guard(instance) {
            return Err(NoRestart::OffLimits { pid: instance.top.pid, why });
        }
    }
    Ok(Some(RestartPlan { stop: Vec::new(), like: None, loses: Vec::new(), ask, left }))
}

/// Whether anybody may still use it. A guard whose client ended is busy with the end.
fn in_use(instance: &Instance) -> bool {
    match instance.state {
        State::Attached | State::Adopted | State::Superseded { .. } | State::Unseen => true,
        State::Orphan(_) => false,
    }
}

/// The guard of a living instance that will not restart it.
fn unwilling_guard(instance: &Instance) -> Option<Pid> {
    let guarded = instance.guarded.as_ref().filter(|guarded| !guarded.restartable)?;
    in_use(instance).then_some(guarded.guard.pid)
}

/// Why not even its guard is asked to restart an instance. What only a judgement needs to know does not
/// matter to a guard: it knows its own server.
fn stays_behind_its_guard(instance: &Instance) -> Option<Refusal> {
    instance.off_limits.filter(|why| match why {
        Refusal::OnlyItsLeaseSays | Refusal::CannotTell | Refusal::SetFree | Refusal::TooEarly => false,
        Refusal::Ourselves
        | Refusal::System
        | Refusal::AnotherUser
        | Refusal::AnotherContainer
        | Refusal::ServesAnother
        | Refusal::Protected
        | Refusal::PidReused
        | Refusal::AnotherProgram
        | Refusal::InUse
        | Refusal::NotGivenUp
        | Refusal::NotPermitted
        | Refusal::StillAlive => true,
    })
}

/// Why an instance is not stopped, not even for a restart. What `nohup` or a restart without a tray has
/// set free, and what others are merely connected to, has nobody else who could restart it; those others are named, and
/// the command line refuses until the user names the server.
fn stays(instance: &Instance) -> Option<Refusal> {
    let only_nohup = || {
        let is_that = |one: &Evidence| matches!(one, Evidence::IgnoresHangup | Evidence::CalledBy { .. });
        instance.evidence.iter().any(is_that)
    };
    let is_spoken_to = || instance.evidence.iter().any(|one| matches!(one, Evidence::SpokenTo { .. }));
    instance.off_limits.or_else(|| match instance.state {
        State::Unseen => Some(Refusal::CannotTell),
        State::Adopted if is_spoken_to() => Some(Refusal::InUse),
        State::Adopted if !only_nohup() => Some(Refusal::SetFree),
        State::Adopted | State::Attached | State::Superseded { .. } | State::Orphan(_) => None,
    })
}

/// The name of the client that loses this instance. The first process of a container takes in what was
/// set free and loses nothing, and the tray is no client: it starts the next one.
fn loser(instance: &Instance) -> Option<&str> {
    let is_used = matches!(instance.state, State::Attached | State::Superseded { .. })
        && instance.evidence.iter().any(|evidence| matches!(evidence, Evidence::ClientLives { .. }));
    let caller = instance.evidence.iter().find_map(|evidence| {
        let Evidence::CalledBy { caller: Some((_, name)), .. } = evidence else { return None };
        Some(name.as_str())
    });
    if caller.is_some() {
        return caller;
    }
    match &instance.client {
        Client::Living { name, .. } if is_used && !name.starts_with("shimkeeper-tray") => Some(name),
        Client::Living { .. } | Client::Gone { .. } | Client::Unseen => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Port;
    use crate::core::snapshot::{Fact, Holder, OtherEnd, Stream, Streams, Terminal};
    use crate::core::testing::{World, pid, process};

    const SHIM: &[&str] = &["python", "-u", "run_ws_shim.py"];

    /// Of a server that nobody speaks to but by its port.
    fn by_its_port(details: &mut crate::core::Details) {
        details.streams = Fact::Known(Streams { input: Stream::Other, output: Stream::Pipe });
    }

    #[test]
    fn a_listening_shim_is_restarted_and_its_client_is_named() {
        let world = World::linux()
            .and(process(500, 50).with_args(&["code"]).child_of(100))
            .and(process(600, 60).with_args(SHIM).child_of(500).with(by_its_port))
            .where_listens(600);
        let diagnosis = world.look();
        let plan = restart(&diagnosis).unwrap();
        assert_eq!(plan.stop.len(), 1);
        assert_eq!(plan.loses, ["code"]);
    }

    #[test]
    fn a_stdio_shim_is_its_clients_to_start() {
        let world = World::linux()
            .and(process(500, 50).with_args(&["code"]).child_of(100))
            .and(process(600, 60).with_args(SHIM).child_of(500));
        assert_eq!(
            restart(&world.look()),
            Err(NoRestart::OnlyItsClientCan { pid: pid(600), listens: false })
        );
    }

    #[test]
    fn a_shim_that_its_client_can_speak_to_is_the_clients_to_start_also_where_it_listens() {
        let server = || process(600, 60).with_args(SHIM).child_of(500);
        let world = |server| {
            World::linux()
                .and(process(500, 50).with_args(&["code"]).child_of(100))
                .and(server)
                .where_listens(600)
        };
        let refusal = Err(NoRestart::OnlyItsClientCan { pid: pid(600), listens: true });
        for other_end in [OtherEnd::NotAsked, OtherEnd::Unknown, OtherEnd::Somebody(vec![pid(500)])] {
            let held = world(server().with(|details| details.other_end = other_end.clone()));
            assert_eq!(restart(&held.look()), refusal, "{other_end:?}");
            // Its watch says that the port is what counts.
            let must_listen = held.watched(|watch| watch.port = Some(Port::always(3005)));
            assert_eq!(restart(&must_listen.look()).unwrap().loses, ["code"]);
        }
        let unreadable = world(server().with(|details| details.streams = Fact::Hidden));
        assert_eq!(restart(&unreadable.look()), refusal, "not known is no leave");
        let nobody = world(server().with(|details| details.other_end = OtherEnd::Nobody { made_by: None }));
        assert!(restart(&nobody.look()).is_ok());
    }

    #[test]
    fn an_orphan_on_the_port_is_replaced_and_nobody_loses_anything() {
        let world = World::linux().and(process(600, 60).with_args(SHIM).child_of(100)).where_listens(600);
        let diagnosis = world.look();
        let plan = restart(&diagnosis).unwrap();
        assert_eq!((plan.stop.len(), plan.loses.len()), (1, 0));
    }

    #[test]
    fn a_restart_replaces_what_listens_and_what_was_left_behind_and_no_other_clients_server() {
        let world = World::linux()
            .and(process(500, 50).with_args(&["code"]).child_of(100))
            .and(process(510, 51).with_args(&["claude"]).child_of(100))
            .and(process(600, 60).with_args(SHIM).child_of(500).with(by_its_port))
            .and(process(700, 61).with_args(SHIM).child_of(100))
            .and(process(800, 62).with_args(SHIM).child_of(510))
            .where_listens(600);
        let diagnosis = world.look();
        assert_eq!(stopped(&diagnosis), [600, 700]);
        assert_eq!(restart(&diagnosis).unwrap().loses, ["code"]);
    }

    #[test]
    fn a_server_that_must_listen_and_does_not_is_restarted() {
        let world = World::linux()
            .and(process(500, 50).with_args(&["code"]).child_of(100))
            .and(process(600, 60).with_args(SHIM).child_of(500))
            .watched(|watch| watch.port = Some(Port::always(3005)));
        assert_eq!(stopped(&world.look()), [600]);
    }

    #[test]
    fn what_nohup_has_set_free_is_restarted_as_nobody_else_can_do_that() {
        let free = |details: &mut crate::core::Details| details.ignores_hangup = Fact::Known(true);
        let world = World::linux().and(process(600, 60).with_args(SHIM).child_of(100).with(free));
        assert_eq!(stopped(&world.where_listens(600).look()), [600]);
    }

    #[test]
    fn a_port_of_somebody_else_is_not_fought_for() {
        let mut world = World::linux().where_held_by(Holder::Gone(pid(77)));
        world.watch.command = vec!["python".into(), "run_ws_shim.py".into()];
        assert_eq!(restart(&world.look()), Err(NoRestart::PortTaken));
        let quiet = World { watch: world.watch.clone(), ..World::linux() };
        assert!(restart(&quiet.look()).unwrap().stop.is_empty());
        assert_eq!(restart(&World::linux().look()), Err(NoRestart::NothingToStart));
    }

    #[test]
    fn what_cannot_be_judged_or_was_set_free_or_is_protected_is_not_stopped() {
        let hidden = |details: &mut crate::core::Details| details.ignores_hangup = Fact::Hidden;
        let terminal = |details: &mut crate::core::Details| {
            details.terminal = Fact::Known(Terminal::Living);
            details.streams = Fact::Known(Streams { input: Stream::Terminal, output: Stream::Terminal });
        };
        let left = process(600, 60).with_args(SHIM).child_of(100);
        let why = |world: World| match restart(&world.where_listens(600).look()) {
            Err(NoRestart::OffLimits { why, .. }) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(why(World::linux().and(left.clone().with(hidden))), Refusal::CannotTell);
        assert_eq!(why(World::linux().and(left.clone().with(terminal))), Refusal::SetFree);
        let mut protecting = World::linux().and(left);
        protecting.watch.protect = vec!["run_ws".into()];
        assert_eq!(why(protecting), Refusal::Protected);
    }

    #[test]
    fn a_guarded_server_is_its_guards_to_restart_also_over_stdio() {
        let diagnosis = guarded(true).look();
        let plan = restart(&diagnosis).unwrap();
        assert_eq!((asked(&plan), plan.stop.len(), plan.loses.len(), plan.left.len()), (vec![590], 0, 0, 0));
        let listening = guarded(true).where_listens(600).look();
        assert_eq!(asked(&restart(&listening).unwrap()), [590]);
    }

    #[test]
    fn a_guard_that_was_told_not_to_is_no_way_and_nothing_is_stopped_behind_its_back() {
        let refusal = Err(NoRestart::ItsGuardWillNot { pid: pid(590), guard: pid(590) });
        assert_eq!(restart(&guarded(false).look()), refusal);
        assert_eq!(restart(&guarded(false).where_listens(600).look()), refusal);
    }

    #[test]
    fn nothing_is_stopped_behind_the_back_of_a_guard_whose_lease_cannot_be_read() {
        let mut world = guarded(true).where_listens(600);
        world.snapshot.leases = Fact::Hidden;
        let refusal = Err(NoRestart::OffLimits { pid: pid(590), why: Refusal::CannotTell });
        assert_eq!(restart(&world.look()), refusal);
    }

    #[test]
    fn each_guard_restarts_its_own_and_what_has_none_stays() {
        let world = guarded(true)
            .and(process(690, 61).with_args(GUARD).child_of(500))
            .and(process(700, 62).with_args(SHIM).child_of(690))
            .and(process(800, 63).with_args(SHIM).child_of(500).aged(1))
            .where_listens(800);
        let lease = world.lease(690, 700, 500);
        let diagnosis = world.leased(lease).look();
        let plan = restart(&diagnosis).unwrap();
        assert_eq!(asked(&plan), [590, 690]);
        assert_eq!(plan.left.iter().map(|one| one.top.pid).collect::<Vec<_>>(), [pid(800)]);
        assert!(plan.stop.is_empty() && plan.like.is_none(), "{plan:#?}");
    }

    #[test]
    fn a_guard_whose_client_ended_is_not_asked() {
        let left = guarded(true).but(590, |guard| guard.child_of(100)).where_died(500);
        assert_eq!(restart(&left.look()), Err(NoRestart::OnlyItsClientCan { pid: pid(590), listens: false }));
    }

    #[test]
    fn not_even_a_guard_restarts_what_is_protected_or_runs_us_or_on_a_port_of_somebody_else() {
        let off_limits = |world: World| match restart(&world.look()) {
            Err(NoRestart::OffLimits { why, .. }) => why,
            other => panic!("{other:?}"),
        };
        let protecting = guarded(true).watched(|watch| watch.protect = vec!["run_ws".into()]);
        assert_eq!(off_limits(protecting), Refusal::Protected);
        assert_eq!(off_limits(guarded(true).but(9000, |us| us.child_of(600))), Refusal::Ourselves);
        let taken = guarded(true).where_held_by(Holder::Gone(pid(77)));
        assert_eq!(restart(&taken.look()), Err(NoRestart::PortTaken));
    }

    #[test]
    fn what_only_its_lease_says_to_belong_here_is_its_guards_to_restart_all_the_same() {
        let world = guarded(true).but(600, |_| process(600, 60).with_args(&["./start-it"]).child_of(590));
        assert_eq!(asked(&restart(&world.look()).unwrap()), [590]);
    }

    #[test]
    fn the_first_process_of_a_container_loses_nothing_by_a_restart_of_what_it_started() {
        let tini = |first: crate::core::Process| first.with_args(&["tini", "--", "python", "run_ws_shim.py"]);
        let world = World::linux().but(1, tini).and(process(7, 60).with_args(SHIM).child_of(1));
        let world = world.where_listens(7);
        let diagnosis = world.look();
        assert_eq!(stopped(&diagnosis), [7]);
        assert!(restart(&diagnosis).unwrap().loses.is_empty());
    }

    const GUARD: &[&str] = &["shimkeeper", "guard", "--", "python", "-u", "run_ws_shim.py"];

    /// `code` (500) → guard (590) → server (600).
    fn guarded(restartable: bool) -> World {
        let world = World::linux()
            .and(process(500, 50).with_args(&["code"]).child_of(100))
            .and(process(590, 59).with_args(GUARD).child_of(500))
            .and(process(600, 60).with_args(SHIM).child_of(590));
        let lease = crate::core::Lease { restartable, ..world.lease(590, 600, 500) };
        world.leased(lease)
    }

    fn stopped(diagnosis: &Diagnosis) -> Vec<u32> {
        restart(diagnosis).unwrap().stop.iter().map(|one| one.top.pid.get()).collect()
    }

    fn asked(plan: &RestartPlan<'_>) -> Vec<u32> {
        plan.ask.iter().filter_map(|one| one.guarded.as_ref()).map(|known| known.guard.pid.get()).collect()
    }

    #[test]
    fn the_tray_loses_nothing_by_the_restart_of_its_own_server() {
        let world = World::linux()
            .and(process(500, 50).with_args(&["shimkeeper-tray"]).child_of(100))
            .and(process(600, 60).with_args(SHIM).child_of(500))
            .where_listens(600);
        assert!(restart(&world.look()).unwrap().loses.is_empty());
    }
}
