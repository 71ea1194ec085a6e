//! `O_NONBLOCK` belongs to a pipe's or socket's description, which others share with the guard: whoever sets it, and
//! whenever, no byte is lost, nothing ends for it, and the guard leaves it as it is.

use std::fs::File;
use std::io::{Read, Write, pipe};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::ioctl_fionread;

use crate::guard::bytes::{numbers, same};
use crate::guard::failures::ON_FAILURE;
use crate::guard::mcp_client::{initialize, initialized};
use crate::guard::scene::{Scene, identities};
use crate::guard::terminal::Terminal;
use crate::support::own::can_run;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, stays_so};

/// More than any pipe or socket holds.
const LARGE: usize = 1_000_000;

/// Requests whose errors are more than a pipe holds.
const LOST: u64 = 2_000;

/// How long a reader keeps the writer waiting, which must not take it for the end.
const SLOW: Duration = Duration::from_millis(200);

fn no_waiting(end: impl AsFd) {
    let flags = fcntl_getfl(&end).unwrap();
    fcntl_setfl(&end, flags | OFlags::NONBLOCK).unwrap();
}

#[track_caller]
fn is_left_alone(end: impl AsFd) {
    assert!(fcntl_getfl(end).unwrap().contains(OFlags::NONBLOCK), "the guard has changed what others share");
}

fn unread(end: impl AsFd) -> u64 {
    ioctl_fionread(end).unwrap()
}

/// What a guard gets, our end of it, and one more that shares its description.
struct Ends {
    theirs: OwnedFd,
    ours: File,
    shared: OwnedFd,
}

impl Ends {
    fn new(theirs: OwnedFd, ours: OwnedFd) -> Self {
        Self { shared: theirs.try_clone().unwrap(), theirs, ours: File::from(ours) }
    }

    /// Of inputs.
    fn inputs() -> [Self; 2] {
        let (theirs, ours) = pipe().unwrap();
        let (socket, other) = UnixStream::pair().unwrap();
        [Self::new(theirs.into(), ours.into()), Self::new(socket.into(), other.into())]
    }

    fn outputs() -> [Self; 2] {
        let (ours, theirs) = pipe().unwrap();
        let (socket, other) = UnixStream::pair().unwrap();
        [Self::new(theirs.into(), ours.into()), Self::new(socket.into(), other.into())]
    }
}

/// Says a line and hears it again.
#[track_caller]
fn echoes(ours: &mut File, output: &mut impl Read, line: &str) {
    ours.write_all(line.as_bytes()).unwrap();
    let mut heard = vec![0; line.len()];
    output.read_exact(&mut heard).unwrap();
    assert_eq!(String::from_utf8_lossy(&heard), line);
}

#[test]
fn an_input_that_does_not_wait_has_not_ended() {
    for before in [true, false] {
        for Ends { theirs, mut ours, shared } in Ends::inputs() {
            let scene = Scene::new();
            let plan = scene.plan("echo");
            let ready = plan.ready().to_owned();
            let (mut output, theirs_too) = pipe().unwrap();
            if before {
                no_waiting(&shared);
            }
            let mut command = plan.command();
            let mut guard = Spawned::start(command.stdin(theirs).stdout(theirs_too));
            drop(command);
            let servers = identities(&ready);
            if !before {
                echoes(&mut ours, &mut output, "{\"id\":0,\"method\":\"initialize\"}\n");
                no_waiting(&shared);
                // The read that waits already still waits; the next one does not.
                echoes(&mut ours, &mut output, "one more\n");
            }
            stays_so("a pause is no end", SLOW, || servers[0].lives() && guard.ended().is_none());
            echoes(&mut ours, &mut output, "{\"id\":1,\"method\":\"initialize\"}\n");
            is_left_alone(&shared);
            drop(ours);
            assert_eq!(guard.wait().code(), Some(0));
            scene.is_empty();
        }
    }
}

#[test]
fn an_output_that_does_not_wait_loses_nothing_to_a_slow_reader() {
    for before in [true, false] {
        for Ends { theirs, mut ours, shared } in Ends::outputs() {
            let scene = Scene::new();
            let plan = scene.plan("talker").words(&[&LARGE.to_string()]);
            let (theirs_too, input) = pipe().unwrap();
            if before {
                no_waiting(&shared);
            }
            let mut command = plan.command();
            let mut guard = Spawned::start(command.stdin(theirs_too).stdout(theirs));
            drop(command);
            eventually("nobody reads", PATIENCE, || unread(&ours) > 32_000);
            if !before {
                no_waiting(&shared);
            }
            stays_so("it waits for its reader", SLOW, || guard.ended().is_none());
            let mut heard = Vec::new();
            let mut some = [0; 10_000];
            // Now and then all of it is taken, and then it is full again.
            while heard.len() < LARGE {
                let count = ours.read(&mut some).unwrap();
                assert!(count > 0, "{} bytes arrived", heard.len());
                heard.extend_from_slice(&some[..count]);
                if before && !(400_000..900_000).contains(&heard.len()) {
                    thread::sleep(Duration::from_millis(2));
                }
            }
            same(&heard, &numbers(LARGE));
            is_left_alone(&shared);
            assert_eq!(guard.wait().code(), Some(0));
            drop(input);
            scene.is_empty();
        }
    }
}

/// Logs a line, by which node has its standard error wait no more; answers at length, and then once more.
const SERVER: &str = "console.error('a line of the log');
    process.stdin.once('data', () => {
        process.stdout.write('x'.repeat(1000000) + '\\nSECOND\\n');
        process.stdin.once('data', () => process.stdout.write('THIRD\\n'));
    });
    process.stdin.on('end', () => process.exit(0));";

/// As `2>&1` makes it: what the server makes of its standard error happens to the guard's output.
#[test]
fn a_node_server_that_logs_into_its_clients_pipe_loses_nothing() {
    if !can_run(&a_node_server_that_logs_into_its_clients_pipe_loses_nothing, &["node"]) {
        return;
    }
    let scene = Scene::new();
    let (mut ours, theirs) = pipe().unwrap();
    let (theirs_too, mut input) = pipe().unwrap();
    let shared = theirs.try_clone().unwrap();
    let mut command = scene.program();
    command.args(["guard", "--", "node", "-e", SERVER]);
    command.stdin(theirs_too).stdout(theirs.try_clone().unwrap()).stderr(theirs);
    let mut guard = Spawned::start(&mut command);
    drop(command);
    eventually("node has set the flag", PATIENCE, || {
        fcntl_getfl(&shared).unwrap().contains(OFlags::NONBLOCK) && unread(&ours) > 0
    });
    input.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}\n").unwrap();
    eventually("nobody reads", PATIENCE, || unread(&ours) > 32_000);
    stays_so("it waits for its reader", SLOW, || guard.ended().is_none());
    let expected = ["a line of the log\n", &"x".repeat(LARGE), "\nSECOND\n"].concat();
    let mut heard = vec![0; expected.len()];
    ours.read_exact(&mut heard).unwrap();
    same(&heard, expected.as_bytes());
    input.write_all(b"more\n").unwrap();
    let mut third = [0; 6];
    ours.read_exact(&mut third).unwrap();
    assert_eq!(&third, b"THIRD\n");
    is_left_alone(&shared);
    drop((shared, input));
    assert_eq!(guard.wait().code(), Some(0));
    scene.is_empty();
}

/// As `socat` and `inetd` start it.
#[test]
fn one_socket_for_all_streams_carries_everything_both_ways() {
    let scene = Scene::new();
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    let plan = scene.plan("echo");
    let ready = plan.ready().to_owned();
    let mut command = plan.command();
    let end = || Stdio::from(OwnedFd::from(theirs.try_clone().unwrap()));
    let mut guard = Spawned::start(command.stdin(end()).stdout(end()).stderr(end()));
    identities(&ready);
    no_waiting(&theirs);
    let said = numbers(LARGE);
    let mut writer = ours.try_clone().unwrap();
    let heard = thread::scope(|threads| {
        threads.spawn(|| writer.write_all(&said).unwrap());
        eventually("nobody reads", PATIENCE, || unread(&ours) > 32_000);
        stays_so("it waits for its reader", SLOW, || guard.ended().is_none());
        // The server complains once, before it says anything.
        let mut heard = vec![0; LARGE + b"\0\r\n\x1a\xff complaint".len()];
        ours.read_exact(&mut heard).unwrap();
        heard
    });
    assert!(heard.starts_with(b"\0\r\n\x1a\xff complaint"));
    same(&heard[heard.len() - LARGE..], &said);
    is_left_alone(&theirs);
    drop((theirs, writer, ours));
    guard.wait();
    scene.is_empty();
}

#[test]
fn a_terminal_that_does_not_wait_shows_everything() {
    const COUNT: usize = 200_000;
    let scene = Scene::new();
    let terminal = Terminal::new();
    let (mut screen, shown) = terminal.ends();
    no_waiting(&shown);
    let plan = scene.plan("talker").words(&[&COUNT.to_string()]);
    let (theirs, input) = pipe().unwrap();
    let mut command = plan.command();
    let mut guard = Spawned::start(command.stdin(theirs).stdout(shown.try_clone().unwrap()));
    let mut heard = Vec::new();
    let mut some = [0; 3_000];
    while heard.len() < COUNT {
        let count = screen.read(&mut some).unwrap();
        // A terminal puts a return before each end of a line.
        heard.extend(some[..count].iter().filter(|byte| **byte != b'\r'));
        if heard.len() < COUNT / 4 {
            thread::sleep(Duration::from_millis(2));
        }
    }
    same(&heard, &numbers(COUNT));
    is_left_alone(&shown);
    assert_eq!(guard.wait().code(), Some(0));
    drop(input);
    scene.is_empty();
}

/// The lines that the guard says itself go the same way as the server's.
#[test]
fn what_a_guard_says_itself_after_a_failure_is_not_lost_either() {
    let scene = Scene::new();
    let plan = scene.bed.fresh("plan");
    std::fs::write(&plan, "").unwrap();
    let plan = scene.plan("mcp").words(&[&plan.to_string_lossy()]).options(&ON_FAILURE);
    let (ours, theirs) = pipe().unwrap();
    let (theirs_too, mut input) = pipe().unwrap();
    no_waiting(&theirs);
    let mut command = plan.command();
    let mut guard = Spawned::start(command.stdin(theirs_too).stdout(theirs));
    drop(command);
    let mut say = |message: &serde_json::Value| writeln!(input, "{message}").unwrap();
    say(&initialize());
    say(&initialized());
    for id in 1..=LOST {
        say(&serde_json::json!({ "jsonrpc": "2.0", "id": id, "method": "slow" }));
    }
    let exit = serde_json::json!({ "code": 3 });
    say(&serde_json::json!({ "jsonrpc": "2.0", "id": LOST + 1, "method": "exit", "params": exit }));
    eventually("nobody reads", PATIENCE, || unread(&ours) > 32_000);
    stays_so("it waits for its reader", SLOW, || guard.ended().is_none());
    drop(input);
    let mut heard = String::new();
    File::from(OwnedFd::from(ours)).read_to_string(&mut heard).unwrap();
    let lost = heard.lines().filter(|line| line.contains("-32010")).count();
    assert_eq!(u64::try_from(lost).unwrap(), LOST + 1);
    guard.wait();
    scene.is_empty();
}

#[test]
fn a_last_word_waits_for_a_standard_error_that_is_full() {
    let scene = Scene::new();
    let (mut ours, mut theirs) = pipe().unwrap();
    no_waiting(&theirs);
    let mut full = 0;
    while let Ok(count) = theirs.write(&[b'x'; 4096]) {
        full += count;
    }
    let (theirs_too, input) = pipe().unwrap();
    let mut command = scene.program();
    command.args(["guard", "--", "/no/such/program"]);
    let mut guard = Spawned::start(command.stdin(theirs_too).stdout(Stdio::null()).stderr(theirs));
    drop(command);
    stays_so("it waits for its reader", SLOW, || guard.ended().is_none());
    let mut heard = Vec::new();
    ours.read_to_end(&mut heard).unwrap();
    let said = String::from_utf8_lossy(&heard[full..]).into_owned();
    assert!(said.starts_with("shimkeeper: ") && said.contains("/no/such/program"), "{said}");
    assert!(said.contains("hint: "), "{said}");
    assert_eq!(guard.wait().code(), Some(125));
    drop(input);
    scene.is_empty();
}
