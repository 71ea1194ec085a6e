//! The parts that this program plays besides measuring, each chosen by a hidden first argument.
//!
//! None of them outlives the measurement: those that it started itself die with it, and servers, whose whole point is
//! to outlive, carry the bed's mark and end by themselves after some minutes.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_socket_linger;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};

use crate::looker;

pub(crate) const NOTHING: &str = "--plays-nothing";
pub(crate) const DUMMY: &str = "--plays-a-dummy";
pub(crate) const SOCKETS: &str = "--plays-sockets";
pub(crate) const FORKER: &str = "--plays-a-forker";
pub(crate) const CLIENT: &str = "--plays-a-client";
pub(crate) const SERVER: &str = "--plays-a-server";
pub(crate) const LOOKER: &str = "--plays-a-looker";

/// Longer than a measurement takes.
const LIFETIME: Duration = Duration::from_mins(10);

/// Plays a part if the arguments name one, and tells whether they did.
pub(crate) fn play(words: &[String]) -> bool {
    let Some((part, words)) = words.split_first() else { return false };
    match part.as_str() {
        NOTHING => {}
        DUMMY => dummy(),
        SOCKETS => sockets(words[0].parse().unwrap()),
        FORKER => forker(words[0].parse().unwrap()),
        CLIENT => client(words),
        SERVER => server(words[0].parse().unwrap()),
        LOOKER => looker::play(words),
        _ => return false,
    }
    true
}

fn die_with_the_parent() {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).unwrap();
}

/// Is there, as most processes are.
fn dummy() {
    die_with_the_parent();
    rustix::event::pause();
}

/// Holds so many connections to itself until its input ends.
fn sockets(pairs: usize) {
    die_with_the_parent();
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let kept: Vec<[TcpStream; 2]> = (0..pairs)
        .map(|_| {
            let near = TcpStream::connect(address).unwrap();
            let far = listener.accept().unwrap().0;
            // Without this each would stay in the system's table for a minute after its end.
            set_socket_linger(&near, Some(Duration::ZERO)).unwrap();
            set_socket_linger(&far, Some(Duration::ZERO)).unwrap();
            [near, far]
        })
        .collect();
    println!("ready");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    drop(kept);
}

/// Starts so many processes a second, each of which lives for a moment.
fn forker(rate: u32) {
    const BEHIND: Duration = Duration::from_millis(200);
    die_with_the_parent();
    let mut running: VecDeque<Child> = VecDeque::new();
    let mut next = Instant::now();
    loop {
        next += Duration::from_secs(1) / rate;
        // A little that a busy machine made us miss is caught up; more would be a burst.
        next = next.max(Instant::now().checked_sub(BEHIND).unwrap());
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let child = Command::new("sleep").arg("0.02").stdin(Stdio::null()).spawn().unwrap();
        running.push_back(child);
        while running.front_mut().is_some_and(|child| child.try_wait().unwrap().is_some()) {
            running.pop_front();
        }
    }
}

/// Starts servers as an AI client does and waits for its end: `READY COUNT PORT SERVER`.
fn client(words: &[String]) {
    die_with_the_parent();
    let [ready, count, port, server] = words else { panic!("{words:?}") };
    // A server that belongs to a living terminal is adopted when its client dies.
    let _ = rustix::process::setsid();
    let mut servers: Vec<Child> = (0..count.parse().unwrap())
        .map(|_| {
            let mut command = Command::new(server);
            command.args([SERVER, port]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for server in &mut servers {
        let mut line = String::new();
        BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    }
    let pids: Vec<String> = servers.iter().map(|server| server.id().to_string()).collect();
    std::fs::write(ready, pids.join(" ") + "\n").unwrap();
    loop {
        rustix::event::pause();
    }
}

/// Listens, or does not where the port is 0, and is deaf to the end of its input.
fn server(port: u16) {
    let _listener = (port != 0).then(|| TcpListener::bind(("127.0.0.1", port)).unwrap());
    println!("ready");
    std::io::stdout().flush().unwrap();
    thread::sleep(LIFETIME);
}
