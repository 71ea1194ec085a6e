//! The configuration changes while the tray runs.

use std::fs;

use crate::desktop::stage::{GREEN, GREY, RED, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::{PATIENCE, eventually};

#[test]
fn a_changed_file_is_read_by_itself() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let _client = bed.client().on_port(3005).start();
        icon_turns(&desktop, GREEN, "changed-1-healthy");
        keeper.configure("poll_interval = \"0.3s\"\n[[watch]]\nport = 3006\nscript = \"other.py\"\n");
        icon_turns(&desktop, GREY, "changed-2-other");
        eventually("the menu is about the other one", PATIENCE, || {
            desktop.menu_layout(tray.pid())[0].label.contains("port 3006 is free")
        });
    });
}

#[test]
fn a_broken_file_is_shown_and_the_one_before_stays_in_use() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        icon_turns(&desktop, GREEN, "broken-1-healthy");
        let good = fs::read_to_string(keeper.home().join("config.toml")).unwrap();
        keeper.configure("[[watch]]\nprot = 3006\nnam = \"two mistakes\"\n");
        icon_turns(&desktop, GREY, "broken-2-unseen");
        let (toast, _) = desktop.toast_about("The configuration does not load");
        assert!(toast.body.contains("watch.prot") && toast.body.contains("config.toml"), "{toast:?}");
        let says = || desktop.menu_layout(tray.pid())[0].label == "The configuration does not load";
        eventually("the menu says it", PATIENCE, says);
        let rows = desktop.menu_layout(tray.pid());
        assert!(rows.iter().all(|row| !row.label.contains('\u{fffd}')), "{rows:#?}");

        client.kill_hard();
        icon_turns(&desktop, RED, "broken-3-orphaned");
        desktop.menu_click(tray.pid(), "Clean up 1 orphan");
        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        keeper.configure(good);
        let _next = bed.client().on_port(3005).start();
        icon_turns(&desktop, GREEN, "broken-4-mended");
        assert!(tray.lives());
    });
}

#[test]
fn a_tray_that_starts_with_a_broken_file_is_never_green() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let good = fs::read_to_string(keeper.home().join("config.toml")).unwrap();
        keeper.configure("toasts = yes\n");
        let tray = Tray::start(&bed, &desktop, &keeper);
        let _client = bed.client().on_port(3005).start();
        eventually("it is shown", PATIENCE, || {
            desktop.menu_layout(tray.pid())[0].label == "The configuration does not load"
        });
        icon_turns(&desktop, GREY, "broken-5-from-the-start");
        keeper.configure(good);
        icon_turns(&desktop, GREEN, "broken-6-mended");
    });
}

#[test]
fn a_click_in_the_menu_does_not_hide_what_the_user_has_just_written() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        // So rarely that the click comes before the next look.
        keeper.configure("poll_interval = \"1h\"\n");
        let tray = Tray::start(&bed, &desktop, &keeper);
        eventually("it has looked", PATIENCE, || {
            desktop.menu_layout(tray.pid())[0].label.contains("port 3005 is free")
        });
        keeper.configure("poll_interval = \"1h\"\n[[watch]]\nport = 3006\n");
        desktop.menu_click(tray.pid(), "Clean up automatically");
        eventually("the change is read", PATIENCE, || {
            desktop.menu_layout(tray.pid())[0].label.contains("port 3006 is free")
        });
        let text = fs::read_to_string(keeper.home().join("config.toml")).unwrap();
        assert!(text.contains("auto_cleanup = true") && text.contains("port = 3006"), "{text}");
        assert!(desktop.row_called(tray.pid(), "Clean up automatically").ticked);
    });
}
