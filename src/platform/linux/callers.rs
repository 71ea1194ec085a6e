//! Who is connected to sockets on which some processes listen, asked of the kernel's socket monitor.
//!
//! Asked of suspects only: one list of listening sockets a family, one of connections with just their ports, and where
//! there are any, a walk through what everybody has open.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::net::IpAddr;

use super::diag::{Connected, Diag, Socket};
use super::proc;
use super::unix_diag::{Local, UnixDiag};
use crate::core::Pid;
use crate::core::snapshot::{Caller, Callers, Door};
use crate::platform::Family;

#[derive(Debug, Default)]
pub(crate) struct Calls {
    diag: Diag,
    local: UnixDiag,
}

/// A connection, by the number of the socket at its other end; nought where that is not on this machine, or not to be
/// seen.
#[derive(Debug)]
struct Call {
    /// The socket that listens.
    to: u32,
    at: Door,
    from: u32,
}

impl Calls {
    pub(crate) fn of(&mut self, pids: &[Pid]) -> HashMap<Pid, Callers> {
        let mut answers = HashMap::new();
        let mut sockets: Vec<(Pid, HashSet<u32>)> = Vec::new();
        for pid in pids {
            match sockets_of(*pid) {
                Ok(Some(found)) if found.is_empty() => drop(answers.insert(*pid, Callers::NotListening)),
                Ok(Some(found)) => sockets.push((*pid, found)),
                Ok(None) => {}
                Err(_) => drop(answers.insert(*pid, Callers::Unknown)),
            }
        }
        let all: HashSet<u32> = sockets.iter().flat_map(|(_, found)| found).copied().collect();
        if all.is_empty() {
            return answers;
        }
        let Ok((listening, calls)) = self.calls_to(&all) else {
            answers.extend(sockets.into_iter().map(|(pid, _)| (pid, Callers::Unknown)));
            return answers;
        };
        let holders = holders(&calls.iter().map(|call| call.from).filter(|from| *from != 0).collect());
        for (pid, own) in sockets {
            let its = calls.iter().filter(|call| own.contains(&call.to)).map(|call| Caller {
                at: call.at.clone(),
                who: holders.get(&call.from).cloned().unwrap_or_default(),
            });
            let mut callers: Vec<Caller> = its.collect();
            callers.sort();
            callers.dedup();
            let listens = own.iter().any(|socket| listening.contains(socket));
            answers.insert(pid, if listens { Callers::Known(callers) } else { Callers::NotListening });
        }
        answers
    }

    /// Which of these sockets listen, and every connection to them.
    fn calls_to(&mut self, sockets: &HashSet<u32>) -> io::Result<(HashSet<u32>, Vec<Call>)> {
        let (mut tcp, mut calls) = (Vec::new(), Vec::new());
        for family in families() {
            let rows = self.diag.all_listening(family)?;
            tcp.extend(rows.into_iter().filter(|row| sockets.contains(&row.inode)));
        }
        let ports: Vec<u16> = tcp.iter().map(|row| row.port).collect::<HashSet<_>>().into_iter().collect();
        let mut rows = Vec::new();
        for family in families() {
            rows.extend(self.diag.connected(family, &ports)?);
        }
        for listener in &tcp {
            calls.extend(rows.iter().filter(|row| came_to(row, listener)).map(|row| Call {
                to: listener.inode,
                at: Door::Port(listener.port),
                from: other_end(row, &rows),
            }));
        }
        let local = self.local.listening()?;
        let local: Vec<&Local> = local.iter().filter(|one| sockets.contains(&one.inode)).collect();
        if !local.is_empty() {
            let rows = self.local.connected()?;
            for listener in &local {
                let Some(address) = &listener.address else { continue };
                let accepted = rows.iter().filter(|row| row.address.as_ref() == Some(address));
                // One whose other end is closed is none.
                let accepted = accepted.filter_map(|row| row.peer);
                calls.extend(accepted.chain(listener.waiting.iter().copied()).map(|from| Call {
                    to: listener.inode,
                    at: Door::Local(address.shown()),
                    from,
                }));
            }
        }
        let listening = tcp.iter().map(|row| row.inode).chain(local.iter().map(|one| one.inode));
        Ok((listening.collect(), calls))
    }
}

/// Without IPv6 there is nothing to ask there.
fn families() -> impl Iterator<Item = Family> {
    let speaks_v6 = fs::exists("/proc/self/net/tcp6").unwrap_or(true);
    [Some(Family::V4), speaks_v6.then_some(Family::V6)].into_iter().flatten()
}

/// Whether this end of a connection is the one at a socket that listens.
fn came_to(row: &Connected, listener: &Socket) -> bool {
    let address: IpAddr = listener.address.to_canonical();
    row.local.1 == listener.port && (address.is_unspecified() || address == row.local.0)
}

/// The socket at the other end of a connection.
fn other_end(row: &Connected, rows: &[Connected]) -> u32 {
    rows.iter().find(|it| it.local == row.remote && it.remote == row.local).map_or(0, |it| it.inode)
}

/// Every socket that a process has open; `None` where it ended.
fn sockets_of(pid: Pid) -> io::Result<Option<HashSet<u32>>> {
    let files = match fs::read_dir(format!("/proc/{pid}/fd")) {
        Ok(files) => files,
        Err(error) if proc::is_gone(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(files.flatten().filter_map(|file| socket(&file)).collect()))
}

fn socket(file: &fs::DirEntry) -> Option<u32> {
    let target = fs::read_link(file.path()).ok()?;
    target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// Who has each of these sockets open.
fn holders(sockets: &HashSet<u32>) -> HashMap<u32, Vec<Pid>> {
    let mut holders: HashMap<u32, Vec<Pid>> = HashMap::new();
    if sockets.is_empty() {
        return holders;
    }
    let everybody = fs::read_dir("/proc").into_iter().flatten().flatten();
    let everybody = everybody.filter_map(|entry| Pid::new(entry.file_name().to_str()?.parse().ok()?));
    for pid in everybody {
        let Ok(Some(open)) = sockets_of(pid) else { continue };
        for socket in open.intersection(sockets) {
            holders.entry(*socket).or_default().push(pid);
        }
    }
    holders
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::{UnixListener, UnixStream};

    fn me() -> Pid {
        Pid::new(std::process::id()).unwrap()
    }

    /// Our own, but for what other tests do meanwhile.
    fn callers(at: &Door) -> Vec<Caller> {
        let mut calls = Calls::default();
        let Some(Callers::Known(callers)) = calls.of(&[me()]).remove(&me()) else { panic!("we listen") };
        callers.into_iter().filter(|caller| caller.at == *at).collect()
    }

    #[test]
    fn whoever_is_connected_to_us_is_found_on_either_family_and_is_gone_when_he_closes() {
        for address in ["127.0.0.1", "::1", "0.0.0.0", "::"] {
            let Ok(server) = TcpListener::bind((address, 0)) else { continue };
            let port = server.local_addr().unwrap().port();
            let at = Door::Port(port);
            assert_eq!(callers(&at), []);
            let to = if address == "::1" { "::1" } else { "127.0.0.1" };
            let client = TcpStream::connect((to, port)).unwrap();
            assert_eq!(callers(&at), [Caller { at: at.clone(), who: vec![me()] }], "{address}");
            let _accepted = server.accept().unwrap();
            assert_eq!(callers(&at), [Caller { at: at.clone(), who: vec![me()] }], "{address}");
            drop(client);
            assert_eq!(callers(&at), [], "{address}");
        }
    }

    #[test]
    fn a_listener_on_one_address_is_not_called_by_what_came_to_another() {
        let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = server.local_addr().unwrap().port();
        let Ok(other) = TcpListener::bind(("127.0.0.2", port)) else { return };
        let _client = TcpStream::connect(other.local_addr().unwrap()).unwrap();
        // Both are ours; the first one alone has no caller.
        let listener = Socket { address: [127, 0, 0, 1].into(), port, state: 10, inode: 1 };
        let rows = Diag::default().connected(Family::V4, &[port]).unwrap();
        assert!(!rows.is_empty() && !rows.iter().any(|row| came_to(row, &listener)), "{rows:?}");
    }

    #[test]
    fn a_local_socket_has_callers_as_well_accepted_or_not() {
        let path = std::env::temp_dir().join(format!("shimkeeper-callers-{}", std::process::id()));
        let server = UnixListener::bind(&path).unwrap();
        let at = Door::Local(path.display().to_string());
        assert_eq!(callers(&at), []);
        let client = UnixStream::connect(&path).unwrap();
        assert_eq!(callers(&at), [Caller { at: at.clone(), who: vec![me()] }]);
        let _accepted = server.accept().unwrap();
        assert_eq!(callers(&at), [Caller { at: at.clone(), who: vec![me()] }]);
        drop(client);
        assert_eq!(callers(&at), []);
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn whoever_listens_nowhere_and_is_not_there_has_no_callers() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let pid = Pid::new(child.id()).unwrap();
        let gone = Pid::new(4_194_304).unwrap();
        let answers = Calls::default().of(&[pid, gone]);
        assert_eq!(answers, HashMap::from([(pid, Callers::NotListening)]));
        #[expect(clippy::disallowed_methods, reason = "our own child, not waited for yet")]
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
