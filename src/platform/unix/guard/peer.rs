//! Which socket is at the other end of one of ours. Only the kernel's socket monitor tells.

use std::os::fd::AsFd;

use rustix::fs::fstat;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

/// `SOCK_DIAG_BY_FAMILY`: the kind of request and of answer.
const BY_FAMILY: u16 = 20;

/// `NLM_F_REQUEST`.
const REQUEST: u16 = 1;

/// `AF_UNIX`: no other kind of socket has its other end on this machine for certain.
const LOCAL: u8 = 1;

/// `UDIAG_SHOW_PEER`.
const SHOW_PEER: u32 = 4;

/// `UNIX_DIAG_PEER`.
const PEER: u16 = 2;

/// Of the answer to a request and of what it tells of a socket itself, in bytes.
const HEADER: usize = 16;

/// The number of the socket that this one is connected to. `None` where it is closed, or where the system has no such
/// monitor or would not say: a sandbox, a socket of another network namespace.
pub(super) fn peer_of(socket: impl AsFd) -> Option<u32> {
    let number = u32::try_from(fstat(&socket).ok()?.st_ino).ok()?;
    let monitor = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(netlink::SOCK_DIAG),
    );
    let monitor = monitor.ok()?;
    send(&monitor, &request(number), SendFlags::empty()).ok()?;
    let mut answer = [0; 512];
    // It has been answered by the time that the call above returns.
    let (_, length) = recv(&monitor, &mut answer, RecvFlags::DONTWAIT).ok()?;
    peer_in(answer.get(..length)?, number)
}

/// For one socket, by its number alone.
fn request(number: u32) -> Vec<u8> {
    let mut body = vec![LOCAL, 0, 0, 0];
    for word in [u32::MAX, number, SHOW_PEER, u32::MAX, u32::MAX] {
        body.extend(word.to_ne_bytes());
    }
    let length = u32::try_from(HEADER + body.len()).unwrap_or(0);
    let mut request = length.to_ne_bytes().to_vec();
    request.extend([BY_FAMILY, REQUEST].map(u16::to_ne_bytes).concat());
    // A serial number and an address, which nobody needs.
    request.extend([0; 8]);
    request.extend(body);
    request
}

fn peer_in(answer: &[u8], number: u32) -> Option<u32> {
    let half = |at: usize| Some(u16::from_ne_bytes(answer.get(at..at + 2)?.try_into().ok()?));
    let word = |at: usize| Some(u32::from_ne_bytes(answer.get(at..at + 4)?.try_into().ok()?));
    if half(4)? != BY_FAMILY || word(HEADER + 4)? != number {
        return None;
    }
    let mut at = 2 * HEADER;
    loop {
        let length = usize::from(half(at)?);
        if half(at + 2)? == PEER {
            // Nought once the other end is closed; older kernels leave it out then.
            return word(at + 4).filter(|peer| *peer != 0);
        }
        // Less than its own head is no attribute.
        at += length.max(4).next_multiple_of(4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;

    fn number(socket: &UnixStream) -> u32 {
        u32::try_from(fstat(socket).unwrap().st_ino).unwrap()
    }

    #[test]
    fn each_end_of_a_pair_is_the_others_peer_until_it_is_closed() {
        let (one, other) = UnixStream::pair().unwrap();
        assert_eq!(peer_of(&one), Some(number(&other)));
        assert_eq!(peer_of(&other), Some(number(&one)));
        drop(other);
        assert_eq!(peer_of(&one), None);
    }

    #[test]
    fn what_is_no_local_socket_has_no_peer_here() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let one = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        assert_eq!(peer_of(&one), None);
        assert_eq!(peer_of(std::fs::File::open("/dev/null").unwrap()), None);
    }

    #[test]
    fn an_answer_may_be_cut_anywhere() {
        let mut answer = request(7);
        answer.truncate(HEADER);
        for word in [1, 7, 0, 0] {
            answer.extend(u32::to_ne_bytes(word));
        }
        answer.extend([5, 9].map(u16::to_ne_bytes).concat());
        answer.extend([0; 4]);
        answer.extend([8, PEER].map(u16::to_ne_bytes).concat());
        answer.extend(8_u32.to_ne_bytes());
        assert_eq!(peer_in(&answer, 7), Some(8));
        assert_eq!(peer_in(&answer, 6), None);
        for end in 0..answer.len() {
            assert_eq!(peer_in(answer.get(..end).unwrap(), 7), None, "{end} bytes");
        }
    }
}
