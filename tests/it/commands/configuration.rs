//! `config`: where it is, what holds, whether it loads, a first one.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::bed::{Bed, python};

#[test]
fn its_place_and_what_holds_are_told() {
    let bed = Bed::new();
    let keeper = bed.keeper(4711);
    let file = keeper.home().join("config.toml");
    let path = keeper.run(&["config", "path"]).expect_code(0).stdout;
    assert_eq!(path.trim_end(), file.display().to_string());
    keeper
        .run(&["config", "show"])
        .expect_code(0)
        .says("port = 4711")
        .says("poll_interval = \"0.3s\"")
        .says("auto_cleanup = false");
    keeper.run(&["config", "check"]).expect_code(0).says(&format!("{} loads", file.display()));
}

#[test]
fn what_is_shown_loads_again() {
    let bed = Bed::new();
    let keeper = bed.keeper_with(4711, "protect = [\"a \\\"b\\\" \\\\c\"]\nlistens = \"never\"");
    let shown = keeper.run(&["config", "show"]).expect_code(0).stdout;
    keeper.configure(&shown);
    assert_eq!(keeper.run(&["config", "show"]).expect_code(0).stdout, shown);
}

#[test]
fn without_a_file_the_defaults_hold() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    fs::remove_file(keeper.home().join("config.toml")).unwrap();
    keeper.run(&["config", "check"]).expect_code(0).says("does not exist; the defaults are in effect");
    keeper.run(&["config", "show"]).expect_code(0).says("port = 3005").says("run_ws_shim.py");
    assert!(!keeper.home().join("config.toml").exists(), "a question makes no file");
}

#[test]
fn a_first_one_is_written_once_and_explains_itself() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let file = keeper.home().join("config.toml");
    fs::remove_file(&file).unwrap();
    keeper.run(&["config", "init"]).expect_code(0).says(&format!("wrote {}", file.display()));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("#port = 3005") && text.contains("# How often the monitor looks"), "{text}");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    keeper.run(&["config", "check"]).expect_code(0);

    fs::write(&file, "toasts = false\n").unwrap();
    keeper.run(&["config", "init"]).expect_code(1).complains("already exists; nothing was written");
    assert_eq!(fs::read_to_string(&file).unwrap(), "toasts = false\n");
}

#[test]
fn another_file_can_be_named_and_must_exist_then() {
    let bed = Bed::new();
    let keeper = bed.keeper(4711);
    let other = bed.path("other.toml");
    let named = ["--config", other.to_str().unwrap(), "config", "show"];
    keeper.run(&named).expect_code(2).complains("the file does not exist");
    fs::write(&other, "[[watch]]\nport = 4712\n").unwrap();
    keeper.run(&named).expect_code(0).says("port = 4712");
}

#[test]
fn a_port_that_is_not_looked_at_is_remarked_with_the_watch_that_looks_at_it() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    keeper.configure("[[watch]]\nname = \"a\"\n[[watch]]\nname = \"b\"\nlistens = \"never\"\nport = 3005\n");
    keeper
        .run(&["config", "check"])
        .expect_code(0)
        .says("config.toml:6: watch.port: listens = \"never\" means that this watch looks at no port")
        .says("the watch \"a\" looks at port 3005")
        .says("hint: take the port out");
    keeper.configure("[[watch]]\nname = \"a\"\n[[watch]]\nname = \"b\"\nlistens = \"never\"\n");
    let outcome = keeper.run(&["config", "check"]).expect_code(0);
    assert!(!outcome.stdout.contains("note:"), "nobody named it: {outcome}");
    keeper.configure("[[watch]]\nname = \"a\"\n[[watch]]\nname = \"b\"\nport = 3005\n");
    keeper.run(&["config", "check"]).expect_code(2).complains("has the port 3005 too");
}

#[test]
fn a_command_that_the_script_does_not_match_is_remarked() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let python = python().display();
    let check = |words: &str| {
        keeper
            .configure(format!("[[watch]]\nscript = \"zz_server.py\"\ncommand = [\"{python}\", {words}]\n"));
        keeper.run(&["config", "check"]).expect_code(0)
    };
    check("\"-m\", \"mcp_server.zz_server\"")
        .says("watch.command: this runs the module \"mcp_server.zz_server\" by `-m`")
        .says("hint: write module = \"mcp_server.zz_server\"");
    check("\"-u\", \"other.py\"").says("watch.command: this runs \"other.py\"").says("\"zz_server.py\"");
    for words in ["\"-u\", \"mcp_server/zz_server.py\"", "\"start_ws_shim_safe.py\""] {
        let outcome = check(words);
        assert!(!outcome.stdout.contains("note:"), "{words}: {outcome}");
    }
}

#[test]
fn a_watch_that_matches_too_much_or_nothing_is_remarked() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let check = |text: &str| {
        keeper.configure(format!("[[watch]]\n{text}\n"));
        keeper.run(&["config", "check"]).expect_code(0)
    };
    for text in [
        "script = \"index.js\"",
        "script = \"dist/main.py\"",
        "script = \"cli.js\"",
        "program = \"server\"",
        "script = \"server.js\"",
    ] {
        check(text).says("many programs run a file called").says("hint: write more of its path");
    }
    for text in ["script = \"*.py\"", "script = \"a.py --port 3\"", "program = \"bin/\""] {
        check(text).says("nothing can be recognised by").says("arguments go into `args`");
    }
    for text in [
        "script = \"index.js\"\nargs = [\"mcp\"]",
        "script = \"my-server/dist/index.js\"",
        "module = \"server\"",
        "program = \"github-mcp-server\"",
        "script = \"my servers/a.py\"",
        "command = [\"sh\", \"-c\", \"python -m a.b\"]\nmodule = \"a.b\"",
    ] {
        let outcome = check(text);
        assert!(!outcome.stdout.contains("note:"), "{text}: {outcome}");
    }
    keeper.configure("[[watch]]\nmodule = \"a.b\"\nargs = [\"--token\", \"hunter2\"]\n");
    let shown =
        keeper.run(&["config", "show"]).expect_code(0).says("module = \"a.b\"").says("listens = \"never\"");
    assert!(!shown.stdout.contains("hunter2") && !shown.stdout.contains("port ="), "{shown}");
}
