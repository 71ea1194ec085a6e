//! The clients that are known, a row each.
//!
//! A wrong place costs nothing as long as it is only read: what is not there is not listed.

use super::form::{self, Form, MCP_SERVERS, Words};
use super::row::{Base, OF_CLAUDE_CODE, Row, Rules, Written};

/// What most clients have in common.
const USUAL: Row = Row {
    name: "",
    format: Written::Json,
    forms: &[MCP_SERVERS],
    user: &[],
    project: &[],
    plugins: &[],
    managed: &[],
    asks_again: false,
    rules: Rules::None,
    keeps_in_memory: None,
};

/// A plugin's file holds a table of servers, or is one.
const OF_PLUGINS: &[Form] = &[MCP_SERVERS, Form::apart(&[])];

pub(super) static CLAUDE_CODE: Row = Row {
    name: "Claude Code",
    forms: &[MCP_SERVERS, Form::apart(&["projects", "*", "mcpServers"])],
    user: &[(Base::Moved("CLAUDE_CONFIG_DIR", ""), ".claude.json")],
    project: &[".mcp.json"],
    managed: &[(OF_CLAUDE_CODE, "managed-mcp.json")],
    rules: Rules::ClaudeCode,
    keeps_in_memory: Some(".claude.json"),
    ..USUAL
};

static CLAUDE_CODE_PLUGINS: Row = Row {
    name: "Claude Code plugin",
    forms: OF_PLUGINS,
    plugins: &[
        (Base::Moved("CLAUDE_CONFIG_DIR", ".claude"), "plugins/cache/*/*/*/.mcp.json"),
        (Base::Moved("CLAUDE_CONFIG_DIR", ".claude"), "plugins/cache/*/*/*/.claude-plugin/plugin.json"),
    ],
    ..USUAL
};

static CODEX_PLUGINS: Row = Row {
    name: "Codex plugin",
    forms: OF_PLUGINS,
    plugins: &[
        (Base::Moved("CODEX_HOME", ".codex"), "plugins/*/.mcp.json"),
        (Base::Moved("CODEX_HOME", ".codex"), "plugins/*/*/.mcp.json"),
        (Base::Moved("CODEX_HOME", ".codex"), "plugins/*/*/*/.mcp.json"),
        (Base::Moved("CODEX_HOME", ".codex"), "plugins/cache/*/*/*/.mcp.json"),
    ],
    ..USUAL
};

static OPEN_PLUGINS: Row = Row {
    name: "Open plugin",
    forms: OF_PLUGINS,
    plugins: &[(Base::Home, ".agents/plugins/*/.mcp.json")],
    ..USUAL
};

static CLAUDE_DESKTOP: Row = Row {
    name: "Claude Desktop",
    user: &[
        (Base::Settings, "Claude/claude_desktop_config.json"),
        // Installed as a package, it is shown a folder of its own in place of %APPDATA%.
        (Base::Local, "Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json"),
    ],
    ..USUAL
};

static CLAUDE_DESKTOP_EXTENSIONS: Row = Row {
    name: "Claude Desktop extension",
    forms: &[Form { way: &["server"], words: Words::Apart, only: Some("mcp_config") }],
    plugins: &[(Base::Settings, "Claude/Claude Extensions/*/manifest.json")],
    ..USUAL
};

pub(super) static VS_CODE: Row = Row {
    name: "VS Code",
    forms: &[
        Form::apart(&["servers"]),
        Form::apart(&["mcp", "servers"]),
        Form::apart(&["mcp.servers"]),
        Form::apart(&["amp.mcpServers"]),
        Form::apart(&["zencoder.mcpServers"]),
    ],
    user: &[
        (Base::VsCode, "mcp.json"),
        (Base::VsCode, "settings.json"),
        (Base::VsCode, "profiles/*/mcp.json"),
        (Base::Home, ".vscode-server/data/User/mcp.json"),
    ],
    project: &[".vscode/mcp.json", ".vscode/settings.json"],
    asks_again: true,
    rules: Rules::VsCode,
    ..USUAL
};

static CURSOR: Row = Row {
    name: "Cursor",
    user: &[(Base::Home, ".cursor/mcp.json")],
    project: &[".cursor/mcp.json"],
    asks_again: true,
    ..USUAL
};

static WINDSURF: Row =
    Row { name: "Windsurf", user: &[(Base::Home, ".codeium/windsurf/mcp_config.json")], ..USUAL };

static DEVIN: Row = Row {
    name: "Devin Desktop",
    user: &[(Base::Config, "devin/mcp_config.json"), (Base::Settings, "devin/mcp_config.json")],
    project: &[".devin/mcp_config.json", ".devin/mcp_config.local.json"],
    ..USUAL
};

static GEMINI_CLI: Row = Row {
    name: "Gemini CLI",
    user: &[(Base::Moved("GEMINI_CLI_HOME", ""), ".gemini/settings.json")],
    project: &[".gemini/settings.json"],
    managed: &[(OF_GEMINI_CLI, "settings.json"), (OF_GEMINI_CLI, "system-defaults.json")],
    ..USUAL
};

const OF_GEMINI_CLI: Base =
    Base::System("/etc/gemini-cli", "/Library/Application Support/GeminiCli", "C:/ProgramData/gemini-cli");

static GEMINI_EXTENSIONS: Row = Row {
    name: "Gemini CLI extension",
    plugins: &[(Base::Moved("GEMINI_CLI_HOME", ""), ".gemini/extensions/*/gemini-extension.json")],
    ..USUAL
};

pub(super) static CODEX: Row = Row {
    name: "Codex",
    format: Written::Toml,
    forms: &[Form::apart(&["mcp_servers"])],
    user: &[(Base::Moved("CODEX_HOME", ".codex"), "config.toml")],
    project: &[".codex/config.toml"],
    ..USUAL
};

pub(super) static ZED: Row = Row {
    name: "Zed",
    forms: &[Form::written(&["context_servers"], Words::Zed)],
    user: &[(Base::Config, "zed/settings.json"), (Base::Settings, "Zed/settings.json")],
    project: &[".zed/settings.json"],
    ..USUAL
};

pub(super) static OPENCODE: Row = Row {
    name: "opencode",
    forms: &[Form::written(&["mcp"], Words::OneList)],
    user: &[
        (Base::Config, "opencode/opencode.json"),
        (Base::Config, "opencode/opencode.jsonc"),
        (Base::Local, "opencode/opencode.json"),
        (Base::Local, "opencode/opencode.jsonc"),
    ],
    project: &["opencode.json", "opencode.jsonc", ".opencode/opencode.json", ".opencode/opencode.jsonc"],
    ..USUAL
};

static KILO: Row = Row {
    name: "Kilo Code",
    forms: &[Form::written(&["mcp"], Words::OneList), MCP_SERVERS],
    user: &[
        (Base::Config, "kilo/kilo.json"),
        (Base::Config, "kilo/kilo.jsonc"),
        (Base::Home, ".kilocode/cli/global/settings/mcp_settings.json"),
        (Base::Editors, "globalStorage/kilocode.kilo-code/settings/mcp_settings.json"),
    ],
    project: &["kilo.json", "kilo.jsonc", ".kilo/kilo.json", ".kilo/kilo.jsonc", ".kilocode/mcp.json"],
    ..USUAL
};

static COPILOT_CLI: Row = Row {
    name: "Copilot CLI",
    user: &[(Base::Moved("COPILOT_HOME", ".copilot"), "mcp-config.json")],
    project: &[".github/mcp.json"],
    ..USUAL
};

static KIRO: Row = Row {
    name: "Kiro",
    user: &[(Base::Home, ".kiro/settings/mcp.json"), (Base::Home, ".kiro/agents/*.json")],
    project: &[".kiro/settings/mcp.json"],
    ..USUAL
};

static LM_STUDIO: Row = Row {
    name: "LM Studio",
    user: &[(Base::Home, ".lmstudio/mcp.json"), (Base::Home, ".cache/lm-studio/mcp.json")],
    ..USUAL
};

static QWEN_CODE: Row = Row {
    name: "Qwen Code",
    user: &[(Base::Home, ".qwen/settings.json")],
    project: &[".qwen/settings.json"],
    ..USUAL
};

static CLINE: Row = Row {
    name: "Cline",
    user: &[
        (Base::Home, ".cline/data/settings/cline_mcp_settings.json"),
        (Base::Editors, "globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"),
    ],
    ..USUAL
};

static ROO_CODE: Row = Row {
    name: "Roo Code",
    user: &[(Base::Editors, "globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json")],
    project: &[".roo/mcp.json"],
    ..USUAL
};

static AMP: Row = Row {
    name: "Amp",
    forms: &[Form::apart(&["amp.mcpServers"])],
    user: &[
        (Base::Config, "amp/settings.json"),
        (Base::Config, "amp/settings.jsonc"),
        (Base::Settings, "amp/settings.json"),
    ],
    project: &[".amp/settings.json", ".amp/settings.jsonc"],
    ..USUAL
};

static CRUSH: Row = Row {
    name: "Crush",
    forms: &[Form::apart(&["mcp"])],
    user: &[(Base::Config, "crush/crush.json")],
    project: &[".crush.json", "crush.json"],
    ..USUAL
};

static WARP: Row =
    Row { name: "Warp", user: &[(Base::Home, ".warp/.mcp.json")], project: &[".warp/.mcp.json"], ..USUAL };

static GOOSE: Row = Row {
    name: "Goose",
    format: Written::Unread("extensions.*.cmd in YAML"),
    user: &[(Base::Config, "goose/config.yaml"), (Base::Settings, "Block/goose/config/config.yaml")],
    ..USUAL
};

static CONTINUE: Row = Row {
    name: "Continue",
    format: Written::Unread("a list mcpServers in YAML"),
    user: &[(Base::Home, ".continue/config.yaml"), (Base::Home, ".continue/mcpServers/*.yaml")],
    project: &[".continue/config.yaml"],
    ..USUAL
};

static CONTINUE_JSON: Row =
    Row { name: "Continue", user: &[(Base::Home, ".continue/mcpServers/*.json")], ..USUAL };

/// In the order in which they are asked whose a file is.
pub(super) static CLIENTS: &[&Row] = &[
    &CLAUDE_CODE,
    &CLAUDE_DESKTOP,
    &VS_CODE,
    &CURSOR,
    &WINDSURF,
    &DEVIN,
    &GEMINI_CLI,
    &CODEX,
    &ZED,
    &OPENCODE,
    &KILO,
    &COPILOT_CLI,
    &KIRO,
    &LM_STUDIO,
    &QWEN_CODE,
    &CLINE,
    &ROO_CODE,
    &AMP,
    &CRUSH,
    &WARP,
    &GOOSE,
    &CONTINUE,
    &CONTINUE_JSON,
    &CLAUDE_CODE_PLUGINS,
    &CLAUDE_DESKTOP_EXTENSIONS,
    &GEMINI_EXTENSIONS,
    &CODEX_PLUGINS,
    &OPEN_PLUGINS,
];

/// A file that the user named and that no known client has there.
pub(super) static UNKNOWN: Row = Row { name: "your client", forms: form::ALL_OF_ANYBODY, ..USUAL };

pub(super) static UNKNOWN_TOML: Row =
    Row { name: "your client", format: Written::Toml, forms: form::ALL_OF_ANYBODY, ..USUAL };

pub(super) static UNKNOWN_YAML: Row = Row { name: "your client", format: Written::Unread("YAML"), ..USUAL };

pub(super) static UNKNOWN_XML: Row = Row { name: "your client", format: Written::Unread("XML"), ..USUAL };
