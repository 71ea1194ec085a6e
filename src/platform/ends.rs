//! Ends of processes as events, so that nobody has to look for them.

use super::{io, os};
use crate::core::Identity;

/// Tells when one of some processes ends. On a runtime with I/O and time.
#[derive(Debug)]
pub(crate) struct Ends {
    system: os::Ends,
    /// Who had ended before he could be followed, so that it is told once.
    gone: Vec<Identity>,
}

impl Ends {
    /// Follows nobody yet.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { system: os::Ends::new()?, gone: Vec::new() })
    }

    /// Follows these and nobody else, those who matter most first. One who cannot be followed is left out: whoever uses this looks on a timer, too.
    /// Tells whether one of them has ended already, which no event will tell any more: each once.
    ///
    /// # Platforms
    /// Linux: a pidfd each; Windows: a handle each, waited for by one thread; of more than 63 the last
    /// are left out.
    pub(crate) fn follow(&mut self, who: &[Identity]) -> bool {
        let gone = self.system.follow(who);
        let is_new = gone.iter().any(|one| !self.gone.contains(one));
        self.gone = gone;
        is_new
    }

    /// Waits until one of them ends, each once. May be dropped while it waits.
    pub(crate) async fn next(&mut self) {
        self.system.next().await;
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
            // Whoever had the number has ended.
            assert!(ends.follow(&[identity, stranger]));
            assert!(!ends.follow(&[identity, stranger]), "that was told");
            assert!(!ends.follow(&[identity]));
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
