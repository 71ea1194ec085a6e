//! TCP sockets as `netstat2` lists them, and what each of them does with a port.

use std::io;

use netstat2::{
    AddressFamilyFlags, ProtocolFlags, ProtocolSocketInfo, SocketInfo, TcpState, iterate_sockets_info,
};

/// Whether it is what remains of a connection that was closed, and belongs to nobody any more.
pub(super) fn lingers(socket: &SocketInfo) -> bool {
    let is_closed = match &socket.protocol_socket_info {
        ProtocolSocketInfo::Tcp(tcp) => !matches!(tcp.state, TcpState::Listen | TcpState::Established),
        ProtocolSocketInfo::Udp(_) => false,
    };
    is_closed && socket.associated_pids.iter().all(|pid| *pid == 0)
}

/// Whether a socket has this port and does not listen.
pub(super) fn is_connected_from(socket: &SocketInfo, port: u16) -> bool {
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
