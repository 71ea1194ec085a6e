//! What is started, with what, and what becomes of it.

use std::fs;

use crate::restart::{command_line, orphaned};
use crate::support::bed::Bed;
use crate::support::client::{Shim, is_taken, read_ready_file};
use crate::support::own::{in_own_machine, in_own_world};
use crate::support::{PATIENCE, eventually};

#[test]
fn a_configured_server_gets_its_command_its_folder_and_its_environment() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (orphan, _) = orphaned(&bed);
        let (folder, ready, env_file) = (bed.folder("the project"), bed.path("new"), bed.path("new.env"));
        let variables = format!(
            "# of the project\nSHIM_TEST_COLOUR=\"dark blue\"\nSHIM_READY_FILE={}\n",
            ready.display()
        );
        fs::write(&env_file, variables).unwrap();
        let command = command_line(&bed, &["--say", "the server says this"]);
        let keeper = bed.keeper_with(3005, &format!("{command}\ncwd = {folder:?}\nenv_file = {env_file:?}"));

        let outcome = keeper
            .run_with(&["restart"], |command| {
                command.env("SHIM_TEST_OURS", "as well");
            })
            .expect_code(0);
        let (new, facts) = (Shim::from_ready_file(&ready), read_ready_file(&ready));
        let outcome = outcome.says(&format!(
            "Stopped PID {}, started exai-mcp as PID {}; it has no client",
            orphan.pid(),
            new.pid()
        ));
        assert_eq!(outcome.stderr, "", "nobody loses anything: {outcome}");
        assert!(!orphan.lives() && new.lives() && is_taken(3005));
        assert_eq!(facts["folder"], folder.to_str().unwrap());
        assert_eq!(facts["environment"]["SHIM_TEST_COLOUR"], "dark blue");
        assert_eq!(facts["environment"]["SHIM_TEST_OURS"], "as well", "the rest is ours");
        assert_eq!(facts["arguments"][3], "the server says this");
        eventually("both of its outputs are in the log", PATIENCE, || {
            let log = keeper.log();
            log.contains("\nthe server says this\n") && log.contains("the server says this in trouble\n")
        });
    });
}

#[test]
fn without_a_configured_command_it_is_started_as_the_one_before_was() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let folder = bed.folder("where it was");
        let client = bed
            .client()
            .on_port(3005)
            .with(&["--token", "s p a c e s"])
            .in_folder(&folder)
            .with_variable("SHIM_TEST_COLOUR", "green = 1")
            .start();
        let (orphan, ready) = (client.shim(), client.shim_ready());
        let before = read_ready_file(&ready);
        client.kill_hard();
        let keeper = bed.keeper(3005);
        let outcome = keeper.run_with(&["restart"], |command| {
            command.env("SHIM_TEST_OURS", "not this").current_dir("/");
        });
        outcome.expect_code(0);
        let (new, after) = Shim::after(orphan, &ready);
        assert!(!orphan.lives() && new.lives() && new.port() == 3005);
        for fact in ["arguments", "folder", "environment"] {
            assert_eq!(after[fact], before[fact], "another {fact}");
        }
        assert_eq!(after["folder"], folder.to_str().unwrap());
    });
}

#[test]
fn the_server_is_set_free_and_never_cleaned_up() {
    in_own_machine(|| {
        let bed = Bed::with_the_real_name();
        let (orphan, ready) = orphaned(&bed);
        let keeper = bed.keeper(3005);
        keeper.run(&["restart"]).expect_code(0);
        let (new, _) = Shim::after(orphan, &ready);
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        let instance = &status["watches"][0]["instances"][0];
        assert_eq!(
            (&instance["pid"], &instance["state"]),
            (&new.pid().into(), &"adopted".into()),
            "{status:#}"
        );
        keeper.run(&["cleanup"]).expect_code(0).says("No cleanup needed");
        keeper.run(&["cleanup", "--duplicates"]).expect_code(0);
        assert!(new.lives());

        // What one restart has set free the next one replaces, and no client is warned of.
        let again = keeper.run(&["restart"]).expect_code(0);
        let (newest, _) = Shim::after(new, &ready);
        assert!(!new.lives() && newest.lives(), "{again}");
        assert_eq!(again.stderr, "");
    });
}

#[test]
fn a_server_that_does_not_run_is_started_from_its_configuration() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let ready = bed.path("new");
        let ready_option = format!("--ready-file={}", ready.display());
        let keeper = bed.keeper_with(3005, &command_line(&bed, &[&ready_option]));
        let outcome = keeper.run(&["restart"]).expect_code(0);
        let new = Shim::from_ready_file(&ready);
        outcome.says(&format!("Started exai-mcp as PID {}", new.pid()));
        assert!(new.lives() && is_taken(3005));
    });
}

#[test]
fn a_stubborn_server_with_a_helper_is_replaced_whole() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).with(&["--stubborn", "--grandchild"]).start();
        let (orphan, ready) = (client.shim(), client.shim_ready());
        client.kill_hard();
        bed.keeper(3005).run(&["restart"]).expect_code(0);
        let (new, _) = Shim::after(orphan, &ready);
        assert!(!orphan.lives() && !orphan.grandchild.unwrap().lives(), "the old helper would be in the way");
        assert!(new.lives() && new.grandchild.unwrap().lives());
    });
}

#[test]
fn the_same_server_of_several_watches_is_chosen_by_its_name() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let (orphan, ready) = orphaned(&bed);
        let keeper = bed.keeper_with(3005, "[[watch]]\nname = \"other\"\nport = 3006\nscript = \"x.py\"");
        keeper.run(&["restart"]).expect_code(2).complains("a restart is for one watch: name it with --watch");
        keeper
            .run(&["restart", "--watch", "nobody"])
            .expect_code(2)
            .complains("no watch is called \"nobody\"");
        assert!(orphan.lives());
        keeper.run(&["restart", "--watch", "exai-mcp"]).expect_code(0);
        let (new, _) = Shim::after(orphan, &ready);
        assert!(!orphan.lives() && new.lives());
    });
}
