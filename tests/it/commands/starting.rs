//! `shimkeeper start` runs its server until somebody ends it, whoever has or has not its input.

use std::fs;
use std::io;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::support::bed::{Bed, python};
use crate::support::client::{Shim, is_taken};
use crate::support::identity::Identity;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, eventually_some};

#[test]
fn an_input_that_closes_ends_nothing() {
    for input in [Input::Closed, Input::ClosedLater, Input::Null] {
        let bed = Bed::new();
        let (ready, port) = (bed.fresh("ready"), free_port());
        let command = [python(), "-u".as_ref(), &bed.path(bed.script()), "--ready-file".as_ref(), &ready];
        let command = command.map(|word| format!("{:?}", word.to_str().unwrap())).join(", ");
        let more = format!("command = [{command}, \"--port\", \"{port}\"]");
        let keeper = bed.keeper_with(port, &more);
        let mut console = keeper.console();
        let end = input.is_of(console.arg("start"));
        let mut start = Spawned::start(&mut console);
        let shim = Shim::from_ready_file(&ready);
        let lease = eventually_some("the guard has told of itself", PATIENCE, || {
            fs::read_dir(keeper.home().join("leases"))
                .ok()?
                .flatten()
                .find(|file| file.path().extension().is_some_and(|ending| ending == "json"))
        });
        drop(end);

        // A guard that takes this for the end of its client asks its server to end at once, and ends after it.
        let log = keeper.log();
        assert!(!log.contains("ends the server"), "{input:?}: {log}");
        keeper.run(&["status"]).expect_code(0).says("exai-mcp");
        let asked = keeper.run(&["restart"]).expect_code(0);
        let (next, _) = Shim::after(shim, &ready);
        assert!(next.lives() && start.ended().is_none() && is_taken(port), "{input:?}: {asked}");
        assert!(!keeper.log().contains("closed its input"), "{input:?}: {}", keeper.log());

        Identity::of(start.pid()).unwrap().signal(Signal::INT);
        eventually("the server ended with it", PATIENCE, || !next.lives());
        start.wait();
        assert!(!lease.path().exists(), "{input:?}");
    }
}

#[derive(Clone, Copy, Debug)]
enum Input {
    Closed,
    ClosedLater,
    Null,
}

impl Input {
    /// Makes it the input of this command. Returns the end that keeps it open.
    fn is_of(self, command: &mut Command) -> Option<io::PipeWriter> {
        let (reader, writer) = io::pipe().unwrap();
        match self {
            Self::Null => {
                command.stdin(Stdio::null());
                None
            }
            Self::Closed => {
                command.stdin(reader);
                None
            }
            Self::ClosedLater => {
                command.stdin(reader);
                Some(writer)
            }
        }
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
