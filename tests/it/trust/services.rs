//! A shim that systemd started on purpose: its parent is a reaper, and it is nobody's orphan.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::bed::{Bed, python};
use crate::support::client::Shim;
use crate::support::keeper::Outcome;
use crate::support::own::{can_run, in_own_world, skip};
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually};
use crate::trust::{ended, instance};

/// Not meant to be started by hand, and so not on the PATH.
const MANAGER: &str = "/lib/systemd/systemd";

const RUNTIME: &str = "/run/user/own";

#[test]
fn a_service_that_systemd_started_on_purpose() {
    if !can_run(&a_service_that_systemd_started_on_purpose, &["systemctl", MANAGER]) {
        return;
    }
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let Some(manager) = Manager::start(&bed) else {
            return skip("services::a_service_that_systemd_started_on_purpose", "no user manager starts");
        };
        let ready = bed.fresh("shim");
        let shim = bed.path(bed.script());
        let line = format!("{} {} --ready-file {}", python().display(), shim.display(), ready.display());
        let units = bed.folder("user/.config/systemd/user");
        fs::write(units.join("exai-shim.service"), format!("[Service]\nExecStart={line}\n")).unwrap();
        manager.systemctl(&["daemon-reload"]).expect_code(0);
        manager.systemctl(&["start", "exai-shim.service"]).expect_code(0);
        let shim = Shim::from_ready_file(&ready);
        assert_eq!(shim.process.parent(), Some(manager.process.pid()));
        let groups = fs::read_to_string(format!("/proc/{}/cgroup", shim.pid())).unwrap();
        if !groups.contains("exai-shim.service") {
            return skip("services::a_service_that_systemd_started_on_purpose", "no right to make cgroups");
        }
        let keeper = bed.keeper(shim.port());
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert_eq!(instance(&status, shim.pid())["state"], "adopted", "{status:#}");
        let cleanup = keeper.run(&["cleanup", "--duplicates", "--json"]).expect_code(0).json();
        assert_eq!(ended(&cleanup), [0; 0], "{cleanup:#}");
        assert!(shim.lives());
    });
}

/// A user manager of systemd. Drop stops its service, so that no cgroup stays behind.
struct Manager<'a> {
    bed: &'a Bed,
    process: Spawned,
}

impl<'a> Manager<'a> {
    fn start(bed: &'a Bed) -> Option<Self> {
        // It runs on machines only that systemd has started, and knows them by this folder.
        let prepare = format!(
            "mount -t tmpfs own /run && mkdir -p /run/systemd/system /run/user && mkdir -m 700 {RUNTIME}"
        );
        if !bed.command("sh").args(["-c", &prepare]).status().unwrap().success() {
            return None;
        }
        let process = Spawned::start(within(bed, Path::new(MANAGER)).arg("--user"));
        let mut manager = Self { bed, process };
        let mut answers = false;
        eventually("the manager answers or has ended", PATIENCE, || {
            answers = manager.systemctl(&["show", "--property=Version"]).code == Some(0);
            answers || manager.process.ended().is_some()
        });
        answers.then_some(manager)
    }

    #[track_caller]
    fn systemctl(&self, words: &[&str]) -> Outcome {
        self.bed.run(within(self.bed, Path::new("systemctl")).args(["--user", "--no-pager"]).args(words))
    }
}

impl Drop for Manager<'_> {
    fn drop(&mut self) {
        // Where it was never started this fails, and there is nobody to tell.
        let mut stop = within(self.bed, Path::new("systemctl"));
        let _ = stop.args(["--user", "stop", "exai-shim.service"]).status();
    }
}

fn within(bed: &Bed, program: &Path) -> Command {
    let home = bed.folder("user");
    let mut command = bed.command(program);
    command.env("XDG_CONFIG_HOME", home.join(".config")).env("HOME", home).env("XDG_RUNTIME_DIR", RUNTIME);
    command.env_remove("DBUS_SESSION_BUS_ADDRESS");
    command
}
