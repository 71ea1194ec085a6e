//! What a look costs, counted and not timed, and that a cheap look sees what a thorough one sees.
//!
//! How long things take, beside other ways to do the same, is measured by `benches/look`.

mod allocations;
mod crowd;
mod events;
mod net;
mod same_sight;
mod system_calls;
mod titles;
