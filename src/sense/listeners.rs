//! LISTEN rows of the watched ports with every holder, through `netstat2`.
//!
//! The library panics where `/proc` cannot be read and ends silently where the kernel refuses the
//! query; both become `unseen` here. Each address family is asked by itself, so that trouble with
//! one does not hide the other.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use netstat2::{
    AddressFamilyFlags, ProtocolFlags, ProtocolSocketInfo, SocketInfo, TcpState, iterate_sockets_info,
};

use crate::core::snapshot::Listener;
use crate::core::{Holder, Identity, Pid, Unseen};
use crate::platform::{self, Family};

/// The LISTEN rows by port. What could not be read is added to `unseen`.
pub(super) fn read(ports: &[u16], unseen: &mut Vec<Unseen>) -> HashMap<u16, Vec<Listener>> {
    let mut rows: HashMap<u16, Vec<Listener>> = HashMap::new();
    for family in [Family::V4, Family::V6] {
        if !platform::speaks(family) {
            continue;
        }
        match catch_unwind(AssertUnwindSafe(|| rows_of(family, ports))) {
            Ok(Ok(found)) => {
                for (port, listener) in found {
                    rows.entry(port).or_default().push(listener);
                }
            }
            Ok(Err(why)) => unseen.push(Unseen::Listeners { family: word(family), why }),
            Err(_) => {
                let why = "the socket list could not be taken".into();
                unseen.push(Unseen::Listeners { family: word(family), why });
            }
        }
    }
    rows
}

const fn word(family: Family) -> &'static str {
    match family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    }
}

fn rows_of(family: Family, ports: &[u16]) -> Result<Vec<(u16, Listener)>, String> {
    let flags = match family {
        Family::V4 => AddressFamilyFlags::IPV4,
        Family::V6 => AddressFamilyFlags::IPV6,
    };
    // Who holds a socket is found by walking every process's descriptors: asked only where there is
    // somebody to ask for.
    let sockets = platform::sockets_without_holders(flags).map_err(|error| error.to_string())?;
    if sockets.is_empty() {
        platform::confirm_no_sockets(family).map_err(|error| error.to_string())?;
        return Ok(Vec::new());
    }
    if !sockets.iter().any(|socket| listens_on(socket, ports).is_some()) {
        return Ok(Vec::new());
    }
    let sockets = iterate_sockets_info(flags, ProtocolFlags::TCP).map_err(|error| error.to_string())?;
    let sockets = sockets.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    let rows = sockets.iter().filter_map(|socket| {
        let port = listens_on(socket, ports)?;
        Some((port, Listener { address: socket.local_addr(), holders: holders(&socket.associated_pids) }))
    });
    Ok(rows.collect())
}

/// The watched port on which this socket listens. A mere connection with the same local port is not
/// the server.
fn listens_on(socket: &SocketInfo, ports: &[u16]) -> Option<u16> {
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
    match platform::birth(pid) {
        Ok(Some(birth)) => Holder::Known(Identity { pid, birth }),
        Ok(None) => Holder::Gone(pid),
        Err(_) => Holder::Hidden,
    }
}
