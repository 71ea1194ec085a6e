//! What others do to a file after it was wrapped is told, and never called "to the byte as it was".

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::mcp::fixtures::fixture;
use crate::mcp::user::{SHIM, User};

#[test]
fn a_file_that_the_client_wrote_anew_is_not_called_restored_to_the_byte() {
    let user = User::new();
    user.has(".codex/config.toml", fixture("codex.toml"));
    user.mcp(&["wrap", "--server", "exai"]).expect_code(0);
    let command =
        user.read(".codex/config.toml").lines().find(|line| line.starts_with("command")).unwrap().to_owned();
    let args =
        user.read(".codex/config.toml").lines().find(|line| line.starts_with("args")).unwrap().to_owned();
    // As `codex mcp add` writes it: another order, no comments, other numbers.
    user.has(
        ".codex/config.toml",
        format!("[mcp_servers.exai]\n{args}\n{command}\nstartup_timeout_sec = 30.0\n\n[mcp_servers.new]\ncommand = \"x\"\n"),
    );
    let outcome = user
        .mcp(&["unwrap"])
        .expect_code(0)
        .says("exai: unwrapped\n")
        .says("somebody else has changed the file since it was wrapped")
        .says("The earlier state is in ");
    assert!(!outcome.stdout.contains("to the byte"), "{outcome}");
    let backup = outcome.stdout.split("The earlier state is in ").nth(1).unwrap().lines().next().unwrap();
    assert_eq!(fs::read_to_string(backup).unwrap(), fixture("codex.toml"));
    assert!(user.read(".codex/config.toml").contains("args = [\"-u\", \"run_ws_shim.py\"]"));
}

#[test]
fn what_others_changed_between_two_of_our_changes_is_not_forgotten() {
    let user = User::new();
    user.has("project/.mcp.json", format!("{{\"mcpServers\": {{{SHIM}, \"b\": {{\"command\": \"x\"}}}}}}"));
    user.mcp(&["wrap"]).expect_code(0);
    user.has("project/.mcp.json", user.read("project/.mcp.json").replace("\"x\"", "\"y\""));
    user.mcp(&["wrap", "--all"]).expect_code(0);
    user.mcp(&["unwrap"]).expect_code(0).says("somebody else has changed the file");
    user.mcp(&["wrap", "--all"]).expect_code(0);
    user.mcp(&["unwrap"]).expect_code(0).says("to the byte");
}

#[test]
fn a_mere_new_indentation_discards_nothing_and_is_not_said_to() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    user.mcp(&["wrap"]).expect_code(0);
    let wrapped = user.read("project/.mcp.json");
    user.has("project/.mcp.json", wrapped.replace(", ", ",\n   "));
    let outcome = user.mcp(&["unwrap"]).expect_code(0).says("exai-mcp: unwrapped; what was changed in it");
    assert!(!outcome.stdout.contains("discarded") && !outcome.stdout.contains("to the byte"), "{outcome}");
    user.has_the_shim("project/.mcp.json");
    user.mcp(&["wrap"]).expect_code(0);
    let wrapped = user.read("project/.mcp.json");
    user.has("project/.mcp.json", wrapped.replace("\"guard\", ", "\"guard\", \"--port\", \"3005\", "));
    user.mcp(&["unwrap"])
        .expect_code(0)
        .says("Your changes to the guard's own arguments are discarded; everything else is kept");
}

#[test]
fn a_file_that_cannot_be_looked_at_is_neither_called_unwrapped_nor_forgotten() {
    let user = User::new();
    let path = user.has_the_shim("elsewhere/.mcp.json");
    let file = path.to_str().unwrap();
    user.mcp(&["wrap", "--file", file]).expect_code(0);
    let wrapped = user.read("elsewhere/.mcp.json");
    let (folder, aside) = (path.parent().unwrap(), user.path("aside"));
    fs::rename(folder, &aside).unwrap();
    // A link to itself: whether the file is there cannot be told.
    std::os::unix::fs::symlink(folder, folder).unwrap();
    let list = user.mcp(&["list"]);
    assert!(!list.stdout.contains("is not any more"), "{list}");
    user.mcp(&["unwrap", "--file", file]).expect_code(1);
    fs::remove_file(folder).unwrap();
    fs::rename(&aside, folder).unwrap();
    assert_eq!(user.read("elsewhere/.mcp.json"), wrapped);
    user.mcp(&["unwrap", "--file", file]).expect_code(0).says("to the byte");
}

#[test]
fn an_entry_that_was_wrapped_and_is_not_any_more_is_named_with_its_backup() {
    let user = User::new();
    let text = format!("{{\"mcpServers\": {{{SHIM}}}}}\n");
    for rewritten in ["{\"x\": 1}\n", &text] {
        let path = user.has(".claude.json", &text);
        user.mcp(&["wrap", "--all"]).expect_code(0);
        user.has(".claude.json", rewritten);
        let list = user
            .mcp(&["list"])
            .expect_code(0)
            .says(&format!("{}: exai-mcp was wrapped on 20", path.display()))
            .says("and is not any more; the file as it was before: ");
        let backup = list.stdout.split("as it was before: ").nth(1).unwrap().lines().next().unwrap();
        assert_eq!(fs::read_to_string(backup).unwrap(), text);
        let listed = user.mcp(&["list", "--json"]).expect_code(0).json();
        assert!(
            listed["undone"][0]["server"] == "exai-mcp" && listed["undone"][0]["backup"] == backup,
            "{listed:#}"
        );
        user.run_with(&["doctor"], |_| ()).says("! clients").says("exai-mcp was wrapped on 20").says(backup);
        user.mcp(&["unwrap", "--file", path.to_str().unwrap()]).expect_code(0).says("no server is wrapped");
        assert!(!user.mcp(&["list"]).stdout.contains("is not any more"), "it was told to forget");
        user.run_with(&["doctor"], |_| ()).says("✓ clients        no client's server is wrapped");
    }
}

#[test]
fn what_is_as_it_was_left_is_not_named() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    user.mcp(&["wrap"]).expect_code(0);
    user.has("project/.mcp.json", user.read("project/.mcp.json").replace("exai-mcp", "renamed"));
    assert!(!user.mcp(&["list"]).expect_code(0).stdout.contains("is not any more"));
    user.run_with(&["doctor"], |_| ()).says("✓ clients        1 server is wrapped, as left");
}

#[test]
fn a_file_that_is_gone_is_named_and_can_be_forgotten_and_a_project_that_is_gone_is_not() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    user.mcp(&["wrap"]).expect_code(0);
    fs::remove_file(&path).unwrap();
    user.mcp(&["list"]).expect_code(0).says("exai-mcp was wrapped");
    user.mcp(&["unwrap", "--file", path.to_str().unwrap()])
        .expect_code(0)
        .says("is gone; its record was removed");
    assert!(!user.mcp(&["list"]).stdout.contains("exai-mcp"));
    let other = user.has_the_shim("other/.mcp.json");
    user.mcp(&["wrap", "--file", other.to_str().unwrap()]).expect_code(0);
    fs::remove_dir_all(other.parent().unwrap()).unwrap();
    assert!(!user.mcp(&["list"]).stdout.contains("exai-mcp"));
}

#[test]
fn a_file_that_is_gone_is_forgotten_by_every_name_that_led_to_it() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    // As a home on another disk, or a file among dotfiles.
    let (folder, file) = (user.path("way"), user.path("dotfile.json"));
    std::os::unix::fs::symlink(path.parent().unwrap(), &folder).unwrap();
    std::os::unix::fs::symlink(&path, &file).unwrap();
    for name in [folder.join(".mcp.json"), file, path.clone()] {
        user.has_the_shim("project/.mcp.json");
        let name = name.to_str().unwrap();
        user.mcp(&["wrap", "--file", name]).expect_code(0);
        fs::remove_file(&path).unwrap();
        user.mcp(&["unwrap", "--dry-run", "--file", name]).expect_code(0).says("would be removed");
        user.mcp(&["list"]).expect_code(0).says("exai-mcp was wrapped");
        user.mcp(&["unwrap", "--file", name]).expect_code(0).says("its record was removed");
        assert!(!user.mcp(&["list"]).stdout.contains("exai-mcp"), "{name}");
    }
}

#[test]
fn what_cannot_be_forgotten_is_said_and_not_called_done() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    user.mcp(&["wrap"]).expect_code(0);
    fs::remove_file(&path).unwrap();
    let _lock = locked(&user.state().join("mcp.lock"));
    user.mcp(&["unwrap", "--file", path.to_str().unwrap()])
        .expect_code(1)
        .complains("another shimkeeper is changing");
    assert_eq!(fs::read_dir(user.state().join("wrapped")).unwrap().count(), 1);
}

/// The lock of another `mcp` that is at work.
fn locked(path: &Path) -> fs::File {
    let file = fs::File::options().read(true).write(true).create(true).truncate(false).open(path).unwrap();
    file.try_lock().unwrap();
    file
}

#[test]
fn an_entry_without_dashes_is_wrapped_and_one_whose_guard_is_gone_is_broken() {
    let user = User::new();
    let text = r#"{"mcpServers": {
      "no-dashes": {"command": "/bin/sh/../../PROGRAM", "args": ["guard", "python3", "x.py"]},
      "gone": {"command": "/old/shimkeeper", "args": ["guard", "--", "python3", "x.py"]},
      "nowhere": {"command": "shimkeeper", "args": ["guard", "--", "python3", "x.py"]}
    }}"#;
    let program = crate::mcp::user::program().to_str().unwrap();
    user.has("project/.mcp.json", text.replace("/bin/sh/../../PROGRAM", program));
    user.mcp(&["list"])
        .expect_code(0)
        .says("no-dashes  wrapped      python3 x.py")
        .says("gone       broken       python3 x.py\n      wrapped, but /old/shimkeeper does not exist")
        .says("nowhere    broken       python3 x.py\n      wrapped, but no shimkeeper is found on PATH");
    user.mcp(&["unwrap", "--server", "no-dashes"]).expect_code(0);
    assert!(
        user.read("project/.mcp.json").contains(r#""no-dashes": {"command": "python3", "args": ["x.py"]}"#)
    );
}

#[test]
fn doctor_names_a_wrapped_entry_whose_guard_is_gone_and_a_file_that_cannot_be_read() {
    let user = User::new();
    user.has_the_shim("project/.mcp.json");
    let program = user.path("shimkeeper-old");
    fs::copy(crate::mcp::user::program(), &program).unwrap();
    user.run_as(&program, &["mcp", "wrap"]).expect_code(0);
    fs::remove_file(&program).unwrap();
    user.run_with(&["doctor"], |_| ())
        .says("! clients")
        .says(&format!("exai-mcp: already wrapped, but {} does not exist", program.display()));
    user.has("project/.mcp.json", "{");
    user.run_with(&["doctor"], |_| ()).says("? clients").says("not valid JSON");
}

#[test]
fn a_client_that_runs_is_to_be_closed_before_its_own_file_is_written() {
    let user = User::new();
    user.has_the_shim(".claude.json");
    let mut claude = Command::new("sleep").arg0("claude").arg("60").stdout(Stdio::null()).spawn().unwrap();
    user.has(&format!(".claude/sessions/{}.json", claude.id()), "{}");
    user.has(".claude/sessions/1.json", "{}");
    let outcome = user.mcp(&["wrap"]);
    claude.kill().unwrap();
    claude.wait().unwrap();
    outcome
        .expect_code(0)
        .says("exai-mcp: wrapped")
        .complains(&format!("close Claude Code first: it is running (process {})", claude.id()));
    let outcome = user.mcp(&["unwrap"]).expect_code(0);
    assert!(!outcome.stderr.contains("close"), "{outcome}");
    let outcome = user.mcp_with(&["wrap"], |command| {
        command.env("CLAUDECODE", "1");
    });
    outcome.expect_code(0).complains("close Claude Code first: it is running and may overwrite");
}
