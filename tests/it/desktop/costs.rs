//! What the tray does while nothing happens, counted and not timed.

use std::fs;
use std::time::Duration;

use rustix::process::Signal;

use crate::desktop::stage::{GREEN, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::own::can_run;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually};

/// The system calls of a look, all threads and the timer between two looks included.
const LIMIT: usize = 20;

/// Enough looks to be sure, and fewer than there are before everything is read once more.
const LOOKS: usize = 12;

#[test]
fn a_tray_over_a_healthy_shim_hardly_does_anything() {
    if !can_run(&a_tray_over_a_healthy_shim_hardly_does_anything, &["strace"]) {
        return;
    }
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let _client = bed.client().on_port(3005).start();
        let tray = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREEN, "quiet");

        let log = bed.path("calls");
        let mut strace = bed.command("strace");
        strace.args(["-f", "-qq", "-p", &tray.pid().to_string(), "-o"]).arg(&log);
        let strace = Spawned::start(&mut strace);
        // So long everybody counts as young, the one who counts too; what comes after that is everyday life.
        std::thread::sleep(Duration::from_secs(11));
        let counts = tray.counts();
        let begin = fs::metadata(&log).unwrap().len();
        let told = || {
            let told = fs::read(&log).unwrap_or_default();
            String::from_utf8_lossy(&told[usize::try_from(begin).unwrap()..]).into_owned()
        };
        // A look asks for the sockets of both families.
        let looks = |calls: &str| calls.matches("sendto(").count() / 2;
        eventually("it has looked often enough", PATIENCE, || looks(&told()) > LOOKS);
        // It lets go of what it traces.
        strace.identity().signal(Signal::INT);

        let calls = told();
        let number = calls.lines().filter(|line| line.contains('(')).count();
        assert!(number <= looks(&calls) * LIMIT, "{number} calls for {} looks:\n{calls}", looks(&calls));
        assert_eq!(tray.counts(), counts, "threads and descriptors");
    });
}
