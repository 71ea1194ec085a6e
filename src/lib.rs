//! Shimkeeper: sees orphaned MCP servers, says why they are orphans, and ends them and nothing else.
//!
//! The map of this crate is ARCHITECTURE.md; what stands where is held by `tests/architecture`.

pub mod act;
pub mod cli;
pub mod clock;
pub mod config;
mod console;
pub mod core;
pub mod exit;
#[doc(hidden)]
pub mod fuzzing;
pub mod guard;
mod leases;
pub mod logging;
pub mod mcp;
pub mod monitor;
pub mod paths;
mod platform;
pub mod sense;
mod single;
pub mod tray;
pub mod work;
