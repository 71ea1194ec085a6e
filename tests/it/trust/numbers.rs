//! Pids that the kernel gives a second time, because it is told to: only in a pid namespace of the test's own.
//!
//! Servers here are `sleep` under the script's name, as a script that is run directly: dozens are started each
//! second, which an interpreter would not allow.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::PATIENCE;
use crate::support::bed::Bed;
use crate::support::identity::Identity;
use crate::support::spawned::Spawned;

/// The watched script in these stories.
pub(crate) const SCRIPT: &str = "run_ws_shim.py";

/// Waits until nobody has this number any more, not even as a zombie.
#[track_caller]
pub(crate) fn is_free(number: u32) {
    soon(&format!("nobody has the number {number}"), || {
        (!fs::exists(format!("/proc/{number}")).unwrap()).then_some(())
    });
}

/// Starts a process under a number that has become free.
#[track_caller]
pub(crate) fn start_as(number: u32, command: &mut Command) -> Spawned {
    is_free(number);
    // Whoever else is born in between takes the number away for a moment.
    for _ in 0..100 {
        fs::write("/proc/sys/kernel/ns_last_pid", (number - 1).to_string()).unwrap();
        let started = Spawned::start(command);
        if started.pid() == number {
            return started;
        }
    }
    panic!("the kernel does not give the number {number} again");
}

/// A process that has nothing to do with anything.
pub(crate) fn stranger(bed: &Bed) -> Command {
    let mut command = bed.command("sleep");
    command.arg("300");
    command
}

/// A server like any other; whoever starts it is its client.
pub(crate) fn server(bed: &Bed) -> Command {
    let mut command = stranger(bed);
    command.arg0(SCRIPT);
    command
}

/// Starts a server whose client ends at once. The server itself was a shell that did `before`.
#[track_caller]
pub(crate) fn orphan(bed: &Bed, before: &str) -> Identity {
    let said = bed.fresh("orphan");
    let line = format!("({before} exec -a {SCRIPT} sleep 300) & {}", report(&said));
    Spawned::start(bed.command("bash").args(["-c", &line])).wait();
    let orphan = reported(&said);
    runs_the_script(orphan);
    orphan
}

/// Starts a client, by this copy of a shell under another name, and its server.
#[track_caller]
pub(crate) fn a_server_in(bed: &Bed, client: &Path) -> (Spawned, Identity) {
    let said = bed.fresh("server");
    let line = format!("(exec -a {SCRIPT} sleep 300) & {} wait", report(&said));
    let client = Spawned::start(bed.command(client).args(["-c", &line]));
    let server = reported(&said);
    runs_the_script(server);
    (client, server)
}

/// What a shell says to report whom it has started last.
pub(crate) fn report(to: &Path) -> String {
    // Written aside: a reader sees a whole number or nothing.
    format!("echo $! >{0}.new; mv {0}.new {0};", to.display())
}

/// Who was reported there.
#[track_caller]
pub(crate) fn reported(there: &Path) -> Identity {
    soon("it is reported and runs", || Identity::of(fs::read_to_string(there).ok()?.trim().parse().ok()?))
}

/// Waits until it has become what it was started for.
#[track_caller]
pub(crate) fn runs_the_script(process: Identity) {
    soon("it runs the script", || process.command_line().starts_with(SCRIPT).then_some(()));
}

/// A moment in which a signal that was sent has done its work.
pub(crate) fn a_moment() {
    thread::sleep(Duration::from_millis(50));
}

/// Polls in steps that suit what is done hundreds of times.
#[track_caller]
fn soon<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "timed out waiting until {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
