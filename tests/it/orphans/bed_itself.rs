//! The bed keeps its own promises; without them no other story here means anything.

use std::panic;

use crate::support::bed::{Bed, python};
use crate::support::client::is_taken;
use crate::support::identity::Identity;
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};

#[test]
fn a_killed_client_leaves_its_shim_behind_with_the_port() {
    let bed = Bed::new();
    let client = bed.client().start();
    let (shim, client_pid) = (client.shim(), client.pid());
    assert_eq!(shim.process.parent(), Some(client_pid));
    client.kill_hard();

    eventually("the shim has another parent", PATIENCE, || shim.process.parent() != Some(client_pid));
    assert!(shim.lives() && is_taken(shim.port()));
}

#[test]
fn a_panicking_test_leaves_nothing_behind() {
    let mut started: Vec<Identity> = Vec::new();
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let story = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        let bed = Bed::new();
        let client = bed.client().via_sh().with(&["--stubborn", "--grandchild"]).start();
        let _other = bed.client().stdio().twice().start();
        let orphan = client.shim();
        client.kill_hard();
        started = bed.living();
        assert!(!orphan.lives(), "panics: it does live");
    }));
    panic::set_hook(hook);

    assert!(story.is_err());
    assert_eq!(started.len(), 6, "shell, shim, grandchild, and a client with two shims");
    assert!(started.iter().all(|process| !process.lives()), "{started:?}");
}

#[test]
fn a_request_ends_an_obedient_shim_and_not_a_stubborn_one() {
    let bed = Bed::new();
    let obedient = bed.client().start();
    let stubborn = bed.client().with(&["--stubborn"]).start();
    stubborn.shim().process.signal(rustix::process::Signal::TERM);
    obedient.shim().process.signal(rustix::process::Signal::TERM);

    eventually("the obedient one has ended", PATIENCE, || !obedient.shim().lives());
    assert!(stubborn.shim().lives());
}

#[test]
fn a_shim_on_stdio_that_listens_to_its_client_ends_with_it() {
    let bed = Bed::new();
    let script = bed.path(bed.script());
    let ready = bed.fresh("shim");
    let command = [python(), &script, "--stdio".as_ref(), "--ready-file".as_ref(), &ready];
    let client = bed.client_of(&command);
    let shim = crate::support::client::Shim::from_ready_file(&ready);
    client.kill_hard();
    eventually("the shim has followed its client", PATIENCE, || !shim.lives());
}

#[test]
fn a_world_of_its_own_has_port_3005_and_nobody_elses_processes() {
    in_own_world(|| {
        assert!(!is_taken(3005));
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).start();
        assert_eq!(client.shim().port(), 3005);
        assert_eq!(Identity::of(1).unwrap().comm(), "bash");
    });
}
