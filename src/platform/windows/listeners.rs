//! LISTEN rows with their owner, through `netstat2`: the system's table names it, so that nothing else is asked.

use std::io;
use std::net::IpAddr;

use netstat2::{
    AddressFamilyFlags, ProtocolFlags, ProtocolSocketInfo, SocketInfo, TcpState, iterate_sockets_info,
};

use super::birth;
use super::guard::addresses_refused;
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
                // What was closed belongs to nobody any more.
                if socket.associated_pids.iter().all(|pid| *pid == 0) {
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

/// Whether a socket has this port and does not listen.
fn is_connected_from(socket: &SocketInfo, port: u16) -> bool {
    match &socket.protocol_socket_info {
        ProtocolSocketInfo::Tcp(tcp) => tcp.local_port == port && tcp.state != TcpState::Listen,
        ProtocolSocketInfo::Udp(_) => false,
    }
}

/// Every TCP socket of one address family.
pub(super) fn sockets(family: AddressFamilyFlags) -> io::Result<Vec<SocketInfo>> {
    let failed = |error: netstat2::error::Error| io::Error::other(error.to_string());
    let sockets = iterate_sockets_info(family, ProtocolFlags::TCP).map_err(failed)?;
    sockets.collect::<Result<Vec<_>, _>>().map_err(failed)
}

/// The watched port on which this socket listens. A mere connection with the same local port is not
/// the server.
pub(super) fn listens_on(socket: &SocketInfo, ports: &[u16]) -> Option<u16> {
    match &socket.protocol_socket_info {
        ProtocolSocketInfo::Tcp(tcp) if tcp.state == TcpState::Listen => {
            ports.contains(&tcp.local_port).then_some(tcp.local_port)
        }
        ProtocolSocketInfo::Tcp(_) | ProtocolSocketInfo::Udp(_) => None,
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
