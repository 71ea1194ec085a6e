//! What happens around a write: links, rights, backups, what is remembered.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::mcp::user::{SHIM, User, program};

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_link_stays_and_what_it_leads_to_changes() {
    let user = User::new();
    let target = user.has_the_shim("dotfiles/claude.json");
    let text = fs::read_to_string(&target).unwrap();
    let link = user.path(".claude.json");
    symlink("dotfiles/claude.json", &link).unwrap();
    user.mcp(&["wrap"]).expect_code(0);
    assert!(link.is_symlink() && !target.is_symlink());
    assert!(fs::read_to_string(&target).unwrap().contains("guard"));
    user.mcp(&["unwrap"]).expect_code(0).says("to the byte");
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&target).unwrap(), text);
}

#[test]
fn a_file_that_is_found_twice_is_wrapped_once() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    fs::create_dir_all(user.path("project/.cursor")).unwrap();
    symlink("../.mcp.json", user.path("project/.cursor/mcp.json")).unwrap();
    let outcome = user.mcp(&["wrap"]).expect_code(0);
    assert_eq!(outcome.stdout.matches("wrapped").count(), 1, "{outcome}");
}

#[test]
fn the_rights_of_the_file_are_kept() {
    for bits in [0o644, 0o600, 0o664, 0o755] {
        let user = User::new();
        let path = user.has_the_shim("project/.mcp.json");
        fs::set_permissions(&path, Permissions::from_mode(bits)).unwrap();
        user.mcp(&["wrap"]).expect_code(0);
        assert!(user.read("project/.mcp.json").contains("guard"));
        assert_eq!(mode(&path), bits);
        user.mcp(&["unwrap"]).expect_code(0);
        assert_eq!(mode(&path), bits);
        assert_eq!(files_in(&user.path("project")), [path], "nothing is left beside it");
    }
}

#[test]
fn what_was_there_is_kept_where_only_the_user_can_read_it() {
    let user = User::new();
    let text = format!(
        "{{\"mcpServers\": {{{SHIM}, \"b\": {{\"command\": \"x\", \"env\": {{\"TOKEN\": \"hunter2\"}}}}}}}}"
    );
    user.has("project/.mcp.json", &text);
    let outcome = user.mcp(&["wrap"]).expect_code(0);
    let backups = files_in(&user.state().join("backups"));
    assert_eq!(backups.len(), 1);
    assert!(outcome.stdout.contains(&format!("backup: {}", backups[0].display())), "{outcome}");
    assert_eq!(fs::read_to_string(&backups[0]).unwrap(), text);
    assert_eq!(mode(&backups[0]), 0o600);
    for file in files_in(&user.state().join("wrapped")) {
        assert_eq!(mode(&file), 0o600);
        assert!(!fs::read_to_string(&file).unwrap().contains("hunter2"), "only what is needed is remembered");
    }
    for round in 0..30 {
        user.has("project/.mcp.json", text.replace("\"x\"", &format!("\"x{round}\"")));
        user.mcp(&["wrap"]).expect_code(0);
    }
    let backups = files_in(&user.state().join("backups"));
    assert_eq!(backups.len(), 10, "{backups:?}");
}

#[test]
fn what_is_remembered_is_forgotten_when_it_is_of_no_more_use() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    user.mcp(&["wrap"]).expect_code(0);
    assert_eq!(files_in(&user.state().join("wrapped")).len(), 1);
    user.mcp(&["unwrap"]).expect_code(0);
    assert!(files_in(&user.state().join("wrapped")).is_empty());
}

#[test]
fn a_record_that_somebody_spoiled_does_no_harm() {
    for spoil in [
        |_: String| "{".to_owned(),
        |record: String| record.replace("mcpServers", "other"),
        |record: String| record.replace("start_ws_shim_safe.py", "evil\\\", \\\"--more"),
        |record: String| record.replace("start_ws_shim_safe.py", "evil.py"),
        |record: String| record.replace("\"at\": 1", "\"at\": 700"),
        |record: String| record.replace("\"args_added\": false", "\"args_added\": true"),
    ] {
        let user = User::new();
        let text = r#"{"mcpServers": {"a": {"command": "python3", "args": ["start_ws_shim_safe.py"]}}}"#;
        user.has("project/.mcp.json", text);
        user.mcp(&["wrap"]).expect_code(0);
        let record = files_in(&user.state().join("wrapped")).remove(0);
        let spoiled = spoil(fs::read_to_string(&record).unwrap());
        fs::write(&record, &spoiled).unwrap();
        let outcome = user.mcp(&["unwrap"]);
        let now = user.read("project/.mcp.json");
        let restored = now == text || now == text.replace("start_ws_shim_safe.py", "run_ws_shim.py");
        assert!(restored || outcome.code == Some(1) && now.contains("guard"), "{now}\n{spoiled}\n{outcome}");
        assert!(!now.contains("evil"), "{now}");
    }
}

#[test]
fn a_large_file_of_one_line_is_wrapped_and_shown_in_little() {
    let user = User::new();
    let history = "{\"display\": \"some words that were said before\", \"n\": [1, 2, 3]},".repeat(20_000);
    let text = format!("{{\"history\": [{history}1], \"mcpServers\": {{{SHIM}}}, \"tail\": [{history}2]}}");
    assert!(text.len() > 1_000_000);
    let on_lines = text.replace("\"mcpServers\"", "\n\"mcpServers\"").replace("\"tail\"", "\n\"tail\"");
    for text in [on_lines, text.clone()] {
        user.has(".claude.json", &text);
        let outcome = user.mcp(&["wrap", "--dry-run"]).expect_code(0).says("guard");
        assert!(outcome.stdout.len() < 4000, "{} bytes", outcome.stdout.len());
    }
    user.mcp(&["wrap"]).expect_code(0);
    user.mcp(&["unwrap"]).expect_code(0).says("to the byte");
    assert!(user.read(".claude.json") == text);
}

#[test]
fn of_many_wraps_at_once_none_is_lost() {
    let user = User::new();
    let names: Vec<String> = (0..8).map(|number| format!("s{number}")).collect();
    let servers =
        names.iter().map(|name| format!("\"{name}\": {{\"command\": \"./start_ws_shim_safe.py\"}}"));
    let text = format!("{{\"mcpServers\": {{{}}}}}", servers.collect::<Vec<_>>().join(", "));
    user.has("project/.mcp.json", &text);
    let start = |name: &String| {
        let mut command = user.command(program(), &["mcp", "wrap", "--server", name]);
        command.stdout(Stdio::null()).spawn().unwrap()
    };
    let wraps: Vec<_> = names.iter().map(start).collect();
    for mut wrap in wraps {
        assert_eq!(wrap.wait().unwrap().code(), Some(0));
    }
    assert_eq!(user.read("project/.mcp.json").matches("guard").count(), 8);
    let outcome = user.mcp(&["unwrap"]).expect_code(0);
    assert_eq!(outcome.stdout.matches("to the byte").count(), 8, "{outcome}");
    assert_eq!(user.read("project/.mcp.json"), text);
}

#[test]
fn a_lock_that_somebody_keeps_is_named_and_not_waited_for_without_end() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::create_dir_all(user.state()).unwrap();
    let place = user.state().join("mcp.lock");
    let lock = File::create(&place).unwrap();
    lock.lock().unwrap();
    let outcome = user.mcp(&["wrap"]).expect_code(1);
    outcome.complains(&format!("holds {}; nothing was written", place.display()));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    drop(lock);
    user.mcp(&["wrap"]).expect_code(0);
    assert!(fs::read_to_string(&path).unwrap().contains("guard"));
}

#[test]
fn a_name_may_be_long_and_need_not_be_utf8() {
    let long = OsString::from("n".repeat(250));
    for name in [long, OsString::from_vec(b"a\xff.json".to_vec())] {
        let user = User::new();
        let text = r#"{"mcpServers": {"a": {"command": "./start_ws_shim_safe.py"}}}"#;
        let path = user.path("project").join(&name);
        fs::write(&path, text).unwrap();
        for (what, says) in [("wrap", "a: wrapped"), ("unwrap", "to the byte")] {
            let with_file = |command: &mut Command| {
                command.arg("--file").arg(&path);
            };
            user.mcp_with(&[what], with_file).expect_code(0).says(says);
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
