//! Stories of the monitor: events with their times go in, effects come out, and nobody waits.
//!
//! [`scene`] builds them. [`telling`] is about toasts, [`working`] about cleanups and restarts,
//! [`configuring`] about pauses and the configuration, [`cleaning`] about scripted eyes and hands,
//! [`guarding`] about restarts that guards do.
//! Not here: what a look finds (tables over the core) and what the tray draws.

mod breaking;
mod cleaning;
mod configuring;
mod guarding;
mod random;
mod scene;
mod telling;
mod working;
