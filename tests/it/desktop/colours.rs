//! The icon's other colours, and panels of both kinds.

use crate::desktop::stage::{AMBER, GREY, RED, Tray, icon_turns};
use crate::support::bed::{Bed, python};
use crate::support::client::{Shim, is_taken};
use crate::support::desktop::Theme;
use crate::support::desktop::on_a_desktop;

#[test]
fn the_icon_is_seen_on_a_light_panel_as_well() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop_with(Theme::Light);
        let keeper = bed.keeper(3005);
        let _tray = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREY, "light-1-idle");
        let client = bed.client().on_port(3005).start();
        client.kill_hard();
        icon_turns(&desktop, RED, "light-2-orphaned");
    });
}

#[test]
fn a_shim_that_its_client_started_twice_is_amber() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper_with(3005, "listens = \"never\"");
        let _tray = Tray::start(&bed, &desktop, &keeper);
        let _client = bed.client().stdio().twice().letting_go().start();
        icon_turns(&desktop, AMBER, "duplicate");
    });
}

#[test]
fn a_stranger_on_the_port_is_red_and_survives_a_cleanup() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let _tray = Tray::start(&bed, &desktop, &keeper);
        let script = bed.copy_fixture("run_ws_shim.py", "other_server.py");
        let ready = bed.fresh("stranger");
        let command = [python(), &script, "--port=3005".as_ref(), "--ready-file".as_ref(), &ready];
        let _client = bed.client_of(&command);
        let stranger = Shim::from_ready_file(&ready);

        icon_turns(&desktop, RED, "blocked");
        keeper.run(&["cleanup"]).expect_code(1);
        assert!(stranger.lives() && is_taken(3005));
    });
}
