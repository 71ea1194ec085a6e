//! Looking: one call makes one [`Snapshot`]. Judges nothing and touches nothing.
//!
//! What could not be read is in the snapshot as unseen, never as an empty list.

mod guards;
mod listeners;
mod processes;
mod relatives;
mod search;
mod users;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::core::guarded::living;
use crate::core::interpreter::{is_interpreter, program_name};
use crate::core::moment::Now;
use crate::core::snapshot::{Binding, Listener};
use crate::core::title::hides_what_it_runs;
use crate::core::{Fact, Holder, Identity, Moment, Pid, PortFacts, Process, Snapshot, Unseen, Watch};
use crate::platform;
use crate::platform::listeners::{Among, Listeners};
use crate::platform::table::{Change, Depth, Table};

/// How long the answer about a port on which nobody listens is good for: asking takes the port away for a moment.
const TRIED_FOR: Duration = Duration::from_mins(1);

/// The seam at which tests put a world of their own.
pub trait Sense: Send {
    /// Looks once at everything that these watches need. Blocks for as long as the system takes.
    fn look(&mut self, watches: &[Watch], now: Now) -> Snapshot;
}

/// The machine that we run on.
#[derive(Debug)]
pub struct Machine {
    me: Pid,
    depth: Depth,
    table: Table,
    listeners: Listeners,
    guards: guards::Leases,
    /// Who held a watched port at the last look.
    holders: Vec<Pid>,
    /// Who used a shim then.
    users: Vec<Pid>,
    calling: users::Calling,
    /// Ports on which nobody listens, by when they were tried.
    tried: HashMap<u16, (Moment, Tried)>,
}

/// What came of trying a port on which nobody listens.
#[derive(Clone, Debug, Default)]
struct Tried {
    reserved: Option<(u16, u16)>,
    binding: Binding,
}

impl Default for Machine {
    fn default() -> Self {
        Self::with(Depth::Everything, None)
    }
}

impl Machine {
    /// Prepares to look, without the leases of guards; looks at nothing yet. Everything is read anew at each look:
    /// for whoever ends something.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with the leases in this folder, which need not be there.
    #[must_use]
    pub fn with_leases(folder: PathBuf) -> Self {
        Self::with(Depth::Everything, Some(folder))
    }

    /// The same for whoever looks all day, or once and wants to see what there is: what has changed since the last look
    /// is read, and everything once a minute.
    ///
    /// # Platforms
    /// Linux: some tenths of a millisecond where nothing was born and nothing has ended. Windows: everything is read at
    /// each look.
    #[must_use]
    pub fn sparing(folder: PathBuf) -> Self {
        Self::with(Depth::Changes, Some(folder))
    }

    fn with(depth: Depth, leases: Option<PathBuf>) -> Self {
        Self {
            me: me(),
            depth,
            table: Table::default(),
            listeners: Listeners::default(),
            guards: guards::Leases::in_folder(leases),
            holders: Vec::new(),
            users: Vec::new(),
            calling: users::Calling::default(),
            tried: HashMap::new(),
        }
    }
}

impl Sense for Machine {
    fn look(&mut self, watches: &[Watch], now: Now) -> Snapshot {
        let ports = ports_of(watches);
        let mut snapshot = self.look_once(watches, &ports, now);
        if is_torn(&snapshot) {
            // A holder began or ended between the two lists; the second look sees it in both.
            snapshot = self.look_once(watches, &ports, now);
        }
        snapshot
    }
}

impl Machine {
    /// Processes that hide what they run, any of which may be the server of one of these watches. Reads everybody's
    /// command line: for a command that somebody waits for, and not at each look.
    pub fn titled(&mut self, watches: &[&Watch], now: Now) -> io::Result<Vec<Process>> {
        let style = platform::PATH_STYLE;
        let mut found = self.table.of_one_word(now)?;
        let is_one = |process: &Process| {
            let exe = process.exe.as_deref().unwrap_or_default();
            is_interpreter(&program_name(exe, style), style)
        };
        for process in found.iter_mut().filter(|process| is_one(process)) {
            process.details = Some(self.table.details(process.identity.pid));
        }
        found.retain(|process| watches.iter().any(|watch| hides_what_it_runs(process, &watch.runs, style)));
        Ok(found)
    }

    fn look_once(&mut self, watches: &[Watch], ports: &[u16], now: Now) -> Snapshot {
        let mut unseen = Vec::new();
        let leases = self.guards.read(self.depth, now);
        let told = leases.known().map_or(&[][..], Vec::as_slice);
        let search = search::Search {
            watches,
            leases: told,
            holders: &self.holders,
            users: &self.users,
            depth: self.depth,
            now,
        };
        let read = processes::read(&mut self.table, &mut self.calling, &search);
        let (mut processes, users) = read.unwrap_or_else(|trouble| {
            unseen.push(trouble);
            (Vec::new(), Vec::new())
        });
        self.users = users;
        let likely: Vec<Identity> = processes.iter().map(|process| process.identity).collect();
        let among = Among { likely: &likely, change: self.table.change(), depth: self.depth };
        let mut rows = listeners::read(&mut self.listeners, ports, &among, &mut unseen);
        let all_seen = !unseen.iter().any(|unseen| matches!(unseen, Unseen::Listeners { .. }));
        let ports = ports
            .iter()
            .map(|port| {
                let listeners = rows.remove(port).unwrap_or_default();
                let is_quiet = all_seen && listeners.is_empty();
                let Tried { reserved, binding } =
                    if is_quiet { self.tried(*port, now.moment, &mut unseen) } else { self.forget(*port) };
                (*port, PortFacts { heirs: heirs_of(*port, &listeners), listeners, reserved, binding })
            })
            .collect::<BTreeMap<_, _>>();
        self.holders = holders_of(ports.values());
        processes.extend(self.table.more(&self.holders, now));
        relatives::add_holders(&mut processes, &mut self.table, ports.values());
        let leases = match leases {
            Fact::Known(leases) => Fact::Known(living(leases, &processes)),
            Fact::Hidden => Fact::Hidden,
        };
        let mut absent = relatives::absent_parents(&processes);
        let told = leases.known().map_or(&[][..], Vec::as_slice);
        absent.extend(guards::absent_clients(told, &processes));
        let (system, taken_at) = (platform::SYSTEM, now.wall);
        Snapshot { system, taken_at, me: self.me, processes, absent, ports, leases, unseen }
    }
}

impl Machine {
    /// Whether a port on which nobody listens can be had. Whoever looks all day asks once a minute, and again as soon as
    /// somebody who has the port has ended.
    fn tried(&mut self, port: u16, now: Moment, unseen: &mut Vec<Unseen>) -> Tried {
        if let Some((asked, tried)) = self.tried.get(&port)
            && self.depth == Depth::Changes
            && now.since(*asked) < TRIED_FOR
            && !(matches!(tried.binding, Binding::Taken(_)) && self.table.change() != Change::Nothing)
        {
            return tried.clone();
        }
        match self.try_now(port) {
            Ok(tried) => {
                self.tried.insert(port, (now, tried.clone()));
                tried
            }
            Err(error) => {
                // A port of which this cannot be told is not called free.
                unseen.push(Unseen::Reservation { port, why: error.to_string() });
                self.forget(port)
            }
        }
    }

    fn try_now(&mut self, port: u16) -> io::Result<Tried> {
        let reserved = platform::reserved_range(port)?;
        let binding = match reserved {
            Some(_) => Binding::NotTried,
            None => self.listeners.try_port(port)?,
        };
        Ok(Tried { reserved, binding })
    }

    fn forget(&mut self, port: u16) -> Tried {
        self.tried.remove(&port);
        Tried::default()
    }
}

/// The ports to look at, each once: two watches may name the same one, and some have none.
fn ports_of(watches: &[Watch]) -> Vec<u16> {
    watches.iter().filter_map(Watch::port_number).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Who holds the sockets of a port whose owners on record ended. Asked only then: it costs a walk
/// through everything that is open.
fn heirs_of(port: u16, listeners: &[Listener]) -> Vec<Identity> {
    let haunted =
        listeners.iter().flat_map(|row| &row.holders).any(|holder| matches!(holder, Holder::Gone(_)));
    if haunted { platform::heirs(port) } else { Vec::new() }
}

/// Everybody who is known to hold one of these ports, each once.
fn holders_of<'a>(ports: impl Iterator<Item = &'a PortFacts>) -> Vec<Pid> {
    let known = ports.flat_map(PortFacts::holders).filter_map(|holder| match holder {
        Holder::Known(identity) => Some(identity.pid),
        Holder::Gone(_) | Holder::Hidden => None,
    });
    known.collect::<BTreeSet<_>>().into_iter().collect()
}

fn me() -> Pid {
    // The system gave us this number, so it is one.
    Pid::new(std::process::id()).unwrap_or_else(|| unreachable!("our own pid is a pid"))
}

fn is_torn(snapshot: &Snapshot) -> bool {
    let mut holders = snapshot.ports.values().flat_map(PortFacts::holders);
    holders.any(|holder| match holder {
        Holder::Known(identity) => !snapshot.processes.iter().any(|process| process.identity == *identity),
        Holder::Gone(_) => true,
        Holder::Hidden => false,
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::core::{Port, UnixTime};

    fn watch(name: &str, port: Option<Port>) -> Watch {
        Watch { name: name.into(), port, ..Watch::exai() }
    }

    #[test]
    fn watches_that_name_one_port_all_see_who_holds_it() {
        let socket = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        let now = Now { moment: Moment::default(), wall: UnixTime(0), births: platform::birth_clock() };
        let one = |port| watch("one", port);
        let other = |port| watch("other", port);
        let (maybe, always) = (Some(Port::maybe(port)), Some(Port::always(port)));
        for watches in [[one(maybe), other(None)], [one(None), other(maybe)], [one(always), other(maybe)]] {
            for mut machine in [Machine::new(), Machine::sparing("/nowhere".into())] {
                for _ in 0..2 {
                    let snapshot = machine.look(&watches, now);
                    assert_eq!(snapshot.ports[&port].listeners.len(), 1, "{watches:#?}");
                }
            }
        }
        let silent = [one(None), other(None)];
        assert!(Machine::new().look(&silent, now).ports.is_empty(), "nobody asked");
    }
}
