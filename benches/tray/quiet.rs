//! What it takes from the machine while nothing happens, at the usual pace.

use std::thread;
use std::time::Duration;

use crate::colours::Colour;
use crate::session::Session;
use crate::shim::Shim;
use crate::stage::{Stage, Who};
use crate::tray::Tray;

const POLL: Duration = Duration::from_secs(2);
const SPAN: Duration = Duration::from_mins(1);

/// Everything is read once more ten seconds after the start; what comes after that is everyday life.
const WARM: Duration = Duration::from_secs(12);

pub(crate) fn quiet(stage: &Stage, session: &Session<'_>) {
    let shim = Shim::start(stage, Who::Us);
    let tray = Tray::start(stage, session, &shim.home);
    tray.turns(Colour::Green);
    thread::sleep(WARM);
    let (before, ticks) = (tray.spent(), tray.ticks());
    thread::sleep(SPAN);
    let spent = tray.spent().saturating_sub(before).as_secs_f64();
    let looks = SPAN.as_secs_f64() / POLL.as_secs_f64();
    println!(
        "\nquiet tray, 1,000 processes, all threads: {:.3} ms of CPU a look, {:.4} % of a core ({} ticks in {} s)",
        spent * 1e3 / looks,
        spent / SPAN.as_secs_f64() * 100.0,
        tray.ticks() - ticks,
        SPAN.as_secs(),
    );
}
