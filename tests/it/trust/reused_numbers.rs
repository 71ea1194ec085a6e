//! A number that belongs to somebody else by the time it is used: two hundred rounds for a target and for a parent,
//! and no stranger is touched.

use std::mem;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use shimkeeper::core::{Refusal, State};

use crate::support::bed::{Bed, copy_program};
use crate::support::identity::Identity;
use crate::support::own::in_own_machine;
use crate::support::spawned::Spawned;
use crate::trust::eyes::{Eyes, end, ended, named, refused, state_of};
use crate::trust::numbers::{
    SCRIPT, a_moment, a_server_in, orphan, report, reported, runs_the_script, server, start_as, stranger,
};

/// For a target, and for a parent.
const ROUNDS: usize = 200;

/// Of the other stories.
const FEWER_ROUNDS: usize = 40;

const GRACE: Duration = Duration::from_secs(1);

#[test]
fn of_a_target_between_plan_and_end() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let mut strangers = Vec::new();
        for round in 0..ROUNDS {
            let orphan = orphan(&bed, "");
            let plan = Eyes::on(SCRIPT).plan();
            assert_eq!(named(&plan), [orphan.pid], "round {round}");
            orphan.signal(Signal::KILL);
            strangers.push(start_as(orphan.pid, &mut by_turns(&bed, round)));
            let report = end(&plan, GRACE);
            assert_eq!(ended(&report), [0; 0], "round {round}");
            assert_eq!(refused(&report), [(orphan.pid, Refusal::PidReused)], "round {round}");
            let_some_go(&mut strangers);
        }
        nobody_was_touched(strangers);
    });
}

#[test]
fn of_a_suspect_between_two_looks() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        for round in 0..FEWER_ROUNDS {
            let mut eyes = Eyes::on(SCRIPT);
            let orphan = orphan(&bed, "");
            assert!(matches!(state_of(&eyes.look(), orphan.pid), Some(State::Orphan(_))), "round {round}");
            orphan.signal(Signal::KILL);
            let next = start_as(orphan.pid, &mut server(&bed));
            runs_the_script(next.identity());
            assert_eq!(named(&eyes.plan()), [0; 0], "round {round}");
            assert_eq!(state_of(&eyes.look(), next.pid()), Some(State::Attached), "round {round}");
        }
    });
}

#[test]
fn of_a_client_that_ended() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let editor = bed.folder("bin").join("editor");
        copy_program(Path::new("/bin/bash"), &editor);
        let mut strangers = Vec::new();
        for round in 0..ROUNDS {
            let mut eyes = Eyes::on(SCRIPT);
            let (mut client, server) = a_server_in(&bed, &editor);
            assert_eq!(state_of(&eyes.look(), server.pid), Some(State::Attached), "round {round}");
            client.kill_hard();
            strangers.push(start_as(client.pid(), &mut by_turns(&bed, round)));
            // The stranger is not taken for the client, which would hide the orphan.
            let plan = eyes.plan();
            assert_eq!(named(&plan), [server.pid], "round {round}");
            assert_eq!(ended(&end(&plan, GRACE)), [server.pid], "round {round}");
            let_some_go(&mut strangers);
        }
        nobody_was_touched(strangers);
    });
}

#[test]
fn of_a_launcher_between_plan_and_end() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let mut strangers = Vec::new();
        for round in 0..FEWER_ROUNDS {
            let (launcher, server) = an_orphan_behind_a_shell(&bed);
            let plan = Eyes::on(SCRIPT).plan();
            let mut both = [launcher.pid, server.pid];
            both.sort_unstable();
            assert_eq!(named(&plan), both, "round {round}");
            launcher.signal(Signal::KILL);
            strangers.push(start_as(launcher.pid, &mut by_turns(&bed, round)));
            // What the plan rests on is no longer so: nothing of it is done.
            let report = end(&plan, GRACE);
            assert_eq!(refused(&report), [(launcher.pid, Refusal::PidReused)], "round {round}");
            assert!(server.lives(), "round {round}");
            let plan = Eyes::on(SCRIPT).plan();
            assert_eq!(named(&plan), [server.pid], "round {round}");
            assert_eq!(ended(&end(&plan, GRACE)), [server.pid], "round {round}");
        }
        nobody_was_touched(strangers);
    });
}

#[test]
fn of_a_helper_between_plan_and_end() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let mut strangers = Vec::new();
        for round in 0..FEWER_ROUNDS {
            // The shell starts a helper, and becomes a server that collects its children.
            let orphan = orphan(&bed, "trap '' CHLD; sleep 300 &");
            let plan = Eyes::on(SCRIPT).plan();
            let helper = *named(&plan).iter().find(|pid| **pid != orphan.pid).expect("the helper is planned");
            Identity::of(helper).unwrap().signal(Signal::KILL);
            strangers.push(start_as(helper, &mut by_turns(&bed, round)));
            assert!(orphan.lives(), "round {round}");
            let report = end(&plan, GRACE);
            assert_eq!(ended(&report), [orphan.pid], "round {round}");
        }
        nobody_was_touched(strangers);
    });
}

#[test]
fn of_a_target_while_others_still_have_their_grace_time() {
    /// Long enough for a stranger to come and to start something.
    const GRACE: Duration = Duration::from_millis(250);
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let (mut strangers, mut their_children, mut in_time) = (Vec::new(), Vec::new(), 0);
        for round in 0..15 {
            let obedient = orphan(&bed, "");
            let stubborn = orphan(&bed, "trap '' TERM;");
            let plan = Eyes::on(SCRIPT).plan();
            let work = thread::spawn(move || end(&plan, GRACE));
            // The obedient one goes at once; its number belongs to somebody with a child of his own.
            let said = bed.fresh("child");
            let line = format!("sleep 300 & {} wait", report(&said));
            let stranger = start_as(obedient.pid, bed.command("bash").args(["-c", &line]));
            let child = reported(&said);
            in_time += usize::from(!work.is_finished());
            let report = work.join().unwrap();
            let mut both = [obedient.pid, stubborn.pid];
            both.sort_unstable();
            assert_eq!(ended(&report), both, "round {round}: only what was planned");
            strangers.push(stranger);
            their_children.push(child);
        }
        assert!(in_time > 0, "too slow to show anything");
        a_moment();
        assert!(their_children.iter().all(|child| child.lives()), "a stranger's child was ended");
        nobody_was_touched(strangers);
    });
}

/// A stranger, or a server of the same command line that somebody uses.
fn by_turns(bed: &Bed, round: usize) -> Command {
    if round.is_multiple_of(2) { stranger(bed) } else { server(bed) }
}

/// A launcher whose client ended, and the server that it waits for.
#[track_caller]
fn an_orphan_behind_a_shell(bed: &Bed) -> (Identity, Identity) {
    let said = bed.fresh("server");
    let line = format!("bash -c '(exec -a {SCRIPT} sleep 300) & {} wait' &", report(&said));
    Spawned::start(bed.command("bash").args(["-c", &line])).wait();
    let server = reported(&said);
    runs_the_script(server);
    let launcher = server.parent().and_then(Identity::of).unwrap();
    (launcher, server)
}

/// Looks take longer where hundreds of strangers run.
#[track_caller]
fn let_some_go(strangers: &mut Vec<Spawned>) {
    if strangers.len() == 25 {
        nobody_was_touched(mem::take(strangers));
    }
}

#[track_caller]
fn nobody_was_touched(strangers: Vec<Spawned>) {
    a_moment();
    for mut stranger in strangers {
        let ended = stranger.ended();
        assert!(ended.is_none(), "the stranger {} ended with {ended:?}", stranger.pid());
    }
}
