//! Restarts by the tray, which owns what it starts.

use rustix::process::Signal;

use crate::desktop::stage::{GREEN, RED, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::client::{Shim, is_taken};
use crate::support::desktop::Desktop;
use crate::support::desktop::on_a_desktop;
use crate::support::keeper::Keeper;
use crate::support::{PATIENCE, eventually};

#[test]
fn restart_replaces_an_orphan_and_the_server_ends_with_the_tray() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        // One that has to be forced: the system's own help at the end of a program only asks.
        let server = restarted(&bed, &desktop, &keeper, &tray, &["--stubborn"]);
        desktop.menu_quit(tray.pid());
        let (code, words) = tray.end();
        assert_eq!(code, Some(0), "{words}");
        assert!(!server.lives(), "it was left behind");
        assert!(!is_taken(3005));
    });
}

#[test]
fn a_tray_that_is_asked_to_end_by_a_signal_ends_its_server_first() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let server = restarted(&bed, &desktop, &keeper, &tray, &["--stubborn"]);
        tray.signal(Signal::TERM);
        let (code, words) = tray.end();
        assert_eq!(code, Some(0), "{words}");
        assert!(!server.lives(), "it was left behind");
    });
}

#[test]
fn the_server_of_a_tray_that_is_killed_does_not_outlive_it() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let server = restarted(&bed, &desktop, &keeper, &tray, &["--stubborn"]);
        tray.kill_hard();
        eventually("the server has followed it", PATIENCE, || !server.lives());
    });
}

#[test]
fn a_server_that_ended_is_started_again_and_one_in_use_is_named_first() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().called("the-editor").by_port().on_port(3005).start();
        let (shim, ready) = (client.shim(), client.shim_ready());
        let icon = icon_turns(&desktop, GREEN, "restart-3-in-use");
        eventually("the row warns", PATIENCE, || {
            desktop.row_called(tray.pid(), "Restart").label == "Restart (the-editor must reconnect)"
        });
        desktop.open_menu(icon);
        desktop.screenshot("restart-4-menu");
        desktop.click_row(tray.pid(), "Restart");
        let (new, _) = Shim::after(shim, &ready);
        assert!(!shim.lives());
        let told = || desktop.toasts().iter().any(|toast| toast.body.contains("the-editor uses this server"));
        eventually("the warning was asked for", PATIENCE, told);
        eventually("the success is told", PATIENCE, || {
            desktop.toasts().iter().any(|toast| toast.summary == "Restarted")
        });
        // The tray is its client now, and needs no warning of itself.
        assert_eq!(new.process.parent(), Some(tray.pid()));
    });
}

#[test]
fn the_command_line_leaves_a_restart_to_the_tray() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).start();
        let (orphan, ready) = (client.shim(), client.shim_ready());
        client.kill_hard();
        icon_turns(&desktop, RED, "restart-5-orphaned");
        let outcome = keeper.run(&["restart"]).expect_code(0);
        let (new, _) = Shim::after(orphan, &ready);
        outcome
            .says(&format!("Stopped PID {}, started exai-mcp as PID {}", orphan.pid(), new.pid()))
            .says("it belongs to the tray and ends with it");
        assert_eq!(new.process.parent(), Some(tray.pid()));
        keeper.run(&["restart", "--watch", "nobody"]).expect_code(2);
        assert!(new.lives());
    });
}

/// Orphans a shim on port 3005 and has the tray restart it; returns the new one.
#[track_caller]
fn restarted(bed: &Bed, desktop: &Desktop<'_>, keeper: &Keeper<'_>, tray: &Tray, options: &[&str]) -> Shim {
    let client = bed.client().on_port(3005).with(&["--say", "hello"]).with(options).start();
    let (orphan, ready) = (client.shim(), client.shim_ready());
    client.kill_hard();
    icon_turns(desktop, RED, "restart-1-orphaned");
    eventually("Restart is offered", PATIENCE, || desktop.row_called(tray.pid(), "Restart").enabled);
    desktop.menu_click(tray.pid(), "Restart");
    let (new, _) = Shim::after(orphan, &ready);
    icon_turns(desktop, GREEN, "restart-2-healthy");
    assert!(!orphan.lives() && new.port() == 3005);
    assert_eq!(new.process.parent(), Some(tray.pid()));
    let status = keeper.run(&["status", "--json"]).expect_code(0).json();
    let instance = &status["watches"][0]["instances"][0];
    assert_eq!((&instance["state"], &instance["client"]["pid"]), (&"attached".into(), &tray.pid().into()));
    eventually("its output is in the log", PATIENCE, || {
        let log = keeper.log();
        log.contains("server says server=exai-mcp output=hello") && log.contains("hello in trouble")
    });
    new
}
