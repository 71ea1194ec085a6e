//! Processes that change in the very moment: no wrong kill, no wrong verdict that lasts, no panic.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;
use shimkeeper::act::EndReport;
use shimkeeper::core::Refusal;

use crate::support::bed::{Bed, python};
use crate::support::client::{Shim, is_taken, read_ready_file};
use crate::support::identity::Identity;
use crate::support::keeper::{Keeper, Outcome};
use crate::support::own::{can_run, in_own_machine};
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, eventually_some};
use crate::trust::eyes::{self, Eyes, end, named};
use crate::trust::numbers::{SCRIPT, a_moment, orphan, server, start_as};
use crate::trust::{ended, instance, instances};

/// Starts five kinds of short lives, collects them all, and counts those that a signal ended. Its
/// arguments: who collects what loses its parent, itself or the machine's first process, and how long a server lives.
const STORM: &str = r#"
import ctypes, os, shimlib, sys, time
shimlib.live_at_most()
try:
    # However busy the machine is with others. Not so what is started: by `vfork` it would be waited for.
    os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    preferred = True
except OSError:
    preferred = False
if sys.argv[1] == "itself":
    ctypes.CDLL(None).prctl(36, 1)  # Whatever loses its parent falls to us, and is counted as well.
def live(kind, name):
    if kind == 0:
        os.execv("/bin/true", ["true", "run_ws_shim.py"])
    if kind == 1:
        os.execv("/bin/sleep", ["run_ws_shim.py", name])
    if kind == 2:
        os.setsid()
        time.sleep(0.02)
    if kind == 3 and os.fork() == 0:
        time.sleep(0.02)
        os.execv("/bin/sleep", ["run_ws_shim.py", name])
def start(kind, number):
    name = f"{sys.argv[2]}{number:06}"  # Two of one command line would be one server started twice.
    if os.fork() == 0:
        try:
            live(kind, name)
        finally:
            os._exit(0)
number = started = signalled = 0
def collect(flags):
    global signalled
    try:
        while True:
            pid, status = os.waitpid(-1, flags)
            if pid == 0:
                return
            signalled += os.WIFSIGNALED(status)
    except ChildProcessError:
        pass
begin = time.monotonic()
shimlib.write_ready("begun", {})
while not os.path.exists("stop"):
    if started < (time.monotonic() - begin) * 220:
        kind = number % 5
        number, started = number + 1, started + (2 if kind == 3 else 1)
        start(kind, number)
    else:
        time.sleep(0.002)
    collect(os.WNOHANG)
seconds = time.monotonic() - begin
collect(0)
shimlib.write_ready("stormed", {"started": started, "signalled": signalled,
                                 "seconds": seconds, "preferred": preferred})
"#;

/// A storm that blows.
struct Storm<'a> {
    bed: &'a Bed,
    process: Spawned,
}

impl<'a> Storm<'a> {
    /// See [`STORM`] for the way it blows.
    #[track_caller]
    fn begin(bed: &'a Bed, way: [&str; 2]) -> Self {
        let script = bed.path("storm.py");
        fs::write(&script, STORM).unwrap();
        let process = Spawned::start(bed.command(python()).args(["-S", "-E"]).arg(&script).args(way));
        read_ready_file(&bed.path("begun"));
        Self { bed, process }
    }

    /// Ends it: it was one, and no signal ended any of it.
    #[track_caller]
    fn ends(mut self) {
        fs::write(self.bed.path("stop"), "").unwrap();
        let says = read_ready_file(&self.bed.path("stormed"));
        self.process.wait();
        assert_eq!(says["signalled"], 0, "{says:#}");
        let (started, seconds) = (says["started"].as_f64().unwrap(), says["seconds"].as_f64().unwrap());
        // Only root may ask for more than its share of a busy machine.
        let enough = if says["preferred"] == true { 180.0 } else { 60.0 };
        assert!(seconds > 3.0 && started / seconds >= enough, "no storm of {enough} a second: {says:#}");
    }
}

#[test]
fn a_storm_of_forks_makes_no_orphan_and_hides_none() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).start();
        let storm = Storm::begin(&bed, ["itself", "0.05"]);
        let keeper = bed.keeper(3005);
        let used = client.shim().pid();
        let end = Instant::now() + Duration::from_secs(4);
        let mut looks = 0;
        while Instant::now() < end || looks < 5 {
            let status = keeper.run(&["status", "--json"]).expect_code(0).json();
            assert_eq!(instance(&status, used)["state"], "attached", "{status:#}");
            looks += 1;
        }
        let crashed = bed.client().stdio().start();
        let orphan = crashed.shim();
        crashed.kill_hard();
        let cleanup = keeper.run(&["cleanup", "--json"]).expect_code(0).json();
        assert_eq!(ended(&cleanup), [orphan.pid()], "{cleanup:#}");
        storm.ends();
        assert!(client.shim().lives());
    });
}

#[test]
fn a_storm_of_orphans_that_live_shorter_than_the_grace_time() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).start();
        let keeper = bed.keeper(3005);
        let config = fs::read_to_string(keeper.home().join("config.toml")).unwrap();
        keeper.configure(config.replace("orphan_grace = \"0s\"", "orphan_grace = \"1.5s\""));
        let crashed = bed.client().stdio().start();
        let orphan = crashed.shim();
        crashed.kill_hard();
        let storm = Storm::begin(&bed, ["init", "0.5"]);
        // Each waits for suspects to become certain as long as there are new ones, and then takes what is.
        let status = keeper.run(&["status", "--json"]).expect_code(1).json();
        assert_eq!(instance(&status, client.shim().pid())["state"], "attached", "{status:#}");
        let is_young = |one: &Value| one["evidence"].to_string().contains("not certain yet");
        let orphans = instances(&status).iter().filter(|one| one["state"] == "orphan");
        let (young, ripe): (Vec<_>, Vec<_>) = orphans.partition(|one| is_young(one));
        assert_eq!(ripe.iter().map(|one| &one["pid"]).collect::<Vec<_>>(), [orphan.pid()], "{status:#}");
        assert!(!young.is_empty(), "nobody fell to the first process: {status:#}");
        let planned = |it: &Value| it["planned"].as_array().unwrap().len();
        let cleanup = keeper.run(&["cleanup", "--json"]).json();
        assert_eq!((planned(&cleanup), ended(&cleanup)), (1, vec![orphan.pid()]), "{cleanup:#}");
        storm.ends();
        assert!(client.shim().lives() && !orphan.lives());
    });
}

#[test]
fn a_shim_that_dies_whenever_it_likes() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let (mut strangers, mut outcomes) = (Vec::new(), BTreeMap::new());
        // Whether it dies before or after it is taken hold of is a matter of the machine: until both were seen.
        for round in 0..200 {
            if round >= 25 && outcomes.len() > 1 {
                break;
            }
            let orphan = orphan(&bed, "");
            let plan = Eyes::on(SCRIPT).plan();
            assert_eq!(named(&plan), [orphan.pid], "round {round}");
            let work = thread::spawn(move || end(&plan, Duration::from_secs(1)));
            thread::sleep(Duration::from_micros(80 * (round % 25)));
            orphan.signal(Signal::KILL);
            strangers.push(start_as(orphan.pid, &mut server(&bed)));
            let report = work.join().unwrap();
            let others = eyes::ended(&report).into_iter().filter(|pid| *pid != orphan.pid).count();
            assert_eq!(others, 0, "round {round}: {report:?}");
            *outcomes.entry(what_became_of(orphan, &report)).or_insert(0) += 1;
        }
        assert!(outcomes.len() > 1, "it always died at one moment: {outcomes:?}");
        a_moment();
        assert!(strangers.iter_mut().all(|stranger| stranger.ended().is_none()), "a stranger was ended");
    });
}

/// In a word.
fn what_became_of(orphan: Identity, report: &EndReport) -> String {
    match (eyes::ended(report).as_slice(), eyes::refused(report).as_slice()) {
        ([], []) => "gone before it was held".to_owned(),
        ([pid], []) if *pid == orphan.pid => "held, and ended".to_owned(),
        ([], [(pid, why)]) if *pid == orphan.pid => format!("another by then: {why:?}"),
        _ => panic!("something else: {report:?}"),
    }
}

#[test]
fn a_number_that_changes_hands_before_it_is_held() {
    if !can_run(&a_number_that_changes_hands_before_it_is_held, &["strace"]) {
        return;
    }
    in_own_machine(|| {
        let (outcome, orphan, _) = changed_hands("pidfd_open:delay_enter=1000000:when=1");
        let cleanup = outcome.expect_code(1).json();
        assert_eq!(ended(&cleanup), [0; 0], "{cleanup:#}");
        assert_eq!(cleanup["refused"][0]["pid"], orphan, "{cleanup:#}");
        assert!(cleanup["refused"][0]["why"].as_str().unwrap().contains("another process"), "{cleanup:#}");
    });
}

#[test]
fn a_number_that_changes_hands_before_it_is_compared() {
    if !can_run(&a_number_that_changes_hands_before_it_is_compared, &["strace"]) {
        return;
    }
    in_own_machine(|| {
        let (outcome, orphan, _) = changed_hands("pidfd_open:delay_exit=1000000:when=1");
        let cleanup = outcome.expect_code(1).json();
        assert_eq!(ended(&cleanup), [0; 0], "{cleanup:#}");
        assert_eq!(cleanup["refused"][0]["pid"], orphan, "{cleanup:#}");
        assert!(cleanup["refused"][0]["why"].as_str().unwrap().contains("another process"), "{cleanup:#}");
    });
}

#[test]
fn what_could_not_be_opened_is_not_gone() {
    if !can_run(&what_could_not_be_opened_is_not_gone, &["strace"]) {
        return;
    }
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let orphan = orphan(&bed, "");
        let (keeper, calls) = (bed.keeper(3005), bed.path("calls"));
        for error in ["EMFILE", "ENFILE", "ENOMEM", "EACCES", "EPERM"] {
            let inject = format!("inject=pidfd_open:error={error}");
            let mut strace = traced(&bed, &keeper, &calls, &["-e", "trace=pidfd_open", "-e", &inject]);
            let cleanup = bed.run(&mut strace).expect_code(1).json();
            assert!(fs::read_to_string(&calls).unwrap().contains(error));
            assert_eq!(ended(&cleanup), [0; 0], "{error}: {cleanup:#}");
            assert_eq!(cleanup["refused"][0]["pid"], orphan.pid, "{error}: {cleanup:#}");
            assert!(orphan.lives(), "{error}");
        }
    });
}

#[test]
fn a_helpers_number_that_changes_hands_in_the_middle_of_a_look() {
    if !can_run(&a_helpers_number_that_changes_hands_in_the_middle_of_a_look, &["strace"]) {
        return;
    }
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        // It collects the helper when that ends.
        let orphan = orphan_that(
            &bed,
            "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n\
             ready(subprocess.Popen(['sleep', '300']).pid)\n",
        );
        let helper = orphan.grandchild.unwrap();
        // Of the second look, the one that counts: after the helper was listed below the orphan, before its birth is read.
        let stat = format!("/proc/{}/stat", helper.pid);
        let (keeper, calls) = (bed.keeper(3005), bed.path("calls"));
        let held = "inject=openat:delay_enter=1000000:when=4";
        let mut strace = traced(&bed, &keeper, &calls, &["-P", &stat, "-e", "trace=openat", "-e", held]);
        let (outcome, mut next) = while_it_is_held(&bed, &mut strace, &calls, ("openat", 4), helper);
        a_moment();
        assert!(next.ended().is_none(), "the stranger was ended: {outcome}");
        let cleanup = outcome.expect_code(0).json();
        // Parent and birth are read from one open file, so that the look is not torn.
        assert_eq!(cleanup["planned"][0]["members"], serde_json::json!([orphan.pid()]), "{cleanup:#}");
        let calls = fs::read_to_string(&calls).unwrap();
        assert!(calls.matches("openat").count() >= 4, "nothing was tried: {calls}");
        assert_eq!(ended(&cleanup), [orphan.pid()], "{cleanup:#}");
    });
}

#[test]
fn a_shim_that_dies_between_the_proof_and_the_signal() {
    if !can_run(&a_shim_that_dies_between_the_proof_and_the_signal, &["strace"]) {
        return;
    }
    in_own_machine(|| {
        let (outcome, orphan, calls) = changed_hands("pidfd_send_signal:delay_enter=1000000:when=1");
        assert!(calls.contains("ESRCH"), "the signal came too early: {calls}");
        let cleanup = outcome.expect_code(0).json();
        assert_eq!(ended(&cleanup), [orphan], "{cleanup:#}");
    });
}

#[test]
fn a_process_that_becomes_another_program_after_it_was_judged() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let orphan = orphan_that(
            &bed,
            "signal.signal(signal.SIGUSR1, lambda *_: os.execv('/bin/sleep', ['sleep', '300']))\n\
             ready()\n",
        );
        let plan = Eyes::on(SCRIPT).plan();
        assert_eq!(named(&plan), [orphan.pid()]);
        orphan.process.signal(Signal::USR1);
        eventually("it has become another", PATIENCE, || orphan.process.command_line() == "sleep 300");
        let report = end(&plan, Duration::from_secs(1));
        assert_eq!(eyes::refused(&report), [(orphan.pid(), Refusal::AnotherProgram)]);
        a_moment();
        assert!(orphan.lives());
    });
}

#[test]
fn a_port_that_another_takes_the_moment_it_is_free() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let (orphan, stranger) = a_port_handed_over(&bed);
        let cleanup = bed.patient_keeper(3005).run(&["cleanup", "--json"]).expect_code(1).json();
        assert_eq!((ended(&cleanup), &cleanup["port"]["free"]), (vec![orphan.pid()], &false.into()));
        assert!(stranger.lives() && is_taken(3005));
    });
}

#[test]
fn a_port_that_another_takes_the_moment_the_user_frees_it() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let (orphan, stranger) = a_port_handed_over(&bed);
        let words = ["free", "--pid", &orphan.pid().to_string(), "--yes", "--json"];
        let free = bed.patient_keeper(3005).run(&words).expect_code(1).json();
        assert_eq!((ended(&free), &free["port"]["free"]), (vec![orphan.pid()], &false.into()));
        assert!(stranger.lives() && is_taken(3005));
    });
}

/// A cleanup under `strace`, which writes to `calls`.
fn traced(bed: &Bed, keeper: &Keeper<'_>, calls: &Path, options: &[&str]) -> Command {
    let (console, mut strace) = (keeper.console(), bed.command("strace"));
    strace.args(["-f", "-qq"]).args(options).arg("-o").arg(calls);
    strace.arg(console.get_program()).args(console.get_args()).args(["cleanup", "--json"]);
    strace
}

/// An orphan that does this; `ready()` is its last word.
#[track_caller]
fn orphan_that(bed: &Bed, words: &str) -> Shim {
    let head = "import os, signal, socket, subprocess, time\n\
                import shimlib\n\
                shimlib.live_at_most()\n\
                def ready(helper=None):\n    \
                    facts = {'pid': os.getpid(), 'port': 3005, 'grandchild': helper}\n    \
                    shimlib.write_ready(os.environ['SHIM_READY_FILE'], facts)\n    \
                    while True: signal.pause()\n";
    fs::write(bed.path("run_ws_shim.py"), format!("{head}{words}")).unwrap();
    let client = bed.client().start();
    let orphan = client.shim();
    client.kill_hard();
    orphan
}

/// Cleans up with the program held at one system call, during which its target dies and a stranger gets the
/// number. The stranger lives on; returns what the cleanup said, the number, and the calls.
#[track_caller]
fn changed_hands(hold: &str) -> (Outcome, u32, String) {
    let bed = Bed::with_the_real_name();
    let orphan = orphan(&bed, "");
    let (keeper, calls, inject) = (bed.keeper(3005), bed.path("calls"), format!("inject={hold}"));
    let options = ["-e", "trace=pidfd_open,pidfd_send_signal", "-e", &inject];
    let mut strace = traced(&bed, &keeper, &calls, &options);
    let call = (hold.split(':').next().unwrap(), 1);
    let (outcome, mut next) = while_it_is_held(&bed, &mut strace, &calls, call, orphan);
    a_moment();
    assert!(next.ended().is_none(), "the stranger was ended: {outcome}");
    (outcome, orphan.pid, fs::read_to_string(calls).unwrap())
}

/// Runs a program that will be held at the given one of these calls; meanwhile the victim's number goes to a
/// server that somebody uses. (Its command line is the orphans' own: only the birth tells it from them.)
#[track_caller]
fn while_it_is_held(
    bed: &Bed,
    strace: &mut Command,
    calls: &Path,
    (call, times): (&str, usize),
    victim: Identity,
) -> (Outcome, Spawned) {
    thread::scope(|scope| {
        let work = scope.spawn(|| bed.run(strace));
        eventually(&format!("{call} is held"), PATIENCE, || {
            fs::read_to_string(calls).is_ok_and(|calls| calls.matches(call).count() >= times)
        });
        victim.signal(Signal::KILL);
        let next = start_as(victim.pid, &mut server(bed));
        let in_time = !work.is_finished();
        let outcome = work.join().unwrap();
        assert!(in_time, "too slow to show anything");
        (outcome, next)
    })
}

/// An orphan that, when it is asked to end, gives its port to a stranger who has waited for it.
#[track_caller]
fn a_port_handed_over(bed: &Bed) -> (Shim, Identity) {
    let orphan = orphan_that(
        bed,
        "listener = socket.create_server(('127.0.0.1', 3005))\n\
         def give(*_):\n    \
             listener.close()\n    \
             while not os.path.exists('taken'): time.sleep(0.001)\n    \
             os._exit(0)\n\
         signal.signal(signal.SIGTERM, give)\n\
         ready()\n",
    );
    let waits = "import socket, threading, time\n\
                 while True:\n    \
                     try:\n        \
                         listener = socket.create_server(('127.0.0.1', 3005))\n        \
                         break\n    \
                     except OSError:\n        \
                         open('waits', 'w').close()\n        \
                         time.sleep(0.001)\n\
                 open('taken', 'w').close()\n\
                 threading.Event().wait(300)";
    let client = bed.client_of(&[python().to_str().unwrap(), "-c", waits]);
    let stranger = client.children()[0];
    eventually_some("the stranger waits", PATIENCE, || bed.path("waits").exists().then_some(()));
    client.kill_hard();
    (orphan, stranger)
}
