//! Who is connected to sockets on which some processes listen, by the system's table of TCP sockets.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};

use netstat2::{AddressFamilyFlags, ProtocolSocketInfo, SocketInfo, TcpState};

use super::sockets::sockets;
use crate::core::Pid;
use crate::core::snapshot::{Caller, Callers, Door};

#[derive(Debug, Default)]
pub(crate) struct Calls;

/// One end of a connection, or a socket that listens.
#[derive(Debug)]
struct Row {
    local: SocketAddr,
    remote: SocketAddr,
    listens: bool,
    pids: Vec<Pid>,
}

impl Calls {
    #[expect(clippy::unused_self, reason = "its twin keeps a line to the kernel")]
    pub(crate) fn of(&mut self, pids: &[Pid]) -> HashMap<Pid, Callers> {
        if pids.is_empty() {
            return HashMap::new();
        }
        let Ok(rows) = rows() else {
            return pids.iter().map(|pid| (*pid, Callers::Unknown)).collect();
        };
        pids.iter().map(|pid| (*pid, callers(*pid, &rows))).collect()
    }
}

fn callers(pid: Pid, rows: &[Row]) -> Callers {
    let mut listening = rows.iter().filter(|row| row.listens && row.pids.contains(&pid)).peekable();
    if listening.peek().is_none() {
        return Callers::NotListening;
    }
    let mut callers = Vec::new();
    for listener in listening {
        for row in rows.iter().filter(|row| !row.listens && came_to(row, listener)) {
            let other =
                rows.iter().find(|it| !it.listens && it.local == row.remote && it.remote == row.local);
            let who = other.map_or_else(Vec::new, |other| other.pids.clone());
            callers.push(Caller { at: Door::Port(listener.local.port()), who });
        }
    }
    callers.sort();
    callers.dedup();
    Callers::Known(callers)
}

/// Whether this end of a connection is the one at a socket that listens.
fn came_to(row: &Row, listener: &Row) -> bool {
    let address: IpAddr = listener.local.ip();
    row.local.port() == listener.local.port() && (address.is_unspecified() || address == row.local.ip())
}

fn rows() -> io::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for family in [AddressFamilyFlags::IPV4, AddressFamilyFlags::IPV6] {
        rows.extend(sockets(family)?.iter().filter_map(row));
    }
    Ok(rows)
}

/// Addresses are IPv4's where they only look like IPv6's: the other end may be in the other family's table.
fn row(socket: &SocketInfo) -> Option<Row> {
    let ProtocolSocketInfo::Tcp(tcp) = &socket.protocol_socket_info else { return None };
    let listens = tcp.state == TcpState::Listen;
    // What is half closed, by whichever side, is no connection any more.
    if !listens && tcp.state != TcpState::Established {
        return None;
    }
    let end = |address: IpAddr, port| SocketAddr::new(address.to_canonical(), port);
    Some(Row {
        local: end(tcp.local_addr, tcp.local_port),
        remote: end(tcp.remote_addr, tcp.remote_port),
        listens,
        pids: socket.associated_pids.iter().filter_map(|pid| Pid::new(*pid)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn whoever_is_connected_to_us_is_found_and_is_gone_when_he_closes() {
        let me = Pid::new(std::process::id()).unwrap();
        let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        // wine tells whose socket it is only once its owner has touched it.
        server.set_ttl(64).unwrap();
        let port = server.local_addr().unwrap().port();
        let callers = || {
            let Some(Callers::Known(callers)) = Calls.of(&[me]).remove(&me) else { panic!("we listen") };
            callers.into_iter().filter(|caller| caller.at == Door::Port(port)).collect::<Vec<_>>()
        };
        assert_eq!(callers(), []);
        let client = TcpStream::connect(server.local_addr().unwrap()).unwrap();
        let (accepted, _) = server.accept().unwrap();
        client.set_ttl(64).unwrap();
        assert_eq!(callers(), [Caller { at: Door::Port(port), who: vec![me] }]);
        drop((client, accepted));
        assert_eq!(callers(), []);
    }
}
