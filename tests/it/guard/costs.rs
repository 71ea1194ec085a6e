//! What a message costs a guard, and what it keeps for itself: counted, not timed, so that a busy machine cannot
//! spoil it. How long things take is measured by `benches/guard.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Write, pipe};

use crate::guard::scene::Scene;
use crate::support::identity::Identity;
use crate::support::own::can_run;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, eventually_some};

/// Makes the guard look at every line.
const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}"#;

const NEWS: &str = r#"{"jsonrpc":"2.0","method":"notifications/x","params":{}}"#;

/// More than the heap, stacks and tables of two processes take, in kB.
const OWN_MEMORY: u64 = 512;

/// A guard over a server that says what it hears.
struct Echo {
    process: Spawned,
    input: PipeWriter,
    output: BufReader<PipeReader>,
}

impl Echo {
    fn start(scene: &Scene, before: &[&str], options: &[&str]) -> Self {
        let ((theirs, input), (output, ours)) = (pipe().unwrap(), pipe().unwrap());
        let guard = scene.program();
        let mut command = match before.split_first() {
            None => scene.program(),
            Some((program, words)) => {
                let mut command = scene.bed.command(program);
                command.args(words).arg(guard.get_program()).args(guard.get_args());
                command
            }
        };
        command.arg("guard").args(options).args(["--", "cat"]);
        let process = Spawned::start(command.stdin(theirs).stdout(ours));
        Self { process, input, output: BufReader::new(output) }
    }

    fn trip(&mut self, line: &str) {
        // In one piece: pieces are read and written one by one.
        self.input.write_all(format!("{line}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim_end(), line);
    }

    /// Closes the server's input and waits for the end.
    fn end(self) {
        let Self { mut process, input, output } = self;
        drop(input);
        assert!(process.wait().success());
        drop(output);
    }
}

#[test]
fn a_message_costs_a_read_and_a_write_each_way_and_nothing_else() {
    const TRIPS: usize = 200;
    if !can_run(&a_message_costs_a_read_and_a_write_each_way_and_nothing_else, &["strace"]) {
        return;
    }
    let scene = Scene::new();
    let log = scene.bed.path("calls");
    let mut echo =
        Echo::start(&scene, &["strace", "-f", "-qq", "-s", "100", "-o", log.to_str().unwrap()], &[]);
    echo.trip(INITIALIZE);
    // What comes with the start is over when the door is there.
    eventually_some("the guard listens for requests", PATIENCE, || scene.lease_file("sock"));
    echo.trip("FIRST");
    for _ in 0..TRIPS {
        echo.trip(NEWS);
    }
    echo.trip("LAST");
    echo.end();

    let calls = fs::read_to_string(&log).unwrap();
    let thread = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
    // The server is told apart by what it was before it was the server: not one of our threads.
    let server = calls.lines().find(|line| line.contains("execve(") && line.contains("/cat\"")).map(thread);
    let carries = |line: &&str| line.contains("notifications/x") && Some(thread(line)) != server;
    let both_ways: BTreeSet<String> = calls.lines().filter(carries).map(thread).collect();
    assert_eq!(both_ways.len(), 2, "one for each way");
    // Of what two threads do at once each call is told in two lines.
    let told = calls.lines().filter(|line| both_ways.contains(&thread(line)) && !line.contains("resumed>"));
    let between = told.skip_while(|line| !line.contains("FIRST"));
    let between = between.take_while(|line| !line.contains("\"LAST"));
    // Both share what they know of the conversation, and may have to wait for each other.
    let (waits, between): (Vec<&str>, Vec<&str>) = between.partition(|line| line.contains(" futex("));
    let expected = 4 * TRIPS;
    let count = between.len();
    assert!(count >= expected, "nothing was counted: {count}");
    assert!(count <= expected + 10, "{count} calls for {TRIPS} messages each way:\n{between:#?}");
    assert!(waits.len() <= expected, "{} times one had to wait for the other", waits.len());
}

#[test]
fn a_guard_keeps_less_than_a_megabyte_for_itself() {
    for options in [&[][..], &["--no-restart"]] {
        let scene = Scene::new();
        let mut echo = Echo::start(&scene, &[], options);
        for line in [INITIALIZE, NEWS, NEWS] {
            echo.trip(line);
        }
        let own = || both(&echo).map(|process| memory(process, "Private_Dirty")).iter().sum::<u64>();
        eventually(&format!("it keeps little for itself, with {options:?}"), PATIENCE, || own() < OWN_MEMORY);
        echo.end();
    }
}

#[test]
fn a_guard_that_rests_lets_go_of_the_programs_pages_each_time() {
    let scene = Scene::new();
    let mut echo = Echo::start(&scene, &[], &[]);
    for _ in 0..2 {
        for line in [INITIALIZE, NEWS, NEWS] {
            echo.trip(line);
        }
        let [_, keeper] = both(&echo);
        let busy = memory(keeper, "Rss");
        eventually("half of it is given back", PATIENCE, || memory(keeper, "Rss") * 2 < busy);
    }
    echo.end();
}

/// The guard's processes.
fn both(echo: &Echo) -> [Identity; 2] {
    let outer = echo.process.identity();
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", outer.pid)).unwrap();
    [outer, Identity::of(children.trim().parse().unwrap()).unwrap()]
}

/// A row of the process's memory, in kB.
fn memory(of: Identity, row: &str) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", of.pid)).unwrap();
    let line = rollup.lines().find_map(|line| line.strip_prefix(row)?.strip_prefix(':')).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
