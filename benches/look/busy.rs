//! Looks two seconds apart, as the monitor makes them, while processes are born and end in between.

use std::thread;
use std::time::{Duration, Instant};

use crate::crowd::{Births, Forker};
use crate::limits::Limits;
use crate::quiet::{Way, beside};
use crate::shim::Shim;
use crate::stage::{Stage, Who};
use crate::support::figures::{Row, Samples, print};
use crate::support::machine::shuffle;
use crate::teller::Teller;

/// Births a second.
const RATES: [u32; 4] = [0, 5, 50, 500];

const PAUSE: Duration = Duration::from_secs(2);

pub(crate) fn busy(stage: &Stage, shim: &Shim, limits: &mut Limits, rounds: usize) {
    // Each takes two seconds.
    let rounds = (rounds / 2).max(3);
    for rate in RATES {
        let rows = looks(stage, shim, rate, rounds);
        let find = |way| rows.iter().find(|row| row.0 == way).map(|row| &row.2);
        let Some(ours) = find(Way::Ours) else { continue };
        let what = format!("{rate} forks a second, 1,000 processes");
        if let Some(psutil) = find(Way::Psutil) {
            let share = match rate {
                0 => Some(1.0 / 200.0),
                500 => None,
                _ => Some(1.0 / 100.0),
            };
            beside(limits, &what, ours, Way::Psutil, psutil, share);
        }
        if let Some(readdir) = find(Way::Readdir) {
            let most = (rate == 500).then_some(1.2);
            beside(limits, &what, ours, Way::Readdir, readdir, most);
        }
    }
}

fn looks(stage: &Stage, shim: &Shim, rate: u32, rounds: usize) -> Vec<(Way, Teller, Samples)> {
    let ways = [Way::Ours, Way::Psutil, Way::Readdir];
    let started = ways.into_iter().filter_map(|way| Some((way, way.start(stage, Who::Us, shim)?)));
    let mut rows: Vec<_> = started.map(|(way, teller)| (way, teller, Samples::default())).collect();
    let forker = Forker::start(stage, rate);
    let births = Births::start();
    let mut next = Instant::now();
    // The first one has another pause before it.
    for round in 0..=rounds {
        next += PAUSE;
        thread::sleep(next.saturating_duration_since(Instant::now()));
        for at in shuffle(rows.len()) {
            let (_, teller, samples) = &mut rows[at];
            let answer = teller.look(1);
            if round > 0 {
                samples.add(answer.median);
            }
        }
    }
    let born = births.rate();
    drop(forker);
    print(
        &format!(
            "A look every two seconds, {rate} forks a second (ms of CPU; {born:.1} born a second in all)"
        ),
        &["a look"],
        rows.iter().map(|(way, _, samples)| Row::of(way.name()).spread(samples)),
    );
    println!();
    rows
}
