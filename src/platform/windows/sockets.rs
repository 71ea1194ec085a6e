//! What is particular about socket lists here: owners come for nothing, and an empty list is true.

use std::io;

use netstat2::{AddressFamilyFlags, ProtocolFlags, SocketInfo, iterate_sockets_info};

use crate::platform::Family;

#[expect(clippy::missing_const_for_fn, reason = "its twin reads files")]
pub(crate) fn speaks(_: Family) -> bool {
    true
}

#[expect(clippy::unnecessary_wraps, clippy::missing_const_for_fn, reason = "its twin reads files")]
pub(crate) fn confirm_no_sockets(_: Family) -> io::Result<()> {
    Ok(())
}

pub(crate) fn sockets_without_holders(
    family: AddressFamilyFlags,
) -> Result<Vec<SocketInfo>, netstat2::error::Error> {
    iterate_sockets_info(family, ProtocolFlags::TCP)?.collect()
}
