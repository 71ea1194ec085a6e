//! Go-betweens on the way from client to shim.

use rustix::process::Signal;

use crate::support::bed::Bed;
use crate::support::client::is_taken;
use crate::support::{PATIENCE, eventually};
use crate::{instance, instances, is_gone_with_all_it_started, nothing_was_ended};

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
