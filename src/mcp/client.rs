//! The clients that are known, and how each writes down its servers.

use super::server::Shape;
use super::tree::Format;

/// A program that starts MCP servers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Client {
    /// Claude Code.
    ClaudeCode,
    /// Claude Desktop.
    ClaudeDesktop,
    /// VS Code and what is built from its source.
    VsCode,
    /// Cursor.
    Cursor,
    /// Windsurf.
    Windsurf,
    /// Gemini CLI.
    GeminiCli,
    /// Codex.
    Codex,
    /// A file that the user named and that no known client has there.
    Unknown,
}

/// What most clients write.
const MCP_SERVERS: Shape = &["mcpServers"];

impl Client {
    /// Its name, as its makers write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code",
            Self::ClaudeDesktop => "Claude Desktop",
            Self::VsCode => "VS Code",
            Self::Cursor => "Cursor",
            Self::Windsurf => "Windsurf",
            Self::GeminiCli => "Gemini CLI",
            Self::Codex => "Codex",
            Self::Unknown => "your client",
        }
    }

    /// Where its servers stand.
    pub(super) const fn shapes(self) -> &'static [Shape] {
        match self {
            Self::ClaudeCode => &[MCP_SERVERS, &["projects", "*", "mcpServers"]],
            Self::ClaudeDesktop | Self::Cursor | Self::Windsurf | Self::GeminiCli => &[MCP_SERVERS],
            Self::VsCode => &[&["servers"], &["mcp", "servers"], &["mcp.servers"]],
            Self::Codex => &[&["mcp_servers"]],
            Self::Unknown => &[
                MCP_SERVERS,
                &["projects", "*", "mcpServers"],
                &["servers"],
                &["mcp", "servers"],
                &["mcp.servers"],
                &["mcp_servers"],
            ],
        }
    }

    /// How it writes.
    pub(super) const fn format(self) -> Format {
        match self {
            Self::Codex => Format::Toml,
            Self::ClaudeCode
            | Self::ClaudeDesktop
            | Self::VsCode
            | Self::Cursor
            | Self::Windsurf
            | Self::GeminiCli
            | Self::Unknown => Format::Json,
        }
    }
}
