//! How a client is to call us: with the folders that it would not find, or by the bare name for files that are committed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::mcp::user::{SHIM, User, program};
use crate::support::eventually;

fn args_in(user: &User) -> Vec<String> {
    let text: Value = serde_json::from_str(&user.read("project/.mcp.json")).unwrap();
    let words = text["mcpServers"]["exai-mcp"]["args"].as_array().unwrap();
    words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

fn has_a_lease(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| entry.path().extension().is_some_and(|ending| ending == "json"))
}

#[test]
fn folders_that_xdg_variables_move_are_written_down() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    let (state, config) = (user.path("my state"), user.path("my config"));
    let in_terminal = |arguments: &[&str]| {
        user.mcp_with(arguments, |command| {
            command.env("XDG_STATE_HOME", &state).env("XDG_CONFIG_HOME", &config);
        })
    };
    let home = state.join("shimkeeper");
    in_terminal(&["wrap"]).expect_code(0);
    assert_eq!(
        args_in(&user)[..3],
        ["--home", home.to_str().unwrap(), "guard"],
        "no configuration is there to be named"
    );
    in_terminal(&["unwrap"]).expect_code(0).says("to the byte");
    let file = user.has("my config/shimkeeper/config.toml", "toasts = false\n");
    in_terminal(&["wrap"]).expect_code(0);
    let expected = ["--home", home.to_str().unwrap(), "--config", file.to_str().unwrap(), "guard", "--"];
    assert_eq!(args_in(&user)[..6], expected);
}

#[test]
fn a_configuration_that_is_moved_alone_is_written_down_alone() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    let file = user.has("my config/shimkeeper/config.toml", "");
    user.mcp_with(&["wrap"], |command| {
        command.env("XDG_CONFIG_HOME", user.path("my config"));
    })
    .expect_code(0);
    assert_eq!(args_in(&user)[..3], ["--config", file.to_str().unwrap(), "guard"]);
}

#[test]
fn variables_that_say_the_usual_are_not_written_down() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    user.has(".config/shimkeeper/config.toml", "");
    user.mcp_with(&["wrap"], |command| {
        command.env("XDG_STATE_HOME", user.path(".local/state")).env("XDG_CONFIG_HOME", user.path(".config"));
        command.env("XDG_DATA_HOME", user.path("data"));
    })
    .expect_code(0);
    assert_eq!(args_in(&user)[0], "guard");
}

#[test]
fn a_lease_and_a_look_meet_though_the_client_strips_the_environment() {
    let user = User::new();
    user.has("project/.mcp.json", r#"{"mcpServers": {"exai-mcp": {"command": "cat"}}}"#);
    let state = user.path("my state");
    let in_terminal = |arguments: &[&str]| {
        user.run_with(arguments, |command| {
            command.env("XDG_STATE_HOME", &state);
        })
    };
    in_terminal(&["mcp", "wrap", "--all"]).expect_code(0);
    for (words, meets) in [(args_in(&user), true), (vec!["guard".into(), "--".into(), "cat".into()], false)] {
        // A client that hands on nothing of ours.
        let mut command = user.command(program(), &words.iter().map(String::as_str).collect::<Vec<_>>());
        let mut guard = command.env_remove("XDG_STATE_HOME").stdin(Stdio::piped()).spawn().unwrap();
        let leases = if meets { state.join("shimkeeper/leases") } else { user.state().join("leases") };
        eventually("the guard has a lease", Duration::from_secs(10), || has_a_lease(&leases));
        let doctor = in_terminal(&["doctor"]);
        drop(guard.stdin.take());
        guard.wait().unwrap();
        if meets {
            doctor.says("1 guarded server");
        } else {
            doctor.says("! guards").says(&format!("1 guard keeps its lease in {}", leases.display()));
        }
    }
}

#[test]
fn guards_that_keep_their_leases_where_a_tray_without_the_variables_does_not_look_are_named() {
    let user = User::new();
    user.has("project/.mcp.json", r#"{"mcpServers": {"exai-mcp": {"command": "cat"}}}"#);
    let state = user.path("my state");
    user.mcp_with(&["wrap", "--all"], |command| {
        command.env("XDG_STATE_HOME", &state);
    })
    .expect_code(0);
    let words = args_in(&user);
    let mut command = user.command(program(), &words.iter().map(String::as_str).collect::<Vec<_>>());
    let mut guard = command.stdin(Stdio::piped()).spawn().unwrap();
    let leases = state.join("shimkeeper/leases");
    eventually("the guard has a lease", Duration::from_secs(10), || has_a_lease(&leases));
    let doctor = user.run_with(&["doctor"], |_| ());
    drop(guard.stdin.take());
    guard.wait().unwrap();
    doctor.says("! guards").says(&format!("1 guard keeps its lease in {}", leases.display()));
}

#[test]
fn a_bare_name_is_written_where_it_starts_this_program() {
    let user = User::new();
    let text = format!("{{\"mcpServers\": {{{SHIM}}}}}\n");
    user.has("project/.mcp.json", &text);
    let with_path = |arguments: &[&str], path: &str| {
        user.mcp_with(arguments, |command| {
            command.env("PATH", path);
        })
    };
    let bin = user.path("bin");
    fs::create_dir_all(&bin).unwrap();
    let path = bin.to_str().unwrap();
    with_path(&["wrap", "--bare"], path)
        .expect_code(1)
        .complains("no `shimkeeper` is found on PATH")
        .complains(&format!("add {} to PATH", program().parent().unwrap().display()));
    fs::copy("/bin/true", bin.join("shimkeeper")).unwrap();
    with_path(&["wrap", "--bare"], path)
        .expect_code(1)
        .complains(&format!("the `shimkeeper` on PATH is {path}/shimkeeper, not this program"));
    assert_eq!(user.read("project/.mcp.json"), text);
    fs::remove_file(bin.join("shimkeeper")).unwrap();
    symlink(program(), bin.join("shimkeeper")).unwrap();
    with_path(&["wrap", "--bare"], path).expect_code(0);
    let wrapped = user.read("project/.mcp.json");
    assert!(wrapped.contains(r#""command": "shimkeeper", "args": ["guard", "--", "python3""#), "{wrapped}");
    let list = with_path(&["list"], path).expect_code(0).says("exai-mcp  wrapped ");
    assert!(!list.stdout.contains("broken"), "{list}");
    with_path(&["wrap"], path).expect_code(0).says("already wrapped");
    with_path(&["unwrap"], path).expect_code(0).says("to the byte");
    assert_eq!(user.read("project/.mcp.json"), text);
}

#[test]
fn a_bare_name_carries_no_folder_and_says_where_its_leases_will_be() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    let home = user.path("my home");
    let words = ["--home", home.to_str().unwrap(), "mcp", "wrap", "--bare"];
    user.run_with(&words, |command| {
        command.env("PATH", program().parent().unwrap());
    })
    .expect_code(0)
    .complains(&format!(
        "keep their leases below {}, not below {}",
        user.state().display(),
        home.display()
    ));
    assert_eq!(args_in(&user)[0], "guard");
}
