//! The terminal is closed in which the guard was started as the first process: nobody else is told.

use std::path::Path;
use std::process::Command;

use crate::guard::scene::{Kind, Scene, Streams, gone_within, identities};
use crate::guard::terminal::Terminal;
use crate::support::spawned::Spawned;

#[test]
fn everybody_goes_with_the_terminal() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        for kind in ["polite", "mute", "deaf", "family"] {
            let terminal = Terminal::new();
            let plan = scene.plan(kind).streams(streams);
            let ready = plan.ready().to_owned();
            let command = plan.command();
            ends_with(terminal, command, &ready, &scene);
        }
    }
}

#[test]
fn a_guard_that_ignores_hang_ups_notices_the_end_of_its_input() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        let terminal = Terminal::new();
        let plan = scene.plan("mute").streams(streams);
        let (ready, guard) = (plan.ready().to_owned(), plan.command());
        let mut command = scene.bed.command("sh");
        let ignoring = "trap '' HUP; exec \"$@\"";
        command.args(["-c", ignoring, "sh"]).arg(guard.get_program()).args(guard.get_args());
        ends_with(terminal, command, &ready, &scene);
    }
}

/// The guard, all of its own, and nothing else on the terminal.
#[track_caller]
fn ends_with(terminal: Terminal, mut command: Command, ready: &Path, scene: &Scene) {
    terminal.is_all_of(&mut command);
    let mut guard = Spawned::start(&mut command);
    let mut all = identities(ready);
    all.push(guard.identity());
    drop(terminal);
    gone_within(all, Kind::Deaf.limit(), String::new);
    guard.wait();
    scene.is_empty();
}
