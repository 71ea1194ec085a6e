//! The processes of this machine, as far as somebody asks for them.

use super::{io, os};
use crate::core::moment::Now;
use crate::core::snapshot::OtherEnd;
use crate::core::{Details, Pid, Process};
use std::collections::HashMap;

/// How much a look reads anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Depth {
    /// Everything, with every process and everything that it has open. For whoever ends something.
    Everything,
    /// What has changed since the last look; everything at the first one and once a minute or
    /// so. For whoever looks
    /// all day.
    ///
    /// # Platforms
    /// Linux: a process that calls `exec` more than ten seconds after its birth, or takes over an open file without
    /// being anybody's child, may be noticed 70 seconds later. Windows: everything, always.
    Changes,
}

/// What a look found, beside the one before.
#[cfg_attr(windows, expect(dead_code, reason = "everything is read at each look"))]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Change {
    /// The same processes, each what it was.
    Nothing,
    /// Somebody else, or somebody who is not what he was.
    Something,
    /// It was not compared: everything was read anew.
    #[default]
    Everything,
}

/// What is asked of the table.
#[cfg_attr(windows, expect(dead_code, reason = "everything is read at each look"))]
pub(crate) struct Question<'a> {
    /// What the command line of a watched shim contains.
    pub(crate) parts: &'a [String],
    /// How the names of modules end that may be a watched shim, behind Python's `-m`.
    pub(crate) modules: &'a [String],
    /// Guards: wanted like shims, whatever their command line.
    pub(crate) guards: &'a [Pid],
    /// Wanted by themselves.
    pub(crate) others: &'a [Pid],
    /// Whether it matters what else a process above a shim has started.
    pub(crate) may_serve_others: &'a dyn Fn(&Process) -> bool,
    /// How much is read.
    pub(crate) depth: Depth,
    /// The time.
    pub(crate) now: Now,
}

/// Of whom the other end of the standard input is asked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Asked {
    /// Whether anybody is there, of each of these: a cheap question.
    pub(crate) servers: Vec<Pid>,
    /// Some of them, who may have lost their client: of these also who it is, which costs a walk through what
    /// everybody has open.
    pub(crate) suspects: Vec<Pid>,
}

/// The table, with what it keeps from look to look.
#[derive(Debug, Default)]
pub(crate) struct Table(os::Table);

impl Table {
    /// Everything that may be a watched shim, with its ancestors, its descendants and the children of the go-betweens above
    /// it, and what was asked for; others may be among it. Without details. An error means that nothing can be said
    /// of any process.
    ///
    /// # Platforms
    /// Windows: every process. Linux: nobody else, because each read costs.
    pub(crate) fn read(&mut self, question: &Question<'_>) -> io::Result<Vec<Process>> {
        self.0.read(question)
    }

    /// The same for these, where the last answer missed them.
    pub(crate) fn more(&mut self, pids: &[Pid], now: Now) -> Vec<Process> {
        self.0.more(pids, now)
    }

    /// The traits of a process in the last answer. What cannot be read is hidden in it.
    pub(crate) fn details(&mut self, pid: Pid) -> Details {
        self.0.details(pid)
    }

    /// The other end of each one's standard input. A process is missing where it was not asked.
    ///
    /// # Platforms
    /// Linux: pipes and local sockets; Windows: pipes, in the hands of whoever made them.
    pub(crate) fn other_ends(&mut self, asked: &Asked) -> HashMap<Pid, OtherEnd> {
        self.0.other_ends(asked)
    }

    /// Processes that show a single word for a command line. Reads everybody's, beside what a look reads.
    ///
    /// # Platforms
    /// Windows: nobody, because there a title is not written over the command line.
    pub(crate) fn of_one_word(&mut self, now: Now) -> io::Result<Vec<Process>> {
        self.0.of_one_word(now)
    }

    /// What the last look found.
    pub(crate) fn change(&self) -> Change {
        self.0.change()
    }
}
