//! Somebody who looks when told to and answers what it cost: one protocol for every way of looking.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What some looks cost, in milliseconds of CPU, and what the last of them found.
pub(crate) struct Answer {
    pub(crate) median: f64,
    pub(crate) mean: f64,
    pub(crate) found: usize,
}

/// A process that looks; it ends when this value does.
pub(crate) struct Teller {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    looks: usize,
}

impl Teller {
    /// Starts it and lets it warm up.
    pub(crate) fn start(mut command: Command) -> Self {
        /// A look cheaper than this is repeated, so that the clock's own cost and grain do not matter.
        const SHORT: f64 = 5.0;
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut teller = Self { process, input, output, looks: 1 };
        teller.look(2);
        if teller.look(1).median < SHORT {
            teller.looks = 10;
        }
        teller
    }

    /// As many looks as give a good figure.
    pub(crate) fn some_looks(&mut self) -> Answer {
        self.look(self.looks)
    }

    /// So many looks, one right after the other.
    pub(crate) fn look(&mut self, looks: usize) -> Answer {
        writeln!(self.input, "{looks}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let numbers: Vec<u64> = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
        let [median, mean, found] = numbers[..] else { panic!("the looker broke off: {line:?}") };
        let answer = Answer { median: median as f64 / 1e6, mean: mean as f64 / 1e6, found: found as usize };
        // Whoever finds nothing is quick for another reason.
        assert!(answer.found >= 2, "a look finds the server and who holds its port: {}", answer.found);
        answer
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
