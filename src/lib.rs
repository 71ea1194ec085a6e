//! Shimkeeper: sees orphaned MCP servers, says why they are orphans, and ends them and nothing else.
//!
//! The map of this crate is ARCHITECTURE.md; what stands where is held by `tests/architecture.rs`.

pub mod core;
