//! Who has the other end of a process's standard input.
//!
//! A pipe is known by one number to everybody who has an end of it. The ends of a socket pair have
//! numbers of their own, so that nothing is said about those.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};

use crate::core::Pid;
use crate::core::snapshot::OtherEnd;

/// Who speaks to some processes, with what is needed to look again.
#[derive(Debug, Default)]
pub(super) struct Speakers {
    /// By the process that is spoken to. One is missing where that cannot be told.
    found: HashMap<Pid, Vec<Speaker>>,
    /// Those whose input is nothing of the kind.
    without_channel: Vec<Pid>,
    asked: Vec<Pid>,
    /// A fork has the pipe of its parent.
    pipes: HashMap<PathBuf, Vec<Pid>>,
    /// Pipes of which a writing end was found, and be it the reader's own.
    written: HashSet<PathBuf>,
}

/// An end of a pipe.
#[derive(Debug)]
struct Speaker {
    pid: Pid,
    /// Where it has the pipe open.
    open: PathBuf,
}

impl Speakers {
    /// Looks through everything that everybody has open.
    pub(super) fn of(pids: &[Pid]) -> Self {
        let mut speakers = Self { asked: pids.to_vec(), ..Self::default() };
        for pid in pids {
            let Ok(input) = fs::read_link(format!("/proc/{pid}/fd/0")) else { continue };
            let name = input.to_string_lossy();
            if name.starts_with("socket:") {
                continue;
            }
            if !name.starts_with("pipe:") {
                speakers.without_channel.push(*pid);
                continue;
            }
            speakers.found.insert(*pid, Vec::new());
            if may_have_a_writer(*pid) {
                speakers.pipes.entry(input).or_default().push(*pid);
            }
        }
        if !speakers.pipes.is_empty() {
            let everybody = fs::read_dir("/proc").into_iter().flatten().flatten();
            let numbers = everybody.filter_map(|entry| Pid::new(entry.file_name().to_str()?.parse().ok()?));
            speakers.add(numbers);
        }
        speakers
    }

    /// Whether just these were asked for.
    pub(super) fn knows(&self, pids: &[Pid]) -> bool {
        self.asked == pids
    }

    /// Leaves out who has closed his end, and adds those among the new who were born with one.
    pub(super) fn look_again(&mut self, new: &[Pid]) {
        for (input, speakers) in &mut self.found {
            let pipes = &self.pipes;
            let speaks = |speaker: &Speaker| {
                fs::read_link(&speaker.open)
                    .is_ok_and(|pipe| pipes.get(&pipe).is_some_and(|to| to.contains(input)))
            };
            speakers.retain(speaks);
        }
        if !self.pipes.is_empty() {
            self.add(new.iter().copied());
        }
    }

    /// What was found.
    pub(super) fn other_ends(&self) -> HashMap<Pid, OtherEnd> {
        let unknown: HashSet<Pid> = self
            .pipes
            .iter()
            .filter(|(pipe, _)| !self.written.contains(*pipe))
            .flat_map(|(_, readers)| readers.iter().copied())
            .collect();
        let pids = |(pid, speakers): (&Pid, &Vec<Speaker>)| {
            let known: Vec<Pid> = speakers.iter().map(|speaker| speaker.pid).collect();
            let end = match (unknown.contains(pid), known.is_empty()) {
                (true, _) => OtherEnd::Somebody(Vec::new()),
                (false, true) => OtherEnd::Nobody,
                (false, false) => OtherEnd::Somebody(known),
            };
            (*pid, end)
        };
        let without = self.without_channel.iter().map(|pid| (*pid, OtherEnd::NoChannel));
        self.found.iter().map(pids).chain(without).collect()
    }

    fn add(&mut self, writers: impl Iterator<Item = Pid>) {
        for writer in writers {
            for (inputs, open) in writes_to(writer, &self.pipes) {
                if let Ok(pipe) = fs::read_link(&open) {
                    self.written.insert(pipe);
                }
                for input in inputs.iter().filter(|input| **input != writer) {
                    let Some(speakers) = self.found.get_mut(input) else { continue };
                    if !speakers.iter().any(|known| known.pid == writer) {
                        speakers.push(Speaker { pid: writer, open: open.clone() });
                    }
                }
            }
        }
    }
}

/// Whether anybody at all has the other end of a process's standard input open: the kernel knows, without a walk through
/// what everybody has open. Where it will not say, somebody may.
fn may_have_a_writer(pid: Pid) -> bool {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(input) = open(format!("/proc/{pid}/fd/0"), flags, Mode::empty()) else { return true };
    let mut polled = [PollFd::new(&input, PollFlags::IN)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    match poll(&mut polled, Some(&now)) {
        Ok(_) => !polled[0].revents().contains(PollFlags::HUP),
        Err(_) => true,
    }
}

fn writes_to(writer: Pid, pipes: &HashMap<PathBuf, Vec<Pid>>) -> Vec<(Vec<Pid>, PathBuf)> {
    let open = fs::read_dir(format!("/proc/{writer}/fd")).into_iter().flatten().flatten();
    let ends = open.filter_map(|fd| {
        let input = pipes.get(&fs::read_link(fd.path()).ok()?)?;
        let about = fs::read_to_string(format!("/proc/{writer}/fdinfo/{}", fd.file_name().to_str()?)).ok()?;
        can_write(&about).then(|| (input.clone(), fd.path()))
    });
    ends.collect()
}

/// The last octal digit of the flags: 0 reads, 1 writes, 2 does both. What is not understood counts as
/// writing, for the sake of the process.
pub(super) fn can_write(about: &str) -> bool {
    let flags = about.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.and_then(|flags| flags.trim().chars().last()).is_none_or(|last| !matches!(last, '0' | '4'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn we_have_the_other_end_of_our_childs_input_until_we_close_it() {
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::piped()).spawn().unwrap();
        let pid = Pid::new(child.id()).unwrap();
        let me = Pid::new(std::process::id()).unwrap();
        let mut speakers = Speakers::of(&[pid]);
        assert_eq!(speakers.other_ends().get(&pid), Some(&OtherEnd::Somebody(vec![me])));
        assert!(may_have_a_writer(pid));
        drop(child.stdin.take());
        assert!(!may_have_a_writer(pid));
        speakers.look_again(&[]);
        assert_eq!(speakers.other_ends().get(&pid), Some(&OtherEnd::Nobody));
        assert_eq!(Speakers::of(&[pid]).other_ends().get(&pid), Some(&OtherEnd::Nobody));
        #[expect(clippy::disallowed_methods, reason = "our own child, not waited for yet")]
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn whoever_speaks_to_one_speaks_to_all_who_share_the_input() {
        let (input, output) = std::io::pipe().unwrap();
        let start = |input| Command::new("sleep").arg("60").stdin(Stdio::from(input)).spawn().unwrap();
        // As a server and its fork have it.
        let mut both = [start(input.try_clone().unwrap()), start(input)];
        let pids = both.each_ref().map(|child| Pid::new(child.id()).unwrap());
        let me = Pid::new(std::process::id()).unwrap();
        let mut speakers = Speakers::of(&pids);
        for pid in pids {
            assert_eq!(speakers.other_ends().get(&pid), Some(&OtherEnd::Somebody(vec![me])));
        }
        // Somebody has the other end of whom nothing can be found.
        speakers.written.clear();
        assert_eq!(speakers.other_ends().get(&pids[0]), Some(&OtherEnd::Somebody(Vec::new())));
        drop(output);
        speakers.look_again(&[]);
        for child in &mut both {
            #[expect(clippy::disallowed_methods, reason = "our own children, not waited for yet")]
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    #[test]
    fn flags_tell_who_can_write() {
        assert!(!can_write("pos:\t0\nflags:\t00\n"));
        assert!(!can_write("pos:\t0\nflags:\t02004000\n"));
        assert!(can_write("pos:\t0\nflags:\t01\n"));
        assert!(can_write("pos:\t0\nflags:\t02000001\n"));
        assert!(can_write("nonsense"));
    }
}
