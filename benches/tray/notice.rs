//! How soon the icon changes its colour when a client dies and leaves its server behind.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::colours::Colour;
use crate::limits::Limits;
use crate::session::Session;
use crate::stage::Stage;
use crate::support::PATIENCE;
use crate::support::figures::{Row, Samples, print};
use crate::support::machine::{free_port, shuffle};
use crate::tray::Tray;

const DEATHS: usize = 20;

/// The usual one: whoever waits for the timer notices after half of it on average.
const POLL: Duration = Duration::from_secs(2);

pub(crate) fn notice(stage: &Stage, session: &Session<'_>, limits: &mut Limits) {
    let (bed, port) = (&stage.bed, free_port());
    let keeper = bed.keeper(port);
    keeper.configure(format!(
        "poll_interval = \"{}s\"\norphan_grace = \"0s\"\n\n[[watch]]\nport = {port}\nscript = \"{}\"\n",
        POLL.as_secs(),
        bed.script(),
    ));
    let tray = Tray::start(stage, session, keeper.home());
    tray.turns(Colour::Grey);
    let changes = tray.changes();
    let (mut first, mut red, mut seen) = (Samples::default(), Samples::default(), Vec::new());
    // Spread evenly over the time between two looks, so that a timer shows itself as one.
    for part in shuffle(DEATHS) {
        let client = bed.client().on_port(port).start();
        let shim = client.shim();
        tray.turns(Colour::Green);
        thread::sleep(POLL.mul_f64(part as f64 / DEATHS as f64));
        while changes.try_recv().is_ok() {}
        let died = Instant::now();
        client.kill_hard();
        let mut is_first = true;
        loop {
            let after = changes.recv_timeout(PATIENCE).unwrap().duration_since(died).as_secs_f64() * 1e3;
            let colour = tray.colour().unwrap();
            if is_first && colour != Colour::Green {
                is_first = false;
                first.add(after);
                if !seen.contains(&colour) {
                    seen.push(colour);
                }
            }
            if colour == Colour::Red {
                red.add(after);
                break;
            }
        }
        shim.process.signal(Signal::KILL);
        tray.turns(Colour::Grey);
    }
    let row = |name: &str, samples: &Samples| {
        let at = |row: Row, percent: &usize| row.cell(format!("{:.2}", samples.percentile(*percent)));
        [50, 90, 100].iter().fold(Row::of(name), at)
    };
    print(
        &format!("The icon on the bus, 1,000 processes, {DEATHS} deaths (ms after the client's death)"),
        &["p50", "p90", "slowest"],
        [row(&format!("another colour ({seen:?})"), &first), row("red", &red)].into_iter(),
    );
    println!();
    limits.at_most("a client's death to the icon's new colour, p50", first.median(), 100.0, "ms");
    limits.at_most("a client's death to the icon's new colour, slowest", first.percentile(100), 100.0, "ms");
}
