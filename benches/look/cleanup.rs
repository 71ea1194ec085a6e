//! A cleanup of many orphans that must all be forced: ended side by side, it takes the grace time once.

use std::process::Stdio;
use std::time::Instant;

use crate::limits::Limits;
use crate::shim::Shim;
use crate::stage::Stage;
use crate::support::figures::{Row, Samples, print};
use crate::support::running::spent_by_children;

const ORPHANS: usize = 200;

/// As the configuration says.
const GRACE: f64 = 1.0;

pub(crate) fn cleanup(stage: &Stage, limits: &mut Limits, rounds: usize) {
    let (mut wall, mut cpu) = (Samples::default(), Samples::default());
    for _ in 0..rounds.div_ceil(4) {
        let mut shim = Shim::start_deaf(stage, ORPHANS);
        shim.orphan();
        let before = spent_by_children();
        let begin = Instant::now();
        let mut command = stage.shimkeeper(&shim.home);
        let done = command.args(["cleanup", "--json"]).stdout(Stdio::piped()).output().unwrap();
        wall.add(begin.elapsed().as_secs_f64());
        cpu.add(spent_by_children().checked_sub(before).unwrap().as_secs_f64());
        let left = shim.servers.iter().filter(|server| server.lives()).count();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(left == 0, "{left} orphans are left; {said}{}", stage.bed.complaints());
        assert!(said.matches("\"forced\"").count() >= ORPHANS, "they were not deaf: {said}");
    }
    print(
        &format!("Cleanup of {ORPHANS} orphans that ignore requests, grace {GRACE} s (s)"),
        &["from start to end", "CPU"],
        [Row::of("shimkeeper cleanup").spread(&wall).median(&cpu)].into_iter(),
    );
    println!();
    limits.at_most(&format!("cleanup of {ORPHANS} orphans"), wall.percentile(100), GRACE + 1.0, "s");
}
