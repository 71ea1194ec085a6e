//! Who is connected to sockets on which some processes listen.

use std::collections::HashMap;

use super::os;
use crate::core::Pid;
use crate::core::snapshot::Callers;

/// The questions, with what is kept for the next one.
#[derive(Debug, Default)]
pub(crate) struct Calls(os::Calls);

impl Calls {
    /// Asks of each of these. A process is missing where it ended meanwhile.
    ///
    /// # Platforms
    /// Linux: TCP and local sockets. Windows: TCP. Nowhere UDP, which knows no connections.
    pub(crate) fn of(&mut self, pids: &[Pid]) -> HashMap<Pid, Callers> {
        self.0.of(pids)
    }
}
