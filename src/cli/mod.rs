//! The command line: the same engine as the tray, one look at a time.
//!
//! Data goes to standard output, everything else to standard error. Exit codes are in `exit.rs`.

mod args;
mod autostart;
mod cleanup;
mod completions;
mod config;
mod context;
mod ctrl_c;
mod doctor;
mod failure;
mod free;
mod guard;
mod guard_args;
mod json;
mod log;
mod mcp;
mod mcp_args;
mod mcp_guard;
mod mcp_shown;
mod mcp_work;
mod render;
mod restart;
mod run;
mod schedule;
mod start;
mod status;
mod watch;

pub use run::main;
