//! One process that somebody asks for, kept between looks with its `stat` open.
//!
//! An open `stat` names the process and not its number: it tells of no other one, and fails once the process has
//! ended. Reading it anew is one system call and says whether anything else has to be.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::getuid;

use super::super::birth::{age, birth_of, has_live_threads};
use super::super::details::{Worth, details_and_their_worth};
use super::super::proc;
use crate::core::moment::Now;
use crate::core::{Details, Fact, Identity, Owner, Pid, Process, UnixTime};

/// So long after its birth a process may still be on the way to what it is: streams are laid, sessions made.
const YOUNG: Duration = Duration::from_secs(10);

/// Bytes in a page of memory, as `stat` counts.
fn page() -> u64 {
    u64::try_from(rustix::param::page_size()).unwrap_or(4096)
}

/// What `stat` said, and the name in it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Seen {
    stat: proc::Stat,
    name: String,
}

/// A process.
#[derive(Debug)]
pub(super) struct Row {
    file: File,
    seen: Seen,
    /// Where the program lay when its command line was read.
    laid: [u64; 2],
    /// As it is handed out, without details.
    pub(super) process: Process,
    /// The traits, once somebody has asked for them and as long as nothing speaks against them.
    details: Option<Details>,
    /// Its time on a core when that was last asked, and when that was.
    core: (u64, u64),
}

/// What a look at a row found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum News {
    /// What it was.
    Same,
    /// It has another parent, session or terminal, or runs another program.
    Other,
    /// It has ended.
    Ended,
}

impl Row {
    /// Reads a process; `None` where it has ended, or hides its birth. An error means that we cannot read at all.
    pub(super) fn read(pid: Pid, now: Now) -> io::Result<Option<Self>> {
        let file = match File::open(format!("/proc/{pid}/stat")) {
            Ok(file) => file,
            Err(error) if is_gone_or_hidden(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(seen) = look(&file, pid)? else { return Ok(None) };
        let identity = Identity { pid, birth: birth_of(seen.stat) };
        let age = age(identity.birth, now.births);
        let process = Process {
            identity,
            parent: None,
            order: None,
            name: String::new(),
            exe: None,
            args: Fact::Hidden,
            ran: None,
            owner: Fact::Hidden,
            started_at: UnixTime(now.wall.0.saturating_sub(age.as_secs())),
            age,
            memory_bytes: 0,
            cpu_permille: 0,
            details: None,
        };
        let core = (seen.stat.core_ticks, now.births);
        let laid = seen.stat.layout;
        let mut row = Self { file, seen, laid, process, details: None, core };
        Ok(row.take_over(now)?.then_some(row))
    }

    /// Looks again. Costs one system call where nothing has changed.
    pub(super) fn refresh(&mut self, now: Now) -> io::Result<News> {
        let Some(seen) = look(&self.file, self.process.identity.pid)? else { return Ok(News::Ended) };
        let is_same = seen.name == self.seen.name
            && seen.stat.parent == self.seen.stat.parent
            && seen.stat.session == self.seen.stat.session
            && seen.stat.terminal == self.seen.stat.terminal
            && seen.stat.layout == self.seen.stat.layout;
        self.seen = seen;
        if is_same {
            if self.process.age < YOUNG {
                self.details = None;
            }
            self.take_numbers(now);
            return Ok(News::Same);
        }
        self.details = None;
        Ok(if self.take_over(now)? { News::Other } else { News::Ended })
    }

    /// Reads what no change of `stat` tells: a command line that was written over, another folder. False where it has
    /// ended.
    pub(super) fn read_again(&mut self, now: Now) -> io::Result<bool> {
        self.details = None;
        self.take_over(now)
    }

    /// The traits; read once, until something changes.
    pub(super) fn details(&mut self) -> Details {
        if let Some(known) = &self.details {
            return known.clone();
        }
        let (found, worth) = details_and_their_worth(self.process.identity.pid);
        // What is hidden by right is asked for again with everything else, what a passing trouble hid at the next look.
        self.details = (worth == Worth::Lasting).then(|| found.clone());
        found
    }

    /// Everything that `stat` does not tell. False where the process ended meanwhile.
    fn take_over(&mut self, now: Now) -> io::Result<bool> {
        let pid = self.process.identity.pid;
        let args = match proc::read(pid, "cmdline") {
            Ok(Some(bytes)) => Fact::Known(proc::words(&bytes)),
            Ok(None) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Fact::Hidden,
            Err(error) => return Err(error),
        };
        let exe = fs::read_link(format!("/proc/{pid}/exe")).ok();
        let owner = owner(Path::new(&format!("/proc/{pid}/status")))?;
        // All of this was read by number; the process that it was read of must still be there. What `stat` says now is
        // not taken over: an `exec` in between must be noticed the next time.
        if look(&self.file, pid)?.is_none() {
            return Ok(false);
        }
        self.process.parent = Pid::new(self.seen.stat.parent);
        self.process.name.clone_from(&self.seen.name);
        self.process.exe = exe.map(|path| path.to_string_lossy().into_owned());
        self.remember(&args);
        self.process.args = args;
        self.process.owner = owner;
        self.take_numbers(now);
        Ok(true)
    }

    /// Keeps the command line with which this program began, where another one stands in its place and no `exec` came
    /// in between: what it ran it still runs.
    fn remember(&mut self, args: &Fact<Vec<String>>) {
        let is_same_program = self.laid == self.seen.stat.layout && self.laid != [0; 2];
        self.laid = self.seen.stat.layout;
        let began = self.process.ran.take().or_else(|| self.process.args.known().cloned());
        self.process.ran =
            began.filter(|began| is_same_program && args.known().is_some_and(|now| now != began));
    }

    fn take_numbers(&mut self, now: Now) {
        self.process.age = age(self.process.identity.birth, now.births);
        self.process.memory_bytes = self.seen.stat.resident_pages.saturating_mul(page());
        let spent = self.seen.stat.core_ticks.saturating_sub(self.core.0).saturating_mul(1000);
        if let Some(permille) = spent.checked_div(now.births.saturating_sub(self.core.1)) {
            self.process.cpu_permille = u32::try_from(permille).unwrap_or(u32::MAX);
            self.core = (self.seen.stat.core_ticks, now.births);
        }
    }
}

fn is_gone_or_hidden(error: &io::Error) -> bool {
    proc::is_gone(error) || error.kind() == io::ErrorKind::PermissionDenied
}

/// Reads an open `stat`; `None` where its process has ended.
fn look(file: &File, pid: Pid) -> io::Result<Option<Seen>> {
    let mut line = [0; 1024];
    let length = match file.read_at(&mut line, 0) {
        Ok(length) => length,
        Err(error) if is_gone_or_hidden(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let text = String::from_utf8_lossy(&line[..length]);
    let Some(stat) = proc::parse_stat(&text) else { return Err(io::ErrorKind::InvalidData.into()) };
    if stat.is_dead() {
        match has_live_threads(pid) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) if is_gone_or_hidden(&error) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    let name = text.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).map_or("", |(name, _)| name);
    // Whoever names himself by `echo` has a line's end in his name.
    Ok(Some(Seen { stat, name: name.trim_end_matches('\n').to_owned() }))
}

/// Whose it is, by the user who started it.
fn owner(status: &Path) -> io::Result<Fact<Owner>> {
    let status = match fs::read(status) {
        Ok(status) => status,
        Err(error) if is_gone_or_hidden(&error) => return Ok(Fact::Hidden),
        Err(error) => return Err(error),
    };
    let status = String::from_utf8_lossy(&status);
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    let user =
        line.and_then(|line| line.split_ascii_whitespace().next()).and_then(|user| user.parse::<u32>().ok());
    Ok(match user {
        Some(user) if user == getuid().as_raw() => Fact::Known(Owner::Ours),
        Some(_) => Fact::Known(Owner::Another),
        None => Fact::Hidden,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Moment;
    use std::process::{Command, Stdio};

    fn now() -> Now {
        Now { moment: Moment(Duration::ZERO), wall: UnixTime(0), births: crate::platform::birth_clock() }
    }

    #[test]
    fn an_exec_and_an_end_are_noticed_by_the_open_file() {
        let mut shell = Command::new("sh");
        // The shell waits for a line, and becomes another program under its number.
        shell.args(["-c", "read -r line; exec sleep 60"]).stdin(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        let pid = Pid::new(child.id()).unwrap();
        let mut row = Row::read(pid, now()).unwrap().unwrap();
        // Whoever starts it goes on before the kernel has laid out all of the new program.
        while row.refresh(now()).unwrap() != News::Same || row.process.name != "sh" {}
        assert_eq!(row.process.owner, Fact::Known(Owner::Ours));
        assert_eq!(row.process.parent, Pid::new(std::process::id()));
        assert_eq!(row.refresh(now()).unwrap(), News::Same);
        drop(child.stdin.take());
        while row.process.args() != ["sleep", "60"] {
            assert_ne!(row.refresh(now()).unwrap(), News::Ended);
        }
        #[expect(clippy::disallowed_methods, reason = "our own child, not waited for yet")]
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(row.refresh(now()).unwrap(), News::Ended);
        assert!(Row::read(pid, now()).unwrap().is_none());
    }

    #[test]
    fn we_have_memory_and_an_owner() {
        let row = Row::read(Pid::new(std::process::id()).unwrap(), now()).unwrap().unwrap();
        assert!(row.process.memory_bytes > 100_000);
        assert_eq!(row.process.owner, Fact::Known(Owner::Ours));
        assert_eq!(owner(Path::new("/nowhere")).unwrap(), Fact::Hidden);
    }
}
