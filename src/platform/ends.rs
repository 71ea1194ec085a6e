//! Ends of processes as events, so that nobody has to look for them.

use super::{io, os};
use crate::core::Identity;

/// Tells when one of some processes ends. On a runtime with I/O and time.
#[derive(Debug)]
pub(crate) struct Ends(os::Ends);

impl Ends {
    /// Follows nobody yet.
    pub(crate) fn new() -> io::Result<Self> {
        os::Ends::new().map(Self)
    }

    /// Follows these and nobody else. One who cannot be followed is left out: whoever uses this looks on a timer, too.
    ///
    /// # Platforms
    /// Linux: a pidfd each; Windows: a handle each, waited for by one thread; of more than 63 the others
    /// are left out.
    pub(crate) fn follow(&mut self, who: &[Identity]) {
        self.0.follow(who);
    }

    /// Waits until one of them ends, each once. May be dropped while it waits.
    pub(crate) async fn next(&mut self) {
        self.0.next().await;
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::*;
    use crate::core::Pid;
    use crate::platform;

    #[test]
    fn an_end_is_told_and_nothing_else() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            // It waits for a line that never comes.
            let program = if cfg!(windows) { "cmd.exe" } else { "cat" };
            let mut child =
                Command::new(program).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
            let pid = Pid::new(child.id()).unwrap();
            let identity = Identity { pid, birth: platform::birth(pid).unwrap().unwrap() };
            let mut ends = Ends::new().unwrap();
            let mut stranger = identity;
            stranger.birth.token += 1;
            ends.follow(&[identity, stranger]);
            ends.follow(&[identity]);
            let soon = Duration::from_millis(50);
            assert!(tokio::time::timeout(soon, ends.next()).await.is_err(), "nobody has ended");
            #[expect(clippy::disallowed_methods, reason = "our own child, not waited for yet")]
            child.kill().unwrap();
            ends.next().await;
            assert!(tokio::time::timeout(soon, ends.next()).await.is_err(), "it is told once");
            child.wait().unwrap();
        });
    }
}
