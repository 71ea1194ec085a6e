//! What `shimkeeper guard` adds to a server: time to its first output, memory, and time and CPU for each message.
//!
//! All ways of starting it take turns in one run, in another order each round, so that what else the machine does
//! falls on all of them. Figures are medians; trust the differences and ratios, which are taken round by round.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a measurement may fail loudly and wait for the processes that it started"
)]

#[cfg(target_os = "linux")]
#[path = "support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
fn main() {
    measure::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod measure {
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::time::{Duration, Instant};

    use crate::support::echo;
    use crate::support::figures::{Row, Samples, print};
    use crate::support::machine::{Scratch, free_port, load, shuffle};
    use crate::support::running::Running;

    /// How the server is started.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Way {
        Direct,
        Guard,
        Inherited,
        WithPort,
        Popen,
        Pump,
        Other,
    }

    /// Those that carry what a server says, the one that is compared with first.
    const CARRYING: [Way; 5] = [Way::Pump, Way::Direct, Way::Guard, Way::Inherited, Way::Other];

    const WAYS: [Way; 6] = [Way::Direct, Way::Guard, Way::Inherited, Way::WithPort, Way::Popen, Way::Other];

    /// Those that differ once the server runs.
    const TALKING: [Way; 5] = [Way::Direct, Way::Guard, Way::Inherited, Way::Popen, Way::Other];

    impl Way {
        fn name(self) -> &'static str {
            match self {
                Self::Direct => "direct",
                Self::Guard => "guard",
                Self::Inherited => "guard --no-restart",
                Self::WithPort => "guard --port N (free)",
                Self::Popen => "python Popen and pump",
                Self::Pump => "python, two threads, 64 KB",
                Self::Other => "guard of the other build",
            }
        }
    }

    struct Stage {
        scratch: Scratch,
        program: PathBuf,
        python: PathBuf,
        /// Another build of the same program.
        other: Option<PathBuf>,
    }

    impl Stage {
        fn new(other: Option<PathBuf>) -> Self {
            let scratch = Scratch::new();
            // A copy: pages that the program shares with another one that runs here would not be counted as its own.
            let copy = |program: &Path, name: &str| {
                let copy = scratch.path().join(name);
                std::fs::copy(program, &copy).unwrap();
                // What is still to be written to the disk would count as dirty.
                std::fs::File::open(&copy).unwrap().sync_all().unwrap();
                copy
            };
            let program = copy(Path::new(env!("CARGO_BIN_EXE_shimkeeper")), "shimkeeper");
            let other = other.map(|other| copy(&other, "other"));
            // The interpreter itself: a version manager's stand-in takes longer than everything else.
            let asked =
                Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
            let python = String::from_utf8(asked.stdout).unwrap().trim().into();
            Self { scratch, program, python, other }
        }

        fn home(&self) -> PathBuf {
            self.scratch.path().join("home")
        }

        fn command(&self, way: Way) -> Command {
            let server = [std::env::current_exe().unwrap().into_os_string(), echo::PART.into()];
            let port = free_port().to_string();
            let mut command = match way {
                Way::Direct => Command::new(&server[0]),
                Way::Popen | Way::Pump => Command::new(&self.python),
                Way::Guard | Way::Inherited | Way::WithPort => Command::new(&self.program),
                Way::Other => Command::new(self.other.as_ref().unwrap()),
            };
            match way {
                Way::Direct => {
                    return {
                        command.arg(&server[1]);
                        command
                    };
                }
                Way::Popen => {
                    let rival = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/rivals/popen.py");
                    command.arg(rival).arg(port);
                }
                Way::Pump => {
                    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/rivals/pump.py"));
                }
                Way::Guard | Way::Inherited | Way::WithPort | Way::Other => {
                    command.arg("--home").arg(self.home()).arg("guard");
                    match way {
                        Way::Inherited => command.arg("--no-restart"),
                        Way::WithPort => command.args(["--port", &port]),
                        Way::Direct | Way::Guard | Way::Popen | Way::Pump | Way::Other => &mut command,
                    };
                    command.arg("--");
                }
            }
            command.args(&server);
            command
        }

        fn has(&self, way: Way) -> bool {
            way != Way::Other || self.other.is_some()
        }

        /// Started, and its first line read.
        fn start(&self, way: Way) -> Running {
            let mut running = Running::start(&mut self.command(way));
            assert_eq!(running.line(), echo::READY);
            running
        }

        /// Whether the guard has done all that it does after the server was started.
        fn settle(&self, way: Way) {
            let is_guard = !matches!(way, Way::Direct | Way::Popen | Way::Pump);
            let leases = self.home().join("leases");
            let is_open = || {
                let entries = leases.read_dir().into_iter().flatten().flatten();
                entries.into_iter().any(|entry| entry.path().extension().is_some_and(|it| it == "sock"))
            };
            while is_guard && !is_open() {
                std::thread::yield_now();
            }
        }
    }

    pub(crate) fn main() {
        let args = std::env::args().skip(1);
        match std::env::args().nth(1).as_deref() {
            Some(echo::PART) => return echo::play(),
            Some(_) if std::env::args().any(|word| word == "--bench") => {}
            // A test runner goes through all programs; this one is not a test.
            Some(_) | None => return,
        }
        // A runner of benches adds its own word, wherever.
        let words: Vec<String> = args.filter(|word| word != "--bench").collect();
        let rounds = words.iter().find_map(|word| word.parse().ok()).unwrap_or(40);
        let stage = Stage::new(words.iter().map(PathBuf::from).find(|path| path.is_file()));
        println!("load before: {}; {rounds} rounds", load());
        let only = words.iter().find(|word| word.parse::<usize>().is_err() && !Path::new(word).is_file());
        if only.is_none() {
            starts(&stage, rounds);
            memory(&stage);
            messages(&stage, rounds.div_ceil(4));
        }
        streams(&stage, rounds.div_ceil(4));
        println!("load after: {}", load());
    }

    fn starts(stage: &Stage, rounds: usize) {
        let ways = WAYS.into_iter().filter(|way| stage.has(*way));
        let mut rows: Vec<_> = ways.map(|way| (way, <[Samples; 2]>::default())).collect();
        // The first of each only fills the caches.
        for round in 0..=rounds {
            for at in shuffle(rows.len()) {
                let (way, [wall, cpu]) = &mut rows[at];
                let begin = Instant::now();
                let running = stage.start(*way);
                let first_output = begin.elapsed();
                stage.settle(*way);
                let spent = running.end();
                if round > 0 {
                    wall.add(first_output.as_secs_f64() * 1e3);
                    cpu.add(spent.as_secs_f64() * 1e3);
                }
            }
        }
        print(
            "Start: from the start to the server's first output (ms of wall time), CPU of everything from start to end \
             (ms)",
            &["first output", "added", "CPU", "added"],
            rows.iter().map(|(way, [wall, cpu])| {
                let [direct_wall, direct_cpu] = &rows[0].1;
                let row = Row::of(way.name()).spread(wall).plus(direct_wall, wall);
                row.median(cpu).plus(direct_cpu, cpu)
            }),
        );
    }

    /// Memory, which no round changes much.
    fn memory(stage: &Stage) {
        const ROUNDS: usize = 5;
        // A guard gives back what it does not need once nothing has come for half a second.
        const REST: Duration = Duration::from_secs(2);
        let ways = TALKING.into_iter().filter(|way| stage.has(*way) && *way != Way::Direct);
        let mut rows: Vec<_> = ways.map(|way| (way, <[Samples; 4]>::default())).collect();
        for _ in 0..ROUNDS {
            for at in shuffle(rows.len()) {
                let (way, samples) = &mut rows[at];
                let mut running = stage.start(*way);
                stage.settle(*way);
                running.trip(&echo::initialize());
                for _ in 0..1_000 {
                    running.trip(&echo::request(1_000));
                }
                let busy = running.memory_around();
                std::thread::sleep(REST);
                let rests = running.memory_around();
                running.end();
                let all = [rests.pss, rests.private_dirty, busy.pss, busy.private_dirty];
                for (samples, value) in samples.iter_mut().zip(all) {
                    samples.add(value as f64);
                }
            }
        }
        print(
            "Memory of everything but the server (kB): two seconds after the last of 1,000 messages, and right after it",
            &["PSS at rest", "private", "PSS busy", "private"],
            rows.iter().map(|(way, it)| it.iter().fold(Row::of(way.name()), Row::median)),
        );
    }

    /// What a server says at once, on its way to its client: time against that of the plain pump, CPU of what carries it.
    fn streams(stage: &Stage, rounds: usize) {
        const KINDS: [(usize, usize); 3] = [(20_000, 1_000), (60, 1_000_000), (600, 100_000)];
        let ways = CARRYING.into_iter().filter(|way| stage.has(*way));
        let mut rows: Vec<_> = ways.map(|way| (way, <[[Samples; 2]; KINDS.len()]>::default())).collect();
        for round in 0..=rounds {
            for at in shuffle(rows.len()) {
                let (way, samples) = &mut rows[at];
                let mut running = stage.start(*way);
                stage.settle(*way);
                running.trip(&echo::initialize());
                for ([time, cpu], (count, size)) in samples.iter_mut().zip(KINDS) {
                    let megabytes = (count * size) as f64 / 1e6;
                    let before = running.cpu_around();
                    let took = running.hears(&echo::order(count, size), count * size);
                    let spent = running.cpu_around().saturating_sub(before);
                    if round > 0 {
                        time.add(took.as_secs_f64() * 1e3);
                        cpu.add(spent.as_secs_f64() * 1e3 / megabytes);
                    }
                }
                running.end();
            }
        }
        print(
            "From a compiled server to its client at once: 20,000 answers of 1 KB, 60 of 1 MB, 600 of 100 KB (ms of wall time, \
             how fast against the plain pump in the same round, ms of CPU for each MB)",
            &["1 KB", "speed", "CPU", "1 MB", "speed", "CPU", "100 KB", "speed", "CPU"],
            rows.iter().map(|(way, it)| {
                let pump = &rows[0].1;
                it.iter().zip(pump).fold(Row::of(way.name()), |row, ([time, cpu], [pump, _])| {
                    row.median(time).ratio(time, pump).median(cpu)
                })
            }),
        );
    }

    fn messages(stage: &Stage, rounds: usize) {
        const TRIPS: usize = 2_000;
        const SMALL: usize = 10_000;
        const LARGE: usize = 32;
        let ways = TALKING.into_iter().filter(|way| stage.has(*way));
        let mut rows: Vec<_> = ways.map(|way| (way, <[Samples; 7]>::default())).collect();
        for round in 0..=rounds {
            for at in shuffle(rows.len()) {
                let (way, samples) = &mut rows[at];
                let mut running = stage.start(*way);
                stage.settle(*way);
                running.trip(&echo::initialize());
                for _ in 0..200 {
                    running.trip(&echo::request(1_000));
                }
                let before = running.cpu_around();
                let mut trips = Samples::default();
                for _ in 0..TRIPS {
                    trips.add(running.trip(&echo::request(1_000)).as_secs_f64() * 1e6);
                }
                let trip_cpu = running.cpu_around().saturating_sub(before);
                let before = running.cpu_around();
                let small = running.flood(&echo::request(1_000), SMALL);
                let small_cpu = running.cpu_around().saturating_sub(before);
                let before = running.cpu_around();
                let large = running.flood(&echo::request(1_000_000), LARGE);
                let large_cpu = running.cpu_around().saturating_sub(before);
                running.end();
                if round > 0 {
                    let all = [
                        trips.median(),
                        trips.percentile(90),
                        trip_cpu.as_secs_f64() * 1e6 / TRIPS as f64,
                        SMALL as f64 / small.as_secs_f64() / 1e3,
                        small_cpu.as_secs_f64() * 1e6 / SMALL as f64,
                        LARGE as f64 / large.as_secs_f64(),
                        large_cpu.as_secs_f64() * 1e3 / LARGE as f64,
                    ];
                    for (samples, value) in samples.iter_mut().zip(all) {
                        samples.add(value);
                    }
                }
            }
        }
        print(
            "Messages, answered by a compiled server: round trip of 1 KB (µs; CPU: the wrapper's alone), 10,000 of 1 KB at \
             once (thousands a second, µs of CPU each), 1 MB (messages a second, ms of CPU each)",
            &["round trip", "added", "ratio", "its p90", "CPU", "small/ms", "CPU", "large/s", "CPU"],
            rows.iter().map(|(way, it)| {
                let direct = &rows[0].1;
                let row =
                    Row::of(way.name()).spread(&it[0]).plus(&direct[0], &it[0]).ratio(&direct[0], &it[0]);
                it[1..].iter().fold(row, Row::median)
            }),
        );
    }
}
