//! One test's place in the world: its folder, its copies of the fixtures, its processes.
//!
//! Every process started through the bed carries a mark in its environment, and so do all
//! its descendants, orphaned or not. Drop ends what carries the mark, by identity, and
//! nothing else. A process that cleans its environment would escape; no fixture does, and
//! all of them end by themselves after five minutes.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::identity::{Identity, carriers};
use super::scratch::Scratch;

const MARK: &str = "SHIMKEEPER_TEST_BED";

/// Owns everything that a test starts and writes.
pub(crate) struct Bed {
    scratch: Scratch,
    script: String,
    count: AtomicU32,
}

impl Bed {
    /// A bed whose shim has a name of its own, so that tests running side by side, and the
    /// shims of the person who runs them, never meet.
    pub(crate) fn new() -> Self {
        let scratch = Scratch::new();
        let own = scratch.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self::in_scratch(scratch, format!("run_ws_shim_{}.py", own.replace('-', "_")))
    }

    /// A bed with the real name; only for processes nobody else can see (`own.rs`).
    pub(crate) fn with_the_real_name() -> Self {
        Self::in_scratch(Scratch::new(), "run_ws_shim.py".to_owned())
    }

    fn in_scratch(scratch: Scratch, script: String) -> Self {
        let bed = Self { scratch, script, count: AtomicU32::new(0) };
        for name in ["client.py", "shimlib.py", "start_ws_shim_safe.py"] {
            bed.copy_fixture(name, name);
        }
        bed.copy_fixture("run_ws_shim.py", &bed.script);
        bed
    }

    /// Copies a fixture under another name and returns where it lies.
    pub(crate) fn copy_fixture(&self, name: &str, as_name: &str) -> PathBuf {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
        let target = self.path(as_name);
        fs::copy(&source, &target).unwrap();
        target
    }

    /// The shim's file name, as the configuration wants it.
    pub(crate) fn script(&self) -> &str {
        &self.script
    }

    /// The shim's name as the program says it.
    pub(crate) fn name(&self) -> &str {
        self.script.trim_end_matches(".py")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.scratch.folder(name)
    }

    /// A file name nobody has used yet.
    pub(crate) fn fresh(&self, stem: &str) -> PathBuf {
        self.path(&format!("{stem}-{}", self.count.fetch_add(1, Ordering::Relaxed)))
    }

    /// A marked command without stdin, whose stderr lands in the scratch folder: a pipe or
    /// a terminal inherited by an orphan would keep the test runner waiting.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let log = File::create(self.fresh("stderr")).unwrap();
        let mut command = Command::new(program);
        command
            .env(MARK, self.scratch.path())
            .env_remove("SHIMKEEPER_HOME")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(self.scratch.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        command
    }

    /// What the bed's processes wrote to stderr, for the message of a failing test.
    pub(crate) fn complaints(&self) -> String {
        let Ok(entries) = fs::read_dir(self.scratch.path()) else { return String::new() };
        entries
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("stderr-"))
            .filter_map(|entry| fs::read_to_string(entry.path()).ok())
            .collect()
    }

    /// Everything the bed has started that still lives.
    pub(crate) fn living(&self) -> Vec<Identity> {
        carriers(&format!("{MARK}={}", self.scratch.path().display()))
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("what the test's processes said:\n{}", self.complaints());
        }
        // Several rounds: a process may fork between our look and its end.
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let left = self.living();
            if left.is_empty() || Instant::now() > deadline {
                break;
            }
            for process in left {
                process.signal(Signal::KILL);
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Copies a program so that it can be started at once. Not by ourselves: a child that another thread
/// starts meanwhile would hold the copy open for writing, and such a file cannot be run.
#[track_caller]
pub(crate) fn copy_program(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("--").args([from, to]).status().unwrap();
    assert!(status.success(), "cp ended with {status}");
}

/// The interpreter itself: a version manager's stand-in on the PATH would be one more
/// process, for a moment, in every story.
pub(crate) fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let asked = Command::new("python3")
            .args(["-c", "import os, sys; print(os.path.realpath(sys.executable))"])
            .output()
            .expect("the tests with real processes need python3 on the PATH");
        PathBuf::from(String::from_utf8_lossy(&asked.stdout).trim())
    })
}
