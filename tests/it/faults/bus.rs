//! A session bus that ends and comes back: the tray watches on, and its icon and its toasts return.

use crate::desktop::stage::{GREEN, GREY, RED, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::{PATIENCE, eventually};

#[test]
fn after_a_restart_of_the_bus_icon_menu_and_toasts_return() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        icon_turns(&desktop, GREEN, "bus-1-healthy");

        desktop.restart_bus();
        assert!(tray.lives());
        icon_turns(&desktop, GREEN, "bus-2-returned");
        client.kill_hard();
        let icon = icon_turns(&desktop, RED, "bus-3-orphaned");
        desktop.toast_about("Orphaned MCP server holds port 3005");
        desktop.open_menu(icon);
        assert!(tray.lives());
        keeper.run(&["cleanup"]).expect_code(0);
        eventually("the orphan is gone", PATIENCE, || !shim.lives());
    });
}

#[test]
fn a_session_that_is_over_takes_the_tray_with_it() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREY, "session-1-idle");
        desktop.end_session();
        // A bus that crashed has twenty seconds to come back.
        eventually("the tray has ended", PATIENCE * 4, || !tray.lives());
        assert!(keeper.log().contains("the session is over"), "{}", keeper.log());
    });
}
