//! Clients that connect a server by sockets instead of pipes, as those that run on Node do.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use crate::guard::scene::{Kind, Scene, Streams, gone_within, identities};
use crate::support::identity::Identity;
use crate::support::spawned::Spawned;

struct Connected {
    guard: Spawned,
    input: UnixStream,
    output: UnixStream,
    all: Vec<Identity>,
}

fn connect(scene: &Scene, kind: &str, streams: Streams) -> Connected {
    let (input, theirs) = UnixStream::pair().unwrap();
    let (output, ours) = UnixStream::pair().unwrap();
    let plan = scene.plan(kind).streams(streams);
    let ready = plan.ready().to_owned();
    let mut command = plan.command();
    command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::from(OwnedFd::from(ours)));
    let guard = Spawned::start(&mut command);
    let mut all = identities(&ready);
    all.push(guard.identity());
    Connected { guard, input, output, all }
}

#[test]
fn every_byte_arrives_and_half_a_connection_can_be_closed() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        let mut client = connect(&scene, "echo", streams);
        let said: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let heard = std::thread::scope(|threads| {
            let writer = threads.spawn(|| {
                client.input.write_all(&said).unwrap();
                client.input.shutdown(Shutdown::Write).unwrap();
            });
            let mut heard = Vec::new();
            client.output.read_to_end(&mut heard).unwrap();
            writer.join().unwrap();
            heard
        });
        crate::guard::bytes::same(&heard, &said);
        assert_eq!(client.guard.wait().code(), Some(0));
        scene.is_empty();
    }
}

#[test]
fn a_connection_that_is_closed_ends_everybody() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        for kind in [Kind::Polite, Kind::Deaf, Kind::Family, Kind::Crashing] {
            for half in [true, false] {
                let Connected { mut guard, input, output, all } = connect(&scene, kind.word(), streams);
                if half {
                    input.shutdown(Shutdown::Write).unwrap();
                } else {
                    drop(input);
                }
                gone_within(all, kind.limit(), String::new);
                assert_eq!(guard.wait().code(), Some(kind.code_at_the_end_of_input()));
                drop(output);
                scene.is_empty();
            }
        }
    }
}
