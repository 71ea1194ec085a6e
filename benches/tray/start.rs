//! From the start of the program to its icon.

use std::time::Instant;

use crate::limits::Limits;
use crate::session::Session;
use crate::shim::Shim;
use crate::stage::{Stage, Who};
use crate::support::figures::{Row, Samples, print};
use crate::tray::Tray;

const ROUNDS: usize = 10;

pub(crate) fn start(stage: &Stage, session: &Session<'_>, limits: &mut Limits) {
    let shim = Shim::start(stage, Who::Us);
    let mut samples = Samples::default();
    // The first one reads the program from the disk.
    for round in 0..=ROUNDS {
        let begin = Instant::now();
        let tray = Tray::start(stage, session, &shim.home);
        tray.wait_for_the_icon();
        if round > 0 {
            samples.add(begin.elapsed().as_secs_f64() * 1e3);
        }
    }
    let row = Row::of("shimkeeper-tray").spread(&samples);
    print("From the start to the icon's name on the bus (ms)", &["the icon is there"], [row].into_iter());
    println!();
    limits.at_most("start to registered icon", samples.median(), 300.0, "ms");
}
