//! Who listens on a port.

use super::table::{Change, Depth};
use super::{Family, io, os};
use crate::core::Identity;
use crate::core::snapshot::Listener;

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
}
