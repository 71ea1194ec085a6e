//! Whether a server will get its port.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use netstat2::{AddressFamilyFlags, SocketInfo};
use windows_sys::Win32::Networking::WinSock::{WSAEACCES, WSAEADDRINUSE, WSAEADDRNOTAVAIL, WSAEAFNOSUPPORT};

use super::super::bind::{Claim, error_of_binding};
use super::super::reserved::reserved_range;
use super::super::sockets::{is_connected_from, lingers, listens_on, sockets};
use crate::core::wording;

pub(crate) fn port_is_free(port: u16) -> io::Result<bool> {
    Ok(addresses_refused(port)?.is_empty())
}

/// The addresses, each for one whole family, at which a server could not bind the port.
pub(crate) fn addresses_refused(port: u16) -> io::Result<Vec<IpAddr>> {
    let everywhere = [
        (AddressFamilyFlags::IPV4, IpAddr::from(Ipv4Addr::UNSPECIFIED), IpAddr::from(Ipv4Addr::LOCALHOST)),
        (AddressFamilyFlags::IPV6, IpAddr::from(Ipv6Addr::UNSPECIFIED), IpAddr::from(Ipv6Addr::LOCALHOST)),
    ];
    let mut at = Vec::new();
    for (family, ip, nearest) in everywhere {
        let address = SocketAddr::new(ip, port);
        match error_of_binding(address, Claim::Exclusive)? {
            // A system without this family has no listener on it.
            None | Some(WSAEAFNOSUPPORT | WSAEADDRNOTAVAIL) => {}
            Some(WSAEADDRINUSE) => {
                if !only_lingers(family, port)? || !is_given_to_servers(&[ip, nearest], port)? {
                    at.push(ip);
                }
            }
            Some(WSAEACCES) => return Err(refused(port)),
            Some(error) => return Err(io::Error::from_raw_os_error(error)),
        }
    }
    Ok(at)
}

fn refused(port: u16) -> io::Error {
    // Where the list cannot be read, the refusal itself is what is known.
    io::Error::other(wording::port_refused(port, reserved_range(port).ok().flatten()))
}

/// Whether nothing but remains of closed connections have the port: those refuse the exclusive claim, and no server.
/// They are listed; what is bound and nothing else is not.
fn only_lingers(family: AddressFamilyFlags, port: u16) -> io::Result<bool> {
    let sockets = sockets(family)?;
    let has_it =
        |socket: &&SocketInfo| is_connected_from(socket, port) || listens_on(socket, &[port]).is_some();
    let mut having = sockets.iter().filter(has_it).peekable();
    Ok(having.peek().is_some() && having.all(lingers))
}

/// Whether a server that claims nothing for itself alone can bind it at each of these addresses.
fn is_given_to_servers(at: &[IpAddr], port: u16) -> io::Result<bool> {
    for ip in at {
        if error_of_binding(SocketAddr::new(*ip, port), Claim::Usual)?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_listener_on_any_address_is_noticed_and_its_end_as_well() {
        for address in ["127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"] {
            let listener = TcpListener::bind(address).unwrap();
            let port = listener.local_addr().unwrap().port();
            assert!(!port_is_free(port).unwrap(), "{address}");
            drop(listener);
            assert!(port_is_free(port).unwrap(), "{address}");
        }
    }

    #[test]
    fn what_lingers_of_a_connection_does_not_take_a_port() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut here = TcpStream::connect(address).unwrap();
        let (there, _) = listener.accept().unwrap();
        // Whoever closes first keeps the connection's remains.
        drop(there);
        assert_eq!(here.read(&mut [0]).unwrap(), 0);
        drop(here);
        drop(listener);
        assert!(port_is_free(address.port()).unwrap());
    }
}
