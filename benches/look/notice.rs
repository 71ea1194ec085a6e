//! How soon the monitor notices that a client died and left its server behind.
//!
//! The monitor runs in this process, without panel and toasts; clients and servers are the stories' own.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use shimkeeper::act;
use shimkeeper::clock::Clock;
use shimkeeper::config::Config;
use shimkeeper::core::{Port, Runs, Verdict, Watch};
use shimkeeper::monitor::run::{Monitor, Setup};
use shimkeeper::monitor::view::Face;
use shimkeeper::monitor::{Choice, Event};
use shimkeeper::paths::Paths;
use shimkeeper::sense;

use crate::beds::PATIENCE;
use crate::beds::bed::Bed;
use crate::limits::Limits;
use crate::support::figures::{Row, Samples, print};
use crate::support::machine::{free_port, shuffle};

/// The usual one: whoever waits for the timer notices after half of it on average.
const POLL: Duration = Duration::from_secs(2);

/// When which face was shown.
type Shown = (Instant, Face);

pub(crate) fn notice(limits: &mut Limits, rounds: usize) {
    let rounds = rounds * 3;
    let bed = Bed::new();
    let port = free_port();
    let (monitor, faces) = start(&bed, &bed.folder("home"), port);
    let (mut noticed, mut asked, mut judged) = (Samples::default(), Samples::default(), Samples::default());
    // Spread evenly over the time between two looks, so that a timer shows itself as one.
    for part in shuffle(rounds) {
        let client = bed.client().on_port(port).start();
        let shim = client.shim();
        look_now(&monitor);
        wait_for(&faces, Face::Verdict(Verdict::Healthy));
        thread::sleep(POLL.mul_f64(part as f64 / rounds as f64));
        while faces.try_recv().is_ok() {}
        let killed = Instant::now();
        // It takes the system a moment to take a Python apart; it has died when it can be collected.
        client.kill_hard();
        let died = Instant::now();
        let (seen, face) = faces.recv_timeout(PATIENCE).unwrap();
        noticed.add(seen.saturating_duration_since(died).as_secs_f64() * 1e3);
        asked.add(seen.duration_since(killed).as_secs_f64() * 1e3);
        let orphaned = Face::Verdict(Verdict::Orphaned);
        let certain = if face == orphaned { seen } else { wait_for(&faces, orphaned) };
        judged.add(certain.duration_since(died).as_secs_f64() * 1e3);
        shim.process.signal(Signal::KILL);
        look_now(&monitor);
        wait_for(&faces, Face::Verdict(Verdict::Idle));
    }
    monitor.tell(Event::Chosen(Choice::Quit));
    let row = |name, samples: &Samples| {
        [50, 90, 100]
            .iter()
            .fold(Row::of(name), |row, at| row.cell(format!("{:.2}", samples.percentile(*at))))
    };
    print(
        &format!("An orphan is noticed, 1,000 processes, {rounds} deaths (ms after the client's death)"),
        &["p50", "p90", "slowest"],
        [
            row("another face is shown", &noticed),
            row("counted from the signal that ends it", &asked),
            row("it is called an orphan", &judged),
        ]
        .into_iter(),
    );
    println!();
    limits.at_most("orphan noticed, p50; a timer's 1,000 ms", noticed.percentile(50), 2.0, "ms");
    // Of less than a hundred deaths the slowest one is the 99th percentile.
    limits.at_most("orphan noticed, p99", noticed.percentile(100), 10.0, "ms");
}

/// Who resumes looks at once. Without this each round would wait for the timer several times.
fn look_now(monitor: &Monitor) {
    monitor.tell(Event::Chosen(Choice::Pause));
    monitor.tell(Event::Chosen(Choice::Pause));
}

fn wait_for(faces: &Receiver<Shown>, wanted: Face) -> Instant {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match faces.recv_timeout(left) {
            Ok((when, face)) if face == wanted => return when,
            Ok(_) => {}
            Err(error) => panic!("{wanted:?} is never shown: {error}"),
        }
    }
}

fn start(bed: &Bed, home: &Path, port: u16) -> (Monitor, Receiver<Shown>) {
    let paths = Paths::new(Some(home), None).unwrap();
    let watch = Watch {
        runs: Runs::script(bed.script()),
        port: Some(Port::maybe(port)),
        orphan_grace: Duration::ZERO,
        ..Watch::exai()
    };
    let config = Config { poll_interval: POLL, toasts: false, watches: vec![watch], ..Config::standard() };
    let leases = paths.lease_dir();
    let (sender, faces) = channel();
    let last = std::cell::Cell::new(None);
    let setup = Setup {
        config,
        config_problem: None,
        program: std::env::current_exe().unwrap(),
        our_command: "shimkeeper".into(),
        clock: Clock::start(),
        sense: [
            Box::new(sense::Machine::sparing(leases.clone())),
            Box::new(sense::Machine::with_leases(leases)),
        ],
        act: Box::new(act::Machine),
        show: Box::new(move |view| {
            // Other lines of the menu change as well; only the face counts.
            if last.replace(Some(view.face)) != Some(view.face) {
                let _ = sender.send((Instant::now(), view.face));
            }
        }),
        pictures: |_| &[],
        tell_by_icon: Box::new(|_| ()),
        paths,
    };
    let monitor = Monitor::start(setup, |_| ());
    (monitor.unwrap(), faces)
}
