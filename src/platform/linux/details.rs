//! The traits that tell an orphan from a process that was set free on purpose.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use super::proc;
use crate::core::snapshot::{Callers, Container, OtherEnd, Service, Stream, Streams, Terminal};
use crate::core::{Details, Fact, Pid};

pub(crate) fn args(pid: Pid) -> io::Result<Option<Vec<String>>> {
    Ok(proc::read(pid, "cmdline")?.map(|bytes| proc::words(&bytes)))
}

pub(crate) fn name(pid: Pid) -> Option<String> {
    let bytes = proc::read(pid, "comm").ok().flatten()?;
    Some(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
}

/// The process table has told all there is.
pub(crate) fn program(_: Pid) -> Option<String> {
    None
}

pub(crate) fn environment(pid: Pid) -> io::Result<Vec<(OsString, OsString)>> {
    let bytes = proc::read(pid, "environ")?.ok_or(io::ErrorKind::NotFound)?;
    let pairs = bytes.split(|byte| *byte == 0).filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        Some((OsString::from_vec(pair[..at].to_vec()), OsString::from_vec(pair[at + 1..].to_vec())))
    });
    Ok(pairs.collect())
}

pub(crate) fn details(pid: Pid) -> Details {
    details_and_their_worth(pid).0
}

/// Whether asking again would tell the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Worth {
    /// As long as the process is what it is. What is hidden then is hidden by right.
    Lasting,
    /// Something could not be read for a reason that passes.
    Passing,
}

pub(super) fn details_and_their_worth(pid: Pid) -> (Details, Worth) {
    let mut worth = Worth::Lasting;
    let stat = proc::stat(pid);
    let status = proc::read(pid, "status").map(|bytes| Some(String::from_utf8_lossy(&bytes?).into_owned()));
    let (streams, service) = (streams(pid), service(pid));
    let stat = worth.known(stat);
    let status = worth.known(status);
    let details = Details {
        session: fact(stat.map(|stat| Pid::new(stat.session))),
        terminal: fact(stat.map(|stat| match stat.terminal {
            // The kernel takes the terminal away from the whole session when it is hung up or when
            // the session's leader ends.
            0 => Terminal::None,
            _ => Terminal::Living,
        })),
        streams: fact(worth.known(streams)),
        other_end: OtherEnd::NotAsked,
        callers: Callers::NotAsked,
        service: fact(worth.known(service.map(Some))),
        ignores_hangup: fact(status.as_deref().and_then(ignores_hangup)),
        container: fact(status.as_deref().and_then(container)),
        cwd: fs::read_link(format!("/proc/{pid}/cwd")).ok().map(|path| path.to_string_lossy().into_owned()),
    };
    (details, worth)
}

impl Worth {
    /// What was read; nothing where it is hidden, or where the process has ended.
    fn known<T>(&mut self, read: io::Result<Option<T>>) -> Option<T> {
        match read {
            Ok(Some(value)) => return Some(value),
            Err(error)
                if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => {}
            Ok(None) | Err(_) => *self = Self::Passing,
        }
        None
    }
}

fn fact<T>(value: Option<T>) -> Fact<T> {
    value.map_or(Fact::Hidden, Fact::Known)
}

fn streams(pid: Pid) -> io::Result<Option<Streams>> {
    let streams = [stream(pid, 0)?, stream(pid, 1)?];
    let [Some(input), Some(output)] = streams else { return Ok(None) };
    Ok(Some(Streams { input, output }))
}

fn stream(pid: Pid, number: u32) -> io::Result<Option<Stream>> {
    match fs::read_link(format!("/proc/{pid}/fd/{number}")) {
        Ok(target) => Ok(Some(kind_of(&target.to_string_lossy()))),
        // Closed, if the process itself is still there to be asked.
        Err(error) if proc::is_gone(&error) => {
            Ok(Path::new(&format!("/proc/{pid}/fd")).exists().then_some(Stream::Other))
        }
        Err(error) => Err(error),
    }
}

fn kind_of(target: &str) -> Stream {
    if target.starts_with("pipe:") || target.starts_with("socket:") {
        Stream::Pipe
    } else if target.starts_with("/dev/pts/") || target.starts_with("/dev/tty") || target == "/dev/console" {
        Stream::Terminal
    } else {
        Stream::Other
    }
}

/// Bit 0 of the ignored signals is SIGHUP.
pub(super) fn ignores_hangup(status: &str) -> Option<bool> {
    let mask = field(status, "SigIgn:")?;
    Some(u64::from_str_radix(mask, 16).ok()? & 1 == 1)
}

/// A process in a pid namespace below ours has a number there, too.
pub(super) fn container(status: &str) -> Option<Container> {
    let numbers = field(status, "NSpid:")?.split_ascii_whitespace().count();
    Some(if numbers > 1 { Container::Another } else { Container::Ours })
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}

/// The service that a process belongs to, if any, with everybody in it. An error where that cannot be told:
/// `Unsupported` where no groups are mounted.
fn service(pid: Pid) -> io::Result<Option<Service>> {
    let groups = || match proc::read(pid, "cgroup") {
        Ok(bytes) => bytes.ok_or(io::Error::from(io::ErrorKind::NotFound)),
        Err(error) => Err(error),
    };
    let bytes = groups()?;
    let text = String::from_utf8_lossy(&bytes);
    let Some((name, path)) = text.lines().find_map(service_of) else { return Ok(None) };
    let mut trouble = None;
    for root in
        ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/openrc"]
    {
        match fs::read_to_string(format!("{root}{path}/cgroup.procs")) {
            Ok(members) => {
                let members = members.lines().filter_map(|line| line.parse().ok());
                return Ok(Some(Service { name, members: members.filter_map(Pid::new).collect() }));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => trouble = Some(error),
        }
    }
    Err(match trouble {
        Some(error) => error,
        None if groups()? == bytes => io::ErrorKind::Unsupported.into(),
        // It was moved to another one in between.
        None => io::ErrorKind::NotFound.into(),
    })
}

/// The service that a line of `/proc/PID/cgroup` names, and its path. `user@1000.service` is the
/// session's own manager, not a service that looks after what runs below it.
pub(crate) fn service_of(line: &str) -> Option<(String, &str)> {
    let (_, rest) = line.split_once(':')?;
    let (controller, path) = rest.split_once(':')?;
    let mut upto = path.len();
    match controller {
        "" | "name=systemd" => {}
        "name=openrc" => {
            return path
                .strip_prefix('/')
                .filter(|name| !name.is_empty())
                .map(|name| (name.to_owned(), path));
        }
        _ => return None,
    }
    for part in path.rsplit('/') {
        match part.rsplit_once('.') {
            Some((_, "scope" | "slice")) => return None,
            Some((_, "service")) => {
                return (!part.starts_with("user@")).then(|| (part.to_owned(), &path[..upto]));
            }
            Some(_) | None => {}
        }
        upto = upto.saturating_sub(part.len() + 1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_told_from_a_session_an_app_and_a_container() {
        for (line, expected) in [
            ("0::/system.slice/shim.service", Some("shim.service")),
            ("1:name=systemd:/system.slice/shim.service", Some("shim.service")),
            ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/shim.service", Some("shim.service")),
            ("0::/system.slice/shim.service/workers", Some("shim.service")),
            ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-code-123.scope", None),
            ("0::/user.slice/user-1000.slice/user@1000.service/init.scope", None),
            ("0::/user.slice/user-1000.slice/session-2.scope", None),
            ("0::/system.slice/docker-0123.scope", None),
            ("4:memory:/system.slice/shim.service", None),
            ("0::/", None),
            ("nonsense", None),
        ] {
            assert_eq!(service_of(line).map(|(name, _)| name).as_deref(), expected, "{line}");
        }
        let (_, path) = service_of("0::/system.slice/shim.service/workers").unwrap();
        assert_eq!(path, "/system.slice/shim.service");
    }

    #[test]
    fn what_is_hidden_by_right_lasts_and_a_passing_trouble_does_not() {
        let worth_of = |read: io::Result<Option<()>>| {
            let mut worth = Worth::Lasting;
            let _ = worth.known(read);
            worth
        };
        assert_eq!(worth_of(Ok(Some(()))), Worth::Lasting);
        for lasting in [io::ErrorKind::PermissionDenied, io::ErrorKind::Unsupported] {
            assert_eq!(worth_of(Err(lasting.into())), Worth::Lasting);
        }
        // Too many open files; one that has ended or was moved.
        let too_many = rustix::io::Errno::MFILE.into();
        for passing in [Err(too_many), Err(io::ErrorKind::NotFound.into()), Ok(None)] {
            assert_eq!(worth_of(passing), Worth::Passing);
        }
    }

    #[test]
    fn status_tells_nohup_and_container() {
        let status = "Name:\tpython\nSigIgn:\t0000000001001001\nNSpid:\t4242\n";
        assert_eq!(ignores_hangup(status), Some(true));
        assert_eq!(ignores_hangup("SigIgn:\t0000000001001000\n"), Some(false));
        assert_eq!(ignores_hangup("Name:\tx\n"), None);
        assert_eq!(container(status), Some(Container::Ours));
        assert_eq!(container("NSpid:\t4242\t7\n"), Some(Container::Another));
    }

    #[test]
    fn streams_are_told_apart() {
        assert_eq!(kind_of("pipe:[123]"), Stream::Pipe);
        assert_eq!(kind_of("socket:[123]"), Stream::Pipe);
        assert_eq!(kind_of("/dev/pts/3"), Stream::Terminal);
        assert_eq!(kind_of("/dev/null"), Stream::Other);
    }
}
