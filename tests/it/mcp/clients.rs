//! Every client's files are found, each in its own shape, and nothing else.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::mcp::user::{SHIM, User, program};

/// A place in the home, the client that keeps it, and a text with `SERVER` in it.
const FILES: &[(&str, &str, &str)] = &[
    ("project/.mcp.json", "Claude Code", "{\"mcpServers\": {SERVER}}"),
    (".claude.json", "Claude Code", "{\"n\": 1, \"mcpServers\": {SERVER}, \"projects\": {}}"),
    (".config/Claude/claude_desktop_config.json", "Claude Desktop", "{\"mcpServers\": {SERVER}}"),
    ("project/.vscode/mcp.json", "VS Code", "{// a\n\"inputs\": [], \"servers\": {SERVER},}"),
    (".config/Code/User/mcp.json", "VS Code", "{\"servers\": {SERVER}}"),
    (".config/Code/User/settings.json", "VS Code", "{\"mcp\": {\"servers\": {SERVER}}}"),
    (".config/Code/User/profiles/a1/mcp.json", "VS Code", "{\"servers\": {SERVER}}"),
    ("project/.cursor/mcp.json", "Cursor", "{\"mcpServers\": {SERVER}}"),
    (".cursor/mcp.json", "Cursor", "{\"mcpServers\": {SERVER}}"),
    (".codeium/windsurf/mcp_config.json", "Windsurf", "{\"mcpServers\": {SERVER}}"),
    (".gemini/settings.json", "Gemini CLI", "{\"theme\": \"x\", \"mcpServers\": {SERVER}}"),
    ("project/.gemini/settings.json", "Gemini CLI", "{\"mcpServers\": {SERVER}}"),
    (
        ".codex/config.toml",
        "Codex",
        "model = \"x\"\n\n[mcp_servers.exai-mcp]\ncommand = \"python3\"\nargs = [\"run_ws_shim.py\"]\n",
    ),
];

#[test]
fn each_clients_file_is_listed_wrapped_and_restored() {
    for (name, client, text) in FILES {
        let user = User::new();
        let text = text.replace("SERVER", SHIM);
        let path = user.has(name, &text);
        let list = user.mcp(&["list"]).expect_code(0).says(&format!("{client}: {}", path.display()));
        list.says("exai-mcp").says("not wrapped").says("run_ws_shim.py");
        user.mcp(&["wrap"]).expect_code(0).says(&format!("reload {client}"));
        let wrapped = user.read(name);
        assert!(wrapped.contains(program().to_str().unwrap()) && wrapped.contains("\"guard\""), "{wrapped}");
        let list = user.mcp(&["list"]).expect_code(0).says("wrapped");
        assert!(!list.stdout.contains("not wrapped"), "{list}");
        user.mcp(&["wrap"]).expect_code(0).says("already wrapped");
        assert_eq!(user.read(name), wrapped, "{name}");
        user.mcp(&["unwrap"]).expect_code(0).says("to the byte");
        assert_eq!(user.read(name), text, "{name}");
    }
}

#[test]
fn all_of_them_at_once_and_one_alone() {
    let user = User::new();
    for (name, _, text) in FILES {
        user.has(name, text.replace("SERVER", SHIM));
    }
    let listed = user.mcp(&["list", "--json"]).expect_code(0).json();
    assert_eq!(listed["files"].as_array().unwrap().len(), FILES.len(), "{listed:#}");
    user.mcp(&["wrap", "--file", ".mcp.json"]).expect_code(0);
    for (name, _, _) in FILES {
        assert_eq!(user.read(name).contains("guard"), *name == "project/.mcp.json", "{name}");
    }
    user.mcp(&["wrap"]).expect_code(0);
    user.mcp(&["unwrap"]).expect_code(0);
    for (name, _, text) in FILES {
        assert_eq!(user.read(name), text.replace("SERVER", SHIM), "{name}");
    }
}

#[test]
fn claude_codes_own_file_has_servers_for_all_projects_and_for_one() {
    let user = User::new();
    let text = format!(
        "{{\n  \"mcpServers\": {{{SHIM}}},\n  \"projects\": {{\n    \"/p/one\": {{\"mcpServers\": {{{SHIM}}}}},\n    \
         \"/p/two\": {{\"history\": [], \"mcpServers\": {{}}}}\n  }}\n}}\n"
    );
    user.has(".claude.json", &text);
    let listed = user.mcp(&["list", "--json"]).expect_code(0).json();
    let servers = listed["files"][0]["servers"].as_array().unwrap();
    assert_eq!(servers.len(), 2);
    assert_eq!(servers[1]["project"], "/p/one");
    user.mcp(&["wrap"]).expect_code(0);
    assert_eq!(user.read(".claude.json").matches("\"guard\"").count(), 2);
    user.mcp(&["unwrap"]).expect_code(0);
    assert_eq!(user.read(".claude.json"), text);
}

#[test]
fn the_variables_of_the_clients_are_obeyed() {
    for (variable, folder, file) in [
        ("CLAUDE_CONFIG_DIR", "elsewhere", "elsewhere/.claude.json"),
        ("GEMINI_CLI_HOME", "elsewhere", "elsewhere/.gemini/settings.json"),
        ("XDG_CONFIG_HOME", "elsewhere", "elsewhere/Claude/claude_desktop_config.json"),
        ("VSCODE_PORTABLE", "elsewhere", "elsewhere/user-data/User/mcp.json"),
    ] {
        let user = User::new();
        let key = if variable == "VSCODE_PORTABLE" { "servers" } else { "mcpServers" };
        user.has(file, format!("{{\"{key}\": {{{SHIM}}}}}"));
        user.mcp(&["wrap"]).expect_code(1);
        let moved = user.path(folder);
        user.mcp_with(&["wrap"], |command| {
            command.env(variable, moved);
        })
        .expect_code(0);
        assert!(user.read(file).contains("guard"), "{variable}");
    }
}

#[test]
fn a_project_is_found_from_its_sub_folders_and_a_file_by_its_name() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    let deep = user.path("project/src/deep");
    fs::create_dir_all(&deep).unwrap();
    user.mcp_with(&["wrap"], |command| {
        command.current_dir(&deep);
    })
    .expect_code(0);
    assert!(user.read("project/.mcp.json").contains("guard"));
    let elsewhere = user.has("else.json", format!("{{\"servers\": {{{SHIM}}}}}"));
    user.mcp(&["wrap", "--file", elsewhere.to_str().unwrap()]).expect_code(0).says("reload your client");
    assert!(user.read("else.json").contains("guard"));
    let toml = user.has("else.toml", "mcp_servers = { a = { command = \"./run_ws_shim.py\" } }");
    user.mcp(&["wrap", "--file", toml.to_str().unwrap()]).expect_code(0);
    let command = program().display();
    assert_eq!(
        user.read("else.toml"),
        format!(
            "mcp_servers = {{ a = {{ command = \"{command}\", args = [\"guard\", \"--\", \"./run_ws_shim.py\"] }} }}"
        )
    );
}

#[test]
fn only_what_runs_a_watched_script_is_wrapped_unless_it_is_named() {
    let user = User::new();
    let text = r#"{"mcpServers": {
      "tests": {"command": "python3", "args": ["-m", "pytest", "run_ws_shim.py"]},
      "other": {"command": "npx", "args": ["-y", "other"]},
      "web": {"type": "sse", "url": "http://h/sse"}
    }}"#;
    user.has("project/.mcp.json", text);
    user.mcp(&["wrap"])
        .expect_code(1)
        .complains("no server here runs run_ws_shim.py")
        .complains("--server")
        .complains("--all");
    assert_eq!(user.read("project/.mcp.json"), text);
    user.mcp(&["wrap", "--server", "othr"]).expect_code(1).complains("did you mean \"other\"?");
    user.mcp(&["wrap", "--server", "zzzzzz"]).expect_code(1).complains("\"other\", \"tests\", \"web\"");
    user.mcp(&["wrap", "--server", "other"]).expect_code(0).says("other: wrapped");
    assert_eq!(user.read("project/.mcp.json").matches("guard").count(), 1);
    user.mcp(&["unwrap", "--server", "tests"]).expect_code(0).says("tests: not wrapped");
    user.mcp(&["unwrap"]).expect_code(0).says("other: unwrapped");
    user.mcp(&["unwrap"]).expect_code(0).says("no server is wrapped");
    assert_eq!(user.read("project/.mcp.json"), text);
}

#[test]
fn the_script_of_a_configured_watch_counts() {
    let user = User::new();
    user.has_config("[[watch]]\nscript = \"server.mjs\"\n");
    user.has(
        "project/.mcp.json",
        r#"{"mcpServers": {"a": {"command": "node", "args": ["dist/server.mjs"]}}}"#,
    );
    user.mcp(&["wrap"]).expect_code(0).says("a: wrapped");
    user.has_the_shim("project/.mcp.json");
    user.mcp(&["wrap"]).expect_code(1).complains("no server here runs server.mjs");
}

#[test]
fn the_guard_keeps_the_home_and_the_configuration_that_were_given() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    let config = user.has("my config.toml", "");
    let globals = ["--home", "the home", "--config", config.to_str().unwrap(), "mcp"];
    user.run_with(&[&globals[..], &["wrap"]].concat(), |_| ()).expect_code(0);
    let home = user.path("project/the home");
    let expected = format!(
        "[\"--home\", \"{}\", \"--config\", \"{}\", \"guard\", \"--\", \"python3\", \"-u\"",
        home.display(),
        config.display()
    );
    let text = user.read("project/.mcp.json");
    assert!(text.contains(&expected), "{text}");
    user.run_with(&[&globals[..], &["wrap"]].concat(), |_| ()).expect_code(0).says("already wrapped");
    user.run_with(&[&globals[..], &["unwrap"]].concat(), |_| ()).expect_code(0).says("to the byte");
    assert_eq!(user.read("project/.mcp.json"), format!("{{\"mcpServers\": {{{SHIM}}}}}\n"));
}

#[test]
fn a_home_of_the_environment_is_written_down_because_no_client_has_that_variable() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    let home = user.path("its home");
    user.mcp_with(&["wrap"], |command| {
        command.env("SHIMKEEPER_HOME", &home);
    })
    .expect_code(0);
    let text = user.read("project/.mcp.json");
    assert!(text.contains(&format!("[\"--home\", \"{}\", \"guard\", \"--\"", home.display())), "{text}");
}

#[test]
fn a_program_with_a_version_in_its_name_is_known_and_one_of_any_other_name_wraps_nothing() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    let before = fs::read_to_string(&path).unwrap();
    let called = |name: &str| {
        let there = user.path(name);
        fs::copy(program(), &there).unwrap();
        there
    };
    let versioned = called("shimkeeper-0.1.0");
    user.run_as(&versioned, &["mcp", "wrap"]).expect_code(0).says("exai-mcp: wrapped");
    let wrapped = user.read("project/.mcp.json");
    assert!(wrapped.contains("shimkeeper-0.1.0"), "{wrapped}");
    let list = user.mcp(&["list"]).expect_code(0);
    assert!(!list.stdout.contains("not wrapped"), "{list}");
    user.mcp(&["wrap", "--all"]).expect_code(0).says("already wrapped");
    assert_eq!(user.read("project/.mcp.json"), wrapped);
    user.mcp(&["unwrap"]).expect_code(0).says("to the byte");
    assert_eq!(user.read("project/.mcp.json"), before);
    user.run_as(&called("sk"), &["mcp", "wrap"])
        .expect_code(1)
        .complains("the guard would not be recognised by the name")
        .complains("a name that begins with \"shimkeeper\"");
    assert_eq!(user.read("project/.mcp.json"), before);
}

#[test]
fn a_server_whose_name_begins_with_a_dash_can_be_named() {
    let user = User::new();
    user.has("project/.mcp.json", r#"{"mcpServers": {"-dash": {"command": "x"}}}"#);
    user.mcp(&["wrap", "--server", "-dash"]).expect_code(0).says("-dash: wrapped");
}

#[test]
fn what_is_written_there_starts_the_server() {
    let user = User::new();
    user.has("project/.mcp.json", r#"{"mcpServers": {"a": {"command": "echo", "args": ["it", "-n runs"]}}}"#);
    for globals in [&[][..], &["--home", "the home"]] {
        user.run_with(&[globals, &["mcp", "wrap", "--server", "a"]].concat(), |_| ()).expect_code(0);
        let text: Value = serde_json::from_str(&user.read("project/.mcp.json")).unwrap();
        let server = &text["mcpServers"]["a"];
        assert_eq!(server["command"], program().to_str().unwrap());
        let words: Vec<&str> =
            server["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        user.run_with(&words, |_| ()).expect_code(0).says("it -n runs\n");
        user.run_with(&[globals, &["mcp", "unwrap"]].concat(), |_| ()).expect_code(0).says("to the byte");
    }
}

#[test]
fn a_guard_that_is_gone_is_shown_and_counts_as_wrapped() {
    let user = User::new();
    let text = r#"{"mcpServers": {"a": {"command": "/old/shimkeeper", "args": ["guard", "--", "./run_ws_shim.py"]}}}"#;
    user.has("project/.mcp.json", text);
    user.mcp(&["list"]).expect_code(0).says("a  broken").says("/old/shimkeeper does not exist");
    let listed = user.mcp(&["list", "--json"]).json();
    assert_eq!(listed["files"][0]["servers"][0]["guard_is_gone"], true);
    user.mcp(&["wrap"])
        .expect_code(1)
        .complains("a: already wrapped, but /old/shimkeeper does not exist")
        .complains("run `shimkeeper mcp unwrap`, then `shimkeeper mcp wrap`");
    assert_eq!(user.read("project/.mcp.json"), text);
    user.mcp(&["unwrap"]).expect_code(0);
    assert!(user.read("project/.mcp.json").contains(r#"{"command": "./run_ws_shim.py", "args": []}"#));
}

#[test]
fn without_any_client_it_says_so() {
    let user = User::new();
    user.mcp(&["list"]).expect_code(0).says("no configuration of an MCP client");
    user.mcp(&["wrap"]).expect_code(1).complains("the files that were read have no servers");
    assert!(!Path::new(&user.state()).exists(), "a question makes no file");
}

#[test]
fn a_file_without_servers_is_found_all_the_same() {
    for text in ["{}", "", "// later\n", "{\"mcpServers\": {}}"] {
        let user = User::new();
        let path = user.has("project/.mcp.json", text);
        user.mcp(&["list"])
            .expect_code(0)
            .says(&format!("Claude Code: {}", path.display()))
            .says("it has no servers");
        user.has_the_shim(".cursor/mcp.json");
        let list = user.mcp(&["list"]).expect_code(0).says("exai-mcp");
        assert!(!list.stdout.contains("has no servers"), "beside others it is no news: {list}");
    }
}

#[test]
fn where_every_server_is_reached_by_a_url_taking_all_is_no_way_out() {
    let user = User::new();
    user.has("project/.mcp.json", r#"{"mcpServers": {"w": {"url": "https://h/sse"}}}"#);
    let outcome =
        user.mcp(&["wrap", "--all"]).expect_code(1).complains("every server here is reached by a url");
    assert!(!outcome.stderr.contains("--all"), "{outcome}");
}
