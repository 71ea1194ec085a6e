//! Whole machines against the promise: what must be said of them, and what may be ended on them.
//!
//! Each world is a story with one odd thing in it; every `check` compares the plan too. Deliberately
//! without a word of how the judging is done: these tests outlive the code.

mod expect;
mod hiding;
mod odd;
mod random;
mod tales;

mod adoption;
mod containers;
mod copies;
mod false_kills;
mod guards;
mod launchers;
mod lease_alone;
mod leases;
mod linux;
mod ports;
mod properties;
mod refusals;
mod ripeness;
mod titles;
mod unseen;
mod users;
mod windows;
