//! LISTEN rows with their owner, through `netstat2`: the system's table names it, so that nothing else is asked.

use std::io;
use std::net::IpAddr;

use netstat2::AddressFamilyFlags;

use super::birth;
use super::guard::addresses_refused;
use super::sockets::{is_connected_from, lingers, listens_on, sockets};
use crate::core::snapshot::{Binding, Hold, Listener, Taken, Taking};
use crate::core::{Holder, Identity, Pid};
use crate::platform::Family;
use crate::platform::listeners::Among;

#[derive(Debug, Default)]
pub(crate) struct Listeners;

impl Listeners {
    #[expect(clippy::unused_self, reason = "its twin keeps a line to the kernel")]
    pub(crate) fn read(
        &mut self,
        family: Family,
        ports: &[u16],
        _: &Among<'_>,
    ) -> io::Result<Vec<(u16, Listener)>> {
        let family = match family {
            Family::V4 => AddressFamilyFlags::IPV4,
            Family::V6 => AddressFamilyFlags::IPV6,
        };
        let sockets = sockets(family)?;
        let rows = sockets.iter().filter_map(|socket| {
            let port = listens_on(socket, ports)?;
            Some((port, Listener { address: socket.local_addr(), holders: holders(&socket.associated_pids) }))
        });
        Ok(rows.collect())
    }

    #[expect(clippy::unused_self, reason = "its twin keeps a line to the kernel")]
    pub(crate) fn try_port(&mut self, port: u16) -> io::Result<Binding> {
        let at: Vec<IpAddr> = addresses_refused(port)?;
        if at.is_empty() {
            return Ok(Binding::Works);
        }
        let mut taken = Taken { at, by: Vec::new(), lingers: false };
        for family in [AddressFamilyFlags::IPV4, AddressFamilyFlags::IPV6] {
            for socket in sockets(family)?.iter().filter(|socket| is_connected_from(socket, port)) {
                if lingers(socket) {
                    taken.lingers = true;
                    continue;
                }
                let taking = Taking {
                    address: socket.local_addr(),
                    hold: Hold::Connected,
                    holders: holders(&socket.associated_pids),
                };
                if !taken.by.contains(&taking) {
                    taken.by.push(taking);
                }
            }
        }
        Ok(Binding::Taken(taken))
    }
}

fn holders(pids: &[u32]) -> Vec<Holder> {
    let holders: Vec<Holder> = pids.iter().filter_map(|pid| Pid::new(*pid)).map(holder).collect();
    // A row without an owner has one whom we may not see.
    if holders.is_empty() { vec![Holder::Hidden] } else { holders }
}

fn holder(pid: Pid) -> Holder {
    match birth(pid) {
        Ok(Some(birth)) => Holder::Known(Identity { pid, birth }),
        Ok(None) => Holder::Gone(pid),
        Err(_) => Holder::Hidden,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

    use tokio::net::TcpSocket;

    use super::*;

    const EVERY_IPV4: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    const EVERY_IPV6: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

    /// Bound, without listening: the standard library listens at once.
    fn bound(address: IpAddr) -> (TcpSocket, u16) {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.unwrap();
        socket.bind(SocketAddr::new(address, 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        (socket, port)
    }

    fn try_port(port: u16) -> Binding {
        Listeners.try_port(port).unwrap()
    }

    #[track_caller]
    fn taken(port: u16) -> Taken {
        let Binding::Taken(taken) = try_port(port) else { panic!("{port} can be bound") };
        taken
    }

    #[test]
    fn a_free_port_can_be_bound_again_and_again() {
        let (socket, port) = bound(Ipv4Addr::LOCALHOST.into());
        drop(socket);
        for _ in 0..3 {
            assert_eq!(try_port(port), Binding::Works);
        }
    }

    #[test]
    fn a_socket_that_is_bound_without_listening_has_the_port_of_its_family() {
        for (address, at) in
            [(EVERY_IPV4, EVERY_IPV4), (Ipv4Addr::LOCALHOST.into(), EVERY_IPV4), (EVERY_IPV6, EVERY_IPV6)]
        {
            let (socket, port) = bound(address);
            // The system lists no such socket, so that nobody can be named.
            assert_eq!(taken(port), Taken { at: vec![at], by: vec![], lingers: false }, "{address}");
            drop(socket);
            assert_eq!(try_port(port), Binding::Works, "{address}");
        }
    }

    #[test]
    fn a_connection_from_the_port_has_it_and_its_process_is_named() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        // In wine only a port that was bound before is refused to others.
        let (socket, _) = bound(Ipv4Addr::LOCALHOST.into());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let connection = runtime.block_on(socket.connect(server.local_addr().unwrap())).unwrap();
        // wine tells whose socket it is only once its owner has touched it.
        connection.set_ttl(64).unwrap();
        let port = connection.local_addr().unwrap().port();
        let us = holder(Pid::new(std::process::id()).unwrap());
        let connected =
            Taking { address: Ipv4Addr::LOCALHOST.into(), hold: Hold::Connected, holders: vec![us] };
        assert_eq!(taken(port), Taken { at: vec![EVERY_IPV4], by: vec![connected], lingers: false });
        // Whoever closes first keeps the remains, and those refuse no server.
        let (mut accepted, _) = server.accept().unwrap();
        drop(connection);
        assert_eq!(accepted.read(&mut [0]).unwrap(), 0);
        drop(accepted);
        assert_eq!(try_port(port), Binding::Works);
    }

    #[test]
    fn one_of_two_families_is_told_from_both() {
        let (_four, port) = bound(EVERY_IPV4);
        assert_eq!(taken(port).at, [EVERY_IPV4]);
        let six = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).unwrap();
        assert_eq!(taken(port).at, [EVERY_IPV4, EVERY_IPV6]);
        drop(six);
    }
}
