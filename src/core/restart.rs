//! What a restart would stop, and whether it makes sense at all. Pure, as every plan is.

use super::diagnose::Diagnosis;
use super::evidence::Evidence;
use super::finding::Finding;
use super::identity::Pid;
use super::instance::{Client, Instance, Ripeness, State};
use super::plan::Refusal;
use super::unseen::Unseen;
use super::watch::Listens;

/// A restart that can be done.
#[derive(Clone, PartialEq, Debug)]
pub struct RestartPlan<'a> {
    /// What is stopped first; may be empty.
    pub stop: Vec<&'a Instance>,
    /// The one whose command line, folder and environment are used where nothing is configured.
    pub like: Option<&'a Instance>,
    /// The living clients that lose their server by this.
    pub loses: Vec<&'a str>,
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
    },
    /// Somebody else holds the port.
    PortTaken,
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
            Finding::Foreign { .. } | Finding::Ghost { .. } | Finding::Reserved { .. } => {
                return Err(NoRestart::PortTaken);
            }
            Finding::Unseen(
                Unseen::Processes { .. }
                | Unseen::Listeners { .. }
                | Unseen::Reservation { .. }
                | Unseen::Holder { .. },
            ) => {
                return Err(NoRestart::CannotTell);
            }
            Finding::Orphan { .. }
            | Finding::Suspected { .. }
            | Finding::Superseded { .. }
            | Finding::NotListening { .. }
            | Finding::Unseen(Unseen::CommandLine { .. } | Unseen::Parent { .. } | Unseen::Trait { .. }) => {}
        }
    }
    let must_listen = watch.listens == Listens::Always;
    let stop: Vec<&Instance> = diagnosis
        .instances
        .iter()
        .filter(|instance| instance.listens || must_listen || instance.state == State::Orphan(Ripeness::Ripe))
        .collect();
    for instance in &stop {
        if let Some(why) = stays(instance) {
            return Err(NoRestart::OffLimits { pid: instance.top.pid, why });
        }
    }
    let like = stop.iter().copied().find(|instance| instance.listens || must_listen);
    let can_start = watch.listens != Listens::Never && (!watch.command.is_empty() || like.is_some());
    if !can_start {
        return Err(match diagnosis.instances.first() {
            Some(instance) => NoRestart::OnlyItsClientCan { pid: instance.top.pid },
            None => NoRestart::NothingToStart,
        });
    }
    let loses = stop.iter().filter_map(|instance| loser(instance)).collect();
    Ok(RestartPlan { stop, like, loses })
}

/// Why an instance is not stopped, not even for a restart. What `nohup` or a restart without a tray has
/// set free has nobody else who could restart it.
fn stays(instance: &Instance) -> Option<Refusal> {
    let only_nohup = || instance.evidence.iter().any(|evidence| matches!(evidence, Evidence::IgnoresHangup));
    instance.off_limits.or_else(|| match instance.state {
        State::Unseen => Some(Refusal::CannotTell),
        State::Adopted if !only_nohup() => Some(Refusal::SetFree),
        State::Adopted | State::Attached | State::Superseded { .. } | State::Orphan(_) => None,
    })
}

/// The name of the client that loses this instance. The first process of a container takes in what was
/// set free and loses nothing, and the tray is no client: it starts the next one.
fn loser(instance: &Instance) -> Option<&str> {
    let is_used = matches!(instance.state, State::Attached | State::Superseded { .. })
        && instance.evidence.iter().any(|evidence| matches!(evidence, Evidence::ClientLives { .. }));
    match &instance.client {
        Client::Living { name, .. } if is_used && !name.starts_with("shimkeeper-tray") => Some(name),
        Client::Living { .. } | Client::Gone { .. } | Client::Unseen => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::snapshot::{Fact, Holder, Stream, Streams, Terminal};
    use crate::core::testing::{World, pid, process};

    const SHIM: &[&str] = &["python", "-u", "run_ws_shim.py"];

    #[test]
    fn a_listening_shim_is_restarted_and_its_client_is_named() {
        let world = World::linux()
            .and(process(500, 50).with_args(&["code"]).child_of(100))
            .and(process(600, 60).with_args(SHIM).child_of(500))
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
        assert_eq!(restart(&world.look()), Err(NoRestart::OnlyItsClientCan { pid: pid(600) }));
    }

    #[test]
    fn an_orphan_on_the_port_is_replaced_and_nobody_loses_anything() {
        let world = World::linux().and(process(600, 60).with_args(SHIM).child_of(100)).where_listens(600);
        let diagnosis = world.look();
        let plan = restart(&diagnosis).unwrap();
        assert_eq!((plan.stop.len(), plan.loses.len()), (1, 0));
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
    fn the_tray_loses_nothing_by_the_restart_of_its_own_server() {
        let world = World::linux()
            .and(process(500, 50).with_args(&["shimkeeper-tray"]).child_of(100))
            .and(process(600, 60).with_args(SHIM).child_of(500))
            .where_listens(600);
        assert!(restart(&world.look()).unwrap().loses.is_empty());
    }
}
