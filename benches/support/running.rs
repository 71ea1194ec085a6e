//! A server under measurement, with whatever stands between it and us.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::mem::MaybeUninit;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Memory of some processes, in kB.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) pss: u64,
    pub(crate) private_dirty: u64,
}

/// Started, and not waited for yet.
pub(crate) struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    spent_before: Duration,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let spent_before = spent_by_children();
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::with_capacity(64 * 1024, child.stdout.take().unwrap());
        Self { input: child.stdin.take(), output, child, spent_before }
    }

    pub(crate) fn line(&mut self) -> Vec<u8> {
        let mut line = Vec::new();
        self.output.read_until(b'\n', &mut line).unwrap();
        line
    }

    /// A request and its answer.
    pub(crate) fn trip(&mut self, request: &[u8]) -> Duration {
        let begin = Instant::now();
        self.input.as_ref().unwrap().write_all(request).unwrap();
        let mut answer = Vec::with_capacity(request.len());
        self.output.read_until(b'\n', &mut answer).unwrap();
        begin.elapsed()
    }

    /// Many requests, as fast as they are taken, and all of their answers.
    pub(crate) fn flood(&mut self, request: &[u8], count: usize) -> Duration {
        let mut input = self.input.take().unwrap();
        let begin = Instant::now();
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for _ in 0..count {
                    input.write_all(request).unwrap();
                }
                input
            });
            let mut rest = vec![0; 64 * 1024];
            let mut missing = request.len() * count;
            while missing > 0 {
                missing -= self.output.read(&mut rest).unwrap();
            }
            self.input = Some(writer.join().unwrap());
        });
        begin.elapsed()
    }

    /// One request, and so many bytes that it is answered by.
    pub(crate) fn hears(&mut self, request: &[u8], bytes: usize) -> Duration {
        let begin = Instant::now();
        self.input.as_ref().unwrap().write_all(request).unwrap();
        let mut rest = vec![0; 64 * 1024];
        let mut missing = bytes;
        while missing > 0 {
            missing -= self.output.read(&mut rest).unwrap();
        }
        begin.elapsed()
    }

    /// What stands between us and the server: every process below us but the last one.
    fn around(&self) -> Vec<u32> {
        let mut found = vec![self.child.id()];
        while let Some(child) = child_of(found[found.len() - 1]) {
            found.push(child);
        }
        found.pop();
        found
    }

    /// Memory of what stands in between.
    pub(crate) fn memory_around(&self) -> Memory {
        let mut sum = Memory::default();
        for pid in self.around() {
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
            let value = |name: &str| -> u64 {
                let line = rollup.lines().find_map(|line| line.strip_prefix(name)).unwrap();
                line.split_whitespace().next().unwrap().parse().unwrap()
            };
            sum.pss += value("Pss:");
            sum.private_dirty += value("Private_Dirty:");
        }
        sum
    }

    /// CPU time of all threads of what stands in between, so far.
    pub(crate) fn cpu_around(&self) -> Duration {
        let tasks =
            self.around().into_iter().flat_map(|pid| fs::read_dir(format!("/proc/{pid}/task")).unwrap());
        let nanos = tasks.map(|task| -> u64 {
            let text = fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap();
            text.split(' ').next().unwrap().parse().unwrap()
        });
        Duration::from_nanos(nanos.sum())
    }

    /// Closes its input and waits. Tells the CPU time of everything that was started.
    pub(crate) fn end(mut self) -> Duration {
        drop(self.input.take());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
        spent_by_children().saturating_sub(self.spent_before)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Has ended, unless a measurement failed.
        let _ = self.child.kill();
    }
}

fn child_of(pid: u32) -> Option<u32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten();
    let mut children = threads.filter_map(|it| fs::read_to_string(it.path().join("children")).ok());
    children.find_map(|children| children.split_whitespace().next()?.parse().ok())
}

/// CPU time of all children that were waited for, so far.
#[expect(unsafe_code, reason = "`getrusage` has no safe form here")]
pub(crate) fn spent_by_children() -> Duration {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the structure is ours and long enough; zeroed, it is a whole one.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr());
        usage.assume_init()
    };
    [usage.ru_utime, usage.ru_stime]
        .iter()
        .map(|time| {
            Duration::from_secs(time.tv_sec.unsigned_abs())
                + Duration::from_micros(time.tv_usec.unsigned_abs())
        })
        .sum()
}
