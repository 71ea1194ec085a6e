//! What fills the machine: processes that do nothing, sockets that nobody uses, and somebody who forks.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::parts;
use crate::stage::{Stage, Who};

/// A process younger than this may be on its way to `exec`, so that whoever looks carefully reads it again each time.
const YOUNG: Duration = Duration::from_secs(11);

/// Children that end when this value does.
pub(crate) struct Crowd<'a> {
    stage: &'a Stage,
    dummies: Vec<Child>,
    grown: Instant,
}

impl<'a> Crowd<'a> {
    pub(crate) fn new(stage: &'a Stage) -> Self {
        Self { stage, dummies: Vec::new(), grown: Instant::now() }
    }

    /// Adds dummies until so many processes run on the machine.
    pub(crate) fn grow_to(&mut self, total: usize) {
        for _ in count()..total {
            // Without the stage's log file for each: they have nothing to say.
            let mut dummy = Command::new(&self.stage.ourselves);
            dummy.args([parts::DUMMY, "--port", "0", "--log-level", "info"]);
            dummy.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            self.dummies.push(dummy.spawn().unwrap());
        }
        self.grown = Instant::now();
    }

    /// Waits until the youngest of them is no longer young.
    pub(crate) fn settle(&self) {
        thread::sleep(YOUNG.saturating_sub(self.grown.elapsed()));
    }
}

impl Drop for Crowd<'_> {
    fn drop(&mut self) {
        end(&mut self.dummies);
    }
}

/// Pairs of sockets on the loopback device, spread over two processes: each may open only so many files.
pub(crate) struct Sockets(Vec<Child>);

impl Sockets {
    pub(crate) fn open(stage: &Stage, pairs: usize) -> Self {
        let mut holders = Self(Vec::new());
        for _ in 0..2 {
            let mut holder = stage.part(Who::Us, [parts::SOCKETS, &(pairs / 2).to_string()]);
            let mut holder = holder.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let out = holder.stdout.take().unwrap();
            holders.0.push(holder);
            let mut line = String::new();
            BufReader::new(out).read_line(&mut line).unwrap();
            assert_eq!(line, "ready\n", "{}", stage.bed.complaints());
        }
        holders
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// Somebody who starts so many processes a second.
pub(crate) struct Forker(Vec<Child>);

impl Forker {
    pub(crate) fn start(stage: &Stage, rate: u32) -> Self {
        let forker = (rate > 0).then(|| stage.part(Who::Us, [parts::FORKER, &rate.to_string()]).spawn());
        Self(forker.into_iter().map(Result::unwrap).collect())
    }
}

impl Drop for Forker {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// All at once; a child that was not waited for keeps its number, so no stranger is meant.
fn end(children: &mut Vec<Child>) {
    for child in &mut *children {
        let _ = child.kill();
    }
    for mut child in children.drain(..) {
        let _ = child.wait();
    }
}

/// How many processes there are.
pub(crate) fn count() -> usize {
    let names = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.file_name());
    names.filter(|name| name.as_encoded_bytes()[0].is_ascii_digit()).count()
}

/// Counts what is born on the machine, threads included: the system numbers both from one row.
pub(crate) struct Births(u64, Instant);

impl Births {
    pub(crate) fn start() -> Self {
        Self(last_pid(), Instant::now())
    }

    /// So many a second since the start.
    pub(crate) fn rate(&self) -> f64 {
        let most: u64 = fs::read_to_string("/proc/sys/kernel/pid_max").unwrap().trim().parse().unwrap();
        ((last_pid() + most - self.0) % most) as f64 / self.1.elapsed().as_secs_f64()
    }
}

fn last_pid() -> u64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap();
    text.split_whitespace().next_back().unwrap().parse().unwrap()
}
