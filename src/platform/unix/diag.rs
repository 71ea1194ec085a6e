//! Which sockets have some ports, asked of the kernel by one netlink query.
//!
//! The kernel compares state and port itself, so that the answer costs the same however many sockets there are. A
//! refusal is an error here, never an empty list. Who holds a socket is `listeners.rs`'s matter.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

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

const LISTEN: u8 = 10;

/// The line to the kernel, kept open.
#[derive(Debug, Default)]
pub(super) struct Diag {
    socket: Option<OwnedFd>,
    turn: u32,
}

/// More ports than this are sorted out here.
const MOST_PORTS: usize = 8;

/// The kernel answers at once; this is for a line that is no longer one.
const PATIENCE: Duration = Duration::from_secs(2);

/// A list that changed while it was taken is asked for again, so often.
const TRIES: usize = 3;

/// Bytes in front of a message's body.
const HEAD: usize = 16;

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const REQUEST_AND_DUMP: u16 = 0x1 | 0x300;
const DUMP_WAS_INTERRUPTED: u16 = 0x10;
const NOTHING: u16 = 1;
const ERROR: u16 = 2;
const DONE: u16 = 3;
const BYTECODE: u16 = 1;
const TCP: u8 = 6;

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
        for _ in 0..TRIES {
            match self.ask(family, ports, states) {
                Ok(Some(rows)) => return Ok(rows),
                Ok(None) => {}
                Err(error) => {
                    // What is still under way on this line would be taken for the next answer.
                    self.socket = None;
                    return Err(error);
                }
            }
        }
        Err(io::Error::other("the list of sockets changed each time that it was read"))
    }

    /// `None` where the list changed meanwhile.
    fn ask(&mut self, family: Family, ports: &[u16], states: u32) -> io::Result<Option<Vec<Socket>>> {
        self.turn = self.turn.wrapping_add(1);
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => line()?,
        };
        send(&socket, &question(family, ports, states, self.turn), SendFlags::empty())?;
        let mut answer = Answer::to(self.turn, family);
        let mut buffer = [0_u8; 8192];
        loop {
            let (length, _) = recv(&socket, &mut buffer[..], RecvFlags::empty())?;
            if answer.take(buffer.get(..length).unwrap_or_default())? {
                self.socket = Some(socket);
                answer.rows.retain(|row| ports.contains(&row.port));
                return Ok(answer.is_whole.then_some(answer.rows));
            }
        }
    }
}

/// What the kernel has answered so far.
#[derive(Debug)]
struct Answer {
    turn: u32,
    family: Family,
    rows: Vec<Socket>,
    /// Whether the list stayed as it was while it was taken.
    is_whole: bool,
}

impl Answer {
    const fn to(turn: u32, family: Family) -> Self {
        Self { turn, family, rows: Vec::new(), is_whole: true }
    }

    /// Takes in the messages that arrived together. Tells whether that was all.
    fn take(&mut self, bytes: &[u8]) -> io::Result<bool> {
        let mut rest = bytes;
        if rest.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        while let Some((message, more)) = message(rest) {
            rest = more;
            if message.turn != self.turn {
                continue;
            }
            self.is_whole &= message.flags & DUMP_WAS_INTERRUPTED == 0;
            match message.kind {
                DONE => {
                    said(message.body)?;
                    return Ok(true);
                }
                ERROR => {
                    said(message.body)?;
                    return Err(io::Error::other("the kernel refuses to list sockets"));
                }
                SOCK_DIAG_BY_FAMILY => {
                    self.rows.push(row(message.body, self.family).ok_or(io::ErrorKind::InvalidData)?);
                }
                NOTHING => {}
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        if rest.is_empty() { Ok(false) } else { Err(io::ErrorKind::InvalidData.into()) }
    }
}

/// Any bytes at all as the kernel's answer, for `fuzzing`: there are no more rows than messages fit in.
pub(super) fn try_answer(bytes: &[u8]) {
    let turn =
        bytes.get(8..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_ne_bytes(*bytes));
    for family in [Family::V4, Family::V6] {
        let mut answer = Answer::to(turn, family);
        // Refused or not, it must not panic, nor take for ever.
        let _ = answer.take(bytes);
        assert!(answer.rows.len() * HEAD <= bytes.len(), "{answer:?}");
    }
}

fn line() -> io::Result<OwnedFd> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(netlink::SOCK_DIAG),
    )?;
    set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
    Ok(socket)
}

/// The number that ends a dump or stands in an error: 0, or an error's, below it.
fn said(body: &[u8]) -> io::Result<()> {
    let number = body.first_chunk().map_or(0, |bytes| i32::from_ne_bytes(*bytes));
    if number < 0 { Err(io::Error::from_raw_os_error(number.saturating_neg())) } else { Ok(()) }
}

struct Message<'a> {
    kind: u16,
    flags: u16,
    turn: u32,
    body: &'a [u8],
}

/// The first message, and what stands behind it.
fn message(bytes: &[u8]) -> Option<(Message<'_>, &[u8])> {
    let length = usize::try_from(u32::from_ne_bytes(*bytes.first_chunk()?)).ok()?;
    let kind = u16::from_ne_bytes(*bytes.get(4..)?.first_chunk()?);
    let flags = u16::from_ne_bytes(*bytes.get(6..)?.first_chunk()?);
    let turn = u32::from_ne_bytes(*bytes.get(8..)?.first_chunk()?);
    let body = bytes.get(HEAD..length)?;
    let next = length.next_multiple_of(4).min(bytes.len());
    Some((Message { kind, flags, turn, body }, &bytes[next..]))
}

/// An `inet_diag_msg`.
fn row(body: &[u8], family: Family) -> Option<Socket> {
    let state = *body.get(1)?;
    let port = u16::from_be_bytes(*body.get(4..)?.first_chunk()?);
    let address = match family {
        Family::V4 => IpAddr::V4(Ipv4Addr::from(*body.get(8..)?.first_chunk::<4>()?)),
        Family::V6 => IpAddr::V6(Ipv6Addr::from(*body.get(8..)?.first_chunk::<16>()?)),
    };
    let inode = u32::from_ne_bytes(*body.get(68..)?.first_chunk()?);
    Some(Socket { address, port, state, inode })
}

fn question(family: Family, ports: &[u16], states: u32, turn: u32) -> Vec<u8> {
    let family = match family {
        Family::V4 => AddressFamily::INET,
        Family::V6 => AddressFamily::INET6,
    };
    let mut bytes = Vec::with_capacity(256);
    // The length is put in at the end.
    bytes.extend([0; 4]);
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(REQUEST_AND_DUMP.to_ne_bytes());
    bytes.extend(turn.to_ne_bytes());
    bytes.extend([0; 4]);
    // inet_diag_req_v2: family, protocol, no extensions, padding, states, and a socket of no importance.
    bytes.extend([u8::try_from(family.as_raw()).unwrap_or(0), TCP, 0, 0]);
    bytes.extend(states.to_ne_bytes());
    bytes.extend([0; 48]);
    if ports.len() <= MOST_PORTS {
        let code = bytecode(ports);
        let length = u16::try_from(4 + code.len()).unwrap_or(u16::MAX);
        bytes.extend(length.to_ne_bytes());
        bytes.extend(BYTECODE.to_ne_bytes());
        bytes.extend(code);
    }
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    bytes[..4].copy_from_slice(&length.to_ne_bytes());
    bytes
}

/// "The source port is one of these", for the kernel's own little machine: each comparison is two words, the second one
/// holding the number; `yes` and `no` say how many bytes to go on. Going on to the end accepts, and four bytes
/// further refuses.
fn bytecode(ports: &[u16]) -> Vec<u8> {
    const AT_LEAST: u8 = 2;
    const AT_MOST: u8 = 3;
    const JUMP: u8 = 1;
    const COMPARISON: u16 = 8;
    /// Two comparisons and a jump to the end.
    const BLOCK: u16 = 2 * COMPARISON + 4;
    let mut code = Vec::with_capacity(ports.len() * usize::from(BLOCK));
    let mut op = |kind: u8, yes: u8, no: u16| {
        code.extend([kind, yes]);
        code.extend(no.to_ne_bytes());
    };
    let mut behind = u16::try_from(ports.len()).unwrap_or(0) * BLOCK;
    for port in ports {
        behind = behind.saturating_sub(BLOCK);
        let refusal = if behind == 0 { 4 } else { 0 };
        op(AT_LEAST, 8, BLOCK + refusal);
        op(0, 0, *port);
        op(AT_MOST, 8, BLOCK - COMPARISON + refusal);
        op(0, 0, *port);
        op(JUMP, 4, 4 + behind);
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

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
    }

    #[test]
    fn a_connection_from_a_port_is_no_listener_on_it() {
        let socket = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let connection = std::net::TcpStream::connect(socket.local_addr().unwrap()).unwrap();
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
    fn an_error_is_no_end_and_half_a_message_is_none() {
        assert!(said(&(-1_i32).to_ne_bytes()).is_err());
        assert!(said(&0_i32.to_ne_bytes()).is_ok());
        assert!(message(&[0; 15]).is_none());
        assert!(message(&[255; 16]).is_none());
        assert!(row(&[0; 71], Family::V4).is_none());
    }
}
