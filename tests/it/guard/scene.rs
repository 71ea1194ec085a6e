//! A guard with a server, and what is known of everybody in it.

use std::fs::{self, File};
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::bed::{Bed, copy_program};
use crate::support::identity::Identity;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually_some};

/// How often each story of the matrix is told, unless `SHIMKEEPER_ROUNDS` says otherwise.
const ROUNDS: u32 = 3;

/// Between asking and forcing.
pub(crate) const GRACE: Duration = Duration::from_millis(300);

/// Within which nothing may be left alive.
const PROMISE: Duration = Duration::from_secs(1);

/// What a server needs that must be forced.
const FORCED: Duration = Duration::from_millis(300 + 1500);

/// What the exit code is called when a signal ended the server.
pub(crate) const BY_SIGNAL: i32 = 128;

/// A server's temper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Polite,
    Deaf,
    Family,
    Crashing,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Polite => "polite",
            Self::Deaf => "deaf",
            Self::Family => "family",
            Self::Crashing => "crash",
        }
    }

    /// Within which everybody must have gone.
    pub(crate) fn limit(self) -> Duration {
        match self {
            Self::Deaf => FORCED,
            Self::Polite | Self::Family | Self::Crashing => PROMISE,
        }
    }

    /// The exit code after the end of its input.
    pub(crate) fn code_at_the_end_of_input(self) -> i32 {
        match self {
            Self::Polite | Self::Family => 0,
            Self::Deaf => BY_SIGNAL + libc::SIGKILL,
            Self::Crashing => BY_SIGNAL + libc::SIGABRT,
        }
    }
}

/// Whether the guard stands between the streams.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Streams {
    Relayed,
    LeftAlone,
}

impl Streams {
    pub(crate) const BOTH: [Self; 2] = [Self::Relayed, Self::LeftAlone];

    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Relayed => &[],
            Self::LeftAlone => &["--no-restart"],
        }
    }
}

/// A bed, a home with a configuration, and the guards in it.
pub(crate) struct Scene {
    pub(crate) bed: Bed,
    home: PathBuf,
}

/// What is to be started; see [`Scene::plan`].
pub(crate) struct Plan<'a> {
    scene: &'a Scene,
    streams: Streams,
    options: Vec<String>,
    words: Vec<String>,
    ready: PathBuf,
    change: fn(&mut Command),
    program: PathBuf,
    before: Vec<String>,
    launcher: Vec<String>,
}

/// A guard that this test is the client of, or whose client is one more process.
pub(crate) struct Guarded {
    /// The process that this test has started: the guard, or its client.
    pub(crate) process: Spawned,
    /// The guard that the client knows.
    pub(crate) outer: Identity,
    /// The guard's second process.
    pub(crate) keeper: Identity,
    /// The server and whoever it has started.
    pub(crate) servers: Vec<Identity>,
    /// Our ends of the pipes.
    pub(crate) input: Option<PipeWriter>,
    pub(crate) output: Option<PipeReader>,
    /// Where the server reports.
    pub(crate) ready: PathBuf,
    errors: PathBuf,
    heard: PathBuf,
}

impl Scene {
    /// With a watch that no server here belongs to, so that nobody else's is looked for.
    pub(crate) fn new() -> Self {
        Self::watching(1, "listens = \"never\"")
    }

    /// With a watch for the bed's own shim.
    pub(crate) fn watching(port: u16, more: &str) -> Self {
        let bed = Bed::new();
        let home = bed.folder("home");
        let scene = Self { bed, home };
        scene.watch(port, more);
        scene
    }

    /// Watches this port from now on.
    pub(crate) fn watch(&self, port: u16, more: &str) {
        self.configure(&format!(
            "stop_grace = \"{}ms\"\norphan_grace = \"0s\"\n\
             [[watch]]\nname = \"own\"\nport = {port}\nscript = \"{}\"\n{more}\n",
            GRACE.as_millis(),
            self.bed.script(),
        ));
    }

    /// With time to look at a server that is asked to end.
    pub(crate) fn slow() -> Self {
        let scene = Self::new();
        scene.configure("stop_grace = \"5s\"\n");
        scene
    }

    pub(crate) fn configure(&self, text: &str) {
        fs::write(self.home.join("config.toml"), text).unwrap();
    }

    /// Tells a story again and again, each time with a new guard, and then looks for what it left behind.
    #[track_caller]
    pub(crate) fn rounds(mut story: impl FnMut(&Self, Streams)) {
        let scene = Self::new();
        let mut open = None;
        for round in 0..rounds_of(ROUNDS) {
            story(&scene, Streams::BOTH[usize::from(round % 2 == 1)]);
            scene.is_empty();
            let now = open_files();
            assert!(*open.get_or_insert(now) >= now || !alone(), "this test itself leaks: {now} files");
        }
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    pub(crate) fn leases(&self) -> PathBuf {
        self.home.join("leases")
    }

    /// Leases and control sockets.
    pub(crate) fn lease_files(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.leases()) else { return Vec::new() };
        let paths = entries.flatten().map(|entry| entry.path());
        // Locks are kept: whoever removes one takes it from somebody else.
        paths.filter(|path| !ends_with(path, "lock")).collect()
    }

    /// The lease (`json`) or the control socket (`sock`) of the only guard.
    pub(crate) fn lease_file(&self, ending: &str) -> Option<PathBuf> {
        self.lease_files().into_iter().find(|path| ends_with(path, ending))
    }

    /// Nothing that was started here lives, and no file tells of it.
    #[track_caller]
    pub(crate) fn is_empty(&self) {
        let left = self.bed.living();
        let lines: Vec<String> = left.iter().map(|it| format!("{} {}", it.pid, it.command_line())).collect();
        assert_eq!(lines, [""; 0], "something is left\n{}", self.bed.complaints());
        let leases = self.lease_files();
        assert!(leases.is_empty(), "a lease is left: {leases:?}");
    }

    /// `shimkeeper` with this home.
    pub(crate) fn program(&self) -> Command {
        let mut command = self.bed.command(env!("CARGO_BIN_EXE_shimkeeper"));
        command.arg("--home").arg(&self.home);
        command
    }

    /// A guard over the server of this kind.
    pub(crate) fn plan(&self, kind: &str) -> Plan<'_> {
        Plan {
            scene: self,
            streams: Streams::Relayed,
            options: Vec::new(),
            words: vec![kind.to_owned()],
            ready: self.bed.fresh("ready"),
            change: |_| (),
            program: part(),
            before: Vec::new(),
            launcher: Vec::new(),
        }
    }

    /// This test is the client of such a guard.
    #[track_caller]
    pub(crate) fn guard(&self, kind: Kind, streams: Streams) -> Guarded {
        self.plan(kind.word()).streams(streams).start()
    }

    /// A client of its own over pipes of its own.
    #[track_caller]
    pub(crate) fn client(&self, kind: Kind, streams: Streams) -> Guarded {
        self.plan(kind.word()).streams(streams).start_by_a_client()
    }
}

impl Plan<'_> {
    pub(crate) fn streams(mut self, streams: Streams) -> Self {
        self.streams = streams;
        self
    }

    /// Options of the guard.
    pub(crate) fn options(mut self, options: &[&str]) -> Self {
        self.options.extend(options.iter().map(|&option| option.to_owned()));
        self
    }

    /// Words of the server, after its kind and the file where it reports.
    pub(crate) fn words(mut self, words: &[&str]) -> Self {
        self.words.extend(words.iter().map(|&word| word.to_owned()));
        self
    }

    /// Changes to the guard's surroundings.
    pub(crate) fn with(mut self, change: fn(&mut Command)) -> Self {
        self.change = change;
        self
    }

    /// Under the name by which the watch knows its server.
    pub(crate) fn by_the_watched_name(mut self) -> Self {
        self.program = self.scene.bed.folder("watched").join(self.scene.bed.script());
        if !self.program.exists() {
            copy_program(&part(), &self.program);
        }
        self
    }

    fn words_of_the_server(&self) -> impl Iterator<Item = std::ffi::OsString> {
        let mut words: Vec<std::ffi::OsString> = self.words.iter().map(Into::into).collect();
        words.insert(1, self.ready.clone().into());
        let launcher = self.launcher.iter().map(Into::into);
        launcher.chain([self.program.clone().into()]).chain(words).collect::<Vec<_>>().into_iter()
    }

    /// A program and its words in front of the guard.
    pub(crate) fn behind(mut self, program: &str, words: &[&str]) -> Self {
        self.before = [program].iter().chain(words).map(|&word| word.to_owned()).collect();
        self
    }

    /// A program and its words between the guard and the server.
    pub(crate) fn launched_by(mut self, launcher: &[&str]) -> Self {
        self.launcher = launcher.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// Where the server will report.
    pub(crate) fn ready(&self) -> &Path {
        &self.ready
    }

    /// The guard, its streams aside.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.scene.program();
        command.arg("guard").args(self.streams.options()).args(&self.options).arg("--");
        command.args(self.words_of_the_server());
        (self.change)(&mut command);
        command
    }

    /// The server as it is without a guard.
    pub(crate) fn direct_command(&self) -> Command {
        let mut words = self.words_of_the_server();
        let mut command = self.scene.bed.command(words.next().unwrap());
        command.args(words);
        (self.change)(&mut command);
        command
    }

    /// Starts it over pipes and waits for the server.
    #[track_caller]
    pub(crate) fn start(self) -> Guarded {
        let command = self.command();
        let started = Started::over_pipes(&self, command);
        let outer = started.process.identity();
        started.with_servers(Some(outer), &self.ready)
    }

    /// The same without waiting: the server may never be ready.
    #[track_caller]
    pub(crate) fn start_unready(self) -> Started {
        let command = self.command();
        Started::over_pipes(&self, command)
    }

    /// A client of which nobody waits to see what it has started.
    #[track_caller]
    pub(crate) fn unready_client(self) -> Spawned {
        let (guard, told) = (self.command(), self.scene.bed.fresh("told"));
        let mut client = self.scene.bed.command(part());
        client.arg("client").arg(&told).arg(guard.get_program()).args(guard.get_args());
        Spawned::start(&mut client)
    }

    #[track_caller]
    pub(crate) fn start_by_a_client(self) -> Guarded {
        self.start_by("client", |_| ())
    }

    /// Started by a client or a shell, which is changed before.
    #[track_caller]
    pub(crate) fn start_by(self, who: &str, change: impl FnOnce(&mut Command)) -> Guarded {
        let (guard, told) = (self.command(), self.scene.bed.fresh("told"));
        let mut client = self.scene.bed.command(part());
        client.arg(who).arg(&told);
        client.args(&self.before);
        client.arg(guard.get_program()).args(guard.get_args());
        let errors = self.scene.bed.fresh("errors");
        client.stderr(File::create(&errors).unwrap());
        change(&mut client);
        let process = Spawned::start(&mut client);
        let started = identities(&told)[0];
        let outer = (self.before.is_empty()).then_some(started);
        let heard = told.with_file_name(format!("{}.heard", told.file_name().unwrap().to_string_lossy()));
        Started { process, input: None, output: None, errors, heard }.with_servers(outer, &self.ready)
    }
}

/// A guard, and perhaps a server.
pub(crate) struct Started {
    pub(crate) process: Spawned,
    pub(crate) input: Option<PipeWriter>,
    pub(crate) output: Option<PipeReader>,
    errors: PathBuf,
    heard: PathBuf,
}

impl Started {
    pub(crate) fn over_pipes(plan: &Plan<'_>, mut command: Command) -> Self {
        let (theirs, input) = std::io::pipe().unwrap();
        let (output, ours) = std::io::pipe().unwrap();
        let errors = plan.scene.bed.fresh("errors");
        command.stdin(theirs).stdout(ours).stderr(File::create(&errors).unwrap());
        let process = Spawned::start(&mut command);
        Self { process, input: Some(input), output: Some(output), errors, heard: PathBuf::new() }
    }

    /// Waits for the server, which reports there.
    #[track_caller]
    pub(crate) fn with_servers_at(self, ready: &Path) -> Guarded {
        let outer = self.process.identity();
        self.with_servers(Some(outer), ready)
    }

    #[track_caller]
    fn with_servers(self, outer: Option<Identity>, ready: &Path) -> Guarded {
        let servers = identities(ready);
        let above = |it: Identity| it.parent().and_then(Identity::of);
        // A launcher between them may be about to end.
        let (keeper, outer) = eventually_some("the guard is two processes", PATIENCE, || {
            let keeper = above(servers[0])?;
            let parent = above(keeper)?;
            (outer.unwrap_or(parent) == parent).then_some((keeper, parent))
        });
        let Self { process, input, output, errors, heard } = self;
        Guarded { process, outer, keeper, servers, input, output, ready: ready.into(), errors, heard }
    }

    pub(crate) fn complaints(&self) -> String {
        fs::read_to_string(&self.errors).unwrap()
    }

    /// Ends its input, waits for its end, and returns the code. Not a byte was said.
    #[track_caller]
    pub(crate) fn code(&mut self) -> i32 {
        let code = self.process.wait().code().unwrap();
        let mut said = Vec::new();
        self.output.take().unwrap().read_to_end(&mut said).unwrap();
        assert_eq!(String::from_utf8_lossy(&said), "", "the guard has said something");
        code
    }
}

impl Guarded {
    /// What was written to stderr, by anybody.
    pub(crate) fn errors(&self) -> &Path {
        &self.errors
    }

    pub(crate) fn server(&self) -> Identity {
        self.servers[0]
    }

    /// Says a line to the server.
    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    pub(crate) fn complaints(&self) -> String {
        fs::read_to_string(&self.errors).unwrap()
    }

    /// The exit code of the guard.
    #[track_caller]
    pub(crate) fn code(&mut self) -> i32 {
        let status = self.process.wait();
        status.code().unwrap_or_else(|| panic!("{status}\n{}", self.complaints()))
    }

    /// Everybody is gone in time, and the guard has said nothing of its own.
    #[track_caller]
    pub(crate) fn is_gone_in_time(&mut self, kind: Kind) {
        self.is_gone_within(kind.limit());
    }

    #[track_caller]
    pub(crate) fn is_gone_within(&mut self, limit: Duration) {
        let all = [self.outer, self.keeper].into_iter().chain(self.servers.iter().copied());
        gone_within(all, limit, || self.complaints());
        // Who is ended by us is collected by us.
        self.process.kill_hard();
        self.said_nothing();
    }

    /// Every part but `echo` and `mcp` is silent, so that whatever was heard would be the guard's own.
    #[track_caller]
    fn said_nothing(&mut self) {
        let mut said = fs::read(&self.heard).unwrap_or_default();
        if let Some(mut output) = self.output.take() {
            output.read_to_end(&mut said).unwrap();
        }
        assert_eq!(String::from_utf8_lossy(&said), "", "the guard has said something");
    }

    /// The servers that report now, where others did before.
    #[track_caller]
    pub(crate) fn meet_the_next_servers(&mut self) {
        self.servers = eventually_some("another server reports", PATIENCE, || {
            let servers = read_identities(&self.ready)?;
            (servers[0] != self.servers[0]).then_some(servers)
        });
    }
}

fn ends_with(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|it| it == ending)
}

/// Polls until none of them lives.
#[track_caller]
pub(crate) fn gone_within(
    all: impl IntoIterator<Item = Identity>,
    limit: Duration,
    complaints: impl Fn() -> String,
) {
    let start = Instant::now();
    let mut left: Vec<Identity> = all.into_iter().collect();
    loop {
        left.retain(|process| process.lives());
        if left.is_empty() {
            break;
        }
        let names: Vec<String> = left.iter().map(|it| format!("{} {}", it.pid, it.command_line())).collect();
        assert!(start.elapsed() < limit, "left after {limit:?}: {names:#?}\n{}", complaints());
        std::thread::sleep(Duration::from_millis(5));
    }
    if std::env::var_os("SHIMKEEPER_TIMES").is_some() {
        eprintln!("gone after {} ms of {}", start.elapsed().as_millis(), limit.as_millis());
    }
}

/// SIGKILL, without collecting.
pub(crate) fn kill(process: Identity) {
    process.signal(Signal::KILL);
}

/// Whoever says in that file that it is ready.
#[track_caller]
pub(crate) fn identities(file: &Path) -> Vec<Identity> {
    eventually_some(&format!("{} is written", file.display()), PATIENCE, || read_identities(file))
}

fn read_identities(file: &Path) -> Option<Vec<Identity>> {
    let pids = fs::read_to_string(file).ok()?;
    // Nobody at all where one of them has ended already: the next one will report.
    pids.split_whitespace().map(|pid| Identity::of(pid.parse().ok()?)).collect()
}

/// The program that plays all parts.
pub(crate) fn part() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let part = test.parent().and_then(Path::parent).unwrap().join("examples").join("server");
    assert!(part.exists(), "{} is missing: run `cargo build --examples`", part.display());
    part
}

/// How often a story is told that is usually told this often.
pub(crate) fn rounds_of(usual: u32) -> u32 {
    std::env::var("SHIMKEEPER_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(usual)
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Whether no other test runs in this process.
fn alone() -> bool {
    std::env::var_os("NEXTEST").is_some()
}

/// A port that nobody has now. Another program may take it; no other test of this kind does.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
