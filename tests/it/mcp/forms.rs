//! Each client's form is read, changed and given back to the byte; one that is not read is called so, and never empty.

use crate::mcp::fixtures::{EDITABLE, fixture};
use crate::mcp::user::User;

#[test]
fn every_clients_file_is_listed_wrapped_and_given_back_to_the_byte() {
    for (place, client, name, count) in EDITABLE {
        let unix = fixture(name);
        let windows = unix.replace("\r\n", "\n").replace('\n', "\r\n");
        for text in [unix, windows] {
            let user = User::new();
            let path = user.has(place, &text);
            user.mcp(&["list"]).expect_code(0).says(&format!("{client}: {}", path.display())).says("exai");
            user.mcp(&["wrap", "--all", "--dry-run"]).expect_code(0).says("would be wrapped");
            assert_eq!(user.read(place), text);
            let wrap = user.mcp(&["wrap", "--all"]).expect_code(0).says(&format!("reload {client}"));
            let wrapped = user.read(place);
            assert_eq!(wrapped.matches("guard").count(), *count, "{place}: {wrap}");
            user.mcp(&["wrap", "--all"]).expect_code(0).says("already wrapped");
            assert_eq!(user.read(place), wrapped, "{place}");
            let listed = user.mcp(&["list", "--json"]).expect_code(0).json();
            let servers = listed["files"][0]["servers"].as_array().unwrap();
            let are_wrapped = servers.iter().filter(|server| server["wrapped"] == true).count();
            assert_eq!(are_wrapped, *count, "{place}: {listed:#}");
            user.mcp(&["unwrap"]).expect_code(0).says("to the byte");
            assert_eq!(user.read(place), text, "{place}");
        }
    }
}

#[test]
fn a_file_of_the_same_form_somewhere_else_is_read_by_what_stands_in_it() {
    for (_, _, name, count) in EDITABLE {
        let user = User::new();
        let copy = format!("backup/copy.{}", name.rsplit('.').next().unwrap());
        let elsewhere = user.has(&copy, fixture(name));
        let file = elsewhere.to_str().unwrap();
        user.mcp(&["wrap", "--all", "--file", file]).expect_code(0).says("reload your client");
        assert_eq!(user.read(&copy).matches("guard").count(), *count, "{name}");
        user.mcp(&["unwrap", "--file", file]).expect_code(0).says("to the byte");
        assert_eq!(user.read(&copy), fixture(name), "{name}");
    }
}

#[test]
fn a_workspace_and_a_dev_container_are_read_when_they_are_named() {
    let servers = r#"{"exai": {"command": "python3", "args": ["run_ws_shim.py"]}}"#;
    for (name, text) in [
        (
            "a.code-workspace",
            format!(r#"{{"folders": [], "settings": {{"mcp": {{"servers": {servers}}}}}}}"#),
        ),
        (
            "devcontainer.json",
            format!(r#"{{"customizations": {{"vscode": {{"mcp": {{"servers": {servers}}}}}}}}}"#),
        ),
        ("muse.json", format!(r#"{{"schema_version": 1, "mcp_servers": {servers}}}"#)),
        ("nanobot.json", format!(r#"{{"tools": {{"mcpServers": {servers}}}}}"#)),
        ("bare-vscode.json", format!(r#"{{"mcp": {{"servers": {servers}}}}}"#)),
    ] {
        let user = User::new();
        let file = user.has(name, &text);
        let file = file.to_str().unwrap();
        user.mcp(&["wrap", "--file", file]).expect_code(0).says("exai: wrapped");
        user.mcp(&["unwrap", "--file", file]).expect_code(0).says("to the byte");
        assert_eq!(user.read(name), text);
    }
}

#[test]
fn what_the_guard_is_put_in_front_of_still_stands_behind_it_in_one_list() {
    let user = User::new();
    user.has("project/opencode.json", fixture("opencode.jsonc"));
    user.mcp(&["wrap", "--all"]).expect_code(0);
    let text = user.read("project/opencode.json");
    assert!(text.contains(r#""guard", "--", "python3", "-u", "run_ws_shim.py"],"#), "{text}");
    let on_lines = "\"guard\",\n        \"--\",\n        \"npx\",\n        \"-y\",";
    assert!(text.contains(on_lines) && text.contains("// by npx\n"), "{text}");
}

#[test]
fn a_form_that_is_not_read_is_called_known_and_not_supported() {
    for (place, client, name, form) in [
        (".config/goose/config.yaml", "Goose", "goose.yaml", "extensions.*.cmd in YAML"),
        (".continue/config.yaml", "Continue", "continue.yaml", "a list mcpServers in YAML"),
        (
            ".config/Code/User/settings.json",
            "VS Code",
            "vscode-settings.json",
            "augment.advanced.mcpServers as a list",
        ),
    ] {
        let user = User::new();
        let path = user.has(place, fixture(name));
        let (file, says) =
            (path.to_str().unwrap(), format!("this form ({form}) is known, but it cannot be read"));
        let list = user.mcp(&["list"]).expect_code(0).says(&format!("{client}: {file}")).says(&says);
        assert!(!list.stdout.contains("has no servers"), "{list}");
        let listed = user.mcp(&["list", "--json"]).expect_code(0).json();
        assert!(listed["files"][0]["error"]["says"].as_str().unwrap().contains(form), "{listed:#}");
        user.mcp(&["list", "--file", file]).expect_code(1).says(&says);
        for what in [&["wrap", "--all"][..], &["unwrap"]] {
            user.mcp(&[what, &["--file", file]].concat())
                .expect_code(1)
                .complains(&says)
                .complains("by hand");
        }
        assert_eq!(user.read(place), fixture(name));
    }
}

#[test]
fn a_file_that_is_passed_over_is_named_and_keeps_no_other_from_being_wrapped() {
    let user = User::new();
    user.has(".config/goose/config.yaml", fixture("goose.yaml"));
    user.has(".copilot/mcp-config.json", fixture("copilot-cli.json"));
    user.mcp(&["wrap", "--all"])
        .expect_code(0)
        .says("exai: wrapped")
        .complains("Goose: ")
        .complains("cannot be read or wrapped yet");
    user.mcp(&["unwrap"]).expect_code(0).says("to the byte");
}

#[test]
fn a_list_beside_servers_that_are_read_is_not_passed_over_in_silence() {
    let user = User::new();
    let text = fixture("vscode-settings.json").replace(
        "\"editor.fontSize\": 13",
        r#""mcp": {"servers": {"exai": {"command": "python3", "args": ["run_ws_shim.py"]}}}"#,
    );
    user.has(".config/Code/User/settings.json", &text);
    let says = "this form (augment.advanced.mcpServers as a list) is known";
    user.mcp(&["list"]).expect_code(0).says("exai").says(says);
    user.mcp(&["wrap", "--all"]).expect_code(0).says("exai: wrapped").complains(says);
    user.mcp(&["unwrap"]).expect_code(0).says("to the byte");
    assert_eq!(user.read(".config/Code/User/settings.json"), text);
}

#[test]
fn a_form_that_nobody_knows_is_said_to_be_unknown() {
    let user = User::new();
    for (name, text) in [
        ("mine.json", r#"{"toolServers": {"a": {"run": "python3 srv.py"}}}"#),
        ("mine.toml", "[tool_servers.a]\nrun = \"python3 srv.py\"\n"),
        ("list.json", r#"[{"name": "a", "command": "python3"}]"#),
    ] {
        let file = user.has(name, text);
        let file = file.to_str().unwrap();
        for what in [&["list"][..], &["wrap", "--all"], &["wrap"], &["unwrap"]] {
            let outcome = user.mcp(&[what, &["--file", file]].concat()).expect_code(1);
            let said = outcome.to_string();
            assert!(said.contains("this file has a form that is not known: looked for mcpServers"), "{said}");
            assert!(said.contains("context_servers") && said.contains("mcp_servers"), "{said}");
            assert!(!said.contains("has no servers"), "{said}");
        }
        assert_eq!(user.read(name), text);
    }
    for (name, text) in [("bare.yaml", "a: b\n"), ("options.xml", "<a/>")] {
        let file = user.has(name, text);
        user.mcp(&["wrap", "--all", "--file", file.to_str().unwrap()])
            .expect_code(1)
            .complains("is known, but it cannot be read");
    }
    for text in ["{}", "", "{\"mcpServers\": {}}"] {
        let file = user.has("empty.json", text);
        user.mcp(&["list", "--file", file.to_str().unwrap()]).expect_code(0).says("it has no servers");
    }
}

#[test]
fn servers_under_another_clients_key_are_not_passed_over_in_silence() {
    let user = User::new();
    let text = fixture("claude-code.json");
    user.has("project/.vscode/mcp.json", &text);
    user.mcp(&["list"])
        .expect_code(0)
        .says("the servers are under mcpServers, which VS Code does not read: it reads servers");
    user.mcp(&["wrap", "--all", "--file", ".vscode/mcp.json"])
        .expect_code(1)
        .complains("which VS Code does not read");
    assert_eq!(user.read("project/.vscode/mcp.json"), text);
    user.has("project/.gemini/settings.json", r#"{"mcp": {"allowed": ["a"]}, "theme": "x"}"#);
    user.mcp(&["list", "--file", ".gemini/settings.json"]).expect_code(0).says("it has no servers");
}

#[test]
fn an_entry_whose_command_cannot_be_a_list_is_refused_with_what_to_write() {
    let user = User::new();
    for (text, why) in [
        (
            r#"{"mcp": {"a": {"type": "local", "command": "python3 srv.py"}}}"#,
            "its command is not a list of strings",
        ),
        (r#"{"mcp": {"a": {"type": "local", "command": []}}}"#, "its command is not a list of strings"),
        (
            r#"{"mcp": {"a": {"type": "local", "command": [["python3"]]}}}"#,
            "its command is not a list of strings",
        ),
        (r#"{"mcp": {"a": {"type": "local"}}}"#, "it has no command"),
    ] {
        user.has("project/opencode.json", text);
        user.mcp(&["wrap", "--server", "a"]).expect_code(1).complains(&format!("a: {why}"));
        assert_eq!(user.read("project/opencode.json"), text);
    }
    user.has("project/opencode.json", r#"{"mcp": {"a": {"enabled": false}}}"#);
    user.mcp(&["wrap", "--server", "a"]).expect_code(1).complains("a: it has no command");
    user.mcp(&["wrap", "--all"]).expect_code(1);
}

#[test]
fn a_dry_run_of_toml_prints_what_will_stand_there() {
    for text in [fixture("codex.toml"), fixture("codex.toml").replace('\n', "\r\n")] {
        let user = User::new();
        user.has(".codex/config.toml", &text);
        let shown = user.mcp(&["wrap", "--all", "--dry-run"]).expect_code(0);
        assert!(!shown.stdout.contains('\u{FFFD}'), "{shown}");
        let shown = shown.says("-command = \"python3\"\n").says(" [mcp_servers.exai] # •••\n");
        user.mcp(&["wrap", "--all"]).expect_code(0);
        let wrapped = user.read(".codex/config.toml").replace('\t', "    ");
        let added = shown.stdout.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++"));
        for line in added.map(|line| &line[1..]) {
            assert!(wrapped.lines().any(|other| other == line), "{line} in {wrapped}");
        }
    }
}
