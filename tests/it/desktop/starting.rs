//! The tray's start: once a user, and with a plain sentence where it cannot.

use crate::desktop::stage::{GREY, Tray, icon_turns, tray_command};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;

#[test]
fn a_second_start_shows_a_toast_of_the_first_and_ends_with_0() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut first = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREY, "second-1-first");

        let second = Tray::start(&bed, &desktop, &keeper);
        let (code, words) = second.end();
        assert_eq!(code, Some(0), "{words}");
        // Whatever it says; an empty text is part of every text.
        desktop.toast_about("");
        desktop.screenshot("second-2-toast");
        assert!(first.lives());
    });
}

#[test]
fn the_icon_is_there_without_a_display_as_well() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let mut command = tray_command(&bed.keeper(3005));
        // The panel draws it; the tray draws nothing itself.
        desktop.adopt(&mut command).env_remove("DISPLAY");
        let _tray = Tray::start_with(&bed, &mut command);
        icon_turns(&desktop, GREY, "no-display");
    });
}

#[test]
fn without_a_session_bus_it_says_so_and_ends_with_1() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let mut command = tray_command(&bed.keeper(3005));
        let nowhere = format!("unix:path={}", bed.path("no-bus").display());
        desktop.adopt(&mut command).env("DBUS_SESSION_BUS_ADDRESS", nowhere);
        gives_up_with_a_sentence(Tray::start_with(&bed, &mut command));
    });
}

#[test]
fn with_a_home_that_cannot_be_used_it_says_so_and_ends_with_1() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let file = bed.path("a file");
        std::fs::write(&file, "").unwrap();
        // A lock that is a folder, a home that is a file, one below a file.
        std::fs::create_dir_all(bed.path("locked/tray.lock")).unwrap();
        for home in [bed.path("locked"), file.clone(), file.join("below")] {
            let mut command = bed.command(env!("CARGO_BIN_EXE_shimkeeper-tray"));
            desktop.adopt(&mut command).arg("--home").arg(home);
            gives_up_with_a_sentence(Tray::start_with(&bed, &mut command));
        }
        // Without a log it goes on, and says that there is none.
        let keeper = bed.keeper(3005);
        std::fs::write(keeper.home().join("logs"), "").unwrap();
        let tray = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREY, "no-log-1-idle");
        desktop.menu_quit(tray.pid());
        let (code, words) = tray.end();
        assert_eq!(code, Some(0), "{words}");
        assert!(words.contains("no log is kept in"), "{words}");
    });
}

#[test]
fn a_tray_is_ended_by_the_option_quit_and_its_end_is_waited_for() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut first = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREY, "quit-option-1-idle");
        for _ in 0..2 {
            let mut command = tray_command(&keeper);
            desktop.adopt(&mut command).arg("--quit");
            let (code, words) = Tray::start_with(&bed, &mut command).end();
            assert_eq!(code, Some(0), "{words}");
            crate::support::eventually("it has ended", crate::support::PATIENCE, || !first.lives());
        }
    });
}

#[track_caller]
fn gives_up_with_a_sentence(tray: Tray) {
    let (code, words) = tray.end();
    assert_eq!(code, Some(1), "{words}");
    assert!(words.split_whitespace().count() >= 4, "not a sentence: `{words}`");
    assert!(!words.contains("panicked"), "{words}");
}
