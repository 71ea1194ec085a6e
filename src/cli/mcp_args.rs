//! The words and the help of `mcp`, beside `args.rs` for want of room.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

pub(super) const MCP_HELP: &str = "\
These clients are known: Claude Code, Claude Desktop, VS Code, Cursor, Windsurf,
Devin Desktop, Gemini CLI, Codex, Zed, opencode, Kilo Code, Copilot CLI, Kiro, LM Studio,
Qwen Code, Cline, Roo Code, Amp, Crush and Warp. Their files are looked for in
your home folder and, from this folder upwards, in projects. Goose and Continue
write YAML: their files are named, but not read yet. `shimkeeper mcp wrap --help` says what wrapping does.

Examples:
  shimkeeper mcp list
  shimkeeper mcp wrap --dry-run
  shimkeeper mcp wrap --server exai-mcp
  shimkeeper mcp wrap --file .mcp.json --all --bare
  shimkeeper mcp unwrap";

const WRAP_HELP: &str = "\
Without --server or --all, every server that runs the script of a watch is
wrapped. `shimkeeper guard --` is put in front of its command; everything else in
the file keeps its bytes, and `unwrap` takes it out again. A copy of the file as
it was is kept first.

Left alone, with the reason:
  files of a plugin or an extension, because its next update overwrites them,
  and files of an administrator, because they are for everybody
  servers that a rule allows or denies by their exact command
  (allowedMcpServers, deniedMcpServers, chat.mcp.allowedServers,
  chat.mcp.access), and all servers of a client whose rules cannot be read
  servers that VS Code debugs (dev.debug), unless --server names them

The path of this program is written in full, with --home where its state is not
in the usual folder (--home, SHIMKEEPER_HOME, XDG_STATE_HOME), and with --config
where its configuration is not, because clients pass on few variables.";

const UNWRAP_HELP: &str = "\
Every wrapped server is unwrapped, unless --server names one. What other programs
have changed in the file since then is kept. Records of entries that are not
wrapped any more are removed.";

const LIST_HELP: &str = "\
Entries that were wrapped and are not any more are named as well, with the copy
of the file as it was.";

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
    /// Put the guard in front of servers
    #[command(after_help = WRAP_HELP)]
    Wrap(McpWrapArgs),
    /// Take the guard out
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
