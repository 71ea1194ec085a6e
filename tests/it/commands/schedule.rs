//! `schedule`: the units in a configuration folder of the test's own, what is asked of `systemctl`, and,
//! where one can be started, a whole user manager of systemd.
//!
//! Mostly a stand-in answers in place of `systemctl`: it keeps what it is told in files, so that a test can
//! read it and break it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::commands::{a_stranger_on, schedule_stand_in::STAND_IN};
use crate::support::PATIENCE;
use crate::support::bed::{Bed, copy_program};
use crate::support::client::Shim;
use crate::support::eventually;
use crate::support::keeper::Outcome;
use crate::support::own::{can_run, in_own_world, skip};
use crate::support::spawned::Spawned;

const TIMER: &str = "shimkeeper-cleanup.timer";
const SERVICE: &str = "shimkeeper-cleanup.service";

#[test]
fn it_is_switched_on_and_off_and_the_status_follows() {
    let user = User::new();
    user.run(&["status"]).expect_code(0).says("no cleanup is scheduled");
    assert_eq!(user.files(), [""; 0], "a question makes no file");
    let first = user.run(&["enable"]).expect_code(0).says("a cleanup runs every 5 min: ");
    assert!(!first.stdout.contains("nothing was changed"), "{first}");
    assert_eq!(user.files(), [SERVICE, TIMER, "timers.target.wants"]);
    let status = user.run(&["status"]).expect_code(0).says("a cleanup runs every 5 min: ");
    status.says("last run: 2026-11-22T13:55:00Z").says("next run: 2026-11-22T14:00:00Z");
    user.run(&["disable"]).expect_code(0).says("no cleanup is scheduled");
    assert_eq!(user.files(), ["timers.target.wants"]);
    user.run(&["status"]).expect_code(0).says("no cleanup is scheduled");
}

#[test]
fn twice_is_as_good_as_once_and_is_said() {
    let user = User::new();
    user.run(&["enable", "--every", "10m"]).expect_code(0);
    let asked = user.calls();
    assert!(asked.contains(&"daemon-reload".to_owned()), "{asked:?}");
    user.run(&["enable", "--every", "10m"]).expect_code(0).says("nothing was changed");
    let more = user.calls().split_off(asked.len());
    assert!(more.iter().all(|call| call.starts_with("show")), "only questions: {more:?}");
    for _ in 0..2 {
        user.run(&["disable"]).expect_code(0).says("no cleanup is scheduled");
    }
}

#[test]
fn another_interval_takes_the_place_of_the_first() {
    let user = User::new();
    user.run(&["enable"]).expect_code(0).says("every 5 min");
    user.forget_calls();
    let second = user.run(&["enable", "--every", "90s"]).expect_code(0).says("every 90 s");
    assert!(!second.stdout.contains("nothing was changed"), "{second}");
    let timer = user.text(TIMER);
    assert!(timer.contains("\nOnUnitActiveSec=90s\n") && timer.contains("\nOnStartupSec=90s\n"), "{timer}");
    let changes: Vec<String> = user.calls().into_iter().filter(|call| !call.starts_with("show")).collect();
    assert_eq!(changes, ["daemon-reload", &format!("enable {TIMER}"), &format!("restart {TIMER}")]);
}

#[test]
fn an_interval_that_makes_no_sense_is_wrong_usage_and_nothing_is_touched() {
    let user = User::new();
    for (every, why) in [
        ("59s", "must be 1 min to 24 h"),
        ("25h", "must be 1 min to 24 h"),
        ("61.5s", "counts in steps of 1 s"),
        ("5", "not a time such as 5m"),
        ("", "not a time such as 5m"),
    ] {
        user.run(&["enable", "--every", every]).expect_code(2).complains(why);
    }
    for what in ["status", "disable"] {
        user.run(&[what, "--every", "5m"]).expect_code(2).complains("`--every` belongs to");
    }
    assert_eq!((user.files(), user.calls()), (Vec::new(), Vec::new()));
}

#[test]
fn the_scheduled_program_works_in_the_places_that_were_given() {
    let user = User::in_folder("my $tools/100% %h mine");
    user.run(&["enable"]).expect_code(0);
    let folder = user.bed.path("").display().to_string();
    let folder = folder.trim_end_matches('/');
    let exec = format!(
        r#"ExecStart="{folder}/my $tools/100%% %%h mine/shimkeeper" "--home" "{folder}/50%% $$state" "cleanup""#
    );
    let service = user.text(SERVICE);
    assert!(service.lines().any(|line| line == exec), "{exec}\nin {service}");

    let config = user.bed.path("other.toml");
    fs::write(&config, "toasts = false\n").unwrap();
    let mut command = user.command();
    command.env("SHIMKEEPER_HOME", "by variable").args(["--config", "other.toml", "schedule", "enable"]);
    user.bed.run(&mut command).expect_code(0);
    let service = user.text(SERVICE);
    let words = format!(r#""--home" "{folder}/by variable" "--config" "{folder}/other.toml" "cleanup""#);
    assert!(service.contains(&words), "{words}\nin {service}");
}

#[test]
fn a_place_that_systemd_would_not_take_is_refused_and_nothing_is_written() {
    for name in ["it's", "\"mine\"", "a\\b", "a\nb"] {
        let user = User::in_folder(name);
        let refused = user.run(&["enable"]).expect_code(1);
        refused.complains("cannot be scheduled: its path holds a quote, a backslash");
        assert_eq!(user.files(), [""; 0], "{name:?}");
    }
}

#[test]
fn a_program_that_was_moved_is_noticed_and_replaced_on_request() {
    let user = User::new();
    user.run(&["enable"]).expect_code(0);
    let moved = user.bed.folder("elsewhere").join("shimkeeper");
    fs::rename(&user.program, &moved).unwrap();
    let user = User { program: moved, ..user };
    let status = user.run(&["status"]).expect_code(1);
    status.says("the scheduled cleanup starts another program: /").says("/bin/shimkeeper --home");
    let mut doctor = user.command();
    let doctor = user.bed.run(doctor.args(["doctor"]));
    let doctor = doctor.expect_code(1).says("! schedule       the scheduled cleanup starts another program");
    doctor.says("→ `shimkeeper schedule enable` schedules this program instead");
    user.run(&["enable"]).expect_code(0).says("a cleanup runs every 5 min");
    user.run(&["status"]).expect_code(0);
}

#[test]
fn a_timer_that_the_user_has_stopped_is_not_called_on() {
    let user = User::new();
    user.run(&["enable"]).expect_code(0);
    for gone in ["active", "enabled"] {
        fs::remove_file(user.bed.path("systemctl").join(gone)).unwrap();
        user.run(&["status"]).expect_code(1).says("the system does not start it");
        user.run(&["enable"]).expect_code(0).says("a cleanup runs every 5 min");
        user.run(&["status"]).expect_code(0);
    }
    fs::remove_file(user.units().join(SERVICE)).unwrap();
    user.run(&["status"]).expect_code(1).says("the system does not start it");
}

#[test]
fn without_a_manager_it_refuses_and_says_how_cron_would_do_it() {
    let user = User::in_folder("100% mine");
    fs::write(user.bed.path("systemctl/silent"), "").unwrap();
    let refused = user.run(&["enable"]).expect_code(1);
    let refused = refused
        .complains("systemd runs no services for this user here (systemctl: Failed to connect to bus")
        .complains("crontab -e");
    let folder = user.bed.path("").display().to_string();
    let folder = folder.trim_end_matches('/');
    refused.complains(&format!(
        r"*/5 * * * * '{folder}/100\% mine/shimkeeper' --home '{folder}/50\% $state' cleanup"
    ));
    assert!(!user.bed.path("user/.config").exists(), "nothing is left behind");
    user.run(&["status"]).expect_code(0).says("no cleanup is scheduled");
    user.run(&["disable"]).expect_code(0).says("no cleanup is scheduled");
}

#[test]
fn where_systemd_is_not_installed_it_says_so() {
    let user = User::new();
    fs::remove_file(user.bed.path("bin-of-the-system/systemctl")).unwrap();
    let mut command = user.command();
    command.env("PATH", user.bed.path("bin-of-the-system")).args(["schedule", "enable"]);
    user.bed.run(&mut command).expect_code(1).complains("systemctl: ").complains("crontab -e");
    assert!(!user.bed.path("user/.config").exists(), "nothing is left behind");
}

#[test]
fn files_without_a_manager_can_be_taken_away_all_the_same() {
    let user = User::new();
    user.run(&["enable"]).expect_code(0);
    fs::write(user.bed.path("systemctl/silent"), "").unwrap();
    user.run(&["status"]).expect_code(1).complains("whether a cleanup is scheduled could not be read");
    let mut doctor = user.command();
    let doctor = user.bed.run(doctor.args(["doctor"]));
    doctor.says("? schedule       systemctl: Failed to connect to bus");
    user.run(&["disable"]).expect_code(0).says("no cleanup is scheduled");
    assert_eq!(user.files(), ["timers.target.wants"]);
}

#[test]
fn a_failure_half_way_leaves_everything_as_it_was() {
    for verb in ["daemon-reload", "enable", "restart"] {
        let user = User::new();
        let fails = user.bed.path("systemctl/fails");
        fs::write(&fails, verb).unwrap();
        let failed = user.run(&["enable"]).expect_code(1);
        failed.complains("the scheduled cleanup could not be changed: systemctl: no ").complains(verb);
        assert!(
            !user.files().iter().any(|file| file.starts_with("shimkeeper")),
            "{verb}: {:?}",
            user.files()
        );
        assert!(!user.link().exists(), "{verb}");

        fs::remove_file(&fails).unwrap();
        user.run(&["enable"]).expect_code(0);
        let before = [user.text(SERVICE), user.text(TIMER)];
        fs::write(&fails, verb).unwrap();
        user.run(&["enable", "--every", "1h"]).expect_code(1);
        assert_eq!([user.text(SERVICE), user.text(TIMER)], before, "{verb}");
    }
}

#[test]
fn a_tray_beside_it_is_mentioned_and_left_alone() {
    let user = User::new();
    let alone = user.run(&["enable"]).expect_code(0);
    assert!(!alone.stdout.contains("the tray runs"), "{alone}");
    let home = user.bed.folder("50% $state");
    assert!(!home.join("tray.lock").exists(), "a question makes no lock");
    let lock = fs::File::create(home.join("tray.lock")).unwrap();
    lock.lock().unwrap();
    user.run(&["enable"]).expect_code(0).says("the tray runs, too; that does no harm");
    drop(lock);
    let alone = user.run(&["enable"]).expect_code(0);
    assert!(!alone.stdout.contains("the tray runs"), "{alone}");
}

#[test]
fn a_configuration_that_does_not_load_is_not_scheduled() {
    let user = User::new();
    fs::create_dir(user.bed.path("50% $state")).unwrap();
    fs::write(user.bed.path("50% $state/config.toml"), "prot = 3005\n").unwrap();
    user.run(&["enable"]).expect_code(2);
    assert_eq!(user.files(), [""; 0]);
}

#[test]
fn whoever_forgets_the_tray_forgets_the_schedule() {
    let user = User::new();
    user.run(&["enable"]).expect_code(0);
    let mut tray = user.with_surroundings(Path::new(env!("CARGO_BIN_EXE_shimkeeper-tray")));
    user.bed.run(tray.args(["--home", "50% $state", "--forget"])).expect_code(0);
    assert_eq!(user.files(), ["timers.target.wants"]);
    assert!(user.calls().contains(&format!("disable --now {TIMER}")), "{:?}", user.calls());
}

#[test]
fn systemd_itself_finds_nothing_wrong_with_the_units() {
    if !can_run(&systemd_itself_finds_nothing_wrong_with_the_units, &["systemd-analyze"]) {
        return;
    }
    for folder in ["bin", "my $HOME ${x}/100% %h ; é"] {
        let user = User::in_folder(folder);
        let mut enable = user.command();
        enable.args(["--home", "it's \"my\" $HOME ${x} 100% %h \\ \n ; home", "schedule", "enable"]);
        user.bed.run(&mut enable).expect_code(0);
        let mut verify = user.with_surroundings(Path::new("systemd-analyze"));
        verify.env("XDG_RUNTIME_DIR", user.bed.folder("runtime")).args(["--user", "verify"]);
        let verified = user.bed.run(verify.args([TIMER, SERVICE].map(|unit| user.units().join(unit))));
        let verified = verified.expect_code(0);
        assert_eq!((verified.stdout.as_str(), verified.stderr.as_str()), ("", ""), "{verified}");
    }
}

#[test]
fn a_whole_manager_runs_the_cleanup_and_forgets_it() {
    if !can_run(&a_whole_manager_runs_the_cleanup_and_forgets_it, &["systemctl", MANAGER]) {
        return;
    }
    in_own_world(|| {
        let user = User::of(Bed::with_the_real_name(), "my $HOME ${x} tools/100% %h");
        let Some(manager) = Manager::start(&user) else {
            return skip(
                "schedule::a_whole_manager_runs_the_cleanup_and_forgets_it",
                "no user manager starts",
            );
        };
        let home = user.bed.folder("50% $state");
        fs::write(home.join("config.toml"), "orphan_grace = \"0s\"\nstop_grace = \"1s\"\n").unwrap();
        manager.run(&user, &["enable", "--every", "1m"]).expect_code(0).says("a cleanup runs every 1 min: ");
        manager.run(&user, &["status"]).expect_code(0).says("next run: 20");
        manager.run(&user, &["enable", "--every", "2m"]).expect_code(0).says("a cleanup runs every 2 min: ");
        let timer = manager.systemctl(&user, &["show", "--property=TimersMonotonic", TIMER]);
        timer.expect_code(0).says("OnUnitActiveUSec=2min ");

        let client = user.bed.client().on_port(3005).start();
        let orphan = client.shim();
        client.kill_hard();
        manager.systemctl(&user, &["start", SERVICE]).expect_code(0);
        assert!(!orphan.lives(), "the orphan has ended");
        assert!(home.join("logs").is_dir(), "it works in the home that was given");
        manager.run(&user, &["status"]).expect_code(0).says("a cleanup runs every 2 min");

        // Something needs attention: the cleanup ends with 1, and the unit is not red for it.
        let (_client, stranger): (_, Shim) = a_stranger_on(&user.bed, 3005);
        manager.systemctl(&user, &["start", SERVICE]).expect_code(0);
        assert!(stranger.lives());
        // A configuration that does not load is another thing.
        fs::write(home.join("config.toml"), "prot = 1\n").unwrap();
        manager.systemctl(&user, &["start", SERVICE]).expect_code(1);

        manager.run(&user, &["disable"]).expect_code(0).says("no cleanup is scheduled");
        let timers = manager.systemctl(&user, &["list-timers", "--all"]).expect_code(0);
        assert!(!timers.stdout.contains("shimkeeper"), "{timers}");
        assert_eq!(user.files(), [""; 0]);
    });
}

/// Where the distributions keep it; it is not meant to be started by hand, and so not on the PATH.
const MANAGER: &str = "/lib/systemd/systemd";

/// A user manager of systemd in a mount namespace of its own, which the caller is in.
struct Manager {
    process: Spawned,
    runtime: PathBuf,
}

impl Manager {
    fn start(user: &User) -> Option<Self> {
        // It runs on machines only that systemd has started, and knows them by this folder.
        let prepare =
            "mount -t tmpfs own /run && mkdir -p /run/systemd/system /run/user && mkdir -m 700 /run/user/own";
        let prepared = user.bed.command("sh").args(["-c", prepare]).status().unwrap();
        if !prepared.success() {
            return None;
        }
        let runtime = PathBuf::from("/run/user/own");
        let mut command = user.bed.command(MANAGER);
        command.arg("--user").env("XDG_RUNTIME_DIR", &runtime);
        command.env("HOME", user.bed.folder("user")).env("XDG_CONFIG_HOME", user.config());
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("SHIMKEEPER_HOME");
        let mut manager = Self { process: Spawned::start(&mut command), runtime };
        let mut answers = false;
        eventually("the manager answers or has ended", PATIENCE, || {
            answers = manager.systemctl(user, &["show", "--property=Version"]).code == Some(0);
            answers || manager.process.ended().is_some()
        });
        answers.then_some(manager)
    }

    #[track_caller]
    fn run(&self, user: &User, words: &[&str]) -> Outcome {
        let mut command = self.within(user, &user.program);
        user.bed.run(command.args(["--home", "50% $state", "schedule"]).args(words))
    }

    #[track_caller]
    fn systemctl(&self, user: &User, words: &[&str]) -> Outcome {
        let mut command = self.within(user, Path::new("systemctl"));
        user.bed.run(command.args(["--user", "--no-pager"]).args(words))
    }

    fn within(&self, user: &User, program: &Path) -> Command {
        let mut command = user.bed.command(program);
        command.env("HOME", user.bed.path("user")).env("XDG_CONFIG_HOME", user.config());
        command.env("XDG_RUNTIME_DIR", &self.runtime).env_remove("DBUS_SESSION_BUS_ADDRESS");
        command
    }
}

/// Somebody who has the program in a folder of his own, and a stand-in for `systemctl`.
struct User {
    bed: Bed,
    program: PathBuf,
}

impl User {
    fn new() -> Self {
        Self::in_folder("bin")
    }

    fn in_folder(name: &str) -> Self {
        Self::of(Bed::new(), name)
    }

    fn of(bed: Bed, name: &str) -> Self {
        let program = bed.folder(name).join("shimkeeper");
        copy_program(Path::new(env!("CARGO_BIN_EXE_shimkeeper")), &program);
        bed.folder("systemctl");
        let stand_in = bed.folder("bin-of-the-system").join("systemctl");
        // Written by another process: a child that another thread starts meanwhile would hold it open.
        let text = bed.path("stand-in");
        fs::write(&text, STAND_IN).unwrap();
        copy_program(&text, &stand_in);
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&stand_in, executable).unwrap();
        Self { bed, program }
    }

    #[track_caller]
    fn run(&self, words: &[&str]) -> Outcome {
        let mut command = self.command();
        self.bed.run(command.args(["--home", "50% $state", "schedule"]).args(words))
    }

    fn command(&self) -> Command {
        self.with_surroundings(&self.program)
    }

    fn with_surroundings(&self, program: &Path) -> Command {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.bed.path("bin-of-the-system")).chain(std::env::split_paths(&path));
        let nowhere = format!("unix:path={}", self.bed.path("no-bus").display());
        let mut command = self.bed.command(program);
        command
            .env("PATH", std::env::join_paths(folders).unwrap())
            .env("HOME", self.bed.path("user"))
            .env("XDG_CONFIG_HOME", self.config())
            .env("DBUS_SESSION_BUS_ADDRESS", nowhere)
            .env("STAND_IN", self.bed.path("systemctl"))
            .env("UNITS", self.units());
        command
    }

    fn config(&self) -> PathBuf {
        self.bed.path("user/.config")
    }

    fn units(&self) -> PathBuf {
        self.config().join("systemd/user")
    }

    fn link(&self) -> PathBuf {
        self.units().join("timers.target.wants").join(TIMER)
    }

    fn files(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.units()) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[track_caller]
    fn text(&self, unit: impl AsRef<OsStr>) -> String {
        fs::read_to_string(self.units().join(unit.as_ref())).unwrap()
    }

    /// What was asked of `systemctl`, without the options that every call has.
    fn calls(&self) -> Vec<String> {
        let asked = fs::read_to_string(self.bed.path("systemctl/calls")).unwrap_or_default();
        let common = "--user --no-pager --no-ask-password ";
        asked.lines().map(|line| line.strip_prefix(common).expect(line).to_owned()).collect()
    }

    fn forget_calls(&self) {
        fs::remove_file(self.bed.path("systemctl/calls")).unwrap();
    }
}
