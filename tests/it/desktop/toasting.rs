//! What a notification daemon is asked for, by a stub that does as little as the real ones do, or less.

use std::fs;
use std::time::Duration;

use crate::desktop::stage::{GREEN, GREY, Tray, icon_turns, tray_command};
use crate::support::bed::Bed;
use crate::support::client::Shim;
use crate::support::desktop::Desktop;
use crate::support::desktop::on_a_desktop;
use crate::support::{PATIENCE, eventually, stays_so};

const EVERYTHING: [&str; 3] = ["body", "body-markup", "actions"];
const AT_ONCE: Duration = Duration::ZERO;

/// Orphans a shim on port 3005.
fn orphan(bed: &Bed, desktop: &Desktop<'_>, picture: &str) -> Shim {
    let client = bed.client().on_port(3005).start();
    let shim = client.shim();
    icon_turns(desktop, GREEN, picture);
    client.kill_hard();
    shim
}

#[test]
fn a_toast_about_an_orphan_has_our_picture_stays_and_goes_with_its_orphan() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let stub = desktop.stub_notifyd("stub", &EVERYTHING, AT_ONCE);
        let keeper = bed.keeper(3005);
        let _tray = Tray::start(&bed, &desktop, &keeper);
        let shim = orphan(&bed, &desktop, "stub-1-healthy");
        let toast = stub.toast("Orphaned MCP server holds port 3005");
        assert_eq!(
            (toast.app.as_str(), toast.text_hint("desktop-entry").as_str()),
            ("Shimkeeper", "shimkeeper")
        );
        assert_eq!(toast.icon, toast.text_hint("image-path"));
        assert!(toast.icon.starts_with('/') && toast.icon.ends_with("orphaned.png"), "{toast:?}");
        assert!(fs::read(&toast.icon).unwrap().starts_with(b"\x89PNG"), "{toast:?}");
        assert!(toast.body.starts_with("Shimkeeper · "), "nobody else says who speaks: {toast:?}");
        assert!(toast.body.contains(&format!("PID {}", shim.pid())), "{toast:?}");
        assert_eq!((toast.urgency(), toast.patience, toast.replaces), (2, 0, 0));
        assert!(bool::try_from(&toast.hints["resident"]).unwrap());
        assert_eq!(
            toast.actions,
            ["cleanup", "Clean up 1 orphan", "open-log", "Open log", "default", "Show the state"]
        );

        stays_so("it stays", Duration::from_secs(2), || !stub.is_closed(toast.number));
        shim.process.signal(rustix::process::Signal::KILL);
        eventually("it goes with its orphan", PATIENCE, || stub.is_closed(toast.number));
        icon_turns(&desktop, GREY, "stub-2-idle");
        assert_eq!(stub.asked().len(), 1, "nothing else was asked for");
        assert_eq!(stub.questions(), 1, "a daemon is asked once what it can do");
    });
}

#[test]
fn a_click_beside_the_buttons_shows_the_state_in_the_same_place_and_ends_nothing() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let stub = desktop.stub_notifyd("stub", &EVERYTHING, AT_ONCE);
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let shim = orphan(&bed, &desktop, "click-1-healthy");
        let toast = stub.toast("Orphaned MCP server");
        stub.click(toast.number, "default");
        let state = stub.toast("1 orphan holds port 3005");
        assert_eq!((state.replaces, state.urgency()), (toast.number, 2), "{state:?}");
        stays_so("nothing is ended", Duration::from_secs(2), || shim.lives());

        // Somebody else on the bus says that the button was clicked.
        desktop.flood_with_answers(std::iter::once(toast.number), "cleanup");
        stays_so("only the daemon is believed", Duration::from_secs(2), || shim.lives());

        stub.click(toast.number, "cleanup");
        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        let done = stub.toast("Cleaned up");
        assert_eq!((done.replaces, done.urgency()), (toast.number, 1), "{done:?}");
        assert!(done.icon.ends_with("idle.png"), "good news is no warning: {done:?}");
        assert!(!stub.is_closed(toast.number), "it was replaced, not closed");

        desktop.menu_click(tray.pid(), "About");
        let about = stub.toast(&format!("Shimkeeper {}", env!("CARGO_PKG_VERSION")));
        assert!(about.icon.ends_with("idle.png") && about.urgency() == 1, "{about:?}");
        assert_eq!(stub.questions(), 1, "a daemon is asked once what it can do");
    });
}

#[test]
fn a_daemon_that_cannot_replace_toasts_gets_a_new_one_for_each() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let stub = desktop.stub_notifyd("lxqt-notificationd", &EVERYTHING, AT_ONCE);
        let keeper = bed.keeper(3005);
        let _tray = Tray::start(&bed, &desktop, &keeper);
        let shim = orphan(&bed, &desktop, "lxqt-1-healthy");
        let toast = stub.toast("Orphaned MCP server");
        assert_eq!(
            toast.actions,
            ["cleanup", "Clean up", "open-log", "Open log"],
            "it cuts longer labels off"
        );
        stub.click(toast.number, "cleanup");
        let done = stub.toast("Cleaned up");
        assert!(!shim.lives());
        assert_eq!(done.replaces, 0, "it would keep the buttons of the toast before: {done:?}");
        assert!(stub.is_closed(toast.number), "the one before is gone");
        assert!(!stub.is_closed(done.number));
    });
}

#[test]
fn a_toast_that_was_sent_away_is_neither_changed_nor_closed() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let stub = desktop.stub_notifyd("stub", &EVERYTHING, AT_ONCE);
        let keeper = bed.keeper(3005);
        let _tray = Tray::start(&bed, &desktop, &keeper);
        let shim = orphan(&bed, &desktop, "dismissed-1-healthy");
        let toast = stub.toast("Orphaned MCP server");
        stub.dismiss(toast.number);
        // The word of it is on its way; a look is quicker.
        eventually("the tray has heard of it", PATIENCE, || {
            keeper.run(&["log"]).stdout.contains("was sent away")
        });
        shim.process.signal(rustix::process::Signal::KILL);
        icon_turns(&desktop, GREY, "dismissed-2-idle");
        stays_so("it is let alone", Duration::from_secs(1), || {
            !stub.is_closed(toast.number) && stub.asked().len() == 1
        });
    });
}

#[test]
fn a_toast_that_was_sent_away_while_it_was_replaced_is_still_ours_to_close() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let stub = desktop.stub_notifyd("stub", &EVERYTHING, AT_ONCE);
        let keeper = bed.keeper(3005);
        let _tray = Tray::start(&bed, &desktop, &keeper);
        let shim = orphan(&bed, &desktop, "crossed-1-healthy");
        let toast = stub.toast("Orphaned MCP server");
        stub.crosses();
        stub.click(toast.number, "default");
        let state = stub.toast("1 orphan holds port 3005");
        assert_eq!(state.number, toast.number, "the word about the old one is about the same number");
        stays_so("it stays", Duration::from_secs(1), || !stub.is_closed(state.number));
        shim.process.signal(rustix::process::Signal::KILL);
        eventually("it goes with its orphan", PATIENCE, || stub.is_closed(state.number));
    });
}

#[test]
fn a_daemon_that_takes_over_between_two_toasts_gets_the_one_about_orphans_as_well() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let stub = desktop.stub_notifyd("lxqt-notificationd", &EVERYTHING, AT_ONCE);
        let next = desktop.stub_without_the_name("stub", &EVERYTHING, AT_ONCE);
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let shim = orphan(&bed, &desktop, "succeeded-1-healthy");
        stub.toast("Orphaned MCP server");
        desktop.menu_click(tray.pid(), "About");
        stub.toast("Shimkeeper");
        stub.is_succeeded_by(&next);
        desktop.menu_click(tray.pid(), "About");
        next.toast("Shimkeeper");
        let toast = next.toast("Orphaned MCP server");
        shim.process.signal(rustix::process::Signal::KILL);
        eventually("it goes with its orphan", PATIENCE, || next.is_closed(toast.number));
    });
}

#[test]
fn without_a_folder_of_the_session_a_toast_has_its_picture_all_the_same() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let stub = desktop.stub_notifyd("stub", &EVERYTHING, AT_ONCE);
        let keeper = bed.keeper(3005);
        let mut command = tray_command(&keeper);
        let _tray = Tray::start_with(&bed, desktop.adopt(&mut command).env_remove("XDG_RUNTIME_DIR"));
        orphan(&bed, &desktop, "no-runtime-1-healthy");
        let toast = stub.toast("Orphaned MCP server");
        assert!(fs::read(&toast.icon).unwrap().starts_with(b"\x89PNG"), "{toast:?}");
        assert!(toast.icon.starts_with(keeper.home().to_str().unwrap()), "{toast:?}");
    });
}

#[test]
fn a_daemon_without_buttons_is_sent_none_and_words_say_what_to_do() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let stub = desktop.stub_notifyd("stub", &["body"], AT_ONCE);
        let _tray = Tray::start(&bed, &desktop, &keeper);
        let shim = orphan(&bed, &desktop, "no-buttons-1-healthy");
        let toast = stub.toast("Orphaned MCP server");
        assert_eq!(toast.actions, [""; 0]);
        let command = format!("shimkeeper --home {} cleanup", keeper.home().display());
        assert!(toast.body.starts_with(&format!("Shimkeeper · `{command}` ends it\n")), "{toast:?}");
        keeper.run(&["cleanup"]).expect_code(0);
        assert!(!shim.lives());
        eventually("the toast goes", PATIENCE, || stub.is_closed(toast.number));

        // Another daemon takes its place that shows titles and nothing else.
        drop(stub);
        let stub = desktop.stub_notifyd("stub", &[], AT_ONCE);
        orphan(&bed, &desktop, "no-buttons-2-healthy");
        let toast = stub.toast("Orphaned MCP server");
        assert_eq!((toast.body.as_str(), toast.actions.len(), toast.replaces), ("", 0, 0), "{toast:?}");
        assert!(toast.summary.contains(&format!(" · `{command}` ends it · ")), "{toast:?}");
        assert!(!toast.summary.contains('\n'), "{toast:?}");
    });
}

#[test]
fn the_toast_of_a_daemon_that_died_comes_back_with_the_next_one_and_works() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let stub = desktop.stub_notifyd("stub", &EVERYTHING, AT_ONCE);
        let _tray = Tray::start(&bed, &desktop, &keeper);
        let shim = orphan(&bed, &desktop, "restarted-1-healthy");
        stub.toast("Orphaned MCP server");
        drop(stub);
        let stub = desktop.stub_notifyd("stub", &EVERYTHING, AT_ONCE);
        let toast = stub.toast("Orphaned MCP server");
        assert_eq!(toast.replaces, 0, "the new one knows nothing of the old: {toast:?}");
        stub.click(toast.number, "cleanup");
        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        assert_eq!(stub.toast("Cleaned up").replaces, toast.number);
    });
}

#[test]
fn a_toast_that_comes_too_late_is_taken_away_because_nobody_listens_to_it() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let stub = desktop.stub_notifyd("stub", &EVERYTHING, Duration::from_secs(7));
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREY, "late-1-idle");
        desktop.menu_click(tray.pid(), "About");
        let toast = stub.toast("Shimkeeper");
        eventually("it is said in the menu", PATIENCE, || {
            desktop.menu_layout(tray.pid()).iter().any(|row| row.label.starts_with("Toasts cannot be shown"))
        });
        eventually("it is taken away when it comes", PATIENCE, || stub.is_closed(toast.number));
        assert!(tray.lives());
    });
}

#[test]
fn the_end_of_the_tray_takes_its_toasts_away() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let stub = desktop.stub_notifyd("stub", &EVERYTHING, AT_ONCE);
        let tray = Tray::start(&bed, &desktop, &keeper);
        orphan(&bed, &desktop, "end-1-healthy");
        let toast = stub.toast("Orphaned MCP server");
        desktop.menu_quit(tray.pid());
        assert_eq!(tray.end().0, Some(0));
        assert!(stub.is_closed(toast.number), "its buttons are dead");
    });
}

#[test]
fn where_no_panel_comes_the_cure_is_told_once_in_a_session() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        desktop.kill_panel();
        let keeper = bed.keeper(3005);
        let stub = desktop.stub_notifyd("gnome-shell", &EVERYTHING, AT_ONCE);
        let start = || {
            let mut command = tray_command(&keeper);
            Tray::start_with(&bed, desktop.adopt(&mut command).env("XDG_CURRENT_DESKTOP", "ubuntu:GNOME"))
        };
        let tray = start();
        let toast = stub.toast("No panel shows Shimkeeper's icon");
        assert!(toast.body.contains("gnome-shell-extension-appindicator"), "{toast:?}");
        assert!(toast.actions.contains(&"Pause".into()), "the menu cannot be opened: {toast:?}");
        assert_eq!(toast.urgency(), 1);
        tray.signal(rustix::process::Signal::TERM);
        assert_eq!(tray.end().0, Some(0));

        let _again = start();
        let logged = || keeper.log().matches("no panel shows tray icons").count();
        eventually("it is logged again", PATIENCE * 4, || logged() == 2);
        stays_so("it is told once", Duration::from_secs(1), || stub.asked().len() == 1);
    });
}
