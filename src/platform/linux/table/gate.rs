//! Whether anything was born since the last look, in one system call.
//!
//! `/proc/loadavg` ends with the number that was given last in our pid namespace, to a process or a thread. Containers
//! may fake that file, and `/proc` may show another namespace than ours, so the gate proves itself before it is believed.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::thread;

/// The gate. Open (`None` from [`Gate::last`]) wherever it cannot be believed.
#[derive(Debug, Default)]
pub(super) struct Gate {
    file: Option<File>,
    proven: Option<bool>,
}

impl Gate {
    /// The number that was given last; `None` where that is not told.
    pub(super) fn last(&mut self) -> Option<u32> {
        if self.file.is_none() {
            self.file = File::open("/proc/loadavg").ok();
        }
        let mut line = [0; 128];
        let length = self.file.as_ref()?.read_at(&mut line, 0).ok()?;
        last_pid_in(line.get(..length)?)
    }

    /// Whether a birth is sure to change what [`Gate::last`] tells. Starts a thread the first time it is asked.
    pub(super) fn works(&mut self) -> bool {
        if let Some(works) = self.proven {
            return works;
        }
        let works = self.prove();
        tracing::debug!(works, "whether births can be told from /proc/loadavg");
        self.proven = Some(works);
        works
    }

    /// A thread of ours has a number, and the file must have told of just that one in between.
    fn prove(&mut self) -> bool {
        let us = std::process::id().to_string();
        let ours = fs::read_link("/proc/self").is_ok_and(|it| it.as_os_str() == us.as_str());
        let before = self.last();
        let number = || fs::read_link("/proc/thread-self").ok()?.file_name()?.to_str()?.parse::<u32>().ok();
        let thread =
            thread::Builder::new().spawn(number).ok().and_then(|thread| thread.join().ok()).flatten();
        match (before, thread, self.last()) {
            (Some(before), Some(thread), Some(after)) => ours && before < thread && thread <= after,
            _ => false,
        }
    }
}

/// `0.20 0.18 0.12 1/80 11206`.
pub(in super::super) fn last_pid_in(line: &[u8]) -> Option<u32> {
    str::from_utf8(line).ok()?.split_ascii_whitespace().nth(4)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_opens_it() {
        let mut gate = Gate::default();
        if !gate.works() {
            return;
        }
        let before = gate.last();
        thread::spawn(|| ()).join().unwrap();
        assert_ne!(gate.last(), before);
    }

    #[test]
    fn what_is_no_load_tells_nothing() {
        assert_eq!(last_pid_in(b"0.20 0.18 0.12 1/80 11206\n"), Some(11206));
        for line in ["", "0.20 0.18 0.12 1/80", "0.20 0.18 0.12 1/80 x", "\u{fffd}"] {
            assert_eq!(last_pid_in(line.as_bytes()), None, "{line}");
        }
    }
}
