//! What no event tells is noticed once a minute, and ten seconds later where each look has something else to tell.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use shimkeeper::sense::Machine;

use crate::cost::same_sight::see;
use crate::support::bed::Bed;
use crate::support::own::in_own_machine;
use crate::support::{PATIENCE, eventually};

/// So long after this one was born, becoming another program is told by nothing.
const OLD: u64 = 10_200;
/// A minute after the first net.
const DUE: u64 = OLD + 60_000;

/// Ends with the test.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
    }

    fn is_a_shim(&self) -> bool {
        let line = std::fs::read_to_string(format!("/proc/{}/cmdline", self.0.id())).unwrap_or_default();
        line.starts_with("run_ws_shim.py")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Eyes that know an old process, which then became a shim unnoticed.
fn an_old_process_becomes_a_shim(bed: &Bed) -> (Machine, Process) {
    let mut machine = Machine::sparing(bed.path("leases"));
    see(&mut machine, 0);
    let old = Process::start(bed.command("bash").args(["-c", "read -r name; exec -a \"$name\" sleep 300"]));
    see(&mut machine, 100);
    see(&mut machine, OLD);
    writeln!(old.0.stdin.as_ref().unwrap(), "run_ws_shim.py").unwrap();
    eventually("it is another program", PATIENCE, || old.is_a_shim());
    assert!(!sees(&mut machine, OLD + 100, &old), "something told of it, so that this tests nothing");
    (machine, old)
}

fn sees(machine: &mut Machine, millis: u64, process: &Process) -> bool {
    see(machine, millis).tops.contains(&process.0.id())
}

#[test]
fn after_a_minute_where_nothing_else_happens() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let (mut machine, old) = an_old_process_becomes_a_shim(&bed);
        assert!(!sees(&mut machine, DUE - 100, &old));
        assert!(sees(&mut machine, DUE, &old));
    });
}

#[test]
fn ten_seconds_later_where_something_happens_at_each_look() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let (mut machine, old) = an_old_process_becomes_a_shim(&bed);
        let mut others = Vec::new();
        let mut sees_after_something = |millis| {
            let other = Process::start(bed.command("bash").args(["-c", "exec -a run_ws_shim.py sleep 300"]));
            eventually("another shim runs", PATIENCE, || other.is_a_shim());
            others.push(other);
            sees(&mut machine, millis, &old)
        };
        for later in [0, 2_000, 9_900] {
            assert!(!sees_after_something(DUE + later), "{later}");
        }
        assert!(sees_after_something(DUE + 10_000));
    });
}
