//! Worlds for tests, built from a sane default by naming the one thing that is odd.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use super::identity::{Birth, Identity, Pid};
use super::lease::{Lease, LeaseClient};
use super::memory::Memory;
use super::moment::{Moment, UnixTime};
use super::snapshot::{
    Details, Fact, Holder, Listener, Owner, PortFacts, Presence, Process, Snapshot, System,
};
use super::watch::{Port, Watch};
use super::{Diagnosis, diagnose};

/// A pid, for tests.
pub(crate) fn pid(number: u32) -> Pid {
    Pid::new(number).expect("a test names real pids")
}

/// A process that began at `birth`; it has been there for long.
pub(crate) fn process(number: u32, birth: u64) -> Process {
    Process {
        identity: Identity { pid: pid(number), birth: Birth { boot: 0, token: birth } },
        parent: None,
        order: None,
        name: "python".into(),
        exe: None,
        args: Fact::Known(Vec::new()),
        ran: None,
        owner: Fact::Known(Owner::Ours),
        started_at: UnixTime(1_795_356_000 + birth),
        age: Duration::from_hours(1),
        memory_bytes: 41_000_000,
        cpu_permille: 1,
        details: Some(Details::plain()),
    }
}

impl Process {
    /// The same with this command line; the name follows its first word.
    pub(crate) fn with_args(mut self, words: &[&str]) -> Self {
        if let Some(first) = words.first() {
            self.name = first.rsplit(['/', '\\']).next().unwrap_or(first).to_owned();
        }
        self.args = Fact::Known(words.iter().map(|word| (*word).to_owned()).collect());
        self
    }

    /// The same as a child of this pid.
    pub(crate) fn child_of(mut self, number: u32) -> Self {
        self.parent = Some(pid(number));
        self
    }

    /// The same with this program file.
    pub(crate) fn with_exe(mut self, exe: &str) -> Self {
        self.exe = Some(exe.to_owned());
        self
    }

    /// The same under this name.
    pub(crate) fn named(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// The same, this old.
    pub(crate) fn aged(mut self, seconds: u64) -> Self {
        self.age = Duration::from_secs(seconds);
        self
    }

    /// The same with a command line that may not be read; its name stays readable.
    pub(crate) fn with_hidden_args(mut self) -> Self {
        self.args = Fact::Hidden;
        self
    }

    /// The same after it wrote this title over its command line, where an earlier look saw that.
    pub(crate) fn renamed(mut self, title: &str) -> Self {
        self.ran = self.args.known().cloned();
        self.args = Fact::Known(vec![title.to_owned()]);
        self.named(title)
    }

    /// The same as a process of this owner.
    pub(crate) fn owned_by(mut self, owner: Fact<Owner>) -> Self {
        self.owner = owner;
        self
    }

    /// The same with changed details.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Details)) -> Self {
        let mut details = self.details.take().unwrap_or_else(Details::plain);
        change(&mut details);
        self.details = Some(details);
        self
    }
}

/// A machine to look at.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// What is watched.
    pub(crate) watch: Watch,
    /// What a look would show.
    pub(crate) snapshot: Snapshot,
    /// What earlier looks saw.
    pub(crate) memory: Memory,
}

impl World {
    /// A Linux machine with systemd as pid 1 and `systemd --user` as 100, and ourselves as 9000.
    pub(crate) fn linux() -> Self {
        let init =
            process(1, 0).with_args(&["/sbin/init"]).named("systemd").with_exe("/usr/lib/systemd/systemd");
        let user =
            process(100, 10).with_args(&["/lib/systemd/systemd", "--user"]).named("systemd").child_of(1);
        let me = process(9000, 9000).with_args(&["shimkeeper-tray"]).child_of(100);
        Self::of(System::Linux, vec![init, user, me])
    }

    /// A Windows machine with Explorer as 1000 and ourselves as 9000.
    pub(crate) fn windows() -> Self {
        let mut explorer = process(1000, 100).with_args(&[r"C:\Windows\explorer.exe"]);
        explorer.parent = Some(pid(996));
        let me = process(9000, 9000).with_args(&["shimkeeper-tray.exe"]).child_of(1000);
        let mut world = Self::of(System::Windows, vec![explorer, me]);
        world.snapshot.absent.insert(pid(996), Presence::Gone);
        world
    }

    fn of(system: System, processes: Vec<Process>) -> Self {
        Self {
            watch: Watch::exai(),
            snapshot: Snapshot {
                system,
                taken_at: UnixTime(1_795_356_000),
                me: pid(9000),
                processes,
                absent: BTreeMap::new(),
                ports: BTreeMap::from([(3005, PortFacts::default())]),
                leases: Fact::Known(Vec::new()),
                unseen: Vec::new(),
            },
            memory: Memory::default(),
        }
    }

    /// The same with one more process.
    pub(crate) fn and(mut self, process: Process) -> Self {
        self.snapshot.processes.push(process);
        self
    }

    /// The same after this pid ended and its number stays on record.
    pub(crate) fn where_died(mut self, number: u32) -> Self {
        self.snapshot.processes.retain(|process| process.identity.pid.get() != number);
        self.snapshot.absent.insert(pid(number), Presence::Gone);
        self
    }

    /// The same where this pid exists but may not be looked at.
    pub(crate) fn where_hidden(mut self, number: u32) -> Self {
        self.snapshot.processes.retain(|process| process.identity.pid.get() != number);
        self.snapshot.absent.insert(pid(number), Presence::Hidden);
        self
    }

    /// The same but for this process.
    pub(crate) fn but(mut self, number: u32, change: impl FnOnce(Process) -> Process) -> Self {
        let processes = &mut self.snapshot.processes;
        let at = processes.iter().position(|process| process.identity.pid.get() == number);
        let at = at.expect("a test changes processes that are there");
        processes[at] = change(processes[at].clone());
        self
    }

    /// The same under a watch of another kind.
    pub(crate) fn watched(mut self, change: impl FnOnce(&mut Watch)) -> Self {
        change(&mut self.watch);
        self
    }

    /// The same after `earlier` was looked at once.
    pub(crate) fn after(mut self, earlier: &Self) -> Self {
        self.memory = earlier.memory.clone();
        self.memory.learn(&earlier.first_look(), Moment(Duration::from_secs(8)));
        self
    }

    /// The same with one more lease.
    pub(crate) fn leased(mut self, lease: Lease) -> Self {
        let mut leases = self.snapshot.leases.known().cloned().unwrap_or_default();
        leases.push(lease);
        self.snapshot.leases = Fact::Known(leases);
        self
    }

    /// The identity of a process that runs in it.
    pub(crate) fn identity(&self, number: u32) -> Identity {
        let found = self.snapshot.processes.iter().find(|process| process.identity.pid.get() == number);
        found.expect("a test names processes that are there").identity
    }

    /// The lease of a guard that runs in it, over this server, for this client.
    pub(crate) fn lease(&self, guard: u32, server: u32, client: u32) -> Lease {
        let client = LeaseClient { identity: self.identity(client), name: format!("client {client}") };
        Lease {
            guard: self.identity(guard),
            server: Some(self.identity(server)),
            client: Some(client),
            name: "exai-mcp".into(),
            watch: Some("exai-mcp".into()),
            port: Some(Port::maybe(3005)),
            restartable: true,
            log: "/logs/guard.log".into(),
        }
    }

    /// The same with a LISTEN row on 127.0.0.1 that this process holds.
    pub(crate) fn where_listens(self, number: u32) -> Self {
        let holder = self
            .snapshot
            .processes
            .iter()
            .find(|process| process.identity.pid.get() == number)
            .map_or(Holder::Gone(pid(number)), |process| Holder::Known(process.identity));
        self.where_held_by(holder)
    }

    /// The same with a LISTEN row on 127.0.0.1 held so.
    pub(crate) fn where_held_by(mut self, holder: Holder) -> Self {
        let address = IpAddr::from([127, 0, 0, 1]);
        let port = self.snapshot.ports.entry(self.watch.port_number().unwrap_or(3005)).or_default();
        port.listeners.push(Listener { address, holders: vec![holder] });
        self
    }

    /// What the first look says.
    pub(crate) fn first_look(&self) -> Diagnosis {
        diagnose(&self.snapshot, &self.watch, &self.memory, Moment(Duration::from_secs(10)))
    }

    /// What the second of two looks says, two seconds apart, at a world that did not change.
    pub(crate) fn look(&self) -> Diagnosis {
        let mut memory = self.memory.clone();
        memory.learn(&self.first_look(), Moment(Duration::from_secs(10)));
        diagnose(&self.snapshot, &self.watch, &memory, Moment(Duration::from_secs(12)))
    }
}
