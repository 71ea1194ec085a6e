//! `doctor`: what works here, what does not, and what to do. (With a panel: `tests/it/desktop`.)

use serde_json::Value;

use crate::commands::{a_stranger_on, shapes};
use crate::support::bed::Bed;
use crate::support::client::Shim;
use crate::support::keeper::{Keeper, Outcome};
use crate::support::own::in_own_world;

#[test]
fn without_a_desktop_it_cannot_tell_and_says_what_to_do() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let outcome = examine(&bed, &keeper, &["doctor"]).expect_code(3);
        let outcome = outcome
            .says("✓ sight          processes and listeners can be read")
            .says("✓ port           port 3005 is free and can be bound")
            .says("✓ autostart      the tray does not start at login")
            .says("✓ schedule       no cleanup is scheduled")
            .says("✓ guards         no guarded server runs")
            .says("? panel          whether a panel shows icons could not be asked")
            .says("→ ask again inside a desktop session");
        assert!(!outcome.stdout.contains('\x1b'), "{outcome}");
        assert!(!keeper.home().join("logs").exists(), "whoever asks makes nothing");
    });
}

#[test]
fn json_has_every_promised_key() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let report = examine(&bed, &bed.keeper(3005), &["doctor", "--json"]).expect_code(3).json();
        shapes::doctor().fits(&report);
        assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
        let whats: Vec<&str> =
            report["checks"].as_array().unwrap().iter().filter_map(|check| check["what"].as_str()).collect();
        assert_eq!(
            whats,
            [
                "configuration",
                "sight",
                "port",
                "panel",
                "toasts",
                "autostart",
                "schedule",
                "guards",
                "clients",
                "log"
            ]
        );
        for check in report["checks"].as_array().unwrap() {
            let wants_help = check["health"] != "works";
            assert_eq!(check["do"].is_string(), wants_help, "{check:#}");
        }
    });
}

#[test]
fn a_port_that_a_stranger_holds_needs_attention() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let (_client, stranger): (_, Shim) = a_stranger_on(&bed, 3005);
        let report = examine(&bed, &keeper, &["doctor", "--json"]).expect_code(1).json();
        let port = check(&report, "port");
        assert_eq!(port["health"], "attention", "{port:#}");
        assert!(port["says"].as_str().unwrap().contains(&format!("({})", stranger.pid())), "{port:#}");
        assert!(port["do"].as_str().unwrap().contains("shimkeeper free 3005"), "{port:#}");
        assert!(stranger.lives());
    });
}

#[test]
fn a_port_that_the_shim_holds_is_as_it_should_be() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let _client = bed.client().on_port(3005).start();
        let report = examine(&bed, &bed.keeper(3005), &["doctor", "--json"]).expect_code(3).json();
        assert_eq!(check(&report, "port")["health"], "works", "{report:#}");
    });
}

#[test]
fn a_port_that_an_orphan_holds_needs_attention() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        client.kill_hard();
        let report = examine(&bed, &bed.keeper(3005), &["doctor", "--json"]).expect_code(1).json();
        assert_eq!(check(&report, "port")["health"], "attention", "{report:#}");
        assert!(shim.lives());
    });
}

#[test]
fn a_broken_configuration_is_told_and_the_rest_is_examined_all_the_same() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        keeper.configure("[[watch]]\nprot = 3005\n");
        let report = examine(&bed, &keeper, &["doctor", "--json"]).expect_code(1).json();
        let configuration = check(&report, "configuration");
        assert_eq!(configuration["health"], "attention");
        assert!(configuration["says"].as_str().unwrap().contains("watch.prot"), "{configuration:#}");
        assert_eq!(configuration["do"], "did you mean \"port\"?");
        assert_eq!(check(&report, "port")["health"], "works");
    });
}

#[test]
fn a_start_at_login_from_elsewhere_and_a_log_that_cannot_be_written_need_attention() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let autostart = bed.folder("user/.config/autostart");
        std::fs::write(autostart.join("shimkeeper.desktop"), "[Desktop Entry]\nExec=/old/tray\n").unwrap();
        // Not even the superuser makes a folder out of this.
        std::fs::write(keeper.home().join("logs"), "").unwrap();
        let report = examine(&bed, &keeper, &["doctor", "--json"]).expect_code(1).json();
        for (what, says, hint) in [
            ("autostart", "/old/tray", "shimkeeper autostart enable"),
            ("log", "nothing can be written to", "make the folder writable"),
        ] {
            let check = check(&report, what);
            assert_eq!(check["health"], "attention", "{check:#}");
            assert!(check["says"].as_str().unwrap().contains(says), "{check:#}");
            assert!(check["do"].as_str().unwrap().contains(hint), "{check:#}");
        }
    });
}

/// As a user without a desktop session, whose folders are the bed's.
#[track_caller]
fn examine(bed: &Bed, keeper: &Keeper<'_>, arguments: &[&str]) -> Outcome {
    let nowhere = format!("unix:path={}", bed.path("no-bus").display());
    keeper.run_with(arguments, |command| {
        command
            .env("DBUS_SESSION_BUS_ADDRESS", nowhere)
            .env("HOME", bed.path("user"))
            .env("XDG_CONFIG_HOME", bed.path("user/.config"));
    })
}

#[track_caller]
fn check<'r>(report: &'r Value, what: &str) -> &'r Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["what"] == what).unwrap_or_else(|| panic!("no {what} in {report:#}"))
}
