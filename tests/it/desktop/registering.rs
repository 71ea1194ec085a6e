//! How the icon comes to the panel, whatever the panel does. The panel is a stub, the bus is real.

use std::time::Duration;

use crate::desktop::stage::{Tray, tray_command};
use crate::support::bed::Bed;
use crate::support::desktop::Panel;
use crate::support::desktop::on_a_bus;
use crate::support::{PATIENCE, eventually, stays_so};

#[test]
fn a_panel_whose_name_comes_before_its_object_gets_the_icon_in_the_end() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let panel = Panel::name_only(&session.address);
        let mut tray = Tray::start_in(&bed, &session, &keeper);
        eventually("the log says it once", PATIENCE, || keeper.log().contains("did not take the icon"));
        stays_so("the tray goes on", Duration::from_secs(2), || tray.lives());
        panel.appear();
        eventually("the icon is registered", PATIENCE, || panel.items().len() == 1);
        eventually("the log says it", PATIENCE, || keeper.log().contains("the icon is on the panel"));
        assert_eq!(keeper.log().matches("did not take the icon").count(), 1, "{}", keeper.log());
        assert!(!tray.words().contains("session bus"), "{}", tray.words());
    });
}

#[test]
fn the_same_where_the_tray_runs_already_when_the_name_comes() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let tray = Tray::start_in(&bed, &session, &keeper);
        session.menu(tray.pid());
        let panel = Panel::name_only(&session.address);
        eventually("it was tried", PATIENCE, || keeper.log().contains("did not take the icon"));
        panel.appear();
        eventually("the icon is registered", PATIENCE, || panel.items().len() == 1);
    });
}

#[test]
fn a_panel_that_refuses_or_hangs_is_asked_again_and_the_menu_answers_meanwhile() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let panel = Panel::start(&session.address);
        panel.refuse(2);
        let tray = Tray::start_in(&bed, &session, &keeper);
        eventually("the icon is registered", PATIENCE, || panel.items().len() == 1);
        assert_eq!(panel.registrations(), 3);

        panel.forget();
        panel.hang(Duration::from_secs(6));
        panel.say("StatusNotifierHostRegistered", None);
        eventually("it was asked", PATIENCE, || panel.registrations() == 4);
        assert!(!session.menu(tray.pid()).1.is_empty(), "the menu hangs with the panel");
        eventually("the icon is registered once more", PATIENCE, || !panel.items().is_empty());
        stays_so("once is enough", Duration::from_secs(2), || panel.items().len() == 1);
    });
}

#[test]
fn other_programs_icons_that_come_and_go_put_nothing_off() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let panel = Panel::start(&session.address);
        panel.refuse(1);
        let _tray = Tray::start_in(&bed, &session, &keeper);
        eventually("it was refused", PATIENCE, || panel.registrations() == 1);
        // More often than the tray tries again.
        eventually("the icon is registered", PATIENCE, || {
            panel.say("StatusNotifierItemUnregistered", Some(":1.99999/StatusNotifierItem"));
            panel.items().len() == 1
        });
    });
}

#[test]
fn a_panel_that_forgets_gets_the_icon_again_and_one_that_does_not_is_left_alone() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let panel = Panel::start(&session.address);
        let _tray = Tray::start_in(&bed, &session, &keeper);
        eventually("the icon is registered", PATIENCE, || panel.items().len() == 1);

        // The host of a bar that was loaded anew.
        panel.forget();
        panel.say("StatusNotifierHostRegistered", None);
        eventually("it is registered for the new host", PATIENCE, || panel.items().len() == 1);
        // The watcher drops it by name.
        let ours = panel.forget().remove(0);
        panel.say("StatusNotifierItemUnregistered", Some(&ours));
        eventually("it is registered anew", PATIENCE, || panel.items().len() == 1);

        assert_eq!(panel.registrations(), 3);
        panel.say("StatusNotifierItemUnregistered", Some(":1.99999/StatusNotifierItem"));
        panel.say("StatusNotifierHostRegistered", None);
        stays_so("who has it is not asked again", Duration::from_secs(2), || panel.registrations() == 3);
    });
}

#[test]
fn a_panel_that_forgets_without_a_word_is_asked_now_and_then() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let panel = Panel::start(&session.address);
        let mut command = tray_command(&keeper);
        // Once a minute, if a test had the time.
        session.adopt(&mut command).args(["--look-again", "1"]);
        let _tray = Tray::start_with(&bed, &mut command);
        eventually("the icon is registered", PATIENCE, || panel.items().len() == 1);
        stays_so("a panel that has it is only looked at", Duration::from_secs(3), || {
            panel.registrations() == 1
        });
        panel.forget();
        eventually("it is registered once more", PATIENCE, || panel.items().len() == 1);
        assert_eq!(panel.registrations(), 2);
    });
}

#[test]
fn at_login_a_bus_that_comes_late_is_waited_for() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let mut session = bed.session_without_a_bus();
        let keeper = bed.keeper(3005);
        let mut command = tray_command(&keeper);
        session.adopt(&mut command).arg("--autostart");
        let mut tray = Tray::start_with(&bed, &mut command);
        stays_so("the tray waits", Duration::from_secs(2), || tray.lives());
        session.start_bus();
        let panel = Panel::start(&session.address);
        eventually("the icon is registered", PATIENCE, || panel.items().len() == 1);
    });
}

#[test]
fn a_panel_that_never_takes_the_icon_is_no_panel_and_one_that_takes_it_in_the_end_is_one() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let panel = Panel::name_only(&session.address);
        let doctor = keeper.run_with(&["doctor"], |command| {
            session.adopt(command);
        });
        doctor.says("no panel shows tray icons");
        let _tray = Tray::start_in(&bed, &session, &keeper);
        let missing = || keeper.log().matches("no panel shows tray icons").count();
        eventually("it is said after 20 s", PATIENCE * 4, || missing() == 1);
        panel.appear();
        eventually("the icon is registered", PATIENCE * 4, || panel.items().len() == 1);
        drop(panel);
        eventually("a panel that ends for good is missed, too", PATIENCE * 4, || missing() == 2);
    });
}

#[test]
fn a_panel_that_drops_the_icon_each_time_is_not_asked_without_a_pause() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let panel = Panel::start(&session.address);
        panel.drop_each();
        let mut tray = Tray::start_in(&bed, &session, &keeper);
        eventually("it is asked again", PATIENCE, || panel.registrations() >= 3);
        let before = panel.registrations();
        stays_so("the machine sleeps", Duration::from_secs(3), || panel.registrations() <= before + 4);
        assert!(tray.lives());
    });
}

#[test]
fn doctor_says_whether_the_panel_has_the_icon() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let doctor = || {
            keeper.run_with(&["doctor"], |command| {
                session.adopt(command);
            })
        };
        doctor().says("no panel shows tray icons");
        let panel = Panel::start(&session.address);
        doctor().says("✓ panel          a panel shows tray icons");
        let _tray = Tray::start_in(&bed, &session, &keeper);
        eventually("the icon is registered", PATIENCE, || panel.items().len() == 1);
        doctor().says("✓ panel          a panel shows the tray's icon");
        panel.forget();
        doctor().says("! panel          a panel is running, but does not list our icon");
    });
}
