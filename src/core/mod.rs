//! The pure core: facts in, verdicts out.
//!
//! Nothing here performs I/O, reads a clock or knows which system it was built for: a world of
//! Windows processes is judged the same on Linux. What could not be read arrives as a value
//! ([`Fact::Hidden`], [`Unseen`]) and never as an empty list.
//!
//! The way through: [`recognise`] finds the shims, [`family`] their parents, [`instance`] groups
//! them as people count them, [`judge`] says what each one is, [`diagnose`] sums up, [`plan`] names
//! what may be ended, [`wording`] says all of it in words.

pub mod command_line;
pub mod control;
pub mod copies;
pub mod diagnose;
pub mod evidence;
pub mod family;
pub mod finding;
pub mod guarded;
pub mod heir;
mod held;
pub mod holder;
pub mod identity;
pub mod instance;
pub mod interpreter;
pub mod judge;
pub mod launcher;
pub mod lease;
pub mod mask;
pub mod memory;
pub mod module;
pub mod moment;
pub mod path_style;
pub mod plan;
pub(crate) mod position;
pub mod reaper;
pub mod recognise;
pub mod restart;
pub mod runs;
pub mod schedule;
pub mod severity;
pub mod snapshot;
pub mod title;
pub mod unseen;
pub mod users;
pub mod watch;
pub mod wording;

pub use command_line::CommandLine;
pub use diagnose::{Diagnosis, diagnose};
pub use evidence::Evidence;
pub use finding::Finding;
pub use guarded::Guarded;
pub use identity::{Birth, Identity, Pid};
pub use instance::{Client, Instance, Ripeness, State};
pub use lease::{Lease, LeaseClient};
pub use memory::Memory;
pub use moment::{Moment, UnixTime};
pub use path_style::PathStyle;
pub use plan::{CleanupPlan, Member, Refusal, Scope, Target, plan};
pub use runs::Runs;
pub use severity::Verdict;
pub use snapshot::{Details, Fact, Holder, Owner, PortFacts, Presence, Process, Snapshot, System};
pub use unseen::Unseen;
pub use watch::{Listens, Port, Watch};

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod worlds;
