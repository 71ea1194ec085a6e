//! Who has the other end of a process's standard input.
//!
//! A pipe is known by one number to everybody who has an end of it. The ends of a pair of sockets have numbers of their
//! own, and the kernel's socket monitor tells which belong together. Nothing that is opened here stays open: while we
//! held a reader, a writer would get no error.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};

use super::proc;
use super::unix_diag::UnixDiag;
use crate::core::Pid;
use crate::core::snapshot::OtherEnd;
use crate::platform::table::Asked;

/// The other ends of some processes' inputs, with what is needed to look again.
#[derive(Debug, Default)]
pub(super) struct OtherEnds {
    asked: Asked,
    channels: HashMap<Pid, Channel>,
    /// Who has the other end of a suspect's input open.
    holders: HashMap<Pid, Vec<Holder>>,
    diag: UnixDiag,
}

/// What a process's standard input is, seen from its other end.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Channel {
    /// A terminal, a file, nothing.
    None,
    /// Nobody can write to it any more.
    Closed,
    /// Somebody has this open, for writing.
    Open(PathBuf),
    /// Nothing can be told.
    Unknown,
}

/// An end that somebody has open.
#[derive(Debug)]
struct Holder {
    pid: Pid,
    /// Where.
    open: PathBuf,
}

impl OtherEnds {
    /// Asks anew.
    pub(super) fn ask(&mut self, asked: &Asked) {
        self.asked = asked.clone();
        self.holders.clear();
        self.channels.clear();
        for pid in &asked.servers {
            if let Some(channel) = channel(*pid, &mut self.diag) {
                self.channels.insert(*pid, channel);
            }
        }
        if !self.wanted().is_empty() {
            let everybody = fs::read_dir("/proc").into_iter().flatten().flatten();
            let numbers = everybody.filter_map(|entry| Pid::new(entry.file_name().to_str()?.parse().ok()?));
            self.add(numbers);
        }
    }

    /// Whether just these were asked.
    pub(super) fn knows(&self, asked: &Asked) -> bool {
        self.asked == *asked
    }

    /// Where nobody else has come: leaves out who has closed his end, and adds those among the new who were born with
    /// one.
    pub(super) fn look_again(&mut self, new: &[Pid]) {
        for pid in &self.asked.suspects {
            let Some(Channel::Open(end)) = self.channels.get(pid) else { continue };
            let is_a_socket = is_a_socket(end);
            let holders = self.holders.entry(*pid).or_default();
            let before = holders.len();
            holders.retain(|holder| fs::read_link(&holder.open).is_ok_and(|found| found == *end));
            // Of a socket one direction alone may be closed, of which its holders tell nothing.
            if is_a_socket || (before > 0 && holders.is_empty()) {
                let now = channel(*pid, &mut self.diag).unwrap_or(Channel::Closed);
                self.channels.insert(*pid, now);
            }
        }
        if !self.wanted().is_empty() {
            self.add(new.iter().copied());
        }
    }

    /// What was found.
    pub(super) fn found(&self) -> HashMap<Pid, OtherEnd> {
        let end = |pid: &Pid, channel: &Channel| match channel {
            Channel::None => OtherEnd::NoChannel,
            Channel::Closed => OtherEnd::Nobody { made_by: None },
            Channel::Unknown => OtherEnd::Unknown,
            Channel::Open(_) => {
                let holders = self.holders.get(pid).map_or(&[][..], Vec::as_slice);
                let others: Vec<Pid> =
                    holders.iter().map(|holder| holder.pid).filter(|holder| holder != pid).collect();
                // One that has both ends of its own input is spoken to by nobody else.
                let is_its_own = others.is_empty() && !holders.is_empty();
                if is_its_own { OtherEnd::Nobody { made_by: None } } else { OtherEnd::Somebody(others) }
            }
        };
        self.channels.iter().map(|(pid, channel)| (*pid, end(pid, channel))).collect()
    }

    /// The ends whose holders are looked for, and for whom. A fork has the input of its parent.
    fn wanted(&self) -> HashMap<PathBuf, Vec<Pid>> {
        let mut wanted: HashMap<PathBuf, Vec<Pid>> = HashMap::new();
        for pid in &self.asked.suspects {
            if let Some(Channel::Open(end)) = self.channels.get(pid) {
                wanted.entry(end.clone()).or_default().push(*pid);
            }
        }
        wanted
    }

    fn add(&mut self, among: impl Iterator<Item = Pid>) {
        let wanted = self.wanted();
        for holder in among {
            for (readers, open) in holds(holder, &wanted) {
                for reader in readers {
                    let holders = self.holders.entry(*reader).or_default();
                    if !holders.iter().any(|known| known.pid == holder) {
                        holders.push(Holder { pid: holder, open: open.clone() });
                    }
                }
            }
        }
    }
}

/// `None` where there is no such process any more.
fn channel(pid: Pid, diag: &mut UnixDiag) -> Option<Channel> {
    let file = format!("/proc/{pid}/fd/0");
    let input = match fs::read_link(&file) {
        Ok(input) => input,
        // Closed, if the process itself is still there to be asked.
        Err(error) if proc::is_gone(&error) => {
            return Path::new(&format!("/proc/{pid}/fd")).exists().then_some(Channel::None);
        }
        Err(_) => return Some(Channel::Unknown),
    };
    let name = input.to_string_lossy();
    if let Some(number) = name.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']')) {
        return Some(number.parse().map_or(Channel::Unknown, |number| behind_a_socket(number, diag)));
    }
    let is_a_pipe = name.starts_with("pipe:")
        || !name.starts_with("/dev/") && fs::metadata(&file).is_ok_and(|meta| meta.file_type().is_fifo());
    Some(match is_a_pipe {
        false => Channel::None,
        true if may_have_a_writer(pid) => Channel::Open(input),
        true => Channel::Closed,
    })
}

/// A socket of the network may have its other end on another machine: nothing is said about that.
fn behind_a_socket(number: u32, diag: &mut UnixDiag) -> Channel {
    match diag.socket(number) {
        Ok(socket) if !socket.hears => Channel::Closed,
        Ok(socket) => {
            let end = |peer| Channel::Open(PathBuf::from(format!("socket:[{peer}]")));
            socket.peer.map_or(Channel::Closed, end)
        }
        Err(_) => Channel::Unknown,
    }
}

/// Whether this system tells the other ends of sockets at all. Asks about a pair of our own.
pub(crate) fn sockets_tell_their_peers() -> io::Result<()> {
    use std::os::fd::AsFd;
    let (one, _other) = std::os::unix::net::UnixStream::pair()?;
    let number = rustix::fs::fstat(one.as_fd())?.st_ino;
    let number = u32::try_from(number).map_err(|_| io::ErrorKind::InvalidData)?;
    match UnixDiag::default().socket(number)?.peer {
        Some(_) => Ok(()),
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn is_a_socket(end: &Path) -> bool {
    end.as_os_str().as_encoded_bytes().starts_with(b"socket:")
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

/// Which of the wanted ends a process has, and where.
fn holds(holder: Pid, wanted: &HashMap<PathBuf, Vec<Pid>>) -> Vec<(&Vec<Pid>, PathBuf)> {
    let open = fs::read_dir(format!("/proc/{holder}/fd")).into_iter().flatten().flatten();
    let ends = open.filter_map(|fd| {
        let end = fs::read_link(fd.path()).ok()?;
        let readers = wanted.get(&end)?;
        // Whoever has a socket can do both.
        let writes = is_a_socket(&end) || {
            let about = fs::read_to_string(format!("/proc/{holder}/fdinfo/{}", fd.file_name().to_str()?));
            can_write(&about.ok()?)
        };
        writes.then(|| (readers, fd.path()))
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
    use std::net::Shutdown;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::process::{Child, Command, Stdio};

    use crate::platform::files::testing::Scratch;

    fn sleeper(input: Stdio) -> (Ended, Pid) {
        let child = Command::new("sleep").arg("60").stdin(input).spawn().unwrap();
        let pid = Pid::new(child.id()).unwrap();
        (Ended(child), pid)
    }

    /// A child of ours, which ends with the test.
    struct Ended(Child);

    impl Drop for Ended {
        fn drop(&mut self) {
            #[expect(clippy::disallowed_methods, reason = "our own child, not waited for yet")]
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn asked(suspects: &[Pid]) -> Asked {
        Asked { servers: suspects.to_vec(), suspects: suspects.to_vec() }
    }

    fn of(pid: Pid) -> (OtherEnds, Option<OtherEnd>) {
        let mut ends = OtherEnds::default();
        ends.ask(&asked(&[pid]));
        let found = ends.found().remove(&pid);
        (ends, found)
    }

    fn me() -> Pid {
        Pid::new(std::process::id()).unwrap()
    }

    #[test]
    fn we_have_the_other_end_of_our_childs_input_until_we_close_it() {
        let (mut child, pid) = sleeper(Stdio::piped());
        let (mut ends, found) = of(pid);
        assert_eq!(found, Some(OtherEnd::Somebody(vec![me()])));
        drop(child.0.stdin.take());
        ends.look_again(&[]);
        assert_eq!(ends.found().get(&pid), Some(&OtherEnd::Nobody { made_by: None }));
        assert_eq!(of(pid).1, Some(OtherEnd::Nobody { made_by: None }));
    }

    #[test]
    fn we_have_the_other_end_of_a_pair_of_sockets_until_we_close_it() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (_child, pid) = sleeper(OwnedFd::from(theirs).into());
        let (mut ends, found) = of(pid);
        assert_eq!(found, Some(OtherEnd::Somebody(vec![me()])));
        ends.look_again(&[]);
        assert_eq!(ends.found().get(&pid), Some(&OtherEnd::Somebody(vec![me()])));
        drop(ours);
        ends.look_again(&[]);
        assert_eq!(ends.found().get(&pid), Some(&OtherEnd::Nobody { made_by: None }));
        assert_eq!(of(pid).1, Some(OtherEnd::Nobody { made_by: None }));
    }

    #[test]
    fn a_socket_into_which_nothing_more_can_be_written_is_closed() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (_child, pid) = sleeper(OwnedFd::from(theirs).into());
        let mut ends = of(pid).0;
        ours.shutdown(Shutdown::Write).unwrap();
        ends.look_again(&[]);
        assert_eq!(ends.found().get(&pid), Some(&OtherEnd::Nobody { made_by: None }));
    }

    #[test]
    fn of_a_socket_of_the_network_nothing_is_told() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_child, pid) = sleeper(OwnedFd::from(client).into());
        assert_eq!(of(pid).1, Some(OtherEnd::Unknown));
    }

    #[test]
    fn what_is_no_channel_has_no_other_end() {
        let (_child, pid) = sleeper(Stdio::null());
        assert_eq!(of(pid).1, Some(OtherEnd::NoChannel));
    }

    #[test]
    fn a_named_pipe_is_a_channel_as_well() {
        let scratch = Scratch::new();
        let path = scratch.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, Mode::from_raw_mode(0o600)).unwrap();
        let both = fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
        let (_child, pid) = sleeper(fs::File::open(&path).unwrap().into());
        assert_eq!(of(pid).1, Some(OtherEnd::Somebody(vec![me()])));
        // Whoever knows its name can open it at any time.
        drop(both);
        let Some(OtherEnd::Somebody(who)) = of(pid).1 else { panic!("somebody may speak to it") };
        assert!(!who.contains(&me()), "{who:?}");
    }

    #[test]
    fn of_whom_nobody_suspects_anything_only_whether_somebody_is_there_is_asked() {
        let (mut child, pid) = sleeper(Stdio::piped());
        let mut ends = OtherEnds::default();
        let cheap = Asked { servers: vec![pid], suspects: Vec::new() };
        ends.ask(&cheap);
        assert_eq!(ends.found().get(&pid), Some(&OtherEnd::Somebody(Vec::new())));
        drop(child.0.stdin.take());
        ends.ask(&cheap);
        assert_eq!(ends.found().get(&pid), Some(&OtherEnd::Nobody { made_by: None }));
    }

    #[test]
    fn whoever_speaks_to_one_speaks_to_all_who_share_the_input() {
        let (input, output) = std::io::pipe().unwrap();
        // As a server and its fork have it.
        let (_one, first) = sleeper(input.try_clone().unwrap().into());
        let (_other, second) = sleeper(input.into());
        let mut ends = OtherEnds::default();
        ends.ask(&asked(&[first, second]));
        for pid in [first, second] {
            assert_eq!(ends.found().get(&pid), Some(&OtherEnd::Somebody(vec![me()])));
        }
        // Somebody has the other end of whom nothing can be found.
        ends.holders.clear();
        assert_eq!(ends.found().get(&first), Some(&OtherEnd::Somebody(Vec::new())));
        drop(output);
    }

    #[test]
    fn this_system_tells_the_other_ends_of_sockets() {
        sockets_tell_their_peers().unwrap();
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
