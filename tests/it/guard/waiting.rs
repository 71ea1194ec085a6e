//! While a guard waits for its port: it hears that it is not wanted any more, loses nothing that the client
//! says meanwhile, and at the end tells what is known.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::guard::scene::{Kind, Scene, free_port};
use crate::support::client::is_taken;
use crate::support::own::skip;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually};

/// Clearly less than a guard waits for a port.
const SOON: Duration = Duration::from_millis(1500);

/// A guard that waits for a port which somebody holds, and our ends of its pipes.
struct Waiting {
    guard: Spawned,
    input: PipeWriter,
    output: PipeReader,
    holder: TcpListener,
}

fn waiting(scene: &Scene, options: &[&str], command: &[&str]) -> Waiting {
    let holder = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = holder.local_addr().unwrap().port();
    let ((theirs, input), (output, ours)) = (pipe().unwrap(), pipe().unwrap());
    let mut guard = scene.program();
    guard.args(["guard", "--port", &port.to_string()]).args(options).arg("--").args(command);
    let guard = Spawned::start(guard.stdin(theirs).stdout(ours));
    eventually("it has its turn and waits", PATIENCE, || {
        scene.leases().join(format!("port-{port}.lock")).exists()
    });
    Waiting { guard, input, output, holder }
}

#[test]
fn it_ends_at_once_when_it_is_told_to() {
    let scene = Scene::new();
    let Waiting { mut guard, holder: _holder, input: _input, .. } = waiting(&scene, &[], &["true"]);
    let begin = Instant::now();
    guard.identity().signal(Signal::TERM);
    assert_eq!(guard.wait().code(), Some(128 + libc::SIGTERM));
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    scene.is_empty();
}

#[test]
fn it_ends_at_once_when_its_client_is_gone() {
    let scene = Scene::new();
    let started = scene.bed.fresh("started");
    let command = ["touch", &started.to_string_lossy()];
    let Waiting { mut guard, holder: _holder, input, .. } = waiting(&scene, &[], &command);
    let begin = Instant::now();
    drop(input);
    guard.wait();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert!(scene.bed.complaints().contains("has closed its input"), "it says why");
    assert!(!started.exists(), "nobody would have used it");
    scene.is_empty();
}

#[test]
fn what_the_client_said_before_it_closed_is_still_for_the_server() {
    for options in [[].as_slice(), &["--no-restart"]] {
        let scene = Scene::new();
        let Waiting { mut guard, mut input, mut output, holder } = waiting(&scene, options, &["cat"]);
        input.write_all(b"a last word\n").unwrap();
        drop(input);
        drop(holder);
        let mut heard = String::new();
        output.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "a last word\n");
        assert_eq!(guard.wait().code(), Some(0));
        scene.is_empty();
    }
}

#[test]
fn an_orphan_that_is_too_young_is_said_to_be_one_that_will_go() {
    let scene = Scene::new();
    let client = scene.bed.client().start();
    let orphan = client.shim();
    client.kill_hard();
    let port = orphan.port();
    scene.configure(&format!(
        "orphan_grace = \"1m\"\n[[watch]]\nname = \"own\"\nport = {port}\nscript = \"{}\"\n",
        scene.bed.script()
    ));
    let mut guard = scene.program();
    guard.args(["guard", "--watch", "own", "--", "true"]);
    let outcome = scene.bed.run(&mut guard).expect_code(126);
    outcome.complains("hint: ").complains("orphan").complains("try again in ");
    assert!(orphan.lives() && is_taken(port), "it is not ended before its time");
}

#[test]
fn a_server_that_the_same_client_is_still_ending_is_told_apart() {
    let scene = Scene::new();
    let (port, log) = (free_port(), scene.bed.fresh("log"));
    scene.watch(port, "listens = \"always\"");
    let number = port.to_string();
    let words = [number.as_str(), "0", &log.to_string_lossy()];
    let plan = || scene.plan("listener").options(&["--watch", "own"]).words(&words).by_the_watched_name();
    let mut first = plan().start();
    let mut second = plan().start_unready();
    assert_eq!(second.code(), 126);
    let said = second.complaints();
    assert!(said.contains("who starts this one, too"), "{said}");
    assert!(said.contains("try again"), "{said}");
    first.input = None;
    first.is_gone_in_time(Kind::Polite);
    scene.is_empty();
}

#[test]
fn a_port_that_takes_more_rights_is_no_riddle() {
    let scene = Scene::new();
    let mut guard = scene.bed.command("setpriv");
    guard.args(["--reuid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]);
    guard.arg(env!("CARGO_BIN_EXE_shimkeeper")).args(["guard", "--port", "80", "--", "true"]);
    if !is_refused_a_low_port() {
        skip(
            "a_port_that_takes_more_rights_is_no_riddle",
            "an ordinary user may bind port 80 here, or there is no other user",
        );
        return;
    }
    let outcome = scene.bed.run(&mut guard).expect_code(126);
    outcome.complains("more rights");
}

fn is_refused_a_low_port() -> bool {
    let least = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap();
    let can_change = Command::new("setpriv").args(["--reuid=65534", "--clear-groups", "true"]).status();
    least.trim().parse().is_ok_and(|least: u16| least > 80) && can_change.is_ok_and(|it| it.success())
}

#[test]
fn somebody_who_only_bound_the_port_is_not_called_nobody() {
    let scene = Scene::new();
    let socket = rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::STREAM, None);
    let socket = socket.unwrap();
    let address = std::net::SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, 0);
    rustix::net::bind(&socket, &address).unwrap();
    let bound = std::net::SocketAddr::try_from(rustix::net::getsockname(&socket).unwrap()).unwrap();
    let mut guard = scene.program();
    guard.args(["guard", "--port", &bound.port().to_string(), "--", "true"]);
    scene.bed.run(&mut guard).expect_code(126).complains("does not listen on it");
}
