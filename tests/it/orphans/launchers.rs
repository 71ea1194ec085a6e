//! Go-betweens on the way from client to shim.

use std::fs;

use rustix::process::Signal;

use crate::orphans::{instance, instances, is_gone_with_all_it_started, nothing_was_ended};
use crate::support::bed::{Bed, copy_program, python};
use crate::support::client::{Shim, is_taken};
use crate::support::{PATIENCE, eventually};

#[test]
fn a_shim_behind_a_shell_is_one_instance_of_its_client() {
    let bed = Bed::new();
    let client = bed.client().via_sh().start();
    let (shim, shell) = (client.shim(), client.children()[0]);
    let keeper = bed.keeper(shim.port());

    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    assert_eq!(status["verdict"], "healthy", "{status:#}");
    assert_eq!(instances(&status).len(), 1, "{status:#}");
    let instance = instance(&status, shell.pid);
    assert!(instance["members"].as_array().unwrap().contains(&shim.pid().into()), "{instance:#}");
    assert_eq!(instance["client"]["pid"], client.pid(), "{instance:#}");
    nothing_was_ended(&keeper.run(&["cleanup", "--json"]).expect_code(0).json());
    assert!(shim.lives() && shell.lives());
}

#[test]
fn an_orphaned_shell_goes_together_with_its_shim() {
    let bed = Bed::new();
    let client = bed.client().via_sh().start();
    let (shim, shell) = (client.shim(), client.children()[0]);
    client.kill_hard();

    bed.keeper(shim.port()).run(&["cleanup", "--json"]).expect_code(0);
    is_gone_with_all_it_started(shim);
    assert!(!shell.lives());
    assert!(!is_taken(shim.port()));
}

#[test]
fn a_shim_whose_launcher_alone_was_killed_is_an_orphan_though_the_client_lives() {
    let bed = Bed::new();
    let mut client = bed.client().via_sh().start();
    let (shim, shell) = (client.shim(), client.children()[0]);
    shell.signal(Signal::KILL);
    eventually("the shim has lost its launcher", PATIENCE, || shim.process.parent() != Some(shell.pid));
    let keeper = bed.keeper(shim.port());

    let status = keeper.run(&["status", "--json"]).expect_code(1).json();
    assert_eq!(instance(&status, shim.pid())["state"], "orphan", "{status:#}");
    keeper.run(&["cleanup", "--json"]).expect_code(0);
    is_gone_with_all_it_started(shim);
    assert!(client.lives(), "the client was ended");
}

#[test]
fn an_orphaned_wrapper_goes_together_with_its_shim() {
    let bed = Bed::new();
    let client = bed.client().via_wrapper().start();
    let (shim, wrapper) = (client.shim(), client.children()[0]);
    let keeper = bed.keeper(shim.port());

    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    assert_eq!(instances(&status).len(), 1, "wrapper and shim are one: {status:#}");
    client.kill_hard();
    keeper.run(&["cleanup", "--json"]).expect_code(0);
    is_gone_with_all_it_started(shim);
    assert!(!wrapper.lives());
}

#[test]
fn a_server_behind_uv_with_a_directory_is_one_instance_and_an_orphan_when_its_client_is_dead() {
    let bed = Bed::new();
    let (uv, ready) = (bed.folder("bin").join("uv"), bed.fresh("shim"));
    copy_program(python(), &uv);
    // Python takes "--directory" for the value of -X, and a folder for a program that is in it.
    let project = bed.folder("project");
    fs::write(
        project.join("__main__.py"),
        "import os, subprocess, sys\n\
         sys.exit(subprocess.call([os.environ['PYTHON'], '-u', *sys.argv[2:]]))\n",
    )
    .unwrap();
    let python = format!("PYTHON={}", python().display());
    let reports = format!("SHIM_READY_FILE={}", ready.display());
    let words = ["env", &python, &reports, uv.to_str().unwrap(), "-X", "--directory"];
    let words = words.into_iter().chain([project.to_str().unwrap(), "run", bed.script(), "--port", "0"]);
    let client = bed.client_of(&words.collect::<Vec<_>>());
    let (shim, uv) = (Shim::from_ready_file(&ready), client.children()[0]);
    let keeper = bed.keeper(shim.port());

    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    assert_eq!(instances(&status).len(), 1, "{status:#}");
    let attached = instance(&status, uv.pid);
    assert_eq!(attached["client"]["pid"], client.pid(), "{attached:#}");
    for member in [uv.pid, shim.pid()] {
        assert!(attached["members"].as_array().unwrap().contains(&member.into()), "{attached:#}");
    }

    client.kill_hard();
    let status = keeper.run(&["status", "--json"]).expect_code(1).json();
    assert_eq!(instance(&status, uv.pid)["state"], "orphan", "{status:#}");
    keeper.run(&["cleanup", "--json"]).expect_code(0);
    is_gone_with_all_it_started(shim);
    assert!(!uv.lives() && !is_taken(shim.port()));
}
