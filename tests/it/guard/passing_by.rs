//! Whoever started the guard was only passing by: the server is for whoever holds the other end of its input.

use std::io::PipeWriter;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::Duration;

use crate::guard::scene::{Kind, Scene, Streams, gone_within, identities, kill};
use crate::support::identity::Identity;
use crate::support::spawned::Spawned;
use crate::support::stays_so;

/// Starts the rest of its words in the background on its own input, and ends after its first one, in seconds.
const WRAPPER: &str = "exec 3<&0; wait=$1; shift; \"$@\" <&3 3<&- & exec 3<&-; sleep $wait";

/// Before the guard has looked, while it looks, and after.
const DELAYS: [&str; 8] = ["0", "0.002", "0.005", "0.008", "0.01", "0.015", "0.02", "0.1"];

/// Longer than a server is given whose client has ended.
const LONG_ENOUGH: Duration = Duration::from_millis(1200);

#[derive(Clone, Copy, Debug)]
enum Input {
    Pipe,
    Socket,
}

/// Our end of what the server hears.
enum End {
    Pipe(#[expect(dead_code, reason = "held until it is dropped")] PipeWriter),
    Socket(#[expect(dead_code, reason = "as above")] UnixStream),
}

fn new_input(input: Input) -> (Stdio, End) {
    match input {
        Input::Pipe => {
            let (theirs, ours) = std::io::pipe().unwrap();
            (theirs.into(), End::Pipe(ours))
        }
        Input::Socket => {
            let (theirs, ours) = UnixStream::pair().unwrap();
            (OwnedFd::from(theirs).into(), End::Socket(ours))
        }
    }
}

/// The wrapper, our end, and the server.
fn start(scene: &Scene, input: Input, delay: &str, streams: Streams) -> (Spawned, End, Vec<Identity>) {
    let plan = scene.plan("polite").streams(streams);
    let (guard, ready) = (plan.command(), plan.ready().to_owned());
    let (theirs, ours) = new_input(input);
    let mut wrapper = scene.bed.command("sh");
    wrapper.args(["-c", WRAPPER, "sh", delay]).arg(guard.get_program()).args(guard.get_args());
    let wrapper = Spawned::start(wrapper.stdin(theirs).stdout(Stdio::null()));
    (wrapper, ours, identities(&ready))
}

#[test]
fn the_server_stays_until_its_input_is_closed() {
    let scene = Scene::new();
    for (input, streams) in [
        (Input::Pipe, Streams::Relayed),
        (Input::Pipe, Streams::LeftAlone),
        (Input::Socket, Streams::Relayed),
        (Input::Socket, Streams::LeftAlone),
    ] {
        let mut all = DELAYS.map(|delay| start(&scene, input, delay, streams));
        for (wrapper, ..) in &mut all {
            wrapper.wait();
        }
        stays_so(&format!("{input:?}, {streams:?}: every server lives"), LONG_ENOUGH, || {
            all.iter().all(|(_, _, servers)| servers.iter().all(|server| server.lives()))
        });
        let servers = all.map(|(_, ours, servers)| {
            drop(ours);
            servers
        });
        gone_within(servers.concat(), Kind::Polite.limit(), String::new);
        crate::support::eventually("the guards are gone", Kind::Polite.limit(), || {
            scene.bed.living().is_empty()
        });
        scene.is_empty();
    }
}

#[test]
fn a_client_that_has_held_the_input_itself_ends_it_whoever_else_was_left_a_copy() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        for kind in [Kind::Polite, Kind::Deaf, Kind::Family] {
            let plan = scene.plan(kind.word()).streams(streams);
            let mut guarded = plan.start_by("sharing client", |_| ());
            // By now it has been seen who the client is.
            crate::support::eventually("there is a lease", crate::support::PATIENCE, || {
                scene.lease_file("sock").is_some()
            });
            stays_so("the server lives", Duration::from_millis(50), || guarded.server().lives());
            guarded.process.kill_hard();
            guarded.is_gone_in_time(kind);
            let left = scene.bed.living();
            assert_eq!(left.len(), 1, "the other child lives: {left:?}");
            left.into_iter().for_each(kill);
            crate::support::eventually("it is gone", Kind::Polite.limit(), || scene.bed.living().is_empty());
            scene.is_empty();
        }
    }
}
