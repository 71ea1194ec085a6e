//! What can happen to processes between two looks, one thing at a time and by chance.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};

use rustix::process::Signal;

use crate::support::bed::{Bed, copy_program};
use crate::support::identity::Identity;

/// The port that is watched.
pub(crate) const PORT: u16 = 3005;

/// Does what it is told, line by line, under a name that is no shell's.
const WORKER: &str = "while read -r line; do eval \"$line\"; done";

/// A client of whatever it starts.
struct Worker {
    child: Child,
    orders: ChildStdin,
}

impl Worker {
    fn start(bed: &Bed, program: &Path) -> Self {
        let mut child = bed.command(program).args(["-c", WORKER]).stdin(Stdio::piped()).spawn().unwrap();
        let orders = child.stdin.take().unwrap();
        Self { child, orders }
    }

    fn is_told(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
    }

    fn end(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A small machine on which things happen.
pub(crate) struct Stage<'a> {
    bed: &'a Bed,
    programs: [PathBuf; 2],
    workers: Vec<Worker>,
    listeners: Vec<TcpListener>,
    chance: u64,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(bed: &'a Bed, seed: u64) -> Self {
        let programs = ["editor", "viewer"].map(|name| bed.folder("programs").join(name));
        for program in &programs {
            copy_program(Path::new("/bin/bash"), program);
        }
        let workers = vec![Worker::start(bed, &programs[0])];
        Self { bed, programs, workers, listeners: Vec::new(), chance: seed }
    }

    /// A number below `limit`, from a generator that is the same everywhere.
    fn below(&mut self, limit: usize) -> usize {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        usize::try_from(self.chance >> 33).unwrap() % limit
    }

    /// Lets something happen and tells what. `shims` are the tops of all that run.
    pub(crate) fn step(&mut self, shims: &[u32]) -> String {
        let (of, which) = (self.workers.len(), self.below(14));
        let at = self.below(of);
        let [one, other] = self.programs.each_ref().map(|path| path.display().to_string());
        let worker = &mut self.workers[at];
        let mut told = |order: &str| {
            worker.is_told(order);
            format!("a client is told: {order}")
        };
        match which {
            0 | 1 => told("(exec -a run_ws_shim.py sleep 300) &"),
            2 => told("(sleep 0.1; exec -a run_ws_shim.py sleep 300) &"),
            3 => told("sh -c \"bash -c 'exec -a run_ws_shim.py sleep 300'; true\" &"),
            4 => told("sh -c \"(exec -a run_ws_shim.py sleep 300) & sleep 300; true\" &"),
            5 => told("sleep 300 &"),
            6 => told("for one in 1 2 3 4 5 6 7 8 9; do /bin/true & done; wait"),
            7 => told("echo another-name > /proc/$$/comm"),
            8 => told(&format!("exec {other} -c '{WORKER}'")),
            9 => told(&format!("exec {one} -c '{WORKER}'")),
            10 if shims.len() > 2 || of > 3 => {
                self.workers.remove(at).end();
                if self.workers.is_empty() {
                    self.workers.push(Worker::start(self.bed, &self.programs[0]));
                }
                "a client ends".into()
            }
            11 if !shims.is_empty() => {
                let shim = shims[self.below(shims.len())];
                if let Some(shim) = Identity::of(shim) {
                    shim.signal(Signal::KILL);
                }
                format!("shim {shim} ends")
            }
            12 if self.listeners.is_empty() => {
                let address = [("127.0.0.1", PORT), ("::1", PORT)][self.below(2)];
                self.listeners.extend(TcpListener::bind(address));
                format!("a stranger listens: {address:?}")
            }
            12 => {
                self.listeners.clear();
                "the stranger closes the port".into()
            }
            _ => {
                let program = self.programs[self.below(2)].clone();
                self.workers.push(Worker::start(self.bed, &program));
                "a client starts".into()
            }
        }
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        for worker in self.workers.drain(..) {
            worker.end();
        }
    }
}
