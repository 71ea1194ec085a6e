//! What a restart works with, and how long it is patient.

use std::path::Path;
use std::time::Duration;

use crate::act::Act;

/// How long a stopped server's port may take to become free.
pub(super) const PORT_PATIENCE: Duration = Duration::from_secs(5);

/// How long a started server may take to listen, where it should.
pub(super) const START_PATIENCE: Duration = Duration::from_secs(15);

/// What a restart works with.
pub struct Tools<'a> {
    /// The hands.
    pub act: &'a mut dyn Act,
    /// The folder of the leases, beside which guards listen.
    pub leases: &'a Path,
    /// Between asking and forcing.
    pub stop_grace: Duration,
    /// Whether the user agreed, by naming the server, that others who are connected to it lose it.
    pub is_agreed: bool,
}
