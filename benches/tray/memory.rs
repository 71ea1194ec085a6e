//! What it keeps after many looks, by how many processes there are to look at.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::colours::Colour;
use crate::limits::Limits;
use crate::session::Session;
use crate::shim::Shim;
use crate::stage::{Stage, Who};
use crate::support::figures::{Row, print};
use crate::tray::Tray;

/// What the configuration allows at the least: an hour of usual looks is over in six minutes.
const POLL: Duration = Duration::from_millis(200);

pub(crate) struct Kept {
    processes: usize,
    pss: f64,
    private: f64,
    threads: usize,
    /// CPU a look, in ms.
    look: f64,
}

/// Starts a tray over a healthy server and lets it look so many times.
pub(crate) fn after(stage: &Stage, session: &Session<'_>, processes: usize, looks: u32) -> Kept {
    let shim = Shim::start(stage, Who::Us);
    hurry(&shim.home);
    let tray = Tray::start(stage, session, &shim.home);
    tray.turns(Colour::Green);
    let before = tray.spent();
    thread::sleep(POLL * looks);
    let spent = tray.spent().saturating_sub(before);
    assert_eq!(tray.colour(), Some(Colour::Green));
    Kept {
        processes,
        pss: tray.memory("Pss"),
        private: tray.memory("Private_Dirty"),
        threads: tray.threads(),
        look: spent.as_secs_f64() * 1e3 / f64::from(looks),
    }
}

fn hurry(home: &Path) {
    let file = home.join("config.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("poll_interval = \"{}ms\"\n{text}", POLL.as_millis())).unwrap();
}

pub(crate) fn tell(rows: &[Kept], looks: u32, limits: &mut Limits) {
    let cells = |kept: &Kept| {
        let Kept { processes, pss, private, threads, look } = kept;
        [format!("{pss:.0}"), format!("{private:.0}"), threads.to_string(), format!("{look:.3}")]
            .into_iter()
            .fold(Row::of(&format!("{processes} processes")), Row::cell)
    };
    print(
        &format!("The tray after {looks} looks"),
        &["PSS, kB", "private and written, kB", "threads", "ms of CPU a look"],
        rows.iter().map(cells),
    );
    println!();
    let [few, some, many] = rows else { panic!("three sizes") };
    limits.at_most("PSS at 1,000 processes", some.pss, 7_000.0, "kB");
    limits.at_most("growth of it from 300 to 4,000 processes", many.pss - few.pss, 600.0, "kB");
}
