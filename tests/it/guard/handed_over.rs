//! The other end of a server's input is a socket that is handed on, or of which a copy was left somewhere.

use std::io::IoSliceMut;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use rustix::process::Signal;

use crate::guard::scene::{Kind, Scene, Streams, gone_within, identities, kill};
use crate::support::bed::python;
use crate::support::identity::Identity;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, stays_so};

/// Longer than a server is given whose client has ended.
const LONG_ENOUGH: Duration = Duration::from_millis(1200);

/// Starts the rest of its words on a socket of its own, waits for its lease, hands the other end over its standard input
/// to whoever started it, and ends.
const HANDS_OVER: &str = "
import os, socket, subprocess, sys, time
ours, theirs = socket.socketpair()
subprocess.Popen(sys.argv[2:], stdin=theirs, stdout=subprocess.DEVNULL)
while not any(name.endswith('.sock') for name in os.listdir(sys.argv[1])): time.sleep(0.01)
time.sleep(0.05)
socket.send_fds(socket.socket(fileno=os.dup(0)), [b'x'], [ours.fileno()])
";

/// Starts the rest of its words on a socket of its own, and another child that gets a copy of the other end.
const LEAVES_A_COPY: &str = "
import os, socket, subprocess, sys, time
ours, theirs = socket.socketpair()
subprocess.Popen(sys.argv[2:], stdin=theirs, stdout=subprocess.DEVNULL)
subprocess.Popen(['sleep', '300'], pass_fds=[ours.fileno()])
theirs.close()
time.sleep(300)
";

/// Such a program, and the server.
fn start(scene: &Scene, script: &str, streams: Streams, input: Stdio) -> (Spawned, Vec<Identity>) {
    std::fs::create_dir_all(scene.leases()).unwrap();
    let plan = scene.plan("polite").streams(streams);
    let guard = plan.command();
    let mut starter: Command = scene.bed.command(python());
    starter.args(["-c", script]).arg(scene.leases()).arg(guard.get_program()).args(guard.get_args());
    (Spawned::start(starter.stdin(input)), identities(plan.ready()))
}

/// The file that somebody hands over here.
fn receive(from: &UnixStream) -> OwnedFd {
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut files = RecvAncillaryBuffer::new(&mut room);
    recvmsg(from, &mut [IoSliceMut::new(&mut [0])], &mut files, RecvFlags::CMSG_CLOEXEC).unwrap();
    let file = files.drain().find_map(|message| {
        let RecvAncillaryMessage::ScmRights(mut files) = message else { return None };
        files.next()
    });
    file.expect("it came with a file")
}

#[test]
fn the_server_is_for_whoever_has_it_in_the_end() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        let (here, there) = UnixStream::pair().unwrap();
        let (mut starter, servers) = start(&scene, HANDS_OVER, streams, OwnedFd::from(there).into());
        let ours = receive(&here);
        assert!(starter.wait().success());
        stays_so("the server lives", LONG_ENOUGH, || servers[0].lives());
        drop(ours);
        gone_within(servers, Kind::Polite.limit(), || scene.bed.complaints());
        eventually("the guard is gone", Kind::Polite.limit(), || scene.bed.living().is_empty());
        scene.is_empty();
    }
}

#[test]
fn a_copy_that_the_client_left_behind_keeps_no_server() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        let (mut client, servers) = start(&scene, LEAVES_A_COPY, streams, Stdio::null());
        eventually("it was seen who the client is", PATIENCE, || scene.lease_file("sock").is_some());
        stays_so("the server lives", Duration::from_millis(100), || servers[0].lives());
        client.identity().signal(Signal::KILL);
        client.wait();
        gone_within(servers, Kind::Polite.limit(), || scene.bed.complaints());
        eventually("the guard is gone", Kind::Polite.limit(), || scene.bed.living().len() == 1);
        scene.bed.living().into_iter().for_each(kill);
        eventually("it is gone", Kind::Polite.limit(), || scene.bed.living().is_empty());
        scene.is_empty();
    }
}
