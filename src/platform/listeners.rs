//! Who listens on a port.

use super::table::{Change, Depth};
use super::{Family, io, os};
use crate::core::Identity;
use crate::core::snapshot::{Binding, Listener};

/// The sockets that listen, with what is kept from look to look.
#[derive(Debug, Default)]
pub(crate) struct Listeners(os::Listeners);

/// Where holders are looked for.
#[cfg_attr(windows, expect(dead_code, reason = "the system's table names the holder"))]
pub(crate) struct Among<'a> {
    /// Who most likely holds something.
    pub(crate) likely: &'a [Identity],
    /// Whether these are others than at the last look.
    pub(crate) change: Change,
    /// How far the search goes.
    pub(crate) depth: Depth,
}

impl Listeners {
    /// The LISTEN rows of one address family on these ports, with their holders. An error means that nobody knows
    /// who listens; an empty answer is never a refusal in disguise.
    ///
    /// # Platforms
    /// Linux: unless everything is asked for, whoever shares a socket with one of the likely ones, without having
    /// it from it, is left out. Windows: the row names one holder.
    pub(crate) fn read(
        &mut self,
        family: Family,
        ports: &[u16],
        among: &Among<'_>,
    ) -> io::Result<Vec<(u16, Listener)>> {
        self.0.read(family, ports, among)
    }

    /// Whether a port on which nobody listens can be bound, and what has it otherwise. Binds it for a moment without
    /// listening: only where somebody is about to be told that it is free, and never between a guard's look at the port
    /// and the start of its server. An error is none of these, such as too many open files.
    ///
    /// # Platforms
    /// Linux: as servers do that set `SO_REUSEADDR`; sockets that are bound and nothing else are listed since 6.8.
    /// Windows: for us alone, and then as usual, so that remains of closed connections do not count; sockets that are
    /// bound and nothing else are not listed.
    pub(crate) fn try_port(&mut self, port: u16) -> io::Result<Binding> {
        self.0.try_port(port)
    }
}
