//! Nothing that is shown, logged or written aside gives a secret away, and it still shows what changes.

use std::fs;

use crate::mcp::user::{User, program};

const SECRETS: &[&str] =
    &["hunter1", "hunter2", "hunter3", "hunter4", "hunter5", "hunter6", "hunter7", "hunter8", "hunter9"];

const TEXT: &str = r#"{
  // the old password: hunter1
  "primaryApiKey": "hunter2",
  "mcpServers": {
    "auth-server": {
      "command": "python3",
      "apiKey":
        "hunter9",
      "args": ["run_ws_shim.py", "--api-key", "hunter3", "--token=hunter4"],
      "env": { "PLAIN": "hunter5", "LIST": ["hunter6"] }, // token=hunter7
      "url": "https://me:hunter8@example.org/"
    }
  }
}
"#;

#[test]
fn a_dry_run_shows_the_changes_and_no_secret() {
    for text in [TEXT.to_owned(), TEXT.replace('\n', "\r\n"), TEXT.replace("\"args\": [", "\"args\": [\n   ")]
    {
        let user = User::new();
        user.has("project/.mcp.json", &text);
        let outcome = user.mcp(&["wrap", "--dry-run"]).expect_code(0);
        let outcome = outcome.says("-      \"command\": \"python3\",").says("guard").says("•••");
        let outcome =
            outcome.says("auth-server: would be wrapped").says("nothing was written; 1 file would change");
        for secret in SECRETS {
            assert!(!outcome.to_string().contains(secret), "{secret} in {outcome}");
        }
        assert_eq!(user.read("project/.mcp.json"), text);
    }
}

#[test]
fn a_dry_run_of_one_long_line_shows_no_secret_either() {
    let user = User::new();
    let text =
        TEXT.replace("// the old password: hunter1", "").replace("// token=hunter7", "").replace('\n', " ");
    user.has(
        "project/.mcp.json",
        text.replace("\"mcpServers\"", &format!("\"x\": \"{}\", \"mcpServers\"", "y ".repeat(300))),
    );
    let outcome = user.mcp(&["wrap", "--dry-run"]).expect_code(0).says("guard").says("…");
    for secret in SECRETS {
        assert!(!outcome.to_string().contains(secret), "{secret} in {outcome}");
    }
}

#[test]
fn toml_is_masked_too() {
    let user = User::new();
    let text = "# token: hunter1\n[mcp_servers.a]\ncommand = \"run_ws_shim.py\"\nbearer_token = \"hunter2\"\n\
                args = [\"--password\", '''hunter3\nhunter4''']\n[mcp_servers.a.env]\nX = \"hunter5\"\n";
    user.has(".codex/config.toml", text);
    let outcome = user.mcp(&["wrap", "--dry-run"]).expect_code(0).says("guard");
    for secret in SECRETS {
        assert!(!outcome.to_string().contains(secret), "{secret} in {outcome}");
    }
}

#[test]
fn nothing_of_a_comment_is_shown() {
    let json = r#"{ // "env": {"FOO":"hunter1"}
  "mcpServers": { /* "--api-key", "hunter2"
    old: --token hunter3 */ "a": {"command": "python3", // old: --token hunter4
      // "--api-key", "hunter5"
      "args": ["run_ws_shim.py" /* "hunter6" */]}}} // hunter7
"#;
    let toml = "# env = { FOO = \"hunter1\" }\n[mcp_servers.a] # hunter2\ncommand = 'python3' # \"--token\", \"hunter3\"\n\
                args = [ # hunter4\n  # \"hunter5\"\n  \"run_ws_shim.py\", # --api-key hunter6\n]\n";
    for (name, text) in [("project/.mcp.json", json), (".codex/config.toml", toml)] {
        let user = User::new();
        user.has(name, text);
        let outcome = user.mcp(&["wrap", "--dry-run"]).expect_code(0).says("guard").says("•••");
        for secret in SECRETS {
            assert!(!outcome.to_string().contains(secret), "{secret} in {outcome}");
        }
    }
}

#[test]
fn a_file_of_one_line_is_masked_and_not_garbled() {
    let user = User::new();
    let text = r#"{"mcpServers": {"auth": {"command": "docker", "args": ["run", "-e", "GITHUB_TOKEN=hunter1", "-e", "A=b", "x"], "env": {"K": "hunter2"}}}}"#;
    user.has("project/.mcp.json", text);
    let shown = text.replace("hunter1", "•••").replace("hunter2", "•••").replace("A=b", "A=•••");
    user.mcp(&["wrap", "--all", "--dry-run"]).expect_code(0).says(&format!("-{shown}\n"));
}

#[test]
fn the_list_shows_no_secret() {
    let user = User::new();
    user.has("project/.mcp.json", TEXT);
    let web = r#"{"mcpServers": {"w": {"url": "https://h/sse?key=hunter8", "headers": {"X": "hunter7"}}}}"#;
    user.has(".cursor/mcp.json", web);
    for arguments in [&["list"][..], &["list", "--json"], &["wrap"], &["list"], &["unwrap"]] {
        let outcome = user.mcp(arguments).expect_code(0);
        for secret in SECRETS {
            assert!(!outcome.to_string().contains(secret), "{secret} in {outcome}");
        }
    }
    assert!(!user.state().join("logs").exists(), "and nothing of it is logged");
}

#[test]
fn the_list_tells_client_file_kind_and_command() {
    let user = User::new();
    user.has("project/.mcp.json", TEXT);
    let web = r#"{"mcpServers": {"w": {"url": "https://h/sse"}, "o": {}}}"#;
    user.has(".cursor/mcp.json", web);
    user.mcp(&["list"])
        .expect_code(0)
        .says("Claude Code: ")
        .says("auth-server  not wrapped  python3 run_ws_shim.py --api-key ••• --token=•••")
        .says("w  by url       https://h/sse")
        .says("o  unclear      it has no command");
    user.mcp(&["wrap"]).expect_code(0);
    let listed = user.mcp(&["list", "--json"]).expect_code(0).json();
    assert_eq!(listed["schema"], 1);
    let server = &listed["files"][0]["servers"][0];
    assert_eq!(server["kind"], "stdio");
    assert_eq!(server["wrapped"], true);
    assert_eq!(server["guard"], program().to_str().unwrap());
    assert_eq!(server["command"], "python3 run_ws_shim.py --api-key ••• --token=•••");
    assert_eq!(listed["files"][1]["servers"][0]["kind"], "url");
    assert_eq!(listed["files"][1]["servers"][1]["kind"], "unclear");
}

#[test]
fn a_dry_run_of_taking_the_guard_away_shows_what_would_come_back() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    user.mcp(&["wrap"]).expect_code(0);
    let wrapped = user.read("project/.mcp.json");
    user.mcp(&["unwrap", "--dry-run"])
        .expect_code(0)
        .says("+{\"mcpServers\": {\"exai-mcp\": {\"command\": \"python3\"");
    assert_eq!(user.read("project/.mcp.json"), wrapped);
    assert_eq!(fs::read_dir(user.state().join("wrapped")).unwrap().count(), 1);
}
