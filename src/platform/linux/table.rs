//! The process table, read from `/proc` by what has changed.
//!
//! `births` tells who is new, `kin` who belongs to whom, `row` keeps one process. Why not `sysinfo`, and what this
//! costs instead, stands in `sense/processes.rs`.

mod births;
mod gate;
mod kin;
mod row;

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

use self::births::Births;
pub(super) use self::gate::last_pid_in;
use self::kin::{Children, Kin, Rows, gather};
use self::row::{News, Row};
use super::birth::children_of_all;
use super::other_ends::OtherEnds;
use super::proc;
use crate::core::moment::Now;
use crate::core::snapshot::OtherEnd;
use crate::core::{Details, Moment, Pid, Process, wording};
use crate::platform::table::{Asked, Change, Depth, Question};

/// So long after a process was first seen it may still become another by `exec`.
const YOUNG: Duration = Duration::from_secs(10);

/// What no event tells is noticed after this time. The first time it is sooner, for those who were young
/// when we began.
const NET: Duration = Duration::from_mins(1);

/// So long it gives way to looks that have something to tell: whoever has just lost his client should not wait for it.
const NET_WAITS: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(crate) struct Table {
    births: Births,
    rows: Rows,
    /// Those whose command line contains what was asked for.
    shims: BTreeSet<Pid>,
    /// Everybody who is new enough, and when he was first seen.
    young: Vec<(Pid, Moment)>,
    /// What was asked for the last time.
    asked: Vec<Pid>,
    parts: Vec<String>,
    modules: Vec<String>,
    has_begun: bool,
    /// When everything is read anew.
    whole_at: Option<Moment>,
    /// Whom the last look found new.
    new: Vec<Pid>,
    other_ends: OtherEnds,
    buffer: Vec<u8>,
    change: Change,
}

impl Table {
    pub(crate) fn read(&mut self, question: &Question<'_>) -> io::Result<Vec<Process>> {
        let now = question.now.moment;
        let is_due = |wait: Duration| self.whole_at.is_none_or(|at| Moment(at.0 + wait) <= now);
        let (is_due, must_be_whole) = (is_due(Duration::ZERO), is_due(NET_WAITS));
        let is_another = self.parts != question.parts || self.modules != question.modules;
        let read = if question.depth == Depth::Everything || must_be_whole || is_another {
            self.read_all(question)
        } else {
            self.read_changes(question).and_then(|()| {
                if is_due && self.change == Change::Nothing { self.read_all(question) } else { Ok(()) }
            })
        };
        if let Err(error) = read {
            // Half of it was taken over: nothing is built on that.
            self.whole_at = None;
            return Err(error);
        }
        Ok(self.rows.values().map(|(row, _)| row.process.clone()).collect())
    }

    pub(crate) fn more(&mut self, pids: &[Pid], now: Now) -> Vec<Process> {
        let missing = pids.iter().filter(|pid| !self.rows.contains_key(pid));
        // One that cannot be read is named by its number.
        let found: Vec<Row> = missing.filter_map(|pid| Row::read(*pid, now).ok().flatten()).collect();
        let processes = found.iter().map(|row| row.process.clone()).collect();
        self.rows.extend(found.into_iter().map(|row| (row.process.identity.pid, (row, Kin::Near))));
        processes
    }

    pub(crate) fn details(&mut self, pid: Pid) -> Details {
        self.rows.get_mut(&pid).map_or_else(|| super::details(pid), |(row, _)| row.details())
    }

    pub(crate) fn of_one_word(&mut self, now: Now) -> io::Result<Vec<Process>> {
        let everybody = self.births.list()?;
        let shows_one = |line: &[u8]| {
            let mut words = line.split(|byte| *byte == 0).filter(|word| !word.is_empty());
            words.next().is_some() && words.next().is_none()
        };
        let mut found = Vec::new();
        for pid in everybody.into_iter().filter_map(|(pid, _)| Pid::new(pid)) {
            if self.read_line(pid) && shows_one(&self.buffer) {
                found.extend(Row::read(pid, now)?.map(|row| row.process));
            }
        }
        Ok(found)
    }

    pub(crate) const fn change(&self) -> Change {
        self.change
    }

    pub(crate) fn other_ends(&mut self, asked: &Asked) -> HashMap<Pid, OtherEnd> {
        if self.change != Change::Nothing || !self.other_ends.knows(asked) {
            self.other_ends.ask(asked);
        } else {
            self.other_ends.look_again(&self.new);
        }
        self.other_ends.found()
    }

    /// Everybody's command line, and everything else of those who are asked for.
    fn read_all(&mut self, question: &Question<'_>) -> io::Result<()> {
        let now = question.now;
        let (everybody, new) = self.births.all()?;
        let me = std::process::id();
        if !everybody.iter().any(|pid| pid.get() == me) {
            return Err(io::Error::other(wording::LIST_WITHOUT_US));
        }
        self.parts = question.parts.to_vec();
        self.modules = question.modules.to_vec();
        self.shims = everybody.iter().copied().filter(|pid| self.may_be_a_shim(*pid)).collect();
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        self.young.retain(|(_, since)| now.moment.since(*since) < YOUNG);
        if !is_first {
            self.young.extend(new.into_iter().map(|pid| (pid, now.moment)));
        }
        self.whole_at = Some(Moment(now.moment.0 + if is_first { YOUNG } else { NET }));
        if question.depth == Depth::Everything {
            self.rows.clear();
        } else {
            self.refresh(now, |_| true)?;
            let mut trouble = None;
            self.rows.retain(|_, (row, _)| {
                row.read_again(now).unwrap_or_else(|error| {
                    trouble = Some(error);
                    true
                })
            });
            if let Some(error) = trouble {
                return Err(error);
            }
            let renamed = self.rows.iter().filter(|(_, (row, _))| self.was_one(row)).map(|(pid, _)| *pid);
            let renamed: Vec<Pid> = renamed.collect();
            self.shims.extend(renamed);
        }
        self.new.clear();
        self.gather(question)?;
        self.change = Change::Everything;
        Ok(())
    }

    /// Who is new, who is young, and what is kept.
    fn read_changes(&mut self, question: &Question<'_>) -> io::Result<()> {
        let now = question.now;
        self.new = self.births.since_last()?;
        let mut has_changed = self.refresh(now, |kin| kin != Kin::Far)?;
        for pid in &self.new {
            // This number had belonged to another, if to anybody.
            self.shims.remove(pid);
        }
        let (new, moment) = (&self.new, now.moment);
        self.young.retain(|(pid, since)| moment.since(*since) < YOUNG && !new.contains(pid));
        self.young.extend(new.iter().map(|pid| (*pid, moment)));
        let mut trouble = None;
        let mut young = std::mem::take(&mut self.young);
        young.retain(|(pid, _)| {
            let lives = self.read_line(*pid);
            let is_one = lives && (self.holds_a_part() || self.has_written_over_it(*pid, now, &mut trouble));
            has_changed |= self.count(*pid, is_one);
            lives
        });
        self.young = young;
        if let Some(error) = trouble {
            return Err(error);
        }
        let is_asked_anew = !question.guards.iter().chain(question.others).eq(&self.asked);
        if has_changed || is_asked_anew {
            self.refresh(now, |kin| kin == Kin::Far)?;
        }
        if has_changed || is_asked_anew || !self.new.is_empty() {
            let before: Vec<Pid> = self.rows.keys().copied().collect();
            self.gather(question)?;
            has_changed |= !self.rows.keys().eq(&before);
        }
        self.change = if has_changed { Change::Something } else { Change::Nothing };
        Ok(())
    }

    /// Looks at some of what is kept. Tells whether anything is not what it was.
    fn refresh(&mut self, now: Now, which: impl Fn(Kin) -> bool) -> io::Result<bool> {
        let (mut others, mut has_changed, mut trouble) = (Vec::new(), false, None);
        self.rows.retain(|pid, (row, kin)| {
            if !which(*kin) {
                return true;
            }
            let news = match row.refresh(now) {
                Ok(news) => news,
                Err(error) => {
                    trouble = Some(error);
                    return true;
                }
            };
            has_changed |= news != News::Same;
            if news == News::Other {
                others.push(*pid);
            } else if news == News::Ended {
                self.shims.remove(pid);
            }
            news != News::Ended
        });
        for pid in others {
            let may_be_one = self.rows.get(&pid).is_some_and(|(row, _)| {
                let line = row.process.args.known();
                line.is_none_or(|line| self.tells_of_one(line)) || self.was_one(row)
            });
            self.count(pid, may_be_one);
        }
        trouble.map_or(Ok(has_changed), Err)
    }

    /// Counts a process among those that may be shims, or no longer. Tells whether that is new.
    fn count(&mut self, pid: Pid, may_be_one: bool) -> bool {
        if may_be_one { self.shims.insert(pid) } else { self.shims.remove(&pid) }
    }

    fn gather(&mut self, question: &Question<'_>) -> io::Result<()> {
        self.asked = question.guards.iter().chain(question.others).copied().collect();
        let kept = std::mem::take(&mut self.rows);
        let shims = self.shims.iter().copied();
        if question.depth == Depth::Changes
            && let Some(rows) = gather(kept, shims.clone(), question, &Children::Files)?
        {
            self.rows = rows;
            return Ok(());
        }
        let listed = children_of_all()?;
        let rows = gather(Rows::new(), shims, question, &Children::Listed(&listed))?;
        self.rows = rows.unwrap_or_default();
        Ok(())
    }

    fn may_be_a_shim(&mut self, pid: Pid) -> bool {
        self.read_line(pid) && self.holds_a_part()
    }

    /// Reads a command line into the buffer. False where there is no such process.
    fn read_line(&mut self, pid: Pid) -> bool {
        /// More than nearly every command line.
        const ROOM: usize = 4096;
        self.buffer.clear();
        self.buffer.shrink_to(16 * ROOM);
        self.buffer.reserve(ROOM);
        let read = File::open(format!("/proc/{pid}/cmdline")).and_then(|mut file| {
            self.buffer.resize(ROOM, 0);
            let length = file.read(&mut self.buffer)?;
            self.buffer.truncate(length);
            if length == ROOM { file.read_to_end(&mut self.buffer).map(drop) } else { Ok(()) }
        });
        match read {
            Ok(()) => true,
            Err(error) if proc::is_gone(&error) => false,
            Err(_) => {
                // What hides its command line may be anything, and whoever cannot open it will find out.
                self.buffer.clear();
                self.buffer.extend(self.parts.first().map_or(&b""[..], |part| part.as_bytes()));
                true
            }
        }
    }

    /// Whether the command line in the buffer contains what was asked for.
    fn holds_a_part(&self) -> bool {
        self.is_wanted(&self.buffer)
    }

    fn is_wanted(&self, line: &[u8]) -> bool {
        self.parts.iter().any(|part| contains(line, part.as_bytes()))
            || self.modules.iter().any(|module| runs_a_module(line, module.as_bytes()))
    }

    fn tells_of_one(&self, line: &[String]) -> bool {
        self.is_wanted(line.join("\0").as_bytes())
    }

    /// Whether a process that is kept told of one before it wrote over its command line.
    fn was_one(&self, row: &Row) -> bool {
        row.process.ran.as_ref().is_some_and(|ran| self.tells_of_one(ran))
    }

    /// The same of one whose command line tells of none at this look, which is read for that: rare.
    fn has_written_over_it(&mut self, pid: Pid, now: Now, trouble: &mut Option<io::Error>) -> bool {
        if !self.shims.contains(&pid) {
            return false;
        }
        let Some((row, _)) = self.rows.get_mut(&pid) else { return false };
        match row.read_again(now) {
            Ok(lives) => lives && self.rows.get(&pid).is_some_and(|(row, _)| self.was_one(row)),
            Err(error) => {
                *trouble = Some(error);
                true
            }
        }
    }
}

/// Whether a line has an option that ends in Python's `-m`, and behind it a module whose name ends so.
fn runs_a_module(line: &[u8], module: &[u8]) -> bool {
    // Nearly every line is done with here.
    if !contains(line, module) {
        return false;
    }
    let ends_so = |name: &[u8]| {
        let name = name.strip_suffix(b".__main__").unwrap_or(name);
        name.strip_suffix(module).is_some_and(|before| matches!(before.last(), None | Some(b'.' | b'm')))
    };
    let is_an_option =
        |word: &[u8]| word.starts_with(b"-") && !word.starts_with(b"--") && word.contains(&b'm');
    let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
    let behind = words.windows(2).any(|pair| is_an_option(pair[0]) && ends_so(pair[1]));
    behind || words.iter().any(|word| is_an_option(word) && ends_so(word))
}

/// Whether `part` stands in `line`, whatever the case of their ASCII letters.
fn contains(line: &[u8], part: &[u8]) -> bool {
    let Some((first, _)) = part.split_first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let mut rest = line;
    while let Some(at) = rest.iter().position(|byte| *byte == lower || *byte == upper) {
        rest = &rest[at..];
        if rest.get(..part.len()).is_some_and(|found| found.eq_ignore_ascii_case(part)) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_wherever_it_stands() {
        for line in ["run_ws_shim.py", "x\0/y/RUN_WS_SHIM.py\0", "rrun_ws_shim.py", "run_run_ws_shim.py.bak"]
        {
            assert!(contains(line.as_bytes(), b"run_ws_shim.py"), "{line}");
        }
        for line in ["", "run_ws_shim.p", "run_ws\0shim.py"] {
            assert!(!contains(line.as_bytes(), b"run_ws_shim.py"), "{line}");
        }
    }

    #[test]
    fn a_module_is_found_behind_its_option_only() {
        for line in [
            "python\0-m\0a.server\0",
            "python\0-um\0server\0-v\0",
            "python\0-ma.server",
            "py\0-m\0server.__main__",
        ] {
            assert!(runs_a_module(line.as_bytes(), b"server"), "{line}");
        }
        for line in
            ["", "server", "python\0-m\0my_server\0", "python\0-m\0server.client\0", "x\0--mode\0server\0"]
        {
            assert!(!runs_a_module(line.as_bytes(), b"server"), "{line}");
        }
    }
}
