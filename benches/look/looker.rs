//! The ways to look that are written in Rust, in a process of their own.

use std::fs;
use std::io::BufRead;
use std::path::PathBuf;
use std::time::Duration;

use netstat2::{AddressFamilyFlags, ProtocolFlags, ProtocolSocketInfo, TcpState, iterate_sockets_info};
use rustix::time::{ClockId, clock_gettime};
use shimkeeper::clock::Clock;
use shimkeeper::core::moment::Now;
use shimkeeper::core::{Memory, Moment, Port, Runs, UnixTime, Watch, diagnose};
use shimkeeper::sense::{Machine, Sense};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

/// The monitor's own look and judgement.
pub(crate) const OURS: &str = "ours";
/// The same as if two seconds passed between two looks, so that what is done once a minute falls due.
pub(crate) const HASTY: &str = "hasty";
/// The crates for it, used as their documentation shows.
pub(crate) const OBVIOUS: &str = "obvious";
/// One readdir of /proc: less finds no process.
pub(crate) const READDIR: &str = "readdir";

/// Looks as often as each line of its input says: `WAY HOME SCRIPT PORT`.
pub(crate) fn play(words: &[String]) {
    let [way, home, script, port] = words else { panic!("{words:?}") };
    let port = port.parse().unwrap();
    let mut look: Box<dyn FnMut() -> usize> = match way.as_str() {
        OURS => ours(home, script, port, Duration::ZERO),
        HASTY => ours(home, script, port, Duration::from_secs(2)),
        OBVIOUS => obvious(script.clone(), port),
        READDIR => Box::new(|| fs::read_dir("/proc").unwrap().count()),
        way => panic!("no such way: {way}"),
    };
    for line in std::io::stdin().lock().lines() {
        let (mut costs, mut found) = (Vec::new(), 0);
        for _ in 0..line.unwrap().parse().unwrap() {
            let before = spent();
            found = look();
            costs.push(spent().checked_sub(before).unwrap().as_nanos());
        }
        let mean = costs.iter().sum::<u128>() / costs.len() as u128;
        costs.sort_unstable();
        println!("{} {mean} {found}", costs[costs.len() / 2]);
    }
}

/// CPU time of this process, user and system, so far: `getrusage` with a finer grain.
pub(crate) fn spent() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap()
}

fn ours(home: &str, script: &str, port: u16, hurry: Duration) -> Box<dyn FnMut() -> usize> {
    let watch = Watch { runs: Runs::script(script), port: Some(Port::maybe(port)), ..Watch::exai() };
    let watches = [watch];
    let mut machine = Machine::sparing(PathBuf::from(home).join("leases"));
    let (clock, mut memory, mut ahead) = (Clock::start(), Memory::default(), Duration::ZERO);
    Box::new(move || {
        let now = later(clock.now(), ahead);
        ahead += hurry;
        let snapshot = machine.look(&watches, now);
        let diagnosis = diagnose(&snapshot, &watches[0], &memory, now.moment);
        memory.learn(&diagnosis, now.moment);
        diagnosis.instances.len() + diagnosis.holders.len()
    })
}

fn later(now: Now, wait: Duration) -> Now {
    /// Linux shows births in hundredths of a second.
    const TICKS: u64 = 100;
    Now {
        moment: Moment(now.moment.0 + wait),
        wall: UnixTime(now.wall.0 + wait.as_secs()),
        births: now.births + wait.as_secs() * TICKS,
    }
}

fn obvious(script: String, port: u16) -> Box<dyn FnMut() -> usize> {
    let mut system = System::new().unwrap();
    let fields = ProcessRefreshKind::nothing().with_cmd(UpdateKind::Always).with_exe(UpdateKind::Always);
    Box::new(move || {
        let _ = system.refresh_processes_specifics(ProcessesToUpdate::All, true, fields);
        let has_script = |word: &std::ffi::OsString| word.to_string_lossy().contains(&script);
        let shims =
            system.processes().values().filter(|process| process.cmd().iter().any(has_script)).count();
        let family = AddressFamilyFlags::IPV4 | AddressFamilyFlags::IPV6;
        let rows = iterate_sockets_info(family, ProtocolFlags::TCP).unwrap().flatten();
        let holders = rows.filter(|row| match &row.protocol_socket_info {
            ProtocolSocketInfo::Tcp(tcp) => tcp.state == TcpState::Listen && tcp.local_port == port,
            ProtocolSocketInfo::Udp(_) => false,
        });
        shims + holders.flat_map(|row| row.associated_pids).count()
    })
}
