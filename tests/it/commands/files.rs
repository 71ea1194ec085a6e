//! What is written, where, and who may read it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::bed::Bed;
use crate::support::client::Shim;
use crate::support::own::in_own_world;

/// Everything that commands do, short of a desktop.
const WORK: &[&[&str]] = &[
    &["config", "init"],
    &["status"],
    &["restart"],
    &["status", "--json"],
    &["cleanup"],
    &["cleanup", "--check-only"],
    &["free", "3006"],
    &["log"],
    &["config", "show"],
    &["config", "check"],
    &["doctor"],
];

#[test]
fn with_a_home_everything_stands_there_and_nowhere_else() {
    in_own_world(|| {
        for by_option in [true, false] {
            let bed = Bed::with_the_real_name();
            let home = bed.path("the home");
            let orphan = orphaned(&bed);
            work(&bed, |command, arguments| {
                if by_option {
                    command.arg("--home").arg(&home).args(arguments);
                } else {
                    command.env("SHIMKEEPER_HOME", &home).args(arguments);
                }
            });
            assert!(!orphan.lives(), "the work was done");
            assert_eq!(written(&home), ["config.toml", "logs/shimkeeper.DAY.log"], "--home: {by_option}");
            assert_eq!(written(&bed.path("user")), [""; 0], "--home: {by_option}");
            nobody_else_may_read(&home);
        }
    });
}

#[test]
fn the_option_goes_before_the_variable() {
    let bed = Bed::new();
    let mut command = user(&bed);
    command.env("SHIMKEEPER_HOME", bed.path("variable")).arg("--home").arg(bed.path("option"));
    bed.run(command.args(["config", "init"])).expect_code(0);
    assert!(bed.path("option/config.toml").exists() && !bed.path("variable").exists());
}

#[test]
fn without_a_home_the_users_own_folders_are_used() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let orphan = orphaned(&bed);
        work(&bed, |command, arguments| {
            command.args(arguments);
        });
        assert!(!orphan.lives());
        assert_eq!(
            written(&bed.path("user")),
            [".config/shimkeeper/config.toml", ".local/state/shimkeeper/logs/shimkeeper.DAY.log"]
        );
        nobody_else_may_read(&bed.path("user/.config/shimkeeper"));
        nobody_else_may_read(&bed.path("user/.local/state/shimkeeper"));
    });
}

#[test]
fn a_folder_that_cannot_be_written_is_said_and_the_work_is_done_all_the_same() {
    let bed = Bed::new();
    let client = bed.client().start();
    let shim = client.shim();
    client.kill_hard();
    let keeper = bed.keeper(shim.port());
    // Not even the superuser makes a folder out of this.
    fs::write(keeper.home().join("logs"), "").unwrap();
    keeper.run(&["cleanup"]).expect_code(0).complains("no log is kept in");
    assert!(!shim.lives());
}

/// An orphan on port 3005 for the commands to work on.
#[track_caller]
fn orphaned(bed: &Bed) -> Shim {
    let client = bed.client().on_port(3005).start();
    let shim = client.shim();
    client.kill_hard();
    shim
}

/// Runs every command as a user whose folders are the bed's.
#[track_caller]
fn work(bed: &Bed, prepare: impl Fn(&mut Command, &[&OsStr])) {
    for arguments in WORK {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        let mut command = user(bed);
        prepare(&mut command, &arguments);
        let outcome = bed.run(&mut command);
        assert_ne!(outcome.code, Some(2), "{outcome}");
    }
}

fn user(bed: &Bed) -> Command {
    let mut command = bed.command(env!("CARGO_BIN_EXE_shimkeeper"));
    command.env("HOME", bed.folder("user"));
    for variable in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
        command.env_remove(variable);
    }
    command
}

/// Every file below a folder, by its path in it, with one name for every day.
fn written(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = below(folder)
        .into_iter()
        .filter(|path| !path.is_dir())
        .map(|path| path.strip_prefix(folder).unwrap().display().to_string())
        .map(|name| match (name.find("shimkeeper.2"), name.strip_suffix(".log")) {
            (Some(at), Some(_)) => format!("{}shimkeeper.DAY.log", &name[..at]),
            _ => name,
        })
        .collect();
    names.sort();
    names
}

/// A file is the user's alone by its own mode, or by that of a folder on the way to it.
#[track_caller]
fn nobody_else_may_read(folder: &Path) {
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    for path in below(folder) {
        let open = path.ancestors().take_while(|at| at.starts_with(folder)).all(|at| mode(at) & 0o077 != 0);
        assert!(!open, "{} has mode {:o}", path.display(), mode(&path));
        if path.extension().is_some_and(|ending| ending == "toml") {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| [vec![path.clone()], below(&path)].concat()).collect()
}
