//! One look at the machine, as plain data. Made by `sense/`, judged by the rest of the core.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use super::identity::{Identity, Pid};
use super::lease::Lease;
use super::moment::UnixTime;
use super::path_style::PathStyle;
use super::unseen::Unseen;

/// Something that was read, or that the system would not show.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fact<T> {
    /// It was read.
    Known(T),
    /// It exists, but we may not see it.
    Hidden,
}

impl<T> Fact<T> {
    /// The value, where it was read.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Hidden => None,
        }
    }
}

/// The kind of system that was looked at, which need not be the one that we were built for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum System {
    /// Linux, WSL included.
    Linux,
    /// Windows: parents keep their number on record after they ended.
    Windows,
    /// macOS.
    Macos,
}

impl System {
    /// How its paths are read.
    #[must_use]
    pub const fn path_style(self) -> PathStyle {
        match self {
            Self::Linux | Self::Macos => PathStyle::Unix,
            Self::Windows => PathStyle::Windows,
        }
    }
}

/// Whose a process is, seen from us.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Owner {
    /// Ours.
    Ours,
    /// Another user's: never touched, not even with the rights to do it.
    Another,
}

/// One process.
#[derive(Clone, PartialEq, Debug)]
pub struct Process {
    /// Pid and birth.
    pub identity: Identity,
    /// The parent's number on record; `None` where there is none in our container.
    pub parent: Option<Pid>,
    /// Its place in the order in which the system has made its processes; `None` where that is not
    /// told. Births alone can mislead where they are counted by a clock that somebody can set.
    pub order: Option<usize>,
    /// The short name that the system shows.
    pub name: String,
    /// The program file, where it could be read.
    pub exe: Option<String>,
    /// The command line; empty for kernel threads.
    pub args: Fact<Vec<String>>,
    /// The command line with which it began, where an earlier look saw that and it has written over it since, without
    /// becoming another program (Linux).
    pub ran: Option<Vec<String>>,
    /// Whose it is.
    pub owner: Fact<Owner>,
    /// When it began, for display.
    pub started_at: UnixTime,
    /// How long it had lived when it was looked at.
    pub age: Duration,
    /// Resident memory in bytes.
    pub memory_bytes: u64,
    /// Share of one core since the last look, in tenths of a percent.
    pub cpu_permille: u32,
    /// What is read of shims and their relatives only; `None` for everybody else.
    pub details: Option<Details>,
}

impl Process {
    /// The command line, empty where it was hidden.
    #[must_use]
    pub fn args(&self) -> &[String] {
        self.args.known().map_or(&[], Vec::as_slice)
    }
}

/// What is read of shims and their relatives only, because it costs a read each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Details {
    /// The session's leader (Unix).
    pub session: Fact<Option<Pid>>,
    /// Whether a living terminal controls it.
    pub terminal: Fact<Terminal>,
    /// What its standard input and output are.
    pub streams: Fact<Streams>,
    /// The other end of its standard input: who can still speak to it that way.
    pub other_end: OtherEnd,
    /// Who is connected to sockets on which it listens.
    pub callers: Callers,
    /// The service that it belongs to.
    pub service: Fact<Option<Service>>,
    /// Whether it was set free on purpose: it ignores SIGHUP, as `nohup` arranges, or bears the mark of our
    /// own restart (Windows).
    pub ignores_hangup: Fact<bool>,
    /// Whether it runs in the container that we run in.
    pub container: Fact<Container>,
    /// Its working folder, where it could be read.
    pub cwd: Option<String>,
}

impl Details {
    /// Details of a process about which there is nothing special.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            session: Fact::Known(None),
            terminal: Fact::Known(Terminal::None),
            streams: Fact::Known(Streams { input: Stream::Pipe, output: Stream::Pipe }),
            other_end: OtherEnd::NotAsked,
            callers: Callers::NotAsked,
            service: Fact::Known(None),
            ignores_hangup: Fact::Known(false),
            container: Fact::Known(Container::Ours),
            cwd: None,
        }
    }
}

/// A controlling terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Terminal {
    /// None, or one that was hung up.
    None,
    /// One that is there.
    Living,
}

/// What a standard stream is connected to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// A pipe or socket: how an MCP client connects a server.
    Pipe,
    /// A terminal.
    Terminal,
    /// The null device, a file, closed, anything else.
    Other,
}

/// Standard input and output of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Streams {
    /// Standard input.
    pub input: Stream,
    /// Standard output.
    pub output: Stream,
}

impl Streams {
    /// Whether both are such as an MCP client makes them.
    #[must_use]
    pub fn are_a_clients(self) -> bool {
        matches!((self.input, self.output), (Stream::Pipe, Stream::Pipe))
    }
}

/// The other end of a process's standard input. What could not be told speaks for the process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OtherEnd {
    /// Not asked: this system does not tell, or nothing depends on it. Parents alone decide then.
    NotAsked,
    /// There is none: a terminal, the null device, a file, or nothing at all.
    NoChannel,
    /// Closed for good: nobody can speak to the process this way any more.
    Nobody {
        /// The process that made it and has ended, where the system still tells: for a client's pipe the client,
        /// whatever launchers stood between.
        made_by: Option<Pid>,
    },
    /// Open, in the hands of these. Empty: nobody can tell in whose.
    Somebody(Vec<Pid>),
    /// The system would not say whether anybody has it.
    Unknown,
}

/// Who is connected to sockets on which a process listens. Where it goes itself is nobody's use of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Callers {
    /// Not asked: nothing depends on it.
    NotAsked,
    /// It listens nowhere.
    NotListening,
    /// It listens, and these are connected.
    Known(Vec<Caller>),
    /// The system would not say.
    Unknown,
}

/// A connection to a socket on which a process listens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Caller {
    /// To which socket.
    pub at: Door,
    /// Who has the other end open. Empty: it is on another machine, or nobody can tell whose it is.
    pub who: Vec<Pid>,
}

/// Where a process can be called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Door {
    /// A TCP port.
    Port(u16),
    /// A local socket's name.
    Local(String),
}

/// A service that a service manager started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// Its name, such as `shim.service`.
    pub name: String,
    /// Every process in it.
    pub members: Vec<Pid>,
}

/// Where a process runs, seen from us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Container {
    /// In our own container, or on the bare machine as we do.
    Ours,
    /// In another one: never touched.
    Another,
}

/// What is known of a pid that the process table does not list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// No such process.
    Gone,
    /// It exists; we may not look at it.
    Hidden,
}

/// Who owns a listening socket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Holder {
    /// A process that was identified.
    Known(Identity),
    /// The table names a pid that no longer runs: an heir holds the socket (a ghost listener).
    Gone(Pid),
    /// We may not look.
    Hidden,
}

/// One LISTEN row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listener {
    /// The local address.
    pub address: IpAddr,
    /// Who holds it; several where the socket was inherited or shared. Never empty.
    pub holders: Vec<Holder>,
}

/// What is known of one port.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PortFacts {
    /// Every LISTEN row, IPv4 and IPv6. What could not be read stands in [`Snapshot::unseen`].
    pub listeners: Vec<Listener>,
    /// Who was found to hold a socket of the port whose owner on record ended (Windows).
    pub heirs: Vec<Identity>,
    /// The range that the system reserves around the port (Windows, error 10013).
    pub reserved: Option<(u16, u16)>,
    /// Whether it can be bound, where nobody listens.
    pub binding: Binding,
}

impl PortFacts {
    /// Everybody who has a socket with this port, as far as it was looked.
    pub fn holders(&self) -> impl Iterator<Item = &Holder> {
        let taken = match &self.binding {
            Binding::Taken(taken) => &taken.by[..],
            Binding::NotTried | Binding::Works | Binding::NotPermitted => &[],
        };
        let listening = self.listeners.iter().flat_map(|row| &row.holders);
        listening.chain(taken.iter().flat_map(|taking| &taking.holders))
    }
}

/// Whether a server could bind a port on which nobody listens.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Binding {
    /// It was not tried: somebody listens, or it is reserved.
    #[default]
    NotTried,
    /// It can. What lingers of a server's closed connections does not count.
    Works,
    /// It cannot: other sockets have it.
    Taken(Taken),
    /// We have no right to try, and no socket has it as far as can be seen.
    NotPermitted,
}

/// What keeps a port from being bound.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The addresses at which it was refused: every one of IPv4, of IPv6, or of both.
    pub at: Vec<IpAddr>,
    /// The sockets that have it; empty where the system does not tell.
    pub by: Vec<Taking>,
    /// Whether connections have it that are closed, and that no process has any more.
    pub lingers: bool,
}

/// Sockets of one kind at one address that have a port without listening on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taking {
    /// The local address.
    pub address: IpAddr,
    /// What they do with it.
    pub hold: Hold,
    /// Who has them. Never empty.
    pub holders: Vec<Holder>,
}

/// What a socket does with its port.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Hold {
    /// It listens.
    Listens,
    /// It is bound, and neither listens nor is it connected.
    Bound,
    /// It is connected.
    Connected,
}

impl Hold {
    /// The word for it in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Listens => "listens",
            Self::Bound => "bound",
            Self::Connected => "connected",
        }
    }
}

/// One look.
#[derive(Clone, PartialEq, Debug)]
pub struct Snapshot {
    /// The system that was looked at.
    pub system: System,
    /// When, for display.
    pub taken_at: UnixTime,
    /// The process that looked: ourselves.
    pub me: Pid,
    /// Everything that runs and could be listed; zombies are not listed, they are dead.
    pub processes: Vec<Process>,
    /// Parents on record, and clients that leases name, that are not in `processes`.
    pub absent: BTreeMap<Pid, Presence>,
    /// The watched ports.
    pub ports: BTreeMap<u16, PortFacts>,
    /// What guards tell of their servers; hidden where the leases are there and could not be listed.
    pub leases: Fact<Vec<Lease>>,
    /// What could not be read.
    pub unseen: Vec<Unseen>,
}
