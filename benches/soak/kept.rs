//! What a process keeps, and must not keep more and more of.

use std::fs;
use std::path::PathBuf;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// Its own pages, in kB.
    pub(crate) memory: u64,
    pub(crate) files: usize,
    pub(crate) threads: usize,
    /// Children that ended and that nobody collected.
    pub(crate) dead: usize,
}

impl Kept {
    /// By the process with this number, or by `self`.
    pub(crate) fn by(process: &str) -> Self {
        let folder = PathBuf::from("/proc").join(process);
        let count = |what: &str| fs::read_dir(folder.join(what)).unwrap().count();
        let status = fs::read_to_string(folder.join("status")).unwrap();
        let row = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        let memory = row.trim().trim_end_matches(" kB").parse().unwrap();
        let children =
            |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        let children: String = fs::read_dir(folder.join("task")).unwrap().flatten().map(children).collect();
        let is_dead = |pid: &&str| {
            fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "))
        };
        let dead = children.split_whitespace().filter(is_dead).count();
        Self { memory, files: count("fd"), threads: count("task"), dead }
    }
}
