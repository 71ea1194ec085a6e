//! Links laid at the names that we write to: nothing is written through them, and nobody else's file changes.

use std::fs::{self, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::desktop::stage::{GREY, Tray, icon_turns, tray_command};
use crate::faults::{a_guarded_client, an_orphan, lease_of, system};
use crate::support::bed::Bed;
use crate::support::client::is_taken;
use crate::support::desktop::on_a_desktop;
use crate::support::keeper::Keeper;
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};

const PRECIOUS: &str = "somebody's only copy\n";

/// A file that must stay as it is.
struct Victim {
    path: PathBuf,
    mode: u32,
}

impl Victim {
    fn new(bed: &Bed) -> Self {
        let path = bed.fresh("victim");
        fs::write(&path, PRECIOUS).unwrap();
        Self { mode: fs::metadata(&path).unwrap().mode(), path }
    }

    #[track_caller]
    fn is_untouched(&self, what: &str) {
        assert_eq!(fs::read_to_string(&self.path).unwrap(), PRECIOUS, "{what}");
        assert_eq!(fs::metadata(&self.path).unwrap().mode(), self.mode, "{what}");
    }
}

/// What may stand at a name: a way to lay it, and what it is called.
type Trap = (&'static str, fn(&Path, &Path));

const LINKS: [Trap; 2] = [
    ("a symbolic link", |victim, at| symlink(victim, at).unwrap()),
    ("a hard link", |victim, at| fs::hard_link(victim, at).unwrap()),
];

fn todays_log(keeper: &Keeper<'_>) -> PathBuf {
    let told = keeper.run(&["log", "--path"]).expect_code(0).stdout;
    let path = PathBuf::from(told.trim_end());
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    path
}

#[test]
fn a_link_at_the_trays_lock_is_refused_and_what_it_names_stays() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    for (what, lay) in LINKS {
        let victim = Victim::new(&bed);
        let lock = keeper.home().join("tray.lock");
        lay(&victim.path, &lock);
        // Without a display it would end right after it has the lock.
        let mut command = tray_command(&keeper);
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        let outcome = bed.run(&mut command).expect_code(1);
        victim.is_untouched(what);
        outcome.complains("the lock of the tray could not be taken").complains("tray.lock");
        let mut quit = tray_command(&keeper);
        bed.run(quit.arg("--quit"));
        victim.is_untouched(what);
        fs::remove_file(lock).unwrap();
    }
}

#[test]
fn a_link_at_the_lock_of_configurations_leaves_what_it_names() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    for (what, lay) in LINKS {
        let victim = Victim::new(&bed);
        let lock = keeper.home().join("mcp.lock");
        lay(&victim.path, &lock);
        let project = bed.fresh("project");
        fs::create_dir(&project).unwrap();
        let config = project.join(".mcp.json");
        let text = r#"{"mcpServers":{"one":{"command":"python3","args":["run_ws_shim.py"]}}}"#;
        fs::write(&config, text).unwrap();
        let config = config.display().to_string();
        let outcome = keeper.run(&["mcp", "wrap", "--all", "--file", &config]);
        victim.is_untouched(what);
        outcome.complains("mcp.lock");
        assert_eq!(fs::read_to_string(project.join(".mcp.json")).unwrap(), text);
        fs::remove_file(lock).unwrap();
    }
}

#[test]
fn a_configuration_that_is_a_link_stays_one_and_its_target_changes() {
    let bed = Bed::new();
    let (link, target) = (bed.fresh("config.toml"), bed.fresh("dotfiles.toml"));
    fs::write(&target, "toasts = false\n").unwrap();
    symlink(&target, &link).unwrap();
    shimkeeper::config::set_auto_cleanup(&link, true).unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&target).unwrap(), "toasts = false\nauto_cleanup = true\n");
}

#[test]
fn nobody_else_may_look_into_the_log() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let log = todays_log(&keeper);
        let folder = log.parent().unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        keeper.run(&["cleanup"]).expect_code(0);
        assert!(log.exists());
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    });
}

#[test]
fn what_is_laid_at_todays_log_gives_way_and_what_it_names_stays() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let log = todays_log(&keeper);
        for (what, lay) in LINKS {
            let victim = Victim::new(&bed);
            lay(&victim.path, &log);
            let orphan = an_orphan(&bed);
            keeper.run(&["cleanup"]).expect_code(0);
            assert!(!orphan.lives());
            victim.is_untouched(what);
            assert!(fs::symlink_metadata(&log).unwrap().is_file(), "{what}");
            keeper.run(&["log"]).expect_code(0).says(&format!("ended pid={}", orphan.pid()));
            fs::remove_file(&log).unwrap();
        }
        // Whoever opens one for writing waits for a reader.
        system(&bed, "mkfifo", &[&log.display().to_string()]);
        let orphan = an_orphan(&bed);
        keeper.run(&["cleanup"]).expect_code(0);
        assert!(!orphan.lives());
    });
}

#[test]
fn links_among_the_leases_are_litter_and_what_they_name_is_not() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let folder = keeper.home().join("leases");
        fs::create_dir(&folder).unwrap();
        let mut victims = Vec::new();
        // Of a guard that cannot live: no pid is as high.
        for name in ["4194304-1.json", "4194304-1.sock", ".4194304-1.json.9-0.tmp"] {
            for (what, lay) in LINKS {
                let victim = Victim::new(&bed);
                let at = folder.join(name);
                let _ = fs::remove_file(&at);
                lay(&victim.path, &at);
                keeper.run(&["status"]);
                keeper.run(&["cleanup"]).expect_code(0);
                victims.push((what, victim));
            }
        }
        for (what, victim) in victims {
            victim.is_untouched(what);
        }
    });
}

/// A folder of somebody else's that must stay as it is, with what our own housekeeping would remove from ours.
struct VictimFolder {
    path: PathBuf,
    before: Vec<String>,
}

impl VictimFolder {
    /// Laid by a link at the name of a folder of ours.
    fn at(bed: &Bed, name: &Path) -> Self {
        let path = bed.fresh("victim");
        fs::create_dir(&path).unwrap();
        for day in 1..=9 {
            fs::write(path.join(format!("shimkeeper.2001-01-0{day}.log")), PRECIOUS).unwrap();
        }
        for litter in ["4194304-1.json", ".4194304-1.json.9-0.tmp", "precious"] {
            fs::write(path.join(litter), PRECIOUS).unwrap();
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        symlink(&path, name).unwrap();
        Self { before: listed(&path), path }
    }

    /// Nothing of it is changed or gone.
    #[track_caller]
    fn is_untouched(&self) {
        let now = listed(&self.path);
        assert!(self.before.iter().all(|one| now.contains(one)), "{now:#?}");
    }

    /// And nothing is new in it.
    #[track_caller]
    fn holds_nothing_of_ours(&self) {
        self.is_untouched();
        assert_eq!(listed(&self.path), self.before);
    }
}

/// The folder itself and what is in it, with modes and sizes.
fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = entries
        .chain([folder.to_owned()])
        .map(|path| {
            let about = fs::symlink_metadata(&path).unwrap();
            let size = if about.is_file() { about.len() } else { 0 };
            format!("{} {:o} {size}", path.display(), about.mode())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_link_at_the_folder_of_logs_is_refused_and_what_it_names_stays() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let victim = VictimFolder::at(&bed, &keeper.home().join("logs"));
        let orphan = an_orphan(&bed);
        let cleanup = keeper.run(&["cleanup"]).expect_code(0);
        assert!(!orphan.lives());
        victim.holds_nothing_of_ours();
        cleanup.complains("no log is kept in").complains("is a link to a folder, so it is left alone");
        let doctor = keeper.run(&["doctor"]).stdout;
        let line = doctor.lines().find(|line| line.contains("is a link to a folder"));
        assert!(line.is_some_and(|line| line.contains("log")), "{doctor}");
        victim.holds_nothing_of_ours();
    });
}

#[test]
fn a_link_at_the_folder_of_leases_is_refused_and_what_it_names_stays() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let victim = VictimFolder::at(&bed, &keeper.home().join("leases"));
        let client = a_guarded_client(&bed, &keeper);
        let shim = client.shim();
        // All three have their place in that folder.
        for said in ["no lock for the port", "the lease could not be written", "nobody can ask this guard"] {
            eventually(said, PATIENCE, || keeper.log().contains(said));
        }
        victim.holds_nothing_of_ours();
        keeper.run(&["cleanup"]);
        keeper.run(&["doctor"]).says("is a link to a folder, so it is left alone");
        assert!(shim.lives());
        client.kill_hard();
        eventually("the server goes with its client", PATIENCE, || !shim.lives());
        keeper.run(&["status"]);
        keeper.run(&["cleanup"]).expect_code(0);
        victim.holds_nothing_of_ours();
    });
}

#[test]
fn links_at_a_living_guards_names_are_not_written_through_and_it_still_guards() {
    in_own_world(|| {
        for (what, lay) in LINKS {
            let bed = Bed::with_the_real_name();
            let keeper = bed.keeper(3005);
            let client = a_guarded_client(&bed, &keeper);
            let shim = client.shim();
            let lease = lease_of(&keeper);
            let socket = lease.with_extension("sock");
            eventually("the guard can be asked", PATIENCE, || socket.exists());
            let victims = [(Victim::new(&bed), &lease), (Victim::new(&bed), &socket)];
            for (victim, at) in &victims {
                fs::remove_file(at).unwrap();
                lay(&victim.path, at);
            }
            for words in [&["status"][..], &["cleanup"], &["doctor"], &["cleanup", "--duplicates"]] {
                keeper.run(words);
                for (victim, _) in &victims {
                    victim.is_untouched(what);
                }
            }
            client.kill_hard();
            eventually("the server goes with its client", PATIENCE, || !shim.lives());
            eventually("nobody holds the port", PATIENCE, || !is_taken(3005));
            for (victim, _) in &victims {
                victim.is_untouched(what);
            }
        }
    });
}

#[test]
fn a_configuration_is_not_written_into_what_shares_its_name() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let config = keeper.home().join("config.toml");
    for (what, lay) in LINKS {
        fs::remove_file(&config).unwrap();
        let victim = Victim::new(&bed);
        lay(&victim.path, &config);
        let outcome = keeper.run(&["config", "init"]);
        assert_ne!(outcome.code, Some(0), "{what}: {outcome}");
        victim.is_untouched(what);
    }
    fs::remove_file(&config).unwrap();
    let nowhere = bed.path("nowhere.toml");
    symlink(&nowhere, &config).unwrap();
    keeper.run(&["config", "init"]);
    assert!(!nowhere.exists(), "a file was made where a link pointed");
}

#[test]
fn a_tray_among_links_changes_none_of_what_they_name() {
    on_a_desktop(|| {
        for (what, lay) in LINKS {
            let bed = Bed::with_the_real_name();
            let desktop = bed.desktop();
            let keeper = bed.keeper(3005);
            let config = keeper.home().join("config.toml");
            let text = fs::read_to_string(&config).unwrap();
            let log = todays_log(&keeper);
            let (socket, other_config) = (keeper.home().join("tray.sock"), bed.path("other.toml"));
            let victims = [Victim::new(&bed), Victim::new(&bed)];
            lay(&victims[0].path, &log);
            lay(&victims[1].path, &socket);
            fs::hard_link(&config, &other_config).unwrap();

            let mut tray = Tray::start(&bed, &desktop, &keeper);
            icon_turns(&desktop, GREY, "links-idle");
            desktop.menu_click(tray.pid(), "Clean up automatically");
            eventually("the choice is kept", PATIENCE, || {
                fs::read_to_string(&config).unwrap().contains("auto_cleanup = true")
            });
            eventually("the log is begun", PATIENCE, || keeper.log().contains("the tray starts"));
            for victim in victims {
                victim.is_untouched(what);
            }
            assert_eq!(fs::read_to_string(&other_config).unwrap(), text, "the other name keeps the old text");
            assert!(tray.lives());
        }
    });
}

#[test]
fn a_device_at_a_name_is_not_written_to() {
    let bed = Bed::new();
    let keeper = bed.keeper(1);
    let at = keeper.home().join("tray.lock");
    system(&bed, "mkfifo", &[&at.display().to_string()]);
    let mut pipe = OpenOptions::new().read(true).write(true).open(&at).unwrap();
    rustix::fs::fcntl_setfl(&pipe, rustix::fs::OFlags::NONBLOCK).unwrap();
    let mut command = tray_command(&keeper);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    bed.run(&mut command).expect_code(1).complains("the lock of the tray could not be taken");
    let mut heard = String::new();
    assert!(pipe.read_to_string(&mut heard).is_err() && heard.is_empty(), "{heard}");
}
