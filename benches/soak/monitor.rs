//! A day of the monitor in some minutes: looks with hardly a pause between them, while clients die and leave orphans
//! behind, which it ends. Without the panel, and in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use shimkeeper::act;
use shimkeeper::clock::Clock;
use shimkeeper::config::Config;
use shimkeeper::core::moment::Now;
use shimkeeper::core::{Runs, Snapshot, Watch};
use shimkeeper::monitor::run::{Monitor, Setup};
use shimkeeper::monitor::{Choice, Event};
use shimkeeper::paths::Paths;
use shimkeeper::sense::{self, Sense};

use crate::kept::Kept;
use crate::support::bed::Bed;
use crate::support::eventually;

/// Between two looks: as good as nothing.
const PACE: Duration = Duration::from_micros(100);

/// How long a cleanup, or the looks between two of them, may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// So many orphans.
const ORPHANS: u64 = 100;

/// More than the allocator's own unrest, in kB.
const GROWTH: u64 = 1024;

/// The machine, and how often it was looked at.
struct Counting {
    machine: sense::Machine,
    looks: Arc<AtomicU64>,
}

impl Sense for Counting {
    fn look(&mut self, watches: &[Watch], now: Now) -> Snapshot {
        self.looks.fetch_add(1, Ordering::Relaxed);
        self.machine.look(watches, now)
    }
}

pub(crate) fn run(total: u64) {
    let bed = Bed::new();
    let home = bed.folder("home");
    let looks = Arc::new(AtomicU64::new(0));
    let monitor = start(&bed, &home, &looks);
    let begin = Instant::now();
    let (mut first, mut ended) = (None, 0);
    println!("looks  RssAnon kB  files  threads  uncollected");
    loop {
        let done = looks.load(Ordering::Relaxed);
        if done >= total {
            break;
        }
        let client = bed.client().start();
        let orphan = client.shim();
        client.kill_hard();
        monitor.tell(Event::Chosen(Choice::Cleanup));
        let mut asked = Instant::now();
        eventually("the orphan is ended", PATIENCE, || {
            // One cleanup at a time, and none before the orphan is seen as one.
            if asked.elapsed() > Duration::from_millis(200) {
                monitor.tell(Event::Chosen(Choice::Cleanup));
                asked = Instant::now();
            }
            !orphan.lives()
        });
        ended += 1;
        while looks.load(Ordering::Relaxed) < (done + total / ORPHANS).min(total) {
            look_now(&monitor, &looks);
        }
        let kept = Kept::by("self");
        if ended % 10 == 0 || first.is_none() {
            println!("{done:6} {:10} {:6} {:8} {:12}", kept.memory, kept.files, kept.threads, kept.dead);
        }
        if first.is_none() && done >= total / 10 {
            first = Some(kept);
        }
    }
    let (first, last) = (first.expect("more than one round"), Kept::by("self"));
    let seconds = begin.elapsed().as_secs();
    println!("{total} looks and {ended} orphans in {seconds} s: from {first:?} to {last:?}");
    assert!(last.memory <= first.memory + GROWTH, "memory grows");
    // One or two are open just now, for a look or a toast.
    assert!(last.files <= first.files + 2, "files stay open");
    // A connection to the desktop has a thread of its own for a moment.
    eventually("no thread is left", PATIENCE, || Kept::by("self").threads <= first.threads);
    assert_eq!(last.dead, 0, "somebody was not collected");
    assert!(bed.living().is_empty(), "somebody is left");
    monitor.tell(Event::Chosen(Choice::Quit));
}

/// The timer leaves a tenth of a second between two looks; who resumes looks at once.
fn look_now(monitor: &Monitor, looks: &AtomicU64) {
    let (before, asked) = (looks.load(Ordering::Relaxed), Instant::now());
    monitor.tell(Event::Chosen(Choice::Pause));
    monitor.tell(Event::Chosen(Choice::Pause));
    while looks.load(Ordering::Relaxed) == before {
        assert!(asked.elapsed() < PATIENCE, "it does not look");
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn start(bed: &Bed, home: &std::path::Path, looks: &Arc<AtomicU64>) -> Monitor {
    let paths = Paths::new(Some(home), None).unwrap();
    let watch = Watch { runs: Runs::script(bed.script()), orphan_grace: Duration::ZERO, ..Watch::exai() };
    let config = Config { poll_interval: PACE, watches: vec![watch], ..Config::standard() };
    let leases = paths.lease_dir();
    // As in the tray: the monitor looks at what has changed, and whoever ends something at everything.
    let machine = sense::Machine::sparing(leases.clone());
    let eyes = Box::new(Counting { machine, looks: Arc::clone(looks) });
    Monitor::start(
        Setup {
            config,
            config_problem: None,
            program: std::env::current_exe().unwrap(),
            clock: Clock::start(),
            sense: [eyes, Box::new(sense::Machine::with_leases(leases))],
            act: Box::new(act::Machine),
            show: Box::new(|_| ()),
            pictures: |_| &[],
            tell_by_icon: Box::new(|_| ()),
            paths,
        },
        |_| (),
    )
    .unwrap()
}
