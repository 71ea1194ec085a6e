//! `autostart`: the entry at login, in a configuration folder of the test's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::bed::{Bed, copy_program};
use crate::support::keeper::Outcome;

#[test]
fn it_is_switched_on_and_off_and_the_status_follows() {
    let user = User::new();
    user.run("status").expect_code(0).says("the tray does not start at login");
    assert!(!user.entry().exists(), "a question makes no entry");
    for _ in 0..2 {
        user.run("enable").expect_code(0).says("the tray starts at login");
        user.run("status").expect_code(0).says("the tray starts at login");
    }
    for _ in 0..2 {
        user.run("disable").expect_code(0).says("the tray does not start at login");
        assert!(!user.entry().exists());
    }
}

#[test]
fn the_entry_starts_the_tray_beside_us_whatever_its_folder_is_called() {
    let user = User::in_folder("my $tools/100% \"mine\"");
    user.run("enable").expect_code(0);
    let entry = fs::read_to_string(user.entry()).unwrap();
    let exec = entry.lines().find_map(|line| line.strip_prefix("Exec=")).unwrap();
    let folder = user.bed.path("").display().to_string();
    let wanted = format!(
        r#""{}/my \\$tools/100%% \\"mine\\"/shimkeeper-tray" --autostart"#,
        folder.trim_end_matches('/')
    );
    assert_eq!(exec, wanted);
    user.run("status").expect_code(0).says("the tray starts at login");
}

#[test]
fn an_entry_of_another_program_is_noticed_and_replaced_on_request() {
    let user = User::new();
    fs::create_dir_all(user.entry().parent().unwrap()).unwrap();
    fs::write(user.entry(), "[Desktop Entry]\nExec=/old/shimkeeper-tray --token hunter2\n").unwrap();
    let status = user.run("status").expect_code(1);
    let status = status.says("another program starts at login under our name: /old/shimkeeper-tray");
    assert!(!status.stdout.contains("hunter2"), "{status}");
    user.run("enable").expect_code(0).says("the tray starts at login");
}

#[test]
fn a_switch_in_the_desktops_settings_is_respected() {
    let user = User::new();
    user.run("enable").expect_code(0);
    let entry = fs::read_to_string(user.entry()).unwrap();
    fs::write(user.entry(), entry.replace("enabled=true", "enabled=false")).unwrap();
    user.run("status").expect_code(0).says("it was switched off in the system's settings");
}

#[test]
fn without_the_tray_beside_us_it_says_so() {
    let user = User::new();
    fs::remove_file(user.program.with_file_name("shimkeeper-tray")).unwrap();
    user.run("enable").expect_code(1).complains("the tray program is missing: it should be");
    assert!(!user.entry().exists());
}

/// Somebody who has the programs in a folder of his own.
struct User {
    bed: Bed,
    program: PathBuf,
}

impl User {
    fn new() -> Self {
        Self::in_folder("bin")
    }

    fn in_folder(name: &str) -> Self {
        let bed = Bed::new();
        let program = bed.folder(name).join("shimkeeper");
        copy_program(Path::new(env!("CARGO_BIN_EXE_shimkeeper")), &program);
        // Nobody starts it here.
        fs::write(program.with_file_name("shimkeeper-tray"), "").unwrap();
        Self { bed, program }
    }

    #[track_caller]
    fn run(&self, what: &str) -> Outcome {
        let mut command: Command = self.bed.command(&self.program);
        command.env("HOME", self.bed.path("user")).env("XDG_CONFIG_HOME", self.folder());
        command.args(["--home", "state", "autostart", what]);
        self.bed.run(&mut command)
    }

    fn folder(&self) -> PathBuf {
        self.bed.path("user/.config")
    }

    fn entry(&self) -> PathBuf {
        Path::new(&self.folder()).join("autostart/shimkeeper.desktop")
    }
}
