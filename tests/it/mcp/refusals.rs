//! What cannot be changed safely is left as it is, and said with its place and a way out.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::mcp::user::{SHIM, User};

/// Content, place and time of a file: all that a write would change.
fn look(path: &Path) -> (Vec<u8>, u64, i64, i64, u32) {
    let facts = path.metadata().unwrap();
    (fs::read(path).unwrap(), facts.ino(), facts.mtime(), facts.mtime_nsec(), facts.mode())
}

#[test]
fn a_file_that_does_not_parse_is_left_alone_and_its_place_is_told() {
    for (text, place, what, hint) in [
        (&b"{\"mcpServers\": {\n  \"a\" 1}}"[..], ":2:7", "not valid JSON: expected colon", "by hand"),
        (
            b"{\"mcpServers\": {\"a\": {\"command\": 'x'}}}",
            ":1:34",
            "not valid JSON: single-quoted",
            "by hand",
        ),
        (b"{\"mcpServers\": {} \"b\": 1}", ":1:18", "not valid JSON: expected comma", "by hand"),
        (b"{\"mcpServers\": {}", ":1:1", "not valid JSON: unterminated object", "by hand"),
        (b"{} {}", ":1:4", "not valid JSON: text cannot contain more than one", "by hand"),
        (b"{\n\"a\": \"\xff\"}", ":2:7", "not UTF-8", "encoding UTF-8"),
        (b"\xff\xfe{\0}\0", "", "UTF-16", "encoding UTF-8"),
    ] {
        let user = User::new();
        let path = user.has("project/.mcp.json", text);
        let before = look(&path);
        for what_to_do in ["wrap", "unwrap"] {
            user.mcp(&[what_to_do])
                .expect_code(1)
                .complains(&format!(".mcp.json{place}: "))
                .complains(what)
                .complains(hint);
            assert_eq!(look(&path), before, "{what}");
        }
        user.mcp(&["list"]).expect_code(1).says(what);
        let error = user.mcp(&["list", "--json"]).expect_code(1).json()["files"][0]["error"].clone();
        assert!(error["says"].as_str().unwrap().contains(what), "{error}");
        assert!(!user.state().exists(), "nothing was kept of it");
    }
}

#[test]
fn toml_that_does_not_parse_is_left_alone_too() {
    let user = User::new();
    let path = user.has(".codex/config.toml", "[mcp_servers.a]\ncommand = \"x\"\ncommand = \"y\"\n");
    let before = look(&path);
    user.mcp(&["wrap"]).expect_code(1).complains("config.toml:3:1: not valid TOML: duplicate key");
    assert_eq!(look(&path), before);
}

#[test]
fn one_broken_file_does_not_keep_the_others_from_being_wrapped() {
    let user = User::new();
    user.has("project/.mcp.json", "{");
    user.has_the_shim(".claude.json");
    user.mcp(&["wrap"]).expect_code(1).says("exai-mcp: wrapped").complains(".mcp.json:1:1");
    assert!(user.read(".claude.json").contains("guard"));
}

#[test]
fn endless_nesting_is_refused_and_ends_nothing() {
    let user = User::new();
    user.has("project/.mcp.json", format!("{{\"a\": {}", "[".repeat(100_000)));
    user.mcp(&["list"]).expect_code(1).says("maximum nesting depth");
    user.has("project/.codex/config.toml", format!("a = {}", "[".repeat(100_000)));
    user.mcp(&["list"]).expect_code(1).says("not valid TOML");
}

#[test]
fn a_key_that_stands_twice_is_refused_by_name() {
    let user = User::new();
    let text = r#"{"mcpServers": {"a": {"command": "x", "args": ["./run_ws_shim.py"], "args": []}}}"#;
    let path = user.has("project/.mcp.json", text);
    let before = look(&path);
    for arguments in [&["wrap"][..], &["wrap", "--server", "a"], &["wrap", "--all"]] {
        user.mcp(arguments).expect_code(1).complains("a: the key \"args\" stands there twice");
        assert_eq!(look(&path), before);
    }
    user.mcp(&["list"]).expect_code(0).says("unclear").says("stands there twice");
}

#[test]
fn a_read_only_file_is_left_alone() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
    let before = look(&path);
    user.mcp(&["wrap"]).expect_code(1).complains("the file is read-only");
    assert_eq!(look(&path), before);
}

#[test]
fn what_changes_nothing_writes_nothing() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    let before = look(&path);
    user.mcp(&["list"]).expect_code(0);
    user.mcp(&["wrap", "--dry-run"]).expect_code(0);
    user.mcp(&["unwrap"]).expect_code(0);
    assert_eq!(look(&path), before);
    assert!(!user.state().exists());
    user.mcp(&["wrap"]).expect_code(0);
    let before = look(&path);
    user.mcp(&["wrap"]).expect_code(0);
    user.mcp(&["unwrap", "--dry-run"]).expect_code(0);
    assert_eq!(look(&path), before);
}

#[test]
fn wrong_usage_is_said_and_nothing_is_touched() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    let before = look(&path);
    for arguments in [
        &["wrap", "--file", "missing.json"][..],
        &["list", "--all"],
        &["list", "--dry-run"],
        &["list", "--server", "a"],
        &["wrap", "--json"],
        &["unwrap", "--all"],
        &["wrap", "--all", "--server", "a"],
        &["wrapp"],
        &[],
    ] {
        user.mcp(arguments).expect_code(2);
    }
    user.mcp(&["wrap", "--file", "."]).expect_code(1).complains("this is not a file");
    user.has_config("prot = 1");
    user.mcp(&["wrap"]).expect_code(2).complains("config.toml");
    assert_eq!(look(&path), before);
}

#[test]
fn a_guard_with_nothing_behind_it_is_not_taken_away() {
    let user = User::new();
    for args in [r#"["guard"]"#, r#"["guard", "--"]"#, r#"["guard", "--port", "3005"]"#] {
        let text = format!(r#"{{"mcpServers": {{"a": {{"command": "shimkeeper", "args": {args}}}}}}}"#);
        user.has("project/.mcp.json", &text);
        user.mcp(&["unwrap"]).expect_code(1).complains("a: no command follows");
        user.mcp(&["wrap", "--server", "a"]).expect_code(1).complains("so it cannot start");
        assert_eq!(user.read("project/.mcp.json"), text);
        user.mcp(&["list"]).expect_code(0).says("a  broken       no command follows");
        let listed = user.mcp(&["list", "--json"]).expect_code(0).json();
        let server = &listed["files"][0]["servers"][0];
        assert!(server["wrapped"] == false && server["broken"] == true, "{server}");
    }
    let text =
        format!(r#"{{"mcpServers": {{"a": {{"command": "shimkeeper", "args": ["status"]}}, {SHIM}}}}}"#);
    user.has("project/.mcp.json", &text);
    user.mcp(&["unwrap"]).expect_code(0).says("no server is wrapped");
    assert_eq!(user.read("project/.mcp.json"), text);
}

#[test]
fn a_guard_in_an_entry_that_cannot_be_understood_is_not_passed_over() {
    let text =
        r#"{"mcpServers": {"a": {"command": "x"}, "b": {"command": "python3", "args": ["-u", "y.py"]}}}"#;
    for (from, to, server, why) in [
        ("\"b\"", "\"a\"", "a", "the key \"a\" stands there twice"),
        ("\"-u\"", "{}", "b", "its args are not a list of strings"),
    ] {
        let user = User::new();
        user.has("project/.mcp.json", text);
        user.mcp(&["wrap", "--all"]).expect_code(0);
        let path = user.has("project/.mcp.json", user.read("project/.mcp.json").replace(from, to));
        let before = look(&path);
        user.mcp(&["unwrap", "--server", server]).expect_code(1).complains(why);
        assert_eq!(look(&path), before);
        user.mcp(&["unwrap"]).expect_code(1).complains(&format!("{server}: {why}"));
    }
    let user = User::new();
    user.has("project/.mcp.json", r#"{"mcpServers": {"guard": {"command": 5, "env": {"A": "guard"}}}}"#);
    user.mcp(&["unwrap"]).expect_code(0).says("no server is wrapped");
    let codex = "[mcp_servers.a]\ncommand = \"shimkeeper\"\nargs = [\"guard\", \"--\", [\"x\"]]\n";
    user.has(".codex/config.toml", codex);
    user.mcp(&["unwrap"]).expect_code(1).complains("a: its args are not a list of strings");
}

#[test]
fn a_whole_command_line_in_one_text_is_not_put_behind_the_guard() {
    let user = User::new();
    for command in ["python3 run_ws_shim.py", "cmd /c npx run_ws_shim.py"] {
        let text = format!(r#"{{"mcpServers": {{"a": {{"command": "{command}"}}}}}}"#);
        user.has("project/.mcp.json", &text);
        for arguments in [&["wrap"][..], &["wrap", "--all"]] {
            user.mcp(arguments)
                .expect_code(1)
                .complains("a: its command is a whole command line")
                .complains("write program and args apart");
            assert_eq!(user.read("project/.mcp.json"), text);
        }
    }
    let program = user.has("python 3/bin/python", "");
    let text = format!(
        r#"{{"mcpServers": {{"a": {{"command": "{}", "args": ["run_ws_shim.py"]}}}}}}"#,
        program.display()
    );
    user.has("project/.mcp.json", text);
    user.mcp(&["wrap"]).expect_code(0).says("a: wrapped");
    let text = r#"{"mcpServers": {"a": {"command": "python 3/bin/python", "cwd": "CWD"}}}"#;
    user.has("project/.mcp.json", text.replace("CWD", user.path("").to_str().unwrap()));
    user.mcp(&["wrap", "--all"]).expect_code(0).says("a: wrapped");
}

#[test]
fn what_is_wrong_in_codexs_file_is_said_in_its_own_terms() {
    let user = User::new();
    user.has(".codex/config.toml", "[[mcp_servers.a]]\ncommand = \"x\"\n");
    user.mcp(&["wrap", "--server", "a"])
        .expect_code(1)
        .complains("a: this is a list, not a server")
        .complains("[mcp_servers.NAME]");
    user.has(".codex/config.toml", format!("a = {}1{}\n", "[".repeat(3000), "]".repeat(3000)));
    user.mcp(&["wrap"]).expect_code(1).complains("nest the values less deeply");
    user.has(".codex/config.toml", "a = b\n");
    let outcome = user.mcp(&["wrap"]).expect_code(1).complains("correct the file by hand");
    assert!(!outcome.stderr.contains("toasts"), "{outcome}");
}
