//! A second opinion on socket lists, because a refused netlink query looks like an empty one.

use std::fs;
use std::io;

use netstat2::{AddressFamilyFlags, ProtocolFlags, SocketInfo, iterate_sockets_info_without_pids};

use crate::platform::Family;

const fn file(family: Family) -> &'static str {
    match family {
        Family::V4 => "/proc/self/net/tcp",
        Family::V6 => "/proc/self/net/tcp6",
    }
}

pub(crate) fn speaks(family: Family) -> bool {
    match family {
        Family::V4 => true,
        // The file is missing where IPv6 was switched off with the kernel; without `/proc` at all we
        // cannot know and must look.
        Family::V6 => {
            fs::exists(file(family)).unwrap_or(true) || !fs::exists(file(Family::V4)).unwrap_or(false)
        }
    }
}

pub(crate) fn confirm_no_sockets(family: Family) -> io::Result<()> {
    let rows = fs::read_to_string(file(family))?.lines().skip(1).count();
    if rows == 0 {
        return Ok(());
    }
    Err(io::Error::other(format!("the kernel's query shows no socket, {} shows {rows}", file(family))))
}

/// Who holds a socket is found by walking every process's descriptors, so that is left out here.
pub(crate) fn sockets_without_holders(
    family: AddressFamilyFlags,
) -> Result<Vec<SocketInfo>, netstat2::error::Error> {
    iterate_sockets_info_without_pids(family, ProtocolFlags::TCP)?.collect()
}
