//! Few open files: what could not be looked at is never said to be well.
#![expect(unsafe_code, reason = "a limit is set by a call of the system")]

use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use crate::desktop::stage::{GREEN, GREY, RED, Tray, icon_turns};
use crate::faults::an_orphan;
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};

fn limit_files(command: &mut Command, limit: u64) {
    // SAFETY: one system call is made between fork and exec.
    unsafe {
        command.pre_exec(move || {
            let limit = Rlimit { current: Some(limit), maximum: Some(limit) };
            Ok(rustix::process::setrlimit(Resource::Nofile, limit)?)
        });
    }
}

#[test]
fn no_limit_hides_an_orphan_and_none_makes_a_server_one() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let orphan = an_orphan(&bed);
        let mut seen = 0;
        // Below that the loader itself finds no room.
        for limit in (4..20).chain([3000]) {
            let outcome = keeper.run_with(&["status"], |command| limit_files(command, limit));
            match outcome.code {
                Some(1) if outcome.stdout.contains("ORPHANED") => seen += 1,
                Some(1) => assert!(!outcome.stderr.is_empty(), "{limit}: {outcome}"),
                Some(3 | 127) => assert_eq!(seen, 0, "more files, less seen: {limit}: {outcome}"),
                other => panic!("{limit}: {other:?}: {outcome}"),
            }
        }
        assert!(seen > 0);
        assert!(orphan.lives());
        keeper.run(&["cleanup"]).expect_code(0);

        let client = bed.client().on_port(3005).start();
        for limit in 4..20 {
            keeper.run_with(&["cleanup"], |command| limit_files(command, limit));
        }
        assert!(client.shim().lives());
    });
}

#[test]
fn a_tray_that_may_open_no_more_files_is_not_green_and_recovers() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let mut tray = Tray::start(&bed, &desktop, &keeper);
        let client = bed.client().on_port(3005).start();
        icon_turns(&desktop, GREEN, "few-files-1-healthy");

        let usual = getrlimit(Resource::Nofile);
        let limit = |limit: Rlimit| {
            let pid = Pid::from_raw(i32::try_from(tray.pid()).unwrap());
            prlimit(pid, Resource::Nofile, limit).unwrap();
        };
        limit(Rlimit { current: Some(3), ..usual });
        // What it has open is enough as long as nothing happens. An idle one is grey as well.
        client.kill_hard();
        eventually("it says that it cannot tell", PATIENCE, || {
            desktop.menu_layout(tray.pid())[0].label.starts_with("Cannot tell")
        });
        icon_turns(&desktop, GREY, "few-files-2-unseen");
        limit(Rlimit { current: Some(3000), ..usual });
        icon_turns(&desktop, RED, "few-files-3-orphaned");
        desktop.menu_click(tray.pid(), "Clean up 1 orphan");
        eventually("the orphan is gone", PATIENCE, || {
            desktop.menu_layout(tray.pid())[0].label.contains("port 3005 is free")
        });
        assert!(tray.lives());
    });
}
