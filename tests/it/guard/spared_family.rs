//! What `protect` names is spared with all that it has started, whatever that is called.

use std::time::Duration;

use crate::guard::scene::{BY_SIGNAL, Kind, Scene, Streams, gone_within, identities, kill};
use crate::support::identity::Identity;
use crate::support::spawned::Spawned;
use crate::support::stays_so;

/// The server's own words do not tell what it starts.
const SERVER: &str = "sh \"$KEPT\" </dev/null >/dev/null 2>&1 & read line";

const KEPT: &str = "sleep 300 & echo $$ $! >\"$READY.new\"; mv \"$READY.new\" \"$READY\"; wait";

/// The guard, our end of its input, and whom it is to spare.
fn start(scene: &Scene, streams: Streams) -> (Spawned, std::io::PipeWriter, Vec<Identity>) {
    let (kept, ready) = (scene.bed.path("the kept one"), scene.bed.fresh("ready"));
    std::fs::write(&kept, KEPT).unwrap();
    let mut guard = scene.program();
    guard.args(["guard", "--watch", "own"]);
    if streams == Streams::LeftAlone {
        guard.arg("--no-restart");
    }
    guard.args(["--", "sh", "-c", SERVER]).env("KEPT", kept).env("READY", &ready);
    let (theirs, input) = std::io::pipe().unwrap();
    (Spawned::start(guard.stdin(theirs)), input, identities(&ready))
}

#[track_caller]
fn both_live_on(scene: &Scene, both: Vec<Identity>) {
    stays_so("what is protected lives", Duration::from_millis(100), || both.iter().all(|it| it.lives()));
    both.iter().copied().for_each(kill);
    gone_within(both, Kind::Polite.limit(), String::new);
    scene.is_empty();
}

#[test]
fn when_the_input_ends() {
    let scene = Scene::watching(1, "listens = \"never\"\nprotect = [\"the kept one\"]");
    for streams in Streams::BOTH {
        let (mut guard, input, both) = start(&scene, streams);
        drop(input);
        assert_eq!(guard.wait().code(), Some(1));
        both_live_on(&scene, both);
    }
}

#[test]
fn when_the_guards_second_process_is_ended_by_force() {
    let scene = Scene::watching(1, "listens = \"never\"\nprotect = [\"the kept one\"]");
    for streams in Streams::BOTH {
        let (mut guard, _input, both) = start(&scene, streams);
        let server = both[0].parent().and_then(Identity::of).unwrap();
        kill(server.parent().and_then(Identity::of).unwrap());
        assert_eq!(guard.wait().code(), Some(BY_SIGNAL + libc::SIGKILL));
        both_live_on(&scene, both);
    }
}
