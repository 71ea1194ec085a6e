//! What a person can choose beside Cleanup: each row does what it says.

use std::fs;

use crate::desktop::stage::{GREEN, GREY, RED, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::{PATIENCE, eventually};

#[test]
fn open_log_opens_todays_log_from_the_menu_and_from_a_toast() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let (desktop, opener) = (bed.desktop(), bed.opener());
        let keeper = bed.keeper(3005);
        let tray = Tray::start_under(&bed, &desktop, &keeper, &opener);
        icon_turns(&desktop, GREY, "log-1-idle");
        let log = keeper.run(&["log", "--path"]).expect_code(0).stdout;
        let log = std::path::Path::new(log.trim_end());
        desktop.menu_click(tray.pid(), "Open log");
        assert_eq!(opener.opened(), log);
        assert!(fs::read_to_string(log).unwrap().contains("the tray starts"));

        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        client.kill_hard();
        icon_turns(&desktop, RED, "log-2-orphaned");
        let toast = desktop.toast_about("Orphaned MCP server");
        desktop.click_toast_button(&toast, "Open log");
        assert_eq!(opener.opened(), log);
        assert!(shim.lives(), "that was the other button");
    });
}

#[test]
fn a_left_click_and_about_answer_with_a_toast() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).start();
        let icon = icon_turns(&desktop, GREEN, "left-1-healthy");
        desktop.click(icon.centre());
        let (toast, _) = desktop.toast_about("exai-mcp runs and holds port 3005");
        assert!(toast.body.contains(&format!("PID {}", client.shim().pid())), "{toast:?}");
        assert_eq!(toast.buttons, ["Open log", "Show the state"]);
        desktop.screenshot("left-2-toast");

        desktop.menu_click(tray.pid(), "About");
        let (toast, _) = desktop.toast_about(&format!("Shimkeeper {}", env!("CARGO_PKG_VERSION")));
        assert!(toast.body.contains("ends them and nothing else"), "{toast:?}");
    });
}

#[test]
fn the_tick_of_start_at_login_tells_what_stands_on_the_disk() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let entry = bed.path("user/.config/autostart/shimkeeper.desktop");
        let ticked = || desktop.row_called(tray.pid(), "Start at login").ticked;
        eventually("the row can be chosen", PATIENCE, || {
            desktop.row_called(tray.pid(), "Start at login").enabled
        });
        assert!(!ticked() && !entry.exists());

        desktop.menu_click(tray.pid(), "Start at login");
        eventually("it is ticked", PATIENCE, ticked);
        let text = fs::read_to_string(&entry).unwrap();
        assert!(text.contains("shimkeeper-tray") && text.contains("--autostart"), "{text}");
        desktop.menu_click(tray.pid(), "Start at login");
        eventually("it is not ticked", PATIENCE, || !ticked());
        assert!(!entry.exists());

        // Somebody else switches it on and off, and the desktop's settings do.
        fs::write(&entry, &text).unwrap();
        eventually("the tick follows the entry", PATIENCE, ticked);
        fs::write(&entry, text.replace("enabled=true", "enabled=false")).unwrap();
        eventually("the tick follows the settings", PATIENCE, || !ticked());
    });
}

#[test]
fn open_configuration_makes_one_that_explains_itself_and_opens_it() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let (desktop, opener) = (bed.desktop(), bed.opener());
        let keeper = bed.keeper(3005);
        let file = keeper.home().join("config.toml");
        fs::remove_file(&file).unwrap();
        let tray = Tray::start_under(&bed, &desktop, &keeper, &opener);
        desktop.menu_click(tray.pid(), "Open configuration");
        assert_eq!(opener.opened(), file);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("#poll_interval = \"2s\"") && text.contains("# How often"), "{text}");

        fs::write(&file, "# mine\n").unwrap();
        desktop.menu_click(tray.pid(), "Open configuration");
        assert_eq!(opener.opened(), file);
        assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n");
    });
}

#[test]
fn automatic_cleanup_is_kept_in_the_users_own_file_and_over_a_restart_of_the_tray() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let file = keeper.home().join("config.toml");
        let mine = format!("# my own words\n{}# and these\n", fs::read_to_string(&file).unwrap());
        fs::write(&file, &mine).unwrap();
        let label = "Clean up automatically";
        let tray = Tray::start(&bed, &desktop, &keeper);
        desktop.menu_click(tray.pid(), label);
        eventually("it is ticked", PATIENCE, || desktop.row_called(tray.pid(), label).ticked);
        eventually("it is kept", PATIENCE, || {
            fs::read_to_string(&file).unwrap().contains("auto_cleanup = true")
        });
        let text = fs::read_to_string(&file).unwrap();
        for line in mine.lines() {
            assert!(text.lines().any(|kept| kept == line), "`{line}` is lost in\n{text}");
        }
        desktop.menu_quit(tray.pid());
        assert_eq!(tray.end().0, Some(0));

        let tray = Tray::start(&bed, &desktop, &keeper);
        assert!(desktop.row_called(tray.pid(), label).ticked);
        desktop.menu_click(tray.pid(), label);
        eventually("it is switched off again", PATIENCE, || {
            fs::read_to_string(&file).unwrap().contains("auto_cleanup = false")
        });
    });
}
