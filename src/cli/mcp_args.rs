//! The words and the help of `mcp`, beside `args.rs` for want of room.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

pub(super) const MCP_HELP: &str = "\
Known are Claude Code, Claude Desktop, VS Code, Cursor, Windsurf,
Devin Desktop, Gemini CLI, Codex, Zed, opencode, Kilo Code, Copilot CLI, Kiro, LM Studio,
Qwen Code, Cline, Roo Code, Amp, Crush and Warp: their files in your home and,
from this folder upwards, in its projects. Goose and Continue write YAML, which
is named and not read yet. `shimkeeper mcp wrap --help` says what wrapping does.

Examples:
  shimkeeper mcp list
  shimkeeper mcp wrap --dry-run
  shimkeeper mcp wrap --server exai-mcp
  shimkeeper mcp wrap --file .mcp.json --all --bare
  shimkeeper mcp unwrap";

const WRAP_HELP: &str = "\
Without --server and --all, each server is wrapped that runs the script of a
watch. `shimkeeper guard --` is put in front of its command; everything else in
the file keeps its bytes, and `unwrap` takes it out again. A copy of the file as
it was is kept first.

Left alone, with the reason:
  what a plugin or an extension brings, because its next update overwrites it,
  and what an administrator lays down for everybody
  what somebody allows or denies by its exact command (allowedMcpServers,
  deniedMcpServers, chat.mcp.allowedServers, chat.mcp.access)
  what VS Code debugs (dev.debug), unless --server names it

The path of this program is written in full, with --home where its state is not
in the usual folder (--home, SHIMKEEPER_HOME, XDG_STATE_HOME), and with --config
where its configuration is not: clients hand on few variables.";

const UNWRAP_HELP: &str = "\
Every wrapped server is unwrapped, unless --server names one. What somebody else
has changed in the file since it was wrapped stays. What is remembered of entries
that are not wrapped any more is forgotten.";

const LIST_HELP: &str = "\
Also named are entries that were wrapped and are not any more, with the copy of
the file as it was.";

#[derive(ClapArgs, Debug)]
pub(super) struct McpArgs {
    #[command(subcommand)]
    pub(super) what: McpWhat,
}

#[derive(Subcommand, Debug)]
pub(super) enum McpWhat {
    /// Show each client's servers, and which are wrapped
    #[command(after_help = LIST_HELP)]
    List(McpListArgs),
    /// Put the guard in front
    #[command(after_help = WRAP_HELP)]
    Wrap(McpWrapArgs),
    /// Take it away
    #[command(after_help = UNWRAP_HELP)]
    Unwrap(McpUnwrapArgs),
}

#[derive(ClapArgs, Debug)]
pub(super) struct McpListArgs {
    /// This file only
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(ClapArgs, Debug)]
pub(super) struct McpWrapArgs {
    /// This file only
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// The server of this name, whatever it runs
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(super) server: Option<String>,
    /// Every server that is a process of the client
    #[arg(long, conflicts_with = "server")]
    pub(super) all: bool,
    /// Write the name `shimkeeper` alone, without path and options, for a file that is committed; it must be found on
    /// PATH
    #[arg(long)]
    pub(super) bare: bool,
    /// Only show what would change, with secrets masked; touch nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(ClapArgs, Debug)]
pub(super) struct McpUnwrapArgs {
    /// This file only
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// The server of this name only
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(super) server: Option<String>,
    /// Only show what would change, with secrets masked; touch nothing
    #[arg(long)]
    pub(super) dry_run: bool,
}
