//! The tray program's few options.

use std::path::PathBuf;

use clap::Parser;

/// Watches for orphaned MCP servers from the panel.
#[derive(Parser, Debug)]
#[command(name = "shimkeeper-tray", version, about, long_about = None)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch on the command line")]
pub(super) struct Args {
    /// The configuration to use instead of the user's
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Keep configuration, logs and everything else in this folder
    #[arg(long, value_name = "DIR")]
    pub(super) home: Option<PathBuf>,
    /// End the tray that runs; fine if none does
    #[arg(long)]
    pub(super) quit: bool,
    /// Take back everything that the tray left on the system, but for configuration and logs
    #[arg(long, conflicts_with = "quit")]
    pub(super) forget: bool,
    /// Say that this start is the one at login
    #[arg(long, hide = true)]
    pub(super) autostart: bool,
    /// Clean up once, without a window or an icon; what a scheduled task starts
    #[arg(long, hide = true, conflicts_with_all = ["quit", "forget"])]
    pub(super) cleanup: bool,
    /// Look again so many seconds later whether the panel still has the icon, for tests
    #[arg(long, hide = true, value_name = "SECONDS")]
    pub(super) look_again: Option<u64>,
    /// End after this many seconds, for tests
    #[arg(long, hide = true, value_name = "SECONDS")]
    pub(super) quit_after: Option<u64>,
}
