//! Whoever would lose the server is named before anything is done.

use std::io::{PipeWriter, Read, Write};
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_setfl};

use crate::support::bed::Bed;
use crate::support::client::Shim;
use crate::support::own::in_own_world;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, stays_so};

#[test]
fn the_client_is_named_before_its_server_is_stopped() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().called("the-editor").by_port().on_port(3005).start();
        let (shim, ready) = (client.shim(), client.shim_ready());

        // Nobody reads the warning yet, and the pipe has no room for it: whatever comes after
        // the warning has to wait.
        let (mut reader, writer) = std::io::pipe().unwrap();
        let filled = fill(&writer);
        let mut command = bed.keeper(3005).console();
        let mut restart = Spawned::start(command.arg("restart").stderr(writer));
        drop(command);
        stays_so("the server lives until the warning is out", Duration::from_secs(2), || {
            shim.lives() && restart.ended().is_none()
        });

        let mut said = vec![0; filled];
        reader.read_exact(&mut said).unwrap();
        eventually("the restart is over", PATIENCE, || restart.ended().is_some());
        let mut warning = String::new();
        reader.read_to_string(&mut warning).unwrap();
        assert_eq!(warning, "shimkeeper: the-editor uses this server and will have to connect again.\n");
        let (new, _) = Shim::after(shim, &ready);
        assert!(!shim.lives() && new.lives());
        assert_eq!(restart.wait().code(), Some(0));
    });
}

#[test]
fn the_clients_of_others_need_no_warning() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let bystander = bed.client().stdio().start();
        let client = bed.client().on_port(3005).start();
        let (orphan, ready) = (client.shim(), client.shim_ready());
        client.kill_hard();
        let outcome = bed.keeper(3005).run(&["restart"]).expect_code(0);
        assert_eq!(outcome.stderr, "", "{outcome}");
        let (new, _) = Shim::after(orphan, &ready);
        assert!(new.lives() && bystander.shim().lives());
    });
}

/// Writes until there is no more room, and returns how much that was.
fn fill(mut pipe: &PipeWriter) -> usize {
    fcntl_setfl(pipe, OFlags::NONBLOCK).unwrap();
    let mut filled = 0;
    while let Ok(more) = pipe.write(&[b'.'; 512]) {
        filled += more;
    }
    while let Ok(more) = pipe.write(b".") {
        filled += more;
    }
    fcntl_setfl(pipe, OFlags::empty()).unwrap();
    filled
}
