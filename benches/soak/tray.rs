//! The tray program as people run it, on a desktop whose parts crash one after the other, while clients die and leave
//! orphans behind, which it ends by itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::kept::Kept;
use crate::support::bed::Bed;
use crate::support::desktop::{Desktop, Rect};
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually};

const PORT: u16 = 3005;
const GREEN: &str = "#1FA34A";

/// What the configuration allows at the least.
const POLL: Duration = Duration::from_millis(200);

/// Long enough for a toast to be shown and for a thread to end.
const REST: Duration = Duration::from_millis(500);

/// More than the allocator's own unrest, in kB.
const GROWTH: u64 = 256;

/// For each crash of the bus, in kB and descriptors: `ksni` 0.3.7 does not let go of a connection whose bus has gone.
/// (When its last stream is dropped, `zbus` gives its executor one more task, which holds the connection and which
/// nobody runs any more.) A bus that is started again under a program that lives on is rare; a day has none.
const OF_A_BUS: (u64, usize) = (96, 1);

/// What crashes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Crash {
    Panel,
    Toasts,
    Bus,
    /// Only the clients.
    Nothing,
}

impl Crash {
    const ALL: [Self; 3] = [Self::Panel, Self::Toasts, Self::Bus];

    const fn name(self) -> &'static str {
        match self {
            Self::Panel => "panel",
            Self::Toasts => "toasts",
            Self::Bus => "bus",
            Self::Nothing => "nothing",
        }
    }

    /// Those that are named, or all of them.
    pub(crate) fn named(words: &[String]) -> Vec<Self> {
        let is_named = |crash: &Self| words.iter().any(|word| word == crash.name());
        let named: Vec<Self> = Self::ALL.into_iter().chain([Self::Nothing]).filter(is_named).collect();
        if named.is_empty() { Self::ALL.into() } else { named }
    }
}

/// What the tray kept at the end of a round.
struct Round {
    at: Duration,
    /// How often the bus has crashed so far.
    buses: u32,
    kept: Kept,
}

pub(crate) fn run(time: Duration, crashes: &[Crash]) {
    let bed = Bed::with_the_real_name();
    let mut desktop = bed.desktop();
    let keeper = bed.keeper(PORT);
    keeper.configure(format!(
        "poll_interval = \"{}ms\"\nauto_cleanup = true\norphan_grace = \"0s\"\nstop_grace = \"1s\"\n\n\
         [[watch]]\nport = {PORT}\nscript = \"{}\"\n",
        POLL.as_millis(),
        bed.script(),
    ));
    let words = bed.path("tray-says");
    let mut command = keeper.command(env!("CARGO_BIN_EXE_shimkeeper-tray"));
    command.stdout(Stdio::null()).stderr(fs::File::create(&words).unwrap());
    let mut tray = Spawned::start(desktop.adopt(&mut command));

    let begin = Instant::now();
    let (mut rounds, mut counts, mut toasts) = (Vec::new(), BTreeMap::new(), 0);
    println!("seconds  RssAnon kB  PSS kB  files  threads  uncollected");
    while begin.elapsed() < time {
        let client = bed.client().on_port(PORT).start();
        let orphan = client.shim();
        client.kill_hard();
        // In the middle of the tray's own work.
        let next = crashes[rounds.len() % crashes.len()];
        toasts += crash(&mut desktop, next);
        *counts.entry(next).or_insert(0) += 1;
        eventually("the orphan is ended", PATIENCE, || !orphan.lives());
        // One toast that is not held back because there were many.
        desktop.menu_click(tray.pid(), "About");
        thread::sleep(REST);
        assert!(tray.ended().is_none(), "the tray has ended: {}", fs::read_to_string(&words).unwrap());
        let buses = counts.get(&Crash::Bus).copied().unwrap_or(0);
        rounds.push(Round { at: begin.elapsed(), buses, kept: Kept::by(&tray.pid().to_string()) });
        if rounds.len() % 5 == 1 {
            row(&tray, &rounds[rounds.len() - 1]);
        }
    }
    toasts += desktop.toasts().len();

    // At the end all is as it should be: the icon is there, and shows what is.
    let _client = bed.client().on_port(PORT).start();
    eventually("the icon is green", PATIENCE, || desktop.find_colour(GREEN, Rect::PANEL).is_some());
    desktop.screenshot("soak");
    let pid = tray.pid().to_string();
    eventually("everybody was collected", PATIENCE, || Kept::by(&pid).dead == 0);
    println!("{} orphans; crashes: {counts:?}; {toasts} toasts", rounds.len());
    println!("threads at the end: {:?}", threads(&pid));
    judge(&rounds, time);
    desktop.menu_quit(tray.pid());
    assert_eq!(tray.wait().code(), Some(0), "{}", fs::read_to_string(&words).unwrap());
}

/// Ends something with SIGKILL and starts it again. Tells how many toasts are forgotten by it.
fn crash(desktop: &mut Desktop<'_>, what: Crash) -> usize {
    match what {
        Crash::Panel => {
            desktop.kill_panel();
            desktop.start_panel();
            0
        }
        Crash::Toasts => {
            desktop.kill_any_notifyd();
            0
        }
        Crash::Bus => {
            let toasts = desktop.toasts().len();
            desktop.restart_bus();
            toasts
        }
        Crash::Nothing => 0,
    }
}

fn row(tray: &Spawned, Round { at, kept, .. }: &Round) {
    let Kept { memory, files, threads, dead } = kept;
    let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", tray.pid())).unwrap();
    let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
    let pss = pss.trim().trim_end_matches(" kB");
    println!("{:7} {memory:11} {pss:>7} {files:6} {threads:8} {dead:12}", at.as_secs());
}

/// How many there are of each name.
fn threads(pid: &str) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for task in fs::read_dir(PathBuf::from("/proc").join(pid).join("task")).unwrap().flatten() {
        let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        *names.entry(name.trim().to_owned()).or_default() += 1;
    }
    names
}

/// The first third is for warming up. At every moment something may be open for a look or a toast; what stays shows
/// itself in the least of a third.
fn judge(rounds: &[Round], time: Duration) {
    let part = time / 3;
    let thirds = [1, 2, 3].map(|number| {
        // What lasted longer than the time belongs to the last third.
        let is_in = |round: &&Round| (1..=3).find(|end| round.at < part * *end).unwrap_or(3) == number;
        let of_it: Vec<&Round> = rounds.iter().filter(is_in).collect();
        assert!(!of_it.is_empty(), "too short a time: a third without a round");
        let kept: Vec<Kept> = of_it.iter().map(|round| round.kept).collect();
        let (least, most) = (fold(&kept, u64::min, usize::min), fold(&kept, u64::max, usize::max));
        println!("third {number}: from {least:?} to {most:?}");
        let kept: Vec<Kept> = of_it.iter().map(|round| round.without_buses()).collect();
        fold(&kept, u64::min, usize::min)
    });
    let [_, before, after] = thirds;
    println!("without what is known to stay: from {before:?} to {after:?}");
    assert!(after.memory <= before.memory + GROWTH, "memory grows");
    assert!(after.files <= before.files + 1, "files stay open");
    assert!(after.threads <= before.threads, "threads stay");
}

impl Round {
    fn without_buses(&self) -> Kept {
        let (memory, files) = OF_A_BUS;
        Kept {
            memory: self.kept.memory.saturating_sub(memory * u64::from(self.buses)),
            files: self.kept.files - files * usize::try_from(self.buses).unwrap(),
            ..self.kept
        }
    }
}

fn fold(kept: &[Kept], memory: fn(u64, u64) -> u64, count: fn(usize, usize) -> usize) -> Kept {
    let join = |one: Kept, other: &Kept| Kept {
        memory: memory(one.memory, other.memory),
        files: count(one.files, other.files),
        threads: count(one.threads, other.threads),
        dead: count(one.dead, other.dead),
    };
    kept.iter().skip(1).fold(kept[0], join)
}
