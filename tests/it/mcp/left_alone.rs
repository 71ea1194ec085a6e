//! What wrapping would break is said before it is done, and left alone.

use crate::mcp::fixtures::fixture;
use crate::mcp::user::User;

#[test]
fn a_server_that_vs_code_debugs_is_left_alone_unless_it_is_named() {
    let user = User::new();
    let text = fixture("vscode.json");
    user.has("project/.vscode/mcp.json", &text);
    user.mcp(&["wrap", "--all"])
        .expect_code(0)
        .says("exai: wrapped")
        .says("watched-only: wrapped")
        .says("mine: left alone: it has dev.debug")
        .says("VS Code will ask for your approval again");
    assert_eq!(user.read("project/.vscode/mcp.json").matches("\"guard\"").count(), 2);
    user.mcp(&["unwrap"]).expect_code(0);
    user.mcp(&["wrap", "--server", "mine"])
        .expect_code(0)
        .says("VS Code cannot debug it (dev.debug) while it is wrapped");
    user.mcp(&["unwrap"]).expect_code(0).says("to the byte");
    assert_eq!(user.read("project/.vscode/mcp.json"), text);
}

#[test]
fn nothing_but_what_is_left_alone_is_no_success() {
    let user = User::new();
    let text = r#"{"servers": {"a": {"command": "node", "dev": {"debug": {"type": "node"}}}}}"#;
    user.has("project/.vscode/mcp.json", text);
    user.mcp(&["wrap", "--all"])
        .expect_code(1)
        .says("a: left alone")
        .complains("nothing was wrapped")
        .complains("--server");
    assert_eq!(user.read("project/.vscode/mcp.json"), text);
}

#[test]
fn a_server_that_is_allowed_or_denied_by_its_exact_command_keeps_it() {
    let denied = fixture("claude-code-rules.json").replace("allowedMcpServers", "deniedMcpServers");
    for (place, rules, why) in [
        (
            ".claude/settings.json",
            fixture("claude-code-rules.json"),
            "allows it by its exact command: Claude Code would refuse it",
        ),
        (
            "project/.claude/settings.local.json",
            fixture("claude-code-rules.json"),
            "allows it by its exact command",
        ),
        (
            "project/.claude/settings.json",
            denied,
            "denies it by its exact command, which Claude Code would not see",
        ),
    ] {
        let user = User::new();
        let file = user.has(place, &rules);
        let text = fixture("claude-code.json");
        user.has("project/.mcp.json", &text);
        let says = format!("exai: left alone: {} {why}", file.display());
        user.mcp(&["wrap", "--all"]).expect_code(1).says(&says);
        user.mcp(&["wrap", "--all", "--dry-run"]).expect_code(1).says(&says);
        user.mcp(&["wrap", "--server", "exai"]).expect_code(1).complains(why).complains("hint: ");
        assert_eq!(user.read("project/.mcp.json"), text);
        user.has(".cursor/mcp.json", &text);
        user.mcp(&["wrap", "--all"]).expect_code(0);
        assert!(user.read(".cursor/mcp.json").contains("guard"), "the rules of one client are not another's");
    }
}

#[test]
fn the_registry_of_vs_code_and_its_own_rules_count_for_vs_code() {
    for rules in [
        r#"{"chat.mcp.access": "registry"}"#,
        r#"{"chat.mcp.allowedServers": [{"serverCommand": ["python3", "run_ws_shim.py"]}]}"#,
    ] {
        let user = User::new();
        user.has(".config/Code/User/settings.json", rules);
        let text = r#"{"servers": {"exai": {"command": "python3", "args": ["run_ws_shim.py"]}}}"#;
        user.has("project/.vscode/mcp.json", text);
        user.mcp(&["wrap"]).expect_code(1).says("exai: left alone: ");
        assert_eq!(user.read("project/.vscode/mcp.json"), text);
    }
}

#[test]
fn rules_that_cannot_be_read_are_named() {
    let user = User::new();
    user.has(".claude/settings.json", "{");
    user.has("project/.mcp.json", fixture("claude-code.json"));
    user.mcp(&["wrap", "--all"])
        .expect_code(0)
        .complains(".claude/settings.json: 1:1: not valid JSON")
        .complains("whether it allows or denies servers by their command is not known");
}

#[test]
fn what_a_plugin_brings_is_listed_and_never_wrapped() {
    for (place, client, name, server) in [
        (
            ".claude/plugins/cache/market/exai/1.0.0/.mcp.json",
            "Claude Code plugin",
            "claude-code-plugin.json",
            "exai",
        ),
        (
            ".config/Claude/Claude Extensions/exai/manifest.json",
            "Claude Desktop extension",
            "claude-desktop-extension.json",
            "mcp_config",
        ),
        (
            ".gemini/extensions/exai/gemini-extension.json",
            "Gemini CLI extension",
            "gemini-extension.json",
            "exai",
        ),
    ] {
        let user = User::new();
        let path = user.has(place, fixture(name));
        let why = "this file belongs to a plugin or an extension, whose next update overwrites it";
        user.mcp(&["list"])
            .expect_code(0)
            .says(&format!("{client}: {}", path.display()))
            .says(server)
            .says(why);
        user.has(".copilot/mcp-config.json", fixture("copilot-cli.json"));
        user.mcp(&["wrap", "--all"]).expect_code(0).says(&format!("{server}: left alone: {why}"));
        let file = path.to_str().unwrap();
        user.mcp(&["wrap", "--server", server, "--file", file])
            .expect_code(1)
            .complains(why)
            .complains("copy the entry");
        assert_eq!(user.read(place), fixture(name));
    }
}

#[test]
fn a_file_deep_in_a_plugins_folder_is_known_by_its_place() {
    for folder in [".claude/plugins/marketplaces/m", ".codex/plugins/a/b/c/d/e", ".vscode/extensions/x-1.0.0"]
    {
        let user = User::new();
        let text = fixture("claude-code.json");
        let path = user.has(&format!("{folder}/.mcp.json"), &text);
        let file = path.to_str().unwrap();
        user.mcp(&["wrap", "--server", "exai", "--file", file])
            .expect_code(1)
            .complains("belongs to a plugin");
        assert_eq!(user.read(&format!("{folder}/.mcp.json")), text);
    }
    let user = User::new();
    user.has("project/.codex/plugins/mine/.mcp.json", fixture("claude-code-plugin.json"));
    user.has(".codex/plugins/mine/.mcp.json", fixture("claude-code-plugin.json"));
    user.mcp(&["list"]).expect_code(0).says("Codex plugin: ").says("exai");
}

#[test]
fn claude_code_approves_by_name_and_is_not_said_to_ask_again() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    let outcome = user.mcp(&["wrap"]).expect_code(0);
    assert!(!outcome.stdout.contains("approval"), "{outcome}");
    user.has_the_shim(".cursor/mcp.json");
    user.mcp(&["wrap"]).expect_code(0).says("Cursor will ask for your approval again");
}
