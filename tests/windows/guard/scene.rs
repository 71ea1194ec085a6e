//! A guard with a server, and what is known of everybody in it.

use std::fs;
use std::io::Write;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::super::stage::{Stage, eventually};
use super::process::Process;

/// How often each story of the matrix is told, unless `SHIMKEEPER_ROUNDS` says otherwise.
const ROUNDS: u32 = 2;

/// Between asking and forcing.
const GRACE: Duration = Duration::from_millis(300);

/// Within which nothing may be left alive.
const PROMISE: Duration = Duration::from_secs(1);

const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// The crash of a crashing server.
pub(super) const CRASH: i32 = 0xC000_0005_u32.cast_signed();

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Polite,
    Deaf,
    Family,
    Crashing,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Polite => "polite",
            Self::Deaf => "deaf",
            Self::Family => "family",
            Self::Crashing => "crashing",
        }
    }

    /// Within which everybody must have gone. The deaf one has its grace time twice: after its input has
    /// ended, and after it was asked.
    fn limit(self) -> Duration {
        match self {
            Self::Deaf => PROMISE + GRACE * 2,
            Self::Polite | Self::Family | Self::Crashing => PROMISE,
        }
    }
}

pub(super) struct Scene {
    pub(super) stage: Stage,
}

/// A guard that this test is the client of, or the client of which is one more process.
pub(super) struct Guarded {
    /// The process that this test has started: the guard, or its client.
    pub(super) child: Child,
    /// The guard itself.
    pub(super) guard: Process,
    /// The server and whoever it has started.
    pub(super) servers: Vec<Process>,
}

impl Scene {
    pub(super) fn new() -> Self {
        let stage = Stage::new();
        stage.configure(&format!("stop_grace = \"{}ms\"\n", GRACE.as_millis()));
        Self { stage }
    }

    /// Tells a story again and again, each time with a new guard.
    #[track_caller]
    pub(super) fn rounds(mut story: impl FnMut(&Self)) {
        let rounds = std::env::var("SHIMKEEPER_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
        let scene = Self::new();
        for _ in 0..rounds.unwrap_or(ROUNDS) {
            story(&scene);
        }
    }

    /// The command of a guard over a server that says in the file that it is ready.
    pub(super) fn guard_command(&self, kind: &str, ready: &Path) -> Command {
        let mut command = self.stage.program();
        command.args(["guard", "--"]).arg(self.stage.python()).args(["mcp_server.py", kind, "--ready"]);
        command.arg(ready).stdin(Stdio::piped()).stdout(Stdio::piped()).creation_flags(CREATE_NO_WINDOW);
        command
    }

    /// This test is the client.
    pub(super) fn guard(&self, kind: Kind) -> Guarded {
        self.guard_of(kind.word())
    }

    pub(super) fn guard_of(&self, kind: &str) -> Guarded {
        self.guard_at(kind, &self.file())
    }

    /// The same, with this file for the server's word.
    pub(super) fn guard_at(&self, kind: &str, ready: &Path) -> Guarded {
        let child = start(&mut self.guard_command(kind, ready));
        let guard = Process::open(child.id());
        Guarded { child, guard, servers: servers(ready) }
    }

    /// A client of its own, with these variables.
    pub(super) fn client(&self, kind: Kind, variables: &[(&str, &str)]) -> Guarded {
        let (ready, told) = (self.file(), self.file());
        let guard = self.guard_command(kind.word(), &ready);
        let mut client = Command::new(self.stage.client_program());
        client.arg(guard.get_program()).args(guard.get_args());
        client.env("ACTOR_CHILD", &told).envs(variables.iter().copied()).creation_flags(CREATE_NO_WINDOW);
        let child = start(client.stdin(Stdio::piped()).stdout(Stdio::null()));
        let guard = Process::open(pids(&told)[0]);
        Guarded { child, guard, servers: servers(&ready) }
    }

    pub(super) fn file(&self) -> PathBuf {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        self.stage.ready_file(&format!("said-{}", NEXT.fetch_add(1, Ordering::Relaxed)))
    }
}

/// Starts it. Once in thousands of times wine fails with its own "internal error".
pub(super) fn start(command: &mut Command) -> Child {
    const INTERNAL_ERROR: i32 = 1359;
    match command.spawn() {
        Err(error) if error.raw_os_error() == Some(INTERNAL_ERROR) => command.spawn().unwrap(),
        started => started.unwrap(),
    }
}

/// Whoever says in that file that it is ready.
pub(super) fn servers(ready: &Path) -> Vec<Process> {
    pids(ready).into_iter().map(Process::open).collect()
}

#[track_caller]
pub(super) fn pids(file: &Path) -> Vec<u32> {
    let mut said = String::new();
    eventually("somebody is ready", || {
        said = fs::read_to_string(file).unwrap_or_default();
        !said.is_empty()
    });
    said.split(' ').map(|pid| pid.parse().unwrap()).collect()
}

impl Guarded {
    /// Says a line to the server.
    pub(super) fn say(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The exit code of what this test has started.
    pub(super) fn code(&mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }

    /// Everybody is gone in time.
    #[track_caller]
    pub(super) fn is_gone_in_time(&self, kind: Kind) {
        self.is_gone_within(kind.limit());
    }

    #[track_caller]
    pub(super) fn is_gone_within(&self, limit: Duration) {
        let start = Instant::now();
        let all = || self.servers.iter().chain([&self.guard]);
        while !all().all(Process::has_ended) {
            let left: Vec<u32> = all().filter(|process| !process.has_ended()).map(|it| it.pid).collect();
            assert!(start.elapsed() < limit, "{left:?} of {self:?} are left after {limit:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
        if std::env::var_os("SHIMKEEPER_TIMES").is_some() {
            eprintln!("gone after {} ms of {}", start.elapsed().as_millis(), limit.as_millis());
        }
    }
}

impl std::fmt::Debug for Guarded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let servers: Vec<u32> = self.servers.iter().map(|process| process.pid).collect();
        write!(formatter, "guard {} over {servers:?}", self.guard.pid)
    }
}
