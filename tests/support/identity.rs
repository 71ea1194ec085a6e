//! Pid and birth together, read from /proc, and signals that reach only that process.

use std::fs;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// A process for certain: the pid alone may belong to a stranger by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) pid: u32,
    birth: u64,
}

impl Identity {
    /// The process that has this pid now. A zombie counts as gone: it holds no port, runs
    /// nothing, and some containers' pid 1 is slow to collect it.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        let (identity, state) = Self::read_stat(pid)?;
        (state != "Z" && state != "X").then_some(identity)
    }

    /// A child that nobody has collected yet, which may have ended already.
    pub(crate) fn of_own_child(pid: u32) -> Self {
        Self::read_stat(pid).expect("a child keeps its pid until it is collected").0
    }

    fn read_stat(pid: u32) -> Option<(Self, String)> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in parentheses may itself hold spaces and parentheses.
        let fields: Vec<&str> = stat.get(stat.rfind(')')? + 2..)?.split(' ').collect();
        let birth = fields.get(19)?.parse().ok()?;
        Some((Self { pid, birth }, (*fields.first()?).to_owned()))
    }

    /// When the kernel says that it began, in ticks since boot.
    pub(crate) fn birth(self) -> u64 {
        self.birth
    }

    pub(crate) fn lives(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    /// Signals exactly this process; does nothing when it is gone.
    pub(crate) fn signal(self, signal: Signal) {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else { return };
        // The pidfd pins the process, so the check below holds for the signal as well.
        let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return };
        if self.lives() {
            // It may end between check and signal, which is what was wanted.
            let _ = pidfd_send_signal(&handle, signal);
        }
    }

    /// The kernel's short name of the process, or nothing when it is gone.
    pub(crate) fn comm(self) -> String {
        self.read("comm").trim_end().to_owned()
    }

    /// The command line, its arguments separated by spaces.
    pub(crate) fn command_line(self) -> String {
        self.read("cmdline").replace('\0', " ").trim_end().to_owned()
    }

    pub(crate) fn parent(self) -> Option<u32> {
        let status = self.read("status");
        let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
        line.trim().parse().ok()
    }

    fn read(self, file: &str) -> String {
        let bytes = fs::read(format!("/proc/{}/{file}", self.pid)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Every process whose environment carries `NAME=value`, ourselves excluded.
pub(crate) fn carriers(marker: &str) -> Vec<Identity> {
    let wanted = format!("{marker}\0").into_bytes();
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|&pid| pid != std::process::id())
        .filter_map(Identity::of)
        .filter(|process| {
            let environment = fs::read(format!("/proc/{}/environ", process.pid));
            environment
                .is_ok_and(|bytes| bytes.windows(wanted.len()).any(|window| window == wanted.as_slice()))
                && process.lives()
        })
        .collect()
}
