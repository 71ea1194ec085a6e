//! The port ranges that Windows keeps for Hyper-V, WSL and Docker.
//!
//! No call lists them; `netsh` does, in the user's language, so that only its numbers are read.
#![expect(unsafe_code, reason = "a socket is bound without listening, which the standard library cannot")]

use std::io;

use windows_sys::Win32::Networking::WinSock::{
    AF_INET, IN_ADDR, IN_ADDR_0, INVALID_SOCKET, IPPROTO_TCP, SOCK_STREAM, SOCKADDR_IN,
    WSA_FLAG_NO_HANDLE_INHERIT, WSADATA, WSAEACCES, WSAGetLastError, WSASocketW, WSAStartup, bind,
    closesocket,
};

use super::small_program::output_of;
use super::text::length;

pub(crate) fn reserved_range(port: u16) -> io::Result<Option<(u16, u16)>> {
    if bind_error(port)? != Some(WSAEACCES) {
        return Ok(None);
    }
    for family in ["ipv4", "ipv6"] {
        let list =
            output_of("netsh.exe", &["interface", family, "show", "excludedportrange", "protocol=tcp"])?;
        if let Some(range) = find(&list, port) {
            return Ok(Some(range));
        }
    }
    Err(io::Error::other("binding it is refused with error 10013, and no reserved range holds it"))
}

/// Binds the port for a moment, without listening: no firewall asks, nobody can connect. Tells the
/// error, if there was one.
fn bind_error(port: u16) -> io::Result<Option<i32>> {
    let mut about = WSADATA::default();
    // SAFETY: the structure is ours. Calls are counted, and one more for the life of the program is fine.
    let started = unsafe { WSAStartup(0x0202, &raw mut about) };
    if started != 0 {
        return Err(io::Error::from_raw_os_error(started));
    }
    // SAFETY: no pointers but an empty one are passed.
    let socket = unsafe {
        WSASocketW(
            i32::from(AF_INET),
            SOCK_STREAM,
            IPPROTO_TCP,
            std::ptr::null(),
            0,
            WSA_FLAG_NO_HANDLE_INHERIT,
        )
    };
    if socket == INVALID_SOCKET {
        return Err(io::Error::last_os_error());
    }
    let localhost = IN_ADDR { S_un: IN_ADDR_0 { S_addr: u32::from_ne_bytes([127, 0, 0, 1]) } };
    let address =
        SOCKADDR_IN { sin_family: AF_INET, sin_port: port.to_be(), sin_addr: localhost, sin_zero: [0; 8] };
    let size = i32::try_from(length(&address)).map_err(io::Error::other)?;
    // SAFETY: the socket is ours, the address is as long as the call is told, and the socket is closed
    // once and not used again.
    unsafe {
        let bound = bind(socket, (&raw const address).cast(), size);
        let error = WSAGetLastError();
        closesocket(socket);
        Ok((bound != 0).then_some(error))
    }
}

/// The range around a port: lines with two numbers, and an asterisk where an administrator made it.
fn find(list: &str, port: u16) -> Option<(u16, u16)> {
    let ranges = list.lines().filter_map(|line| {
        let mut words = line.split_whitespace().filter(|word| *word != "*");
        let range = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        words.next().is_none().then_some(range)
    });
    ranges.into_iter().find(|(first, last)| (*first..=*last).contains(&port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\r\nProtokoll tcp Portausschlussbereiche\r\n\r\nStartport   Endport\r\n\
        ----------    --------\r\n      2980        3079\r\n     50000       50059     *\r\n\r\n* - Verwaltete\r\n";

    #[test]
    fn numbers_are_read_in_any_language() {
        assert_eq!(find(LIST, 3005), Some((2980, 3079)));
        assert_eq!(find(LIST, 50059), Some((50000, 50059)));
        assert_eq!(find(LIST, 3080), None);
        assert_eq!(find("", 3005), None);
    }

    #[test]
    fn a_port_in_use_is_not_reserved() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(reserved_range(port).unwrap(), None);
        drop(listener);
        assert_eq!(bind_error(port).unwrap(), None);
    }
}
