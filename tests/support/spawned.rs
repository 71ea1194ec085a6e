//! A child of the test that cannot outlive it.

use std::io::Read;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use rustix::fs::{OFlags, fcntl_setfl};

use super::identity::Identity;
use super::{PATIENCE, eventually_some};

/// A direct child. Drop kills and collects it; its own children are the bed's business.
pub(crate) struct Spawned {
    child: Child,
    identity: Identity,
}

impl Spawned {
    #[track_caller]
    pub(crate) fn start(command: &mut Command) -> Self {
        match command.spawn() {
            Ok(child) => Self { identity: Identity::of_own_child(child.id()), child },
            Err(error) => panic!("cannot start {}: {error}", command.get_program().display()),
        }
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    pub(crate) fn pid(&self) -> u32 {
        self.identity.pid
    }

    /// The exit status when it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits for the end without helping it along.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        eventually_some("the child has ended", PATIENCE, || self.ended())
    }

    /// SIGKILL, then collected: for everybody else the process is gone for good.
    pub(crate) fn kill_hard(&mut self) {
        // Fails only when it has been collected already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        self.kill_hard();
    }
}

/// A child that is listened to while it runs.
pub(crate) struct Talk {
    process: Spawned,
    /// Nobody listens any more when this is gone.
    out: Option<ChildStdout>,
    heard: Vec<u8>,
}

impl Talk {
    #[track_caller]
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = Spawned::start(command.stdout(Stdio::piped()));
        let out = process.child.stdout.take().unwrap();
        fcntl_setfl(&out, OFlags::NONBLOCK).unwrap();
        Self { process, out: Some(out), heard: Vec::new() }
    }

    /// Everything that it has said so far.
    pub(crate) fn heard(&mut self) -> String {
        if let Some(out) = &mut self.out {
            // It ends with "would block" where there is no more for now.
            let _ = out.read_to_end(&mut self.heard);
        }
        String::from_utf8_lossy(&self.heard).into_owned()
    }

    /// Waits until it has said a whole line with all of these words in it, and returns that line.
    #[track_caller]
    pub(crate) fn says(&mut self, words: &[&str]) -> String {
        eventually_some(&format!("a line says {words:?}"), PATIENCE, || {
            let heard = self.heard();
            let mut lines = heard.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            lines.find(|line| words.iter().all(|word| line.contains(word))).map(str::to_owned)
        })
    }

    /// As `head` does: reads no further.
    pub(crate) fn hang_up(&mut self) {
        self.out = None;
    }

    pub(crate) fn lives(&mut self) -> bool {
        self.process.ended().is_none()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.process.wait()
    }
}
