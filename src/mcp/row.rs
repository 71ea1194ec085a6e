//! What is known of a client: what it is called, where its files are, in which form it writes its servers.

use super::form::Form;

/// What is known of a client.
#[derive(Debug)]
pub(super) struct Row {
    /// Its name, as its makers write it.
    pub(super) name: &'static str,
    pub(super) format: Written,
    pub(super) forms: &'static [Form],
    /// Files of the user.
    pub(super) user: &'static [Spot],
    /// Files of a project, by the end of their path.
    pub(super) project: &'static [&'static str],
    /// Files that belong to a plugin or an extension, whose next update writes them anew.
    pub(super) plugins: &'static [Spot],
    /// Files that an administrator lays down.
    pub(super) managed: &'static [Spot],
    /// Whether it asks anew before it starts a server whose command was changed.
    pub(super) asks_again: bool,
    /// What an administrator may have laid down.
    pub(super) rules: Rules,
    /// A file that it writes anew from its memory while it runs, by its name.
    pub(super) keeps_in_memory: Option<&'static str>,
}

/// A place of files: a folder and a path below it, in which a part `*` is any name.
pub(super) type Spot = (Base, &'static str);

/// A folder that places follow from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Base {
    /// The user's home.
    Home,
    /// `~/.config` on every system, or what `XDG_CONFIG_HOME` names.
    Config,
    /// Where programs of this system keep their settings: `~/.config`, `%APPDATA%`, `Application Support`.
    Settings,
    /// `%LOCALAPPDATA%`, on Windows alone.
    Local,
    /// What a variable names, or else this below the home.
    Moved(&'static str, &'static str),
    /// A folder of the whole system's: on Linux, macOS, Windows.
    System(&'static str, &'static str, &'static str),
    /// The user's folder of each editor that is built from VS Code's source.
    Editors,
    /// The same of those that keep servers as VS Code does.
    VsCode,
}

/// How the files of a client are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Written {
    Json,
    Toml,
    /// In a language that is not read, with the name of the form.
    Unread(&'static str),
}

/// Which rules of an administrator a client obeys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rules {
    None,
    /// `allowedMcpServers` and `deniedMcpServers` in the settings of Claude Code.
    ClaudeCode,
    /// `chat.mcp.access`, `chat.mcp.allowedServers` and `chat.mcp.deniedServers`.
    VsCode,
}

/// Folders of plugins and extensions, whatever lies how deep in them: the next update writes them anew.
pub(super) const PLUGIN_FOLDERS: &[&str] = &[
    ".claude/plugins/cache",
    ".claude/plugins/marketplaces",
    ".codex/plugins",
    ".codex/.tmp",
    ".agents/plugins",
    ".gemini/extensions",
    "Claude/Claude Extensions",
    ".vscode/extensions",
    ".vscode-server/extensions",
    ".cursor/extensions",
];

/// Where Claude Code looks for what an administrator lays down.
pub(super) const OF_CLAUDE_CODE: Base = Base::System(
    "/etc/claude-code",
    "/Library/Application Support/ClaudeCode",
    "C:/Program Files/ClaudeCode",
);
