//! Every kind of client's file, as people have them.

use std::fs;
use std::path::Path;

/// The text of a file of `tests/fixtures/clients`.
#[track_caller]
pub(crate) fn fixture(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clients").join(name))
        .unwrap()
}

/// Where a client keeps a file in the home, the client, the fixture, and how many of its servers are processes.
pub(crate) const EDITABLE: &[(&str, &str, &str, usize)] = &[
    (".config/zed/settings.json", "Zed", "zed.settings.json", 3),
    ("project/.zed/settings.json", "Zed", "zed.settings.json", 3),
    (".config/opencode/opencode.jsonc", "opencode", "opencode.jsonc", 3),
    ("project/opencode.json", "opencode", "opencode.jsonc", 3),
    (".config/kilo/kilo.jsonc", "Kilo Code", "kilo.jsonc", 1),
    (".copilot/mcp-config.json", "Copilot CLI", "copilot-cli.json", 1),
    ("project/.github/mcp.json", "Copilot CLI", "copilot-cli.json", 1),
    (".kiro/settings/mcp.json", "Kiro", "kiro.json", 1),
    (".lmstudio/mcp.json", "LM Studio", "lm-studio.json", 1),
    (".qwen/settings.json", "Qwen Code", "qwen.json", 1),
    (".cline/data/settings/cline_mcp_settings.json", "Cline", "cline.json", 1),
    (
        ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        "Cline",
        "cline.json",
        1,
    ),
    (
        ".config/Cursor/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
        "Roo Code",
        "roo.json",
        1,
    ),
    ("project/.roo/mcp.json", "Roo Code", "roo.json", 1),
    (".config/amp/settings.json", "Amp", "amp.json", 1),
    (".config/Code/User/settings.json", "VS Code", "amp.json", 1),
    (".config/crush/crush.json", "Crush", "crush.json", 1),
    (".warp/.mcp.json", "Warp", "warp.json", 1),
    (".continue/mcpServers/exai.json", "Continue", "continue.json", 1),
    (".claude.json", "Claude Code", "claude-code.json", 1),
    (".codex/config.toml", "Codex", "codex.toml", 2),
];
