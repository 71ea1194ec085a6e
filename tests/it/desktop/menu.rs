//! The menu as a person finds it.

use crate::desktop::stage::{GREEN, GREY, RED, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::{PATIENCE, eventually, stays_so};
use std::time::Duration;

#[test]
fn the_menu_says_what_is_the_matter_and_offers_what_can_be_done() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let icon = icon_turns(&desktop, GREY, "menu-1-idle");

        for label in ["Restart", "Open log", "Pause", "Clean up automatically", "Quit"] {
            desktop.row_called(tray.pid(), label);
        }
        assert!(desktop.menu_layout(tray.pid())[0].enabled, "the first row is a sentence that can be read");
        assert!(!desktop.row_called(tray.pid(), "No orphan").enabled, "nothing to clean up");

        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        icon_turns(&desktop, GREEN, "menu-2-healthy");
        client.kill_hard();
        eventually("Clean up is offered", PATIENCE, || {
            desktop.try_row_called(tray.pid(), "Clean up 1 orphan").is_some_and(|row| row.enabled)
        });
        let row = format!("PID {}", shim.pid());
        let rows = desktop.menu_layout(tray.pid());
        assert!(rows.iter().any(|it| it.label.contains(&row)), "no row of {row}: {rows:#?}");

        desktop.open_menu(icon);
        desktop.screenshot("menu-3-orphaned");
        desktop.key("Escape");
        eventually("the menu is closed", PATIENCE, || desktop.menu_window().is_none());
        assert!(shim.lives(), "a look into the menu ended it");
    });
}

#[test]
fn a_paused_tray_is_grey_and_quiet() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).start();
        let icon = icon_turns(&desktop, GREEN, "pause-1-healthy");

        desktop.open_menu(icon);
        desktop.click_row(tray.pid(), "Pause");
        icon_turns(&desktop, GREY, "pause-2-paused");
        client.kill_hard();
        // Several polls of 0.3 s, none of which may come.
        stays_so("no toast while paused", Duration::from_secs(2), || desktop.toasts().is_empty());

        desktop.menu_click(tray.pid(), "Pause");
        icon_turns(&desktop, RED, "pause-3-resumed");
    });
}

#[test]
fn with_automatic_cleanup_the_orphan_goes_by_itself_and_a_toast_tells() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        desktop.menu_click(tray.pid(), "Clean up automatically");
        eventually("the row is ticked", PATIENCE, || {
            desktop.row_called(tray.pid(), "Clean up automatically").ticked
        });

        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        icon_turns(&desktop, GREEN, "automatic-1-healthy");
        client.kill_hard();
        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        icon_turns(&desktop, GREY, "automatic-2-clean");
        eventually("a toast tells", PATIENCE, || !desktop.toasts().is_empty());
    });
}

#[test]
fn quit_ends_the_tray_and_takes_the_icon_away() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let icon = icon_turns(&desktop, GREY, "quit-1-idle");

        let pid = tray.pid();
        desktop.open_menu(icon);
        desktop.click_row(pid, "Quit");
        let (code, words) = tray.end();
        assert_eq!(code, Some(0), "{words}");
        eventually("the icon is gone", PATIENCE, || {
            desktop.find_colour(GREY, crate::support::desktop::Rect::PANEL).is_none()
        });
    });
}
