//! Whether a port on which nobody listens can be bound, and which sockets have it otherwise.
//!
//! Tried by binding it for a moment, once for IPv4 and once for IPv6, with `SO_REUSEADDR`, as nearly every server binds:
//! what lingers of a server's closed connections does not count then, and a server that binds the port with that option
//! in the same moment succeeds. Nothing ever listens here, so that nobody can connect.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with, sockopt};

use super::birth::birth;
use super::diag::{Diag, Socket};
use super::listeners::{Listeners, everybody};
use crate::core::snapshot::{Binding, Hold, Taken, Taking};
use crate::core::{Holder, Identity, Pid};
use crate::platform::Family;

const EVERYWHERE: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];

pub(crate) fn port_is_free(port: u16) -> io::Result<bool> {
    for address in EVERYWHERE {
        match try_to_bind(address, port) {
            Err(Errno::ADDRINUSE) => return Ok(false),
            // A system without this family has no listener on it.
            Ok(()) | Err(Errno::AFNOSUPPORT | Errno::ADDRNOTAVAIL) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

impl Listeners {
    pub(crate) fn try_port(&mut self, port: u16) -> io::Result<Binding> {
        let (mut at, mut is_permitted) = (Vec::new(), true);
        for address in EVERYWHERE {
            match try_to_bind(address, port) {
                Ok(()) | Err(Errno::AFNOSUPPORT | Errno::ADDRNOTAVAIL) => {}
                Err(Errno::ADDRINUSE) => at.push(address),
                Err(Errno::ACCESS | Errno::PERM) => is_permitted = false,
                Err(error) => return Err(error.into()),
            }
        }
        if at.is_empty() && is_permitted {
            return Ok(Binding::Works);
        }
        let mut taken = self.taken(port, &at);
        if at.is_empty() {
            // Without the right to try it, what is in use is known by its sockets alone.
            taken.by.retain(|taking| !taking.holders.is_empty());
            if taken.by.is_empty() {
                return Ok(Binding::NotPermitted);
            }
            taken.at = EVERYWHERE.to_vec();
        }
        Ok(Binding::Taken(taken))
    }

    /// The sockets that keep a port from being bound at these addresses.
    fn taken(&mut self, port: u16, at: &[IpAddr]) -> Taken {
        let rows = sockets(&mut self.diag, port).into_iter();
        let rows: Vec<Socket> = rows.filter(|row| at.is_empty() || is_in_the_way(row.address, at)).collect();
        let mut by: BTreeMap<(IpAddr, bool), Vec<u32>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.inode != 0) {
            by.entry((row.address, row.is_merely_bound())).or_default().push(row.inode);
        }
        let inodes: Vec<u32> = by.values().flatten().copied().collect();
        let holders = holders(&inodes);
        let taking = |((address, is_bound), inodes): ((IpAddr, bool), Vec<u32>)| {
            let mut found: Vec<Holder> = Vec::new();
            for inode in inodes {
                for holder in holders.get(&inode).map_or(&[Holder::Hidden][..], Vec::as_slice) {
                    if !found.contains(holder) {
                        found.push(holder.clone());
                    }
                }
            }
            Taking { address, hold: if is_bound { Hold::Bound } else { Hold::Connected }, holders: found }
        };
        Taken {
            at: at.to_vec(),
            by: by.into_iter().map(taking).collect(),
            lingers: rows.iter().any(|row| row.inode == 0),
        }
    }
}

/// Everything that has the port and does not listen. Nothing where the kernel does not tell.
fn sockets(diag: &mut Diag, port: u16) -> Vec<Socket> {
    let families = [Family::V4, Family::V6];
    families.into_iter().flat_map(|family| diag.not_listening(family, &[port]).unwrap_or_default()).collect()
}

/// Whether a socket with this address keeps one of the others from being bound.
fn is_in_the_way(address: IpAddr, of: &[IpAddr]) -> bool {
    of.iter().any(|wanted| match (wanted, address) {
        (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) => true,
        // A socket of IPv6 may have the port of IPv4 as well.
        (IpAddr::V4(_), IpAddr::V6(address)) => {
            address.is_unspecified() || address.to_ipv4_mapped().is_some()
        }
        (IpAddr::V6(_), IpAddr::V4(_)) => false,
    })
}

/// Who has these sockets open, by one walk through everything that is open.
fn holders(inodes: &[u32]) -> HashMap<u32, Vec<Holder>> {
    let mut found: HashMap<u32, Vec<Holder>> = HashMap::new();
    if inodes.is_empty() {
        return found;
    }
    for pid in everybody() {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        for inode in files.filter_map(|file| inode_in(&fs::read_link(file.path()).ok()?.to_string_lossy())) {
            if inodes.contains(&inode)
                && let Some(holder) = holder(pid)
            {
                let known = found.entry(inode).or_default();
                if !known.contains(&holder) {
                    known.push(holder);
                }
            }
        }
    }
    found
}

fn holder(pid: Pid) -> Option<Holder> {
    birth(pid).ok().flatten().map(|birth| Holder::Known(Identity { pid, birth }))
}

/// `socket:[4711]`
fn inode_in(link: &str) -> Option<u32> {
    link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// Binds and lets go. Never listens, so that nobody can connect meanwhile.
fn try_to_bind(address: IpAddr, port: u16) -> Result<(), Errno> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    if family == AddressFamily::INET6 {
        sockopt::set_ipv6_v6only(&socket, true)?;
    }
    bind(&socket, &SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    /// A socket that is bound and does nothing; its port.
    fn bound(address: IpAddr) -> (rustix::fd::OwnedFd, u16) {
        let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
        let socket = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None).unwrap();
        bind(&socket, &SocketAddr::new(address, 0)).unwrap();
        let port = SocketAddr::try_from(rustix::net::getsockname(&socket).unwrap()).unwrap().port();
        (socket, port)
    }

    fn me() -> Holder {
        holder(Pid::new(std::process::id()).unwrap()).unwrap()
    }

    #[test]
    fn a_free_port_can_be_bound_again_and_again() {
        let (socket, port) = bound(Ipv4Addr::LOCALHOST.into());
        drop(socket);
        for _ in 0..3 {
            assert_eq!(Listeners::default().try_port(port).unwrap(), Binding::Works);
        }
    }

    #[test]
    fn a_socket_that_is_bound_without_listening_has_the_port_and_its_process_is_named() {
        for address in
            [Ipv4Addr::LOCALHOST.into(), Ipv4Addr::UNSPECIFIED.into(), IpAddr::from(Ipv6Addr::UNSPECIFIED)]
        {
            let (_socket, port) = bound(address);
            let Binding::Taken(taken) = Listeners::default().try_port(port).unwrap() else {
                panic!("{address}")
            };
            if taken.by.is_empty() {
                // A kernel before 6.8 does not list it.
                continue;
            }
            assert_eq!(taken.by, [Taking { address, hold: Hold::Bound, holders: vec![me()] }]);
            assert!(!port_is_free(port).unwrap(), "the guard says the same");
        }
    }

    #[test]
    fn a_connection_from_the_port_has_it_and_its_remains_as_well() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let connection = TcpStream::connect(server.local_addr().unwrap()).unwrap();
        let port = connection.local_addr().unwrap().port();
        let Binding::Taken(taken) = Listeners::default().try_port(port).unwrap() else { panic!("{port}") };
        assert_eq!(taken.at, [IpAddr::from(Ipv4Addr::UNSPECIFIED)], "IPv6 is free");
        let connected =
            Taking { address: Ipv4Addr::LOCALHOST.into(), hold: Hold::Connected, holders: vec![me()] };
        assert_eq!((taken.by, taken.lingers), (vec![connected], false));
        // Whoever closes first keeps the remains.
        let (mut accepted, _) = server.accept().unwrap();
        drop(connection);
        assert_eq!(accepted.read(&mut [0]).unwrap(), 0);
        drop(accepted);
        let Binding::Taken(taken) = Listeners::default().try_port(port).unwrap() else { panic!("{port}") };
        assert_eq!((taken.by, taken.lingers), (vec![], true));
    }

    #[test]
    fn what_lingers_of_a_servers_connections_leaves_its_port_free_for_the_next_server() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = server.local_addr().unwrap();
        let mut connection = TcpStream::connect(address).unwrap();
        drop(server.accept().unwrap());
        assert_eq!(connection.read(&mut [0]).unwrap(), 0);
        drop((connection, server));
        assert_eq!(Listeners::default().try_port(address.port()).unwrap(), Binding::Works);
        drop(TcpListener::bind(address).unwrap());
    }
}
