//! What a look is after.

use crate::core::moment::Now;
use crate::core::{Lease, Pid, Watch};
use crate::platform::table::Depth;

/// What is looked for, and how.
#[derive(Clone, Copy)]
pub(super) struct Search<'a> {
    pub(super) watches: &'a [Watch],
    pub(super) leases: &'a [Lease],
    /// Who held a port at the last look.
    pub(super) holders: &'a [Pid],
    /// Who used a shim then.
    pub(super) users: &'a [Pid],
    pub(super) depth: Depth,
    pub(super) now: Now,
}
