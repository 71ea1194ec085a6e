//! TCP sockets: which have some ports, listening or not, and which are connected to or from those.
//!
//! The kernel compares state and port itself, so that the answer costs the same however many sockets there are. Who
//! holds a socket is `listeners.rs`'s and `connections.rs`'s matter.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustix::net::AddressFamily;

use super::netlink::{self, Line};
use crate::platform::Family;

/// A socket with one of the ports on our side of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Socket {
    pub(super) address: IpAddr,
    pub(super) port: u16,
    pub(super) state: u8,
    /// 0 where no process has it any more.
    pub(super) inode: u32,
}

impl Socket {
    /// Whether it is bound, and does nothing yet: kernels from 6.8 on list such sockets where they are asked for state
    /// 13, and say 7, "closed", of them.
    pub(super) const fn is_merely_bound(&self) -> bool {
        matches!(self.state, 7 | 13)
    }
}

/// One end of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Connected {
    pub(super) local: (IpAddr, u16),
    pub(super) remote: (IpAddr, u16),
    /// Nought where it was not accepted yet.
    pub(super) inode: u32,
}

/// The questions, with the line over which they go.
#[derive(Debug, Default)]
pub(super) struct Diag(Line);

/// More ports than this are sorted out here.
const MOST_PORTS: usize = 8;

const BYTECODE: u16 = 1;
const TCP: u8 = 6;
const ESTABLISHED: u8 = 1;
const LISTEN: u8 = 10;

impl Diag {
    /// The sockets of one family that listen on one of these ports.
    pub(super) fn listening(&mut self, family: Family, ports: &[u16]) -> io::Result<Vec<Socket>> {
        self.sockets(family, ports, 1 << LISTEN)
    }

    /// The sockets of one family that have one of these ports and do not listen. The kernel walks through all of its
    /// connections for it.
    pub(super) fn not_listening(&mut self, family: Family, ports: &[u16]) -> io::Result<Vec<Socket>> {
        self.sockets(family, ports, !(1 << LISTEN))
    }

    fn sockets(&mut self, family: Family, ports: &[u16], states: u32) -> io::Result<Vec<Socket>> {
        if ports.is_empty() {
            return Ok(Vec::new());
        }
        let code = (ports.len() <= MOST_PORTS)
            .then(|| bytecode(&ports.iter().map(|port| source(*port)).collect::<Vec<_>>()));
        let mut rows = self.0.list(&question(family, states, code), |body| socket(body, family))?;
        rows.retain(|row| ports.contains(&row.port));
        Ok(rows)
    }

    /// Every socket of one family that listens.
    pub(super) fn all_listening(&mut self, family: Family) -> io::Result<Vec<Socket>> {
        self.0.list(&question(family, 1 << LISTEN, None), |body| socket(body, family))
    }

    /// Both ends, where both are on this machine, of every connection of one family with one of these ports. What is
    /// half closed, by whichever side, is none.
    pub(super) fn connected(&mut self, family: Family, ports: &[u16]) -> io::Result<Vec<Connected>> {
        if ports.is_empty() {
            return Ok(Vec::new());
        }
        let tests = || ports.iter().flat_map(|port| [source(*port), destination(*port)]).collect::<Vec<_>>();
        let code = (2 * ports.len() <= MOST_PORTS).then(|| bytecode(&tests()));
        let mut rows =
            self.0.list(&question(family, 1 << ESTABLISHED, code), |body| connected(body, family))?;
        rows.retain(|row| ports.contains(&row.local.1) || ports.contains(&row.remote.1));
        Ok(rows)
    }
}

/// Any bytes at all as the kernel's answer, for `fuzzing`.
pub(super) fn try_answer(bytes: &[u8]) {
    for family in [Family::V4, Family::V6] {
        netlink::try_answer(bytes, |body| socket(body, family));
        netlink::try_answer(bytes, |body| connected(body, family));
    }
}

/// An `inet_diag_msg`.
fn socket(body: &[u8], family: Family) -> Option<Socket> {
    let state = *body.get(1)?;
    let (address, port) = (address(body, 8, family)?, port(body, 4)?);
    Some(Socket { address, port, state, inode: inode(body)? })
}

/// The same of one that is connected. Addresses are IPv4's where they only look like IPv6's: the other end of a
/// connection may be in the other family's list.
fn connected(body: &[u8], family: Family) -> Option<Connected> {
    let end =
        |at_port, at_address| Some((address(body, at_address, family)?.to_canonical(), port(body, at_port)?));
    Some(Connected { local: end(4, 8)?, remote: end(6, 24)?, inode: inode(body)? })
}

fn port(body: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*body.get(at..)?.first_chunk()?))
}

fn address(body: &[u8], at: usize, family: Family) -> Option<IpAddr> {
    Some(match family {
        Family::V4 => IpAddr::V4(Ipv4Addr::from(*body.get(at..)?.first_chunk::<4>()?)),
        Family::V6 => IpAddr::V6(Ipv6Addr::from(*body.get(at..)?.first_chunk::<16>()?)),
    })
}

fn inode(body: &[u8]) -> Option<u32> {
    Some(u32::from_ne_bytes(*body.get(68..)?.first_chunk()?))
}

/// An `inet_diag_req_v2`.
fn question(family: Family, states: u32, code: Option<Vec<u8>>) -> Vec<u8> {
    let family = match family {
        Family::V4 => AddressFamily::INET,
        Family::V6 => AddressFamily::INET6,
    };
    let mut bytes = Vec::with_capacity(256);
    // Family, protocol, no extensions, padding, states, and a socket of no importance.
    bytes.extend([u8::try_from(family.as_raw()).unwrap_or(0), TCP, 0, 0]);
    bytes.extend(states.to_ne_bytes());
    bytes.extend([0; 48]);
    if let Some(code) = code {
        let length = u16::try_from(4 + code.len()).unwrap_or(u16::MAX);
        bytes.extend(length.to_ne_bytes());
        bytes.extend(BYTECODE.to_ne_bytes());
        bytes.extend(code);
    }
    bytes
}

/// A port at one end of a socket, as the kernel's machine compares it.
#[derive(Clone, Copy)]
struct Test {
    at_least: u8,
    at_most: u8,
    port: u16,
}

const fn source(port: u16) -> Test {
    Test { at_least: 2, at_most: 3, port }
}

const fn destination(port: u16) -> Test {
    Test { at_least: 4, at_most: 5, port }
}

/// "One of these is so", for the kernel's own little machine: each comparison is two words, the second one
/// holding the number; `yes` and `no` say how many bytes to go on. Going on to the end accepts, and four bytes
/// further refuses.
fn bytecode(tests: &[Test]) -> Vec<u8> {
    const JUMP: u8 = 1;
    const COMPARISON: u16 = 8;
    /// Two comparisons and a jump to the end.
    const BLOCK: u16 = 2 * COMPARISON + 4;
    let mut code = Vec::with_capacity(tests.len() * usize::from(BLOCK));
    let mut op = |kind: u8, yes: u8, no: u16| {
        code.extend([kind, yes]);
        code.extend(no.to_ne_bytes());
    };
    let mut behind = u16::try_from(tests.len()).unwrap_or(0) * BLOCK;
    for test in tests {
        behind = behind.saturating_sub(BLOCK);
        let refusal = if behind == 0 { 4 } else { 0 };
        op(test.at_least, 8, BLOCK + refusal);
        op(0, 0, test.port);
        op(test.at_most, 8, BLOCK - COMPARISON + refusal);
        op(0, 0, test.port);
        op(JUMP, 4, 4 + behind);
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn of_many_ports_just_the_asked_ones_are_told() {
        let open = || TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (sockets, mut diag) = ([open(), open(), open(), open()], Diag::default());
        let ports = sockets.each_ref().map(|socket| socket.local_addr().unwrap().port());
        for asked in [&ports[..1], &ports[1..2], &ports[1..3], &ports[..], &[]] {
            let mut found: Vec<u16> =
                diag.listening(Family::V4, asked).unwrap().iter().map(|row| row.port).collect();
            found.sort_unstable();
            let mut expected = asked.to_vec();
            expected.sort_unstable();
            assert_eq!(found, expected);
        }
        // More than the kernel is given to compare.
        let many: Vec<u16> = (1..=40).chain([ports[2]]).collect();
        let found = diag.listening(Family::V4, &many).unwrap();
        assert!(found.iter().any(|row| row.port == ports[2]), "{found:?}");
        assert!(!found.iter().any(|row| row.port == ports[1]), "{found:?}");
        let all = diag.all_listening(Family::V4).unwrap();
        assert!(ports.iter().all(|port| all.iter().any(|row| row.port == *port)), "{all:?}");
    }

    #[test]
    fn a_connection_from_a_port_is_no_listener_on_it() {
        let socket = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let connection = TcpStream::connect(socket.local_addr().unwrap()).unwrap();
        let port = connection.local_addr().unwrap().port();
        assert_eq!(Diag::default().listening(Family::V4, &[port]).unwrap(), []);
    }

    #[test]
    fn a_listener_on_ipv6_has_its_address() {
        let Ok(socket) = TcpListener::bind(("::1", 0)) else { return };
        let port = socket.local_addr().unwrap().port();
        let found = Diag::default().listening(Family::V6, &[port]).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].address, IpAddr::from(Ipv6Addr::LOCALHOST));
        assert_ne!(found[0].inode, 0);
    }

    #[test]
    fn both_ends_of_a_connection_are_told_accepted_or_not_until_one_side_closes() {
        let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (to, mut diag) = (server.local_addr().unwrap(), Diag::default());
        let client = TcpStream::connect(to).unwrap();
        let from = client.local_addr().unwrap();
        // Somebody else's, on another port.
        let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let _theirs = TcpStream::connect(other.local_addr().unwrap()).unwrap();
        for ports in [vec![to.port()], (1..=40).chain([to.port()]).collect()] {
            let mut rows = diag.connected(Family::V4, &ports).unwrap();
            rows.retain(|row| row.local.1 == to.port() || row.remote.1 == to.port());
            let ends: Vec<_> = rows.iter().map(|row| (row.local.1, row.remote.1, row.inode == 0)).collect();
            assert_eq!(rows.len(), 2, "{rows:?}");
            assert!(ends.contains(&(to.port(), from.port(), true)), "{ends:?}");
            assert!(ends.contains(&(from.port(), to.port(), false)), "{ends:?}");
        }
        let (_accepted, _) = server.accept().unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(diag.connected(Family::V4, &[to.port()]).unwrap(), []);
    }

    #[test]
    fn half_a_row_is_none() {
        assert!(socket(&[0; 71], Family::V4).is_none());
        assert!(connected(&[0; 71], Family::V6).is_none());
    }
}
