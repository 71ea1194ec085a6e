//! From the orphan to the free port, by hand.

use crate::desktop::stage::{BLUE, GREEN, GREY, RED, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::client::is_taken;
use crate::support::desktop::on_a_desktop;
use crate::support::{PATIENCE, eventually};

#[test]
fn an_orphan_turns_the_icon_red_and_a_click_on_cleanup_turns_it_grey_again() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREY, "1-idle");

        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        icon_turns(&desktop, GREEN, "2-healthy");

        client.kill_hard();
        let icon = icon_turns(&desktop, RED, "3-orphaned");
        let (toast, _) = desktop.toast_about("3005");
        assert!(toast.summary.contains("Orphaned MCP server holds port 3005"), "{toast:?}");
        assert!(!toast.body.is_empty(), "a toast without a reason: {toast:?}");
        desktop.screenshot("4-toast");

        desktop.open_menu(icon);
        desktop.screenshot("5-menu");
        desktop.hover_row(tray.pid(), "Clean up 1 orphan");
        desktop.screenshot("6-menu-cleanup");
        desktop.click_row(tray.pid(), "Clean up 1 orphan");

        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        eventually("port 3005 is free", PATIENCE, || !is_taken(3005));
        icon_turns(&desktop, GREY, "7-idle-again");
    });
}

#[test]
fn the_button_on_the_toast_ends_the_orphan() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let _tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        icon_turns(&desktop, GREEN, "toast-1-healthy");
        client.kill_hard();

        let toast = desktop.toast_about("Orphaned MCP server");
        desktop.screenshot("toast-2-orphaned");
        desktop.click_toast_button(&toast, "Clean up 1 orphan");

        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        eventually("port 3005 is free", PATIENCE, || !is_taken(3005));
        icon_turns(&desktop, GREY, "toast-3-clean");
    });
}

#[test]
fn a_stubborn_orphan_keeps_the_icon_blue_until_it_is_forced() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.patient_keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).with(&["--stubborn"]).start();
        let shim = client.shim();
        client.kill_hard();
        icon_turns(&desktop, RED, "stubborn-1-orphaned");

        desktop.menu_click(tray.pid(), "Clean up 1 orphan");
        icon_turns(&desktop, BLUE, "stubborn-2-busy");
        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        icon_turns(&desktop, GREY, "stubborn-3-clean");
    });
}

#[test]
fn a_cleanup_from_the_menu_spares_the_shim_of_a_live_client() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let alive = bed.client().on_port(3005).start();
        let crashed = bed.client().stdio().start();
        let orphan = crashed.shim();
        crashed.kill_hard();
        icon_turns(&desktop, RED, "neighbour-1-orphaned");

        desktop.menu_click(tray.pid(), "Clean up 1 orphan");
        eventually("the orphan is gone", PATIENCE, || !orphan.lives());
        icon_turns(&desktop, GREEN, "neighbour-2-healthy");
        assert!(alive.shim().lives());
    });
}
