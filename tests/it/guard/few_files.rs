//! A guard that may open few files: wherever that stops it, nothing that it has started is left, and it does not say
//! that its client has ended or that the server is at fault.
#![expect(unsafe_code, reason = "a limit is set by a call of the system")]

use std::fs::{self, File};
use std::io::{PipeWriter, pipe};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::guard::scene::{Scene, Streams, gone_within};
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, stays_so};

/// Below that the loader itself finds no room; above it nothing fails any more.
const LIMITS: std::ops::Range<u64> = 6..24;

/// Has a child in a session of its own, says so, and waits for the end of its input.
const SERVER: &str = "setsid sleep 300 </dev/null >/dev/null 2>&1 & touch \"$1\"; read line";

fn limit_files(command: &mut Command, limit: u64) {
    // SAFETY: one system call is made between fork and exec.
    unsafe {
        command.pre_exec(move || {
            let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
            match libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            }
        });
    }
}

/// A guard that can open so many files, and our end of its input.
struct Limited {
    limit: u64,
    guard: Spawned,
    input: PipeWriter,
    ready: PathBuf,
    errors: PathBuf,
}

impl Limited {
    fn start(scene: &Scene, streams: Streams, limit: u64) -> Self {
        let (ready, errors) = (scene.bed.fresh("ready"), scene.bed.fresh("errors"));
        let mut command = scene.program();
        command.arg("guard");
        if streams == Streams::LeftAlone {
            command.arg("--no-restart");
        }
        command.args(["--", "sh", "-c", SERVER, "sh"]).arg(&ready);
        let (theirs, input) = pipe().unwrap();
        command.stdin(theirs).stdout(Stdio::null()).stderr(File::create(&errors).unwrap());
        limit_files(&mut command, limit);
        let mut guard = Spawned::start(&mut command);
        eventually("it runs or has given up", PATIENCE, || ready.exists() || guard.ended().is_some());
        Self { limit, guard, input, ready, errors }
    }

    fn said(&self) -> String {
        format!("at {} files: {}", self.limit, fs::read_to_string(&self.errors).unwrap())
    }
}

#[test]
fn nothing_is_left_and_nobody_else_is_blamed() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        let mut all: Vec<Limited> = LIMITS.map(|limit| Limited::start(&scene, streams, limit)).collect();
        stays_so("whatever runs goes on as long as its client", Duration::from_millis(1200), || {
            all.iter_mut().filter(|it| it.ready.exists()).all(|it| it.guard.ended().is_none())
        });
        assert!(all.iter().any(|it| it.ready.exists()) && !all.iter().all(|it| it.ready.exists()));
        for mut limited in all {
            let said = limited.said();
            drop(limited.input);
            gone_within([limited.guard.identity()], PATIENCE, || said.clone());
            assert!(!said.contains("could not be started"), "{said}");
            limited.guard.wait();
        }
        scene.is_empty();
    }
}
