//! Our own tray on a real desktop, and the server that belongs to it.

use crate::support::bed::Bed;
use crate::support::client::Shim;
use crate::support::desktop::{Desktop, NEEDS};
use crate::support::own::{can_run, in_own_world};
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually};
use crate::trust::ended;

#[test]
fn neither_the_tray_nor_its_server_is_cleaned_up() {
    if !can_run(&neither_the_tray_nor_its_server_is_cleaned_up, &NEEDS) {
        return;
    }
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let desktop: Desktop<'_> = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut command = keeper.command(env!("CARGO_BIN_EXE_shimkeeper-tray"));
        let mut tray = Spawned::start(desktop.adopt(&mut command));
        let client = bed.client().on_port(3005).start();
        let (orphan, ready) = (client.shim(), client.shim_ready());
        client.kill_hard();
        eventually("the tray has taken the restart", PATIENCE, || {
            keeper.run(&["restart"]).stdout.contains("it belongs to the tray")
        });
        let (server, _) = Shim::after(orphan, &ready);
        assert_eq!(server.process.parent(), Some(tray.pid()));
        let cleanup = keeper.run(&["cleanup", "--duplicates", "--json"]).expect_code(0).json();
        assert_eq!(ended(&cleanup), [0; 0], "{cleanup:#}");
        assert!(server.lives() && tray.ended().is_none());
    });
}
