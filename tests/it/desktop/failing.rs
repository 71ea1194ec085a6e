//! What the desktop does to the tray: panels crash, daemons hang.

use crate::desktop::stage::{GREEN, GREY, RED, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::desktop::Desktop;
use crate::support::desktop::on_a_desktop;
use crate::support::{PATIENCE, eventually};

#[test]
fn after_a_crash_of_the_panel_the_icon_returns_with_its_current_colour() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).start();
        icon_turns(&desktop, GREEN, "panel-1-healthy");

        desktop.kill_panel();
        client.kill_hard();
        // The toast proves that the tray has seen it, though nobody shows the icon.
        eventually("the orphan is noticed", PATIENCE, || !desktop.toasts().is_empty());
        desktop.start_panel();
        icon_turns(&desktop, RED, "panel-2-returned");
        assert!(tray.lives());
    });
}

#[test]
fn the_icon_appears_when_the_panel_does() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        desktop.kill_panel();
        let keeper = bed.keeper(3005);
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        desktop.menu_layout(tray.pid());
        assert!(tray.lives());

        desktop.start_panel();
        icon_turns(&desktop, GREY, "panel-3-came-late");
    });
}

#[test]
fn a_hung_notification_daemon_does_not_stop_the_tray() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        icon_turns(&desktop, GREEN, "hung-1-healthy");

        desktop.freeze_notifyd();
        client.kill_hard();
        let icon = icon_turns(&desktop, RED, "hung-2-orphaned");
        desktop.open_menu(icon);
        desktop.click_row(tray.pid(), "Clean up 1 orphan");
        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        icon_turns(&desktop, GREY, "hung-3-clean");

        let _next = bed.client().on_port(3005).start();
        icon_turns(&desktop, GREEN, "hung-4-healthy-again");
        desktop.thaw_notifyd();
    });
}

#[test]
fn a_notification_daemon_that_dies_takes_nothing_with_it_and_toasts_leak_nothing() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREY, "died-1-idle");
        let about = |desktop: &Desktop<'_>, number: usize| {
            desktop.menu_click(tray.pid(), "About");
            eventually("a toast is asked for", PATIENCE, || desktop.toasts().len() == number);
        };
        // The first ones open what stays open.
        about(&desktop, 1);
        about(&desktop, 2);
        desktop.toast_about("Shimkeeper");
        let before = tray.counts();
        desktop.kill_notifyd();
        for number in 3..=22 {
            about(&desktop, number);
        }
        desktop.toast_about("Shimkeeper");
        eventually("threads and descriptors are as many as before", PATIENCE, || {
            let after = tray.counts();
            after.0 <= before.0 && after.1 <= before.1
        });

        let client = bed.client().on_port(3005).start();
        client.kill_hard();
        icon_turns(&desktop, RED, "died-2-orphaned");
        desktop.toast_about("Orphaned MCP server holds port 3005");
        assert!(tray.lives());
    });
}

#[test]
fn without_anybody_who_shows_toasts_the_menu_says_so() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREY, "no-toasts-1-idle");
        desktop.freeze_notifyd();
        desktop.menu_click(tray.pid(), "About");
        eventually("the menu says it", PATIENCE, || {
            let rows = desktop.menu_layout(tray.pid());
            rows.iter().any(|row| row.label.starts_with("Toasts cannot be shown"))
        });
        assert!(keeper.log().contains("Toasts cannot be shown"), "{}", keeper.log());
        desktop.thaw_notifyd();
        desktop.menu_click(tray.pid(), "About");
        eventually("the menu takes it back", PATIENCE, || {
            let rows = desktop.menu_layout(tray.pid());
            rows.iter().all(|row| !row.label.starts_with("Toasts cannot be shown"))
        });
        assert!(tray.lives());
    });
}
