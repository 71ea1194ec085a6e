//! One client of the table in `clients.rs`, and what the others ask of it.

use std::path::Path;

use super::clients::{self, CLIENTS, UNKNOWN};
use super::form::Form;
use super::refusal::Refusal;
use super::row::{Row, Written};
use super::tree::Format;
use crate::core::wording;

/// A program that starts MCP servers.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub(super) &'static Row);

impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name && self.0.format == other.0.format
    }
}

impl Eq for Client {}

impl Client {
    /// Claude Code.
    pub const CLAUDE_CODE: Self = Self(&clients::CLAUDE_CODE);
    /// VS Code and what is built from its source.
    pub const VS_CODE: Self = Self(&clients::VS_CODE);
    /// Codex.
    pub const CODEX: Self = Self(&clients::CODEX);
    /// Zed.
    pub const ZED: Self = Self(&clients::ZED);
    /// opencode.
    pub const OPENCODE: Self = Self(&clients::OPENCODE);
    /// A file that the user named and that no known client has there.
    pub const UNKNOWN: Self = Self(&UNKNOWN);

    /// Every client that is known.
    pub fn known() -> impl Iterator<Item = Self> {
        CLIENTS.iter().map(|row| Self(row))
    }

    /// Whose file it is that no known client has where it lies: its ending tells how it is written.
    pub(super) fn unknown(path: &Path) -> Self {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        Self(match ending.as_str() {
            "toml" => &clients::UNKNOWN_TOML,
            "yaml" | "yml" => &clients::UNKNOWN_YAML,
            "xml" => &clients::UNKNOWN_XML,
            _ => &UNKNOWN,
        })
    }

    /// Its name, as its makers write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// Whether it is a client that we know, and not only a file that somebody named.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.0.name != UNKNOWN.name
    }

    /// Where its servers stand.
    pub(super) const fn forms(self) -> &'static [Form] {
        self.0.forms
    }

    /// How it writes.
    pub(super) fn format(self) -> Result<Format, Refusal> {
        match self.0.format {
            Written::Json => Ok(Format::Json),
            Written::Toml => Ok(Format::Toml),
            Written::Unread(form) => Err(Refusal::whole_file(wording::mcp_form_unread(form))),
        }
    }

    /// Whether its files are read at all.
    #[must_use]
    pub const fn is_read(self) -> bool {
        !matches!(self.0.format, Written::Unread(_))
    }

    /// Whether it asks anew before it starts a server whose command was changed.
    #[must_use]
    pub const fn asks_again(self) -> bool {
        self.0.asks_again
    }

    /// Whether it writes this file anew from its memory while it runs.
    #[must_use]
    pub fn keeps_in_memory(self, path: &Path) -> bool {
        self.0.keeps_in_memory.is_some_and(|name| path.ends_with(name))
    }
}
