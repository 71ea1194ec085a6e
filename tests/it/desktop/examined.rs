//! `shimkeeper doctor` inside a desktop session, and what a tray leaves on the disk.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::desktop::stage::{GREY, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::desktop::Desktop;
use crate::support::desktop::on_a_desktop;
use crate::support::keeper::Keeper;

#[test]
fn doctor_sees_the_panel_and_who_shows_toasts() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let mut desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let report = doctor(&desktop, &keeper, 0);
        assert_eq!(check(&report, "panel")["health"], "works");
        let toasts = check(&report, "toasts");
        assert_eq!(toasts["health"], "works");
        assert!(toasts["says"].as_str().unwrap().contains("Xfce Notify Daemon"), "{toasts:#}");

        desktop.kill_panel();
        let report = doctor(&desktop, &keeper, 1);
        let panel = check(&report, "panel");
        assert_eq!(
            (&panel["health"], &panel["says"]),
            (&"attention".into(), &"no panel shows tray icons".into())
        );
        assert!(panel["do"].as_str().unwrap().contains("Status Tray Plugin"), "{panel:#}");

        // A daemon that hangs is no reason to hang, too.
        desktop.freeze_notifyd();
        let report = doctor(&desktop, &keeper, 1);
        assert_eq!(check(&report, "toasts")["health"], "unknown");
        desktop.thaw_notifyd();
    });
}

#[test]
fn a_tray_writes_into_its_home_alone_and_for_its_user_alone() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let home = bed.path("new home");
        let mut command = bed.command(env!("CARGO_BIN_EXE_shimkeeper-tray"));
        desktop.adopt(&mut command).arg("--home").arg(&home);
        let before = names(&bed.path("user"));
        let tray = Tray::start_with(&bed, &mut command);
        icon_turns(&desktop, GREY, "home-1-idle");
        assert_eq!(names(&home), ["logs", "tray.lock", "tray.sock"]);
        let mode = |name: &str| home.join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(
            [mode(""), mode("logs"), mode("tray.lock"), mode("tray.sock")],
            [0o700, 0o700, 0o600, 0o600]
        );
        desktop.menu_quit(tray.pid());
        assert_eq!(tray.end().0, Some(0));
        assert_eq!(names(&bed.path("user")), before);
    });
}

#[track_caller]
fn doctor(desktop: &Desktop<'_>, keeper: &Keeper<'_>, code: i32) -> Value {
    let adopt = |command: &mut std::process::Command| {
        desktop.adopt(command);
    };
    keeper.run_with(&["doctor", "--json"], adopt).expect_code(code).json()
}

#[track_caller]
fn check<'r>(report: &'r Value, what: &str) -> &'r Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["what"] == what).unwrap_or_else(|| panic!("no {what} in {report:#}"))
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
