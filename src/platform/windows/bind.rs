//! Binds a port for a moment, without listening: no firewall asks, nobody can connect.
#![expect(unsafe_code, reason = "the standard library listens as soon as it binds")]

use std::io;
use std::net::SocketAddr;

use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, IN_ADDR, IN_ADDR_0, IN6_ADDR, IN6_ADDR_0, INVALID_SOCKET, IPPROTO_IPV6, IPPROTO_TCP,
    IPV6_V6ONLY, SO_EXCLUSIVEADDRUSE, SOCK_STREAM, SOCKADDR_IN, SOCKADDR_IN6, SOCKET, SOL_SOCKET,
    WSA_FLAG_NO_HANDLE_INHERIT, WSADATA, WSAGetLastError, WSASocketW, WSAStartup, bind, closesocket,
    setsockopt,
};

use super::text::length;

/// How a port is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Claim {
    /// As most servers do, which succeeds beside a listener on another address.
    Usual,
    /// For us alone, on every address.
    Exclusive,
}

/// The error of binding it, if there was one. IPv6 is bound without IPv4.
pub(crate) fn error_of_binding(address: SocketAddr, claim: Claim) -> io::Result<Option<i32>> {
    let mut about = WSADATA::default();
    // SAFETY: the structure is ours. Calls are counted, and one more for the life of the program is fine.
    let started = unsafe { WSAStartup(0x0202, &raw mut about) };
    if started != 0 {
        return Err(io::Error::from_raw_os_error(started));
    }
    let socket = match Socket::new(address) {
        Ok(socket) => socket,
        // A system without this family says so here.
        Err(error) => return error.raw_os_error().map_or(Err(error), |code| Ok(Some(code))),
    };
    if claim == Claim::Exclusive {
        socket.set(SOL_SOCKET, SO_EXCLUSIVEADDRUSE)?;
    }
    if address.is_ipv6() {
        socket.set(IPPROTO_IPV6, IPV6_V6ONLY)?;
    }
    socket.bind(address)
}

struct Socket(SOCKET);

impl Socket {
    fn new(address: SocketAddr) -> io::Result<Self> {
        let family = i32::from(if address.is_ipv4() { AF_INET } else { AF_INET6 });
        let nothing = std::ptr::null();
        // SAFETY: no pointers but an empty one are passed.
        let socket =
            unsafe { WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, nothing, 0, WSA_FLAG_NO_HANDLE_INHERIT) };
        if socket == INVALID_SOCKET { Err(last_error()) } else { Ok(Self(socket)) }
    }

    fn set(&self, level: i32, option: i32) -> io::Result<()> {
        let yes = 1_i32;
        // SAFETY: the socket is open and the value is as long as the call is told.
        let failed = unsafe { setsockopt(self.0, level, option, (&raw const yes).cast(), 4) } != 0;
        if failed { Err(last_error()) } else { Ok(()) }
    }

    fn bind(&self, address: SocketAddr) -> io::Result<Option<i32>> {
        let bound = match address {
            SocketAddr::V4(address) => {
                let octets = IN_ADDR_0 { S_addr: u32::from_ne_bytes(address.ip().octets()) };
                let raw = SOCKADDR_IN {
                    sin_family: AF_INET,
                    sin_port: address.port().to_be(),
                    sin_addr: IN_ADDR { S_un: octets },
                    ..SOCKADDR_IN::default()
                };
                let size = i32::try_from(length(&raw)).map_err(io::Error::other)?;
                // SAFETY: the socket is open and the address is as long as the call is told.
                unsafe { bind(self.0, (&raw const raw).cast(), size) }
            }
            SocketAddr::V6(address) => {
                let raw = SOCKADDR_IN6 {
                    sin6_family: AF_INET6,
                    sin6_port: address.port().to_be(),
                    sin6_addr: IN6_ADDR { u: IN6_ADDR_0 { Byte: address.ip().octets() } },
                    ..SOCKADDR_IN6::default()
                };
                let size = i32::try_from(length(&raw)).map_err(io::Error::other)?;
                // SAFETY: as above.
                unsafe { bind(self.0, (&raw const raw).cast(), size) }
            }
        };
        // SAFETY: no pointers are passed.
        Ok((bound != 0).then(|| unsafe { WSAGetLastError() }))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // SAFETY: the socket is ours and not used again.
        unsafe { closesocket(self.0) };
    }
}

fn last_error() -> io::Error {
    // SAFETY: no pointers are passed.
    io::Error::from_raw_os_error(unsafe { WSAGetLastError() })
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

    use windows_sys::Win32::Networking::WinSock::WSAEADDRINUSE;

    use super::*;

    #[test]
    fn a_port_is_bound_and_let_go_again() {
        for ip in [Ipv4Addr::LOCALHOST.into(), std::net::IpAddr::V6(Ipv6Addr::LOCALHOST)] {
            let listener = TcpListener::bind((ip, 0)).unwrap();
            let address = listener.local_addr().unwrap();
            for claim in [Claim::Usual, Claim::Exclusive] {
                assert_eq!(error_of_binding(address, claim).unwrap(), Some(WSAEADDRINUSE), "{address}");
            }
            drop(listener);
            for claim in [Claim::Usual, Claim::Exclusive, Claim::Exclusive] {
                assert_eq!(error_of_binding(address, claim).unwrap(), None, "{address}");
            }
        }
    }
}
