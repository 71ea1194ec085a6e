//! Local sockets: the other end of one, which listen, and which are connected to those.

use std::io;
use std::path::Path;

use super::netlink::{self, Line};

/// `AF_UNIX`: no other kind of socket has its other end on this machine for certain.
const LOCAL: u8 = 1;

/// Of what is told of a socket itself, in bytes; attributes follow.
const HEAD: usize = 16;

const ESTABLISHED: u32 = 1;
const LISTEN: u32 = 10;

const SHOW_NAME: u32 = 1;
const SHOW_FILE: u32 = 2;
const SHOW_PEER: u32 = 4;
const SHOW_WAITING: u32 = 8;

const NAME: u16 = 0;
const FILE: u16 = 1;
const PEER: u16 = 2;
const WAITING: u16 = 3;
const SHUTDOWN: u16 = 6;

/// `RCV_SHUTDOWN`: nothing comes in any more, by whichever side's wish.
const CLOSED_FOR_READING: u8 = 1;

/// A socket as the monitor shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Local {
    pub(super) inode: u32,
    /// The socket at the other end; `None` once that is closed, or where there is none.
    pub(super) peer: Option<u32>,
    /// Whether anything can still come in.
    pub(super) hears: bool,
    /// Where it listens, or where the socket listened that it came from.
    pub(super) address: Option<Address>,
    /// The other ends of what waits to be accepted by it.
    pub(super) waiting: Vec<u32>,
}

/// Where a socket listens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Address {
    name: Vec<u8>,
    /// The file's own number: a path may have been given to another socket since.
    file: Option<Vec<u8>>,
}

impl Address {
    /// As people write it.
    pub(super) fn shown(&self) -> String {
        let name = String::from_utf8_lossy(&self.name);
        match name.strip_prefix('\0') {
            Some(name) => format!("@{name}"),
            None => Path::new(name.trim_end_matches('\0')).display().to_string(),
        }
    }
}

/// The questions, with the line over which they go.
#[derive(Debug, Default)]
pub(super) struct UnixDiag(Line);

impl UnixDiag {
    /// One socket, by its number alone. An error of the kind `NotFound` where no such local socket is known: it is of
    /// another kind or of another network namespace, or the kernel was built without this monitor.
    pub(super) fn socket(&mut self, inode: u32) -> io::Result<Local> {
        let local = self.0.one(&question(u32::MAX, inode, SHOW_PEER), read)?;
        if local.inode == inode { Ok(local) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// Every socket that listens.
    pub(super) fn listening(&mut self) -> io::Result<Vec<Local>> {
        self.0.list(&question(1 << LISTEN, 0, SHOW_NAME | SHOW_FILE | SHOW_WAITING), read)
    }

    /// Every socket that is connected and was accepted.
    pub(super) fn connected(&mut self) -> io::Result<Vec<Local>> {
        self.0.list(&question(1 << ESTABLISHED, 0, SHOW_NAME | SHOW_FILE | SHOW_PEER), read)
    }
}

/// Any bytes at all as the kernel's answer, for `fuzzing`.
pub(super) fn try_answer(bytes: &[u8]) {
    netlink::try_answer(bytes, read);
}

/// A `unix_diag_req`.
fn question(states: u32, inode: u32, show: u32) -> Vec<u8> {
    let mut bytes = vec![LOCAL, 0, 0, 0];
    for word in [states, inode, show, u32::MAX, u32::MAX] {
        bytes.extend(word.to_ne_bytes());
    }
    bytes
}

/// A `unix_diag_msg` with its attributes.
fn read(body: &[u8]) -> Option<Local> {
    let inode = word(body.get(4..)?)?;
    let mut rest = body.get(HEAD..)?;
    let mut local = Local { inode, peer: None, hears: true, address: None, waiting: Vec::new() };
    let (mut name, mut file) = (None, None);
    while !rest.is_empty() {
        let length = usize::from(half(rest)?);
        // Less than its own head is no attribute.
        let value = rest.get(4..length)?;
        match half(&rest[2..])? {
            NAME => name = Some(value.to_vec()),
            FILE => file = Some(value.to_vec()),
            // Nought once the other end is closed; older kernels leave it out then.
            PEER => local.peer = Some(word(value)?).filter(|peer| *peer != 0),
            WAITING => local.waiting = value.chunks_exact(4).filter_map(word).collect(),
            SHUTDOWN => local.hears = value.first()? & CLOSED_FOR_READING == 0,
            _ => {}
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    local.address = name.map(|name| Address { name, file });
    Some(local)
}

fn half(bytes: &[u8]) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.first_chunk()?))
}

fn word(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Shutdown;
    use std::os::fd::AsFd;
    use std::os::unix::net::{UnixListener, UnixStream};

    use rustix::fs::fstat;

    use crate::platform::files::testing::Scratch;

    fn number(socket: &impl AsFd) -> u32 {
        u32::try_from(fstat(socket).unwrap().st_ino).unwrap()
    }

    #[test]
    fn each_end_of_a_pair_is_the_others_peer_until_it_is_closed() {
        let (one, other) = UnixStream::pair().unwrap();
        let mut diag = UnixDiag::default();
        assert_eq!(diag.socket(number(&one)).unwrap().peer, Some(number(&other)));
        assert_eq!(diag.socket(number(&other)).unwrap().peer, Some(number(&one)));
        drop(other);
        assert_eq!(diag.socket(number(&one)).unwrap().peer, None);
    }

    #[test]
    fn an_end_that_was_closed_for_writing_only_is_told() {
        let (one, other) = UnixStream::pair().unwrap();
        let mut diag = UnixDiag::default();
        assert!(diag.socket(number(&one)).unwrap().hears);
        other.shutdown(Shutdown::Write).unwrap();
        let told = diag.socket(number(&one)).unwrap();
        assert_eq!((told.hears, told.peer), (false, Some(number(&other))));
        // The other direction is open.
        assert!(diag.socket(number(&other)).unwrap().hears);
    }

    #[test]
    fn what_is_no_local_socket_is_not_known() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let mut diag = UnixDiag::default();
        for _ in 0..2 {
            let error = diag.socket(number(&listener)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
        // The line is as good as before.
        let (one, other) = UnixStream::pair().unwrap();
        assert_eq!(diag.socket(number(&one)).unwrap().peer, Some(number(&other)));
    }

    #[test]
    fn a_connection_has_the_address_of_the_socket_that_it_came_to() {
        let scratch = Scratch::new();
        let path = scratch.path().join("door");
        let listener = UnixListener::bind(&path).unwrap();
        let mut diag = UnixDiag::default();
        let mine = number(&listener);
        let at = diag.listening().unwrap().into_iter().find(|one| one.inode == mine).unwrap().address;
        assert_eq!(at.as_ref().unwrap().shown(), path.display().to_string());
        let came_in = |diag: &mut UnixDiag| -> Vec<Local> {
            diag.connected().unwrap().into_iter().filter(|one| one.address == at).collect()
        };
        assert_eq!(came_in(&mut diag), []);
        let client = UnixStream::connect(&path).unwrap();
        let waiting = |diag: &mut UnixDiag| {
            diag.listening().unwrap().into_iter().find(|one| one.inode == mine).unwrap().waiting
        };
        assert_eq!(waiting(&mut diag), [number(&client)]);
        let (accepted, _) = listener.accept().unwrap();
        assert_eq!(waiting(&mut diag), [0; 0]);
        let told = came_in(&mut diag);
        assert_eq!((told[0].inode, told[0].peer), (number(&accepted), Some(number(&client))));
        // Another socket under the same name is another one.
        std::fs::remove_file(&path).unwrap();
        let second = UnixListener::bind(&path).unwrap();
        let other = diag.listening().unwrap().into_iter().find(|one| one.inode == number(&second)).unwrap();
        assert_ne!(other.address, at);
    }

    #[test]
    fn an_answer_may_be_cut_anywhere() {
        let mut answer = Vec::new();
        for word in [1, 7, 0, 0] {
            answer.extend(u32::to_ne_bytes(word));
        }
        answer.extend([5, 9].map(u16::to_ne_bytes).concat());
        answer.extend([0; 4]);
        answer.extend([8, PEER].map(u16::to_ne_bytes).concat());
        answer.extend(8_u32.to_ne_bytes());
        assert_eq!(read(&answer).map(|local| (local.inode, local.peer)), Some((7, Some(8))));
        for end in 0..answer.len() {
            let cut = read(answer.get(..end).unwrap());
            assert!(cut.is_none_or(|local| local.peer.is_none()), "{end} bytes");
        }
    }
}
