//! Before the start: the port. Ends orphans of the watch that hold it, waits, and says who holds it otherwise.
//!
//! Costs one bind where the port is free. Never ends anything else than a cleanup would, least of all a sibling
//! whose client lives. Two guards that start at once take turns by a lock on the port's file.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::orders::Orders;
use crate::act::Act;
use crate::clock::Clock;
use crate::core::diagnose::START_TIME;
use crate::core::runs::What;
use crate::core::snapshot::Hold;
use crate::core::wording::{Complaint, Sibling};
use crate::core::{Diagnosis, Finding, Identity, Lease, Listens, Moment, Port, Scope, Watch, plan, wording};
use crate::platform::guard::{self, Meaning, Signal, Wake};
use crate::platform::private;
use crate::single::{self, Lock};
use crate::work::{Looker, log_target};
use crate::{act, console, leases, platform, sense};

/// How long a port may take to become free: clients do not wait for ever either.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two tries.
const PACE: Duration = Duration::from_millis(20);

/// Between two looks at the whole machine, which cost more.
const LOOK_PACE: Duration = Duration::from_millis(250);

/// A sibling's server that is older and may never take the port is not waited for.
const YOUNG: Duration = Duration::from_secs(2);

/// An orphan on the port is asked as gently as ever, but not for longer than this.
const LONGEST_GRACE: Duration = Duration::from_secs(1);

/// The exit code where the port stayed taken.
const PORT_TAKEN: i32 = 126;

/// When the machine is looked at for orphans of the watch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cleans {
    /// Where they may be what holds the port: a free port costs nothing.
    WhereThePortIsTaken,
    /// In any case.
    Always,
}

/// The port that a server is expected to take.
#[derive(Debug)]
struct Wanted<'a> {
    port: Port,
    /// Whose orphans may be ended; `None` where it is not known what they would look like.
    watch: Option<&'a Watch>,
    cleans: Cleans,
    stop_grace: Duration,
    leases: &'a Path,
    us: Identity,
}

/// Our turn to start a server on the port. Ends when this is dropped.
#[derive(Debug)]
pub(super) struct Turn(
    #[expect(dead_code, reason = "held for the lock that ends when it is dropped")] Option<File>,
);

/// Why there is no turn for us.
#[derive(Debug)]
enum Refused {
    /// The port stayed taken.
    Taken(Complaint),
    /// Nobody wants the server any more: the exit code.
    NotWanted(i32),
    /// Nor does anybody want to know the code.
    Deserted,
}

/// Our turn to start what is ordered, where it takes a port. Otherwise the exit code; why is said.
pub(super) fn our_turn(
    orders: &Orders,
    us: Identity,
    clock: Clock,
    wakes: &mut guard::Watch,
    log: &dyn Fn(),
) -> Result<Option<Turn>, i32> {
    let Some(port) = orders.port else { return Ok(None) };
    let wanted = Wanted {
        port,
        watch: orders.watch.as_ref(),
        cleans: orders.cleans,
        stop_grace: orders.stop_grace,
        leases: &orders.leases,
        us,
    };
    let mut waiting = Waiting { clock, wakes };
    let turn = clear_the_port(&wanted, &mut waiting, log);
    // Each end is told once, and this one is the guard's, too.
    wakes.watch_input_again();
    turn.map(Some).map_err(|refused| match refused {
        Refused::NotWanted(code) => code,
        Refused::Deserted => {
            console::complain_at_the_end(&wording::port_deserted(port.number));
            PORT_TAKEN
        }
        Refused::Taken(complaint) => {
            console::complain_at_the_end(&complaint.sentence);
            if let Some(hint) = &complaint.hint {
                console::complain_at_the_end(&format!("hint: {hint}"));
            }
            PORT_TAKEN
        }
    })
}

/// Waits, and hears meanwhile that this is for nothing.
struct Waiting<'a> {
    clock: Clock,
    wakes: &'a mut guard::Watch,
}

impl Waiting<'_> {
    fn wait(&mut self) -> Result<(), Refused> {
        let Ok(wakes) = self.wakes.wait(Some(PACE)) else {
            self.clock.wait(PACE);
            return Ok(());
        };
        for wake in wakes {
            match wake {
                Wake::Told(Signal { number, means: Meaning::End, .. }) => {
                    return Err(Refused::NotWanted(128 + number));
                }
                // Whoever is gone asks for no code.
                // What stands in it already is still for the server.
                Wake::InputClosed if guard::unread_input().is_some_and(|unread| unread > 0) => {}
                Wake::GuardEnded | Wake::InputClosed => return Err(Refused::Deserted),
                Wake::Told(_) | Wake::ClientEnded | Wake::ServerEnded | Wake::Called => {}
            }
        }
        Ok(())
    }
}

/// Waits for our turn and for the port. Blocks for two seconds, and longer only where orphans are being ended when they
/// are over: for [`LONGEST_GRACE`], and the seconds that force may take. `log` is opened before anything is ended.
fn clear_the_port(wanted: &Wanted<'_>, waiting: &mut Waiting<'_>, log: &dyn Fn()) -> Result<Turn, Refused> {
    let clock = waiting.clock;
    let deadline = clock.now().moment.after(PATIENCE);
    let turn = take_turn(wanted, waiting, deadline, log)?;
    let mut machine = None;
    let mut looked: Option<Moment> = None;
    if wanted.cleans == Cleans::Always {
        log();
        look_and_clean(wanted, machine.get_or_insert_with(|| eyes(wanted)), clock, true);
    }
    loop {
        let now = clock.now();
        let sibling = sibling(wanted, now.births);
        let free = guard::port_is_free(wanted.port.number);
        let over = now.moment >= deadline;
        let waits = match (&free, &sibling) {
            (Ok(true), None) => return Ok(turn),
            // Whoever has had its time may never listen at all: several may run side by side.
            (Ok(true), Some((sibling, age)))
                if wanted.port.listens != Listens::Always && (over || *age >= YOUNG) =>
            {
                console::complain_in_passing(&wording::port_may_be_wanted_by(wanted.port.number, sibling));
                return Ok(turn);
            }
            (Ok(true), Some((sibling, _))) if over => {
                return Err(Refused::Taken(taken_by(wanted, sibling)));
            }
            (Ok(true), Some(_)) => true,
            (Ok(false) | Err(_), _) => false,
        };
        let due = looked.is_none_or(|looked| now.moment.since(looked) >= LOOK_PACE);
        if !waits && (over || due) {
            log();
            let eyes = machine.get_or_insert_with(|| eyes(wanted));
            let diagnosis = look_and_clean(wanted, eyes, clock, !over);
            looked = Some(clock.now().moment);
            if over {
                return Err(Refused::Taken(taken(wanted, diagnosis.as_ref(), free.err().as_ref())));
            }
            continue;
        }
        waiting.wait()?;
    }
}

/// Whoever has a guard of its own is known by its lease.
fn eyes(wanted: &Wanted<'_>) -> sense::Machine {
    sense::Machine::with_leases(wanted.leases.to_owned())
}

/// The lock of whoever starts a server on this port.
fn lock_of(leases: &Path, port: u16) -> PathBuf {
    leases.join(format!("port-{port}.lock"))
}

fn lock(leases: &Path, port: u16) -> io::Result<Lock> {
    private::is_no_link(leases)?;
    single::acquire(&lock_of(leases, port))
}

/// Our turn to start a server anew. Nobody waits for it: the client has a server, and is to keep it. A guard that comes
/// at the same moment waits for us; who was faster is only told of.
pub(super) fn our_turn_again(orders: &Orders) -> Option<Turn> {
    let port = orders.port?.number;
    let turn = match lock(&orders.leases, port) {
        Ok(Lock::Ours(file)) => Some(Turn(Some(file))),
        Ok(Lock::Theirs | Lock::Unknown(..)) | Err(_) => None,
    };
    if matches!(guard::port_is_free(port), Ok(false)) {
        tracing::warn!(port, "somebody else has taken the port of the server that is started anew");
        console::complain_in_passing(&wording::port_taken_meanwhile(port));
    }
    turn
}

fn take_turn(
    wanted: &Wanted<'_>,
    waiting: &mut Waiting<'_>,
    deadline: Moment,
    log: &dyn Fn(),
) -> Result<Turn, Refused> {
    loop {
        match lock(wanted.leases, wanted.port.number) {
            Ok(Lock::Ours(file)) => return Ok(Turn(Some(file))),
            // No place for a lock is no reason to leave the client without its server.
            Ok(Lock::Unknown(_, error)) | Err(error) => {
                log();
                let path = lock_of(wanted.leases, wanted.port.number);
                tracing::warn!(path = %path.display(), %error, "no lock for the port");
                let says = wording::port_without_a_turn(wanted.port.number, &path.display(), &error);
                console::complain_in_passing(&says);
                return Ok(Turn(None));
            }
            Ok(Lock::Theirs) => {}
        }
        if waiting.clock.now().moment >= deadline {
            return Err(Refused::Taken(wording::port_turn_of_another(wanted.port.number)));
        }
        waiting.wait()?;
    }
}

/// Another guard's server that holds the port or may be about to take it, and its age: the youngest one. Where servers
/// may never listen, who is no longer starting does not.
fn sibling(wanted: &Wanted<'_>, births: u64) -> Option<(Lease, Duration)> {
    let leases = leases::read_all(wanted.leases).unwrap_or_default();
    let siblings = leases.into_iter().filter(|lease| {
        lease.port.is_some_and(|port| port.number == wanted.port.number)
            && lease.guard != wanted.us
            && lives(lease.guard)
    });
    let ages = siblings.map(|lease| {
        let age = platform::age(lease.server.unwrap_or(lease.guard).birth, births);
        (lease, age)
    });
    let youngest = ages.min_by_key(|(_, age)| *age);
    youngest.filter(|(_, age)| wanted.port.listens == Listens::Always || *age < START_TIME)
}

fn lives(identity: Identity) -> bool {
    matches!(platform::birth(identity.pid), Ok(Some(birth)) if birth == identity.birth)
}

/// Looks at the machine, and ends what a cleanup would end.
fn look_and_clean(
    wanted: &Wanted<'_>,
    machine: &mut sense::Machine,
    clock: Clock,
    cleans: bool,
) -> Option<Diagnosis> {
    let watch = wanted.watch.cloned().unwrap_or_else(|| nobodys(wanted.port.number));
    let watches = [Watch { port: Some(wanted.port), ..watch }];
    let mut looker = Looker::new(machine, clock, &watches);
    let mut found = looker.look();
    if cleans && wanted.watch.is_some() {
        // A suspect is only an orphan when a second look says so, too.
        if let Some(ripe_in) = found.first().and_then(Diagnosis::ripe_in).filter(|wait| *wait < LOOK_PACE) {
            clock.wait(ripe_in + PACE);
            found = looker.look();
        }
        let targets =
            found.first().map(|diagnosis| plan(diagnosis, Scope::Orphans).targets).unwrap_or_default();
        for target in &targets {
            log_target(wording::ENDS_BEFORE_A_START, target);
        }
        if !targets.is_empty() {
            act::Machine.end(&targets, wanted.stop_grace.min(LONGEST_GRACE));
            found = looker.look();
        }
    }
    found.pop()
}

/// A watch for a port alone.
fn nobodys(port: u16) -> Watch {
    Watch { name: format!("port {port}"), runs: What::Nothing.into(), ..Watch::exai() }
}

fn taken(wanted: &Wanted<'_>, diagnosis: Option<&Diagnosis>, why: Option<&io::Error>) -> Complaint {
    let keeps = |found: &&Finding| {
        matches!(found, Finding::Foreign { hold: Hold::Bound | Hold::Connected, .. } | Finding::Taken { .. })
    };
    if let Some(diagnosis) = diagnosis
        && let Some(keeps) = diagnosis.findings.iter().find(keeps)
    {
        return wording::port_kept_by(diagnosis, keeps);
    }
    let Some(diagnosis) = diagnosis.filter(|diagnosis| !diagnosis.holders.is_empty()) else {
        let may_bind = why.is_none_or(|error| error.kind() != io::ErrorKind::PermissionDenied);
        let why = why.map(ToString::to_string);
        return wording::port_not_to_be_bound(wanted.port.number, why.as_deref(), may_bind);
    };
    let guards = diagnosis.instances.iter().filter(|instance| instance.listens);
    let guards: Vec<Identity> =
        guards.filter_map(|instance| instance.guarded.as_ref()).map(|guarded| guarded.guard).collect();
    let leases = leases::read_all(wanted.leases).unwrap_or_default();
    let lease = leases.iter().find(|lease| guards.contains(&lease.guard) && lives(lease.guard));
    lease.map_or_else(|| wording::port_still_taken(diagnosis), |lease| taken_by(wanted, lease))
}

fn taken_by(wanted: &Wanted<'_>, lease: &Lease) -> Complaint {
    let client = lease.client.as_ref().map(|client| client.identity);
    let sibling = match client {
        Some(client) if guard::parent_of(wanted.us).ok().flatten() == Some(client) => Sibling::OfOurClient,
        Some(client) => match platform::birth(client.pid) {
            Ok(Some(birth)) if birth == client.birth => Sibling::InUse,
            Ok(_) => Sibling::Ending,
            Err(_) => Sibling::Unknown,
        },
        None => Sibling::Unknown,
    };
    wording::port_of_a_sibling(wanted.port.number, lease, sibling)
}
