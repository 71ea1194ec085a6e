//! The system calls of a look while nothing happens.

use std::fs;
use std::process::Command;

use rustix::process::Signal;

use crate::cost::crowd::crowd;
use crate::support::bed::Bed;
use crate::support::own::{can_run, in_own_machine, skip};
use crate::support::spawned::Talk;
use crate::support::{PATIENCE, eventually};

/// More than this is too much for nothing.
const LIMIT: usize = 20;

/// The looks that are counted: three a second, after those that prove the gate and read the young again, and between the
/// first net after ten seconds and the next one.
const COUNTED: std::ops::Range<usize> = 42..52;

#[test]
fn a_quiet_look_takes_few_and_as_many_in_a_crowd() {
    if !can_run(&a_quiet_look_takes_few_and_as_many_in_a_crowd, &["strace"]) {
        return;
    }
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        // A shim that holds its port, and one of a second client.
        let (_one, _other) = (bed.client().on_port(3005).start(), bed.client().stdio().start());
        let keeper = bed.keeper(3005);
        let console = keeper.console();
        let among_few = {
            let _few = crowd(&bed, 300);
            calls_of_a_look(&bed, &console)
        };
        let _many = crowd(&bed, 4000);
        let among_many = calls_of_a_look(&bed, &console);
        assert_eq!(among_few, among_many, "it grows with the machine");
        assert!(among_few.len() <= LIMIT, "{} calls: {among_few:?}", among_few.len());
    });
}

#[test]
fn an_ordinary_users_quiet_look_takes_few_as_well() {
    if !can_run(&an_ordinary_users_quiet_look_takes_few_as_well, &["strace"]) {
        return;
    }
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let Some((keeper, program)) = bed.keeper_for_nobody(3005) else {
            return skip(
                "system_calls::an_ordinary_users_quiet_look_takes_few_as_well",
                "no right to become somebody else, or no python3 of the system",
            );
        };
        // Above his client are processes of root, of which he may not know everything.
        let (_client, shim) = bed.client_of_nobody(&["--port=3005"]);
        let calls = {
            let _few = crowd(&bed, 300);
            let mut watch = bed.as_nobody(program);
            watch.arg("--home").arg(keeper.home());
            calls_of_a_look(&bed, &watch)
        };
        assert!(calls.len() <= LIMIT, "{} calls: {calls:?}", calls.len());
        assert!(shim.lives());
    });
}

/// The calls of one look, by their names. All of the counted ones are alike.
#[track_caller]
fn calls_of_a_look(bed: &Bed, console: &Command) -> Vec<String> {
    let log = bed.fresh("calls");
    let mut command = bed.command("strace");
    command.args(["-f", "-qq", "-o"]).arg(&log).arg(console.get_program());
    let mut watch = Talk::start(command.args(console.get_args()).arg("watch"));
    // Between two sleeps stands a look.
    let looks = || -> Vec<Vec<String>> {
        let calls = fs::read_to_string(&log).unwrap_or_default();
        let name = |line: &str| Some(line.split_once(' ')?.1.trim_start().split_once('(')?.0.to_owned());
        let calls: Vec<String> = calls.lines().filter_map(name).collect();
        calls.split(|call| call == "clock_nanosleep").map(<[String]>::to_vec).collect()
    };
    eventually("it has looked often enough", PATIENCE * 2, || looks().len() > COUNTED.end + 1);
    assert!(watch.lives());
    let counted = looks()[COUNTED].to_vec();
    assert!(counted.windows(2).all(|two| two[0] == two[1]), "not all of them are alike: {counted:#?}");
    // It goes on when it is no longer traced.
    drop(watch);
    for left in bed.living().into_iter().filter(|left| left.command_line().ends_with("watch")) {
        left.signal(Signal::KILL);
    }
    counted[0].clone()
}
