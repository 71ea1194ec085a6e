//! The port ranges that Windows keeps for Hyper-V, WSL and Docker.
//!
//! No call lists them; `netsh` does, in the user's language, so that only its numbers are read.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use windows_sys::Win32::Networking::WinSock::WSAEACCES;

use super::bind::{Claim, error_of_binding};
use super::small_program::{LOOKING, output_of};

use crate::core::wording;

pub(crate) fn reserved_range(port: u16) -> io::Result<Option<(u16, u16)>> {
    if error_of_binding(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), Claim::Usual)? != Some(WSAEACCES) {
        return Ok(None);
    }
    for family in ["ipv4", "ipv6"] {
        let list = output_of(
            "netsh.exe",
            &["interface", family, "show", "excludedportrange", "protocol=tcp"],
            LOOKING,
        )?;
        if let Some(range) = find(&list, port) {
            return Ok(Some(range));
        }
    }
    Err(io::Error::other(wording::RESERVED_BY_NO_RANGE))
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
    }
}
