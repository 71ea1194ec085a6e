//! A child of the test that cannot outlive it.

use std::process::{Child, Command, ExitStatus};

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
