//! A disk that is full or read-only, and a log folder that goes away: the work is done all the same, and it is said.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::desktop::stage::{GREEN, GREY, Tray, icon_turns};
use crate::faults::{a_guarded_client, an_orphan, system};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::keeper::Keeper;
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};

/// Puts the home on a disk of its own, of 64 kB.
#[track_caller]
fn on_a_small_disk(bed: &Bed, keeper: &Keeper<'_>) {
    let config = fs::read_to_string(keeper.home().join("config.toml")).unwrap();
    let home = keeper.home().display().to_string();
    system(bed, "mount", &["-t", "tmpfs", "-o", "size=64k", "small", &home]);
    keeper.configure(config);
}

/// Fills the disk to its last byte.
#[track_caller]
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("ballast");
    let mut ballast = fs::File::create(&path).unwrap();
    while ballast.write_all(&[b'x'; 512]).is_ok() {}
    path
}

#[test]
fn on_a_full_disk_the_tray_works_and_says_that_nothing_is_logged() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        on_a_small_disk(&bed, &keeper);
        let config = keeper.home().join("config.toml");
        let before = fs::read(&config).unwrap();
        let ballast = fill(keeper.home());

        let mut tray = Tray::start(&bed, &desktop, &keeper);
        let (toast, _) = desktop.toast_about("Shimkeeper could not do that");
        assert!(
            toast.body.contains("no log is kept in") && toast.body.contains("No space left"),
            "{toast:?}"
        );
        let orphan = an_orphan(&bed);
        desktop.toast_about("Orphaned MCP server holds port 3005");
        desktop.menu_click(tray.pid(), "Clean up 1 orphan");
        eventually("the orphan is gone", PATIENCE, || !orphan.lives());

        // A choice that cannot be kept holds as long as the tray runs, and the file that was there stays whole.
        desktop.menu_click(tray.pid(), "Clean up automatically");
        eventually("it is said", PATIENCE, || {
            desktop.toasts().iter().any(|toast| toast.body.contains("config.toml"))
        });
        assert_eq!(fs::read(&config).unwrap(), before);
        assert!(desktop.row_called(tray.pid(), "Clean up automatically").ticked);
        assert_eq!(keeper.log(), "");

        fs::remove_file(ballast).unwrap();
        let _client = bed.client().on_port(3005).start();
        icon_turns(&desktop, GREEN, "full-disk-healthy");
        desktop.menu_click(tray.pid(), "Clean up automatically");
        eventually("the log goes on", PATIENCE, || keeper.log().contains("healthy"));
        eventually("the choice is kept", PATIENCE, || {
            fs::read_to_string(&config).unwrap().contains("auto_cleanup = false")
        });
        assert!(tray.lives());
    });
}

#[test]
fn on_a_full_disk_commands_work_and_guards_guard() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        on_a_small_disk(&bed, &keeper);
        fill(keeper.home());
        let orphan = an_orphan(&bed);
        keeper.run(&["status"]).expect_code(1).says("ORPHANED");
        keeper.run(&["cleanup"]).expect_code(0).complains("no log is kept in");
        assert!(!orphan.lives());

        let client = a_guarded_client(&bed, &keeper);
        let shim = client.shim();
        keeper.run(&["status"]).expect_code(0);
        keeper.run(&["cleanup"]).expect_code(0);
        assert!(shim.lives(), "a guard without a lease is a launcher as any other");
        client.kill_hard();
        eventually("the server goes with its client", PATIENCE, || !shim.lives());
    });
}

#[test]
fn in_a_home_that_cannot_be_written_the_work_is_done_and_it_is_said() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        on_a_small_disk(&bed, &keeper);
        let home = keeper.home().display().to_string();
        // It has run before; somebody who never ran it cannot know whether another one does.
        let tray = Tray::start(&bed, &desktop, &keeper);
        desktop.menu_quit(tray.pid());
        tray.end();
        system(&bed, "mount", &["-o", "remount,ro", &home]);

        let orphan = an_orphan(&bed);
        keeper.run(&["status"]).expect_code(1).says("ORPHANED");
        keeper.run(&["doctor"]).says("log");
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        let (toast, _) = desktop.toast_about("Shimkeeper could not do that");
        assert!(toast.body.contains("no log is kept in"), "{toast:?}");
        desktop.toast_about("Orphaned MCP server holds port 3005");
        desktop.menu_click(tray.pid(), "Clean up 1 orphan");
        eventually("the orphan is gone", PATIENCE, || !orphan.lives());
        icon_turns(&desktop, GREY, "read-only-idle");
        let second = Tray::start(&bed, &desktop, &keeper).end();
        assert_ne!(second.0, None, "{second:?}");
        assert!(tray.lives(), "still the only one: {second:?}");
    });
}

#[test]
fn a_first_start_in_a_home_that_cannot_be_written_says_why_there_is_no_tray() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        on_a_small_disk(&bed, &keeper);
        system(&bed, "mount", &["-o", "remount,ro", &keeper.home().display().to_string()]);
        let outcome = bed.run(&mut crate::desktop::stage::tray_command(&keeper)).expect_code(1);
        outcome.complains("the lock of the tray could not be taken").complains("Read-only file system");
    });
}

#[test]
fn a_log_folder_that_is_removed_comes_back() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        eventually("it has begun a log", PATIENCE, || keeper.log().contains("the tray starts"));
        let logs = keeper.home().join("logs");
        fs::remove_dir_all(&logs).unwrap();
        let client = bed.client().on_port(3005).start();
        icon_turns(&desktop, GREEN, "no-log-folder");
        eventually("the log goes on", PATIENCE, || keeper.log().contains("healthy"));

        // Its file alone, as `logrotate` and tidy people do.
        for entry in fs::read_dir(&logs).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        client.kill_hard();
        desktop.toast_about("Orphaned MCP server holds port 3005");
        eventually("the log goes on", PATIENCE, || keeper.log().contains("orphaned"));
        keeper.run(&["log"]).expect_code(0).says("orphaned");
        assert!(tray.lives());
    });
}
