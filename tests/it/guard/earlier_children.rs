//! A shell that has started somebody becomes the guard: whoever that is, it is none of the server's, and outlives it.

use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use crate::guard::scene::{BY_SIGNAL, Kind, Scene, Streams, gone_within, identities, kill};
use crate::support::identity::Identity;
use crate::support::spawned::Spawned;
use crate::support::stays_so;

/// Starts one who starts another, and becomes the rest of its words.
const SHELL: &str = "sh -c 'sleep 300 & echo $$ $! >\"$0.new\"; mv \"$0.new\" \"$0\"; wait' \"$0\" \
                     </dev/null >/dev/null 2>&1 & exec \"$@\"";

struct World {
    guard: Spawned,
    input: Option<std::io::PipeWriter>,
    /// From the server's parent up to the client's own child.
    guards: Vec<Identity>,
    servers: Vec<Identity>,
    earlier: Vec<Identity>,
}

fn parent(process: Identity) -> Identity {
    process.parent().and_then(Identity::of).expect("it has a parent")
}

fn start(scene: &Scene, kind: Kind, streams: Streams) -> World {
    let plan = scene.plan(kind.word()).streams(streams);
    let (told, guard) = (scene.bed.fresh("earlier"), plan.command());
    let mut shell = scene.bed.command("sh");
    shell.args(["-c", SHELL]).arg(&told).arg(guard.get_program()).args(guard.get_args());
    let (theirs, input) = std::io::pipe().unwrap();
    let guard = Spawned::start(shell.stdin(theirs).stdout(Stdio::null()));
    let (servers, earlier) = (identities(plan.ready()), identities(&told));
    let mut guards = vec![parent(servers[0])];
    while guards[guards.len() - 1] != guard.identity() {
        guards.push(parent(guards[guards.len() - 1]));
    }
    World { guard, input: Some(input), guards, servers, earlier }
}

/// The server has ended with its guard, and nobody else has.
#[track_caller]
fn only_the_earlier_are_left(scene: &Scene, world: World, kind: Kind) {
    let World { mut guard, guards, servers, earlier, .. } = world;
    gone_within(guards.into_iter().chain(servers), kind.limit(), || scene.bed.complaints());
    guard.kill_hard();
    stays_so("whoever was there before lives", Duration::from_millis(100), || {
        earlier.iter().all(|earlier| earlier.lives())
    });
    earlier.iter().copied().for_each(kill);
    gone_within(earlier, Kind::Polite.limit(), String::new);
    scene.is_empty();
}

#[test]
fn the_input_ends() {
    for kind in [Kind::Polite, Kind::Deaf, Kind::Family, Kind::Crashing] {
        Scene::rounds(|scene, streams| {
            let mut world = start(scene, kind, streams);
            world.input = None;
            assert_eq!(world.guard.wait().code(), Some(kind.code_at_the_end_of_input()));
            only_the_earlier_are_left(scene, world, kind);
        });
    }
}

#[test]
fn one_who_is_orphaned_meanwhile_lives_on() {
    Scene::rounds(|scene, streams| {
        let mut world = start(scene, Kind::Family, streams);
        kill(world.earlier.remove(0));
        kill(world.guards[0]);
        assert_eq!(world.guard.wait().code(), Some(BY_SIGNAL + libc::SIGKILL));
        only_the_earlier_are_left(scene, world, Kind::Family);
    });
}

#[test]
fn each_process_of_the_guard_is_ended_by_force() {
    for killed in 0..3 {
        Scene::rounds(|scene, streams| {
            let world = start(scene, Kind::Family, streams);
            kill(world.guards[killed]);
            only_the_earlier_are_left(scene, world, Kind::Family);
        });
    }
}

#[test]
fn a_request_to_end_is_passed_on() {
    Scene::rounds(|scene, streams| {
        let mut world = start(scene, Kind::Polite, streams);
        world.guard.identity().signal(Signal::TERM);
        let code = world.guard.wait().code();
        assert!(matches!(code, Some(0 | 143)), "{code:?}");
        only_the_earlier_are_left(scene, world, Kind::Polite);
    });
}

#[test]
fn without_anybody_there_is_no_third_process() {
    let scene = Scene::new();
    let plan = scene.plan("polite");
    let guard = plan.command();
    let mut shell: Command = scene.bed.command("sh");
    shell.args(["-c", "(exit 3); exec \"$@\"", "sh"]).arg(guard.get_program()).args(guard.get_args());
    let ready = plan.ready().to_owned();
    let (theirs, _input) = std::io::pipe().unwrap();
    let guard = Spawned::start(shell.stdin(theirs).stdout(Stdio::null()));
    assert_eq!(parent(parent(identities(&ready)[0])), guard.identity());
}
