//! Leases as they are read: what `status`, `doctor`, `free` and `cleanup` make of them, and whom `restart` asks.
//!
//! The leases are written by the test, about processes that run; the guard is a stand-in under our program's
//! name, whose child is a real shim. (Our own guard: `tests/it/restart`.)

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::thread;

use serde_json::{Value, json};

use crate::commands::shapes;
use crate::support::bed::{Bed, copy_program, python};
use crate::support::client::{Client, Shim};
use crate::support::identity::Identity;
use crate::support::keeper::Keeper;
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};

/// Starts the command behind `--` and, whenever it is told to by a file, another one in its place.
const STAND_IN: &str = r#"
import os, subprocess, sys, time
command, again = sys.argv[sys.argv.index("--") + 1:], os.environ["AGAIN"]
child = subprocess.Popen(command)
while child.poll() is None:
    if os.path.exists(again):
        child.terminate(); child.wait(); os.remove(again)
        child = subprocess.Popen(command)
    time.sleep(0.02)
"#;

/// A client, the stand-in of its guard, and a shim below it.
struct Stage<'a> {
    bed: &'a Bed,
    client: Client,
    guard: Identity,
    shim: Shim,
    ready: PathBuf,
}

impl<'a> Stage<'a> {
    fn new(bed: &'a Bed, more: &[&str]) -> Self {
        // The launcher's name is what tells a guard, so a copy of the interpreter bears it.
        let program = bed.folder("guards").join("shimkeeper");
        if !program.exists() {
            copy_program(python(), &program);
        }
        let ready = bed.fresh("guarded");
        let script = bed.path(bed.script());
        // Python runs the file that is called as our command is.
        fs::write(bed.path("guard"), STAND_IN).unwrap();
        let again = format!("AGAIN={}", bed.path("again").display());
        let words = ["env", &again, program.to_str().unwrap(), "guard", "--"];
        let shim = [python().to_str().unwrap(), "-u", script.to_str().unwrap(), "--ready-file"];
        let words = [&words[..], &shim, &[ready.to_str().unwrap()], more].concat();
        let client = bed.client_of(&words);
        let shim = Shim::from_ready_file(&ready);
        let guard = Identity::of(shim.process.parent().unwrap()).unwrap();
        Self { bed, client, guard, shim, ready }
    }

    fn lease(&self) -> Value {
        let client = Identity::of(self.client.pid()).unwrap();
        let mut client_and_name = identity(client);
        client_and_name["name"] = "the editor".into();
        json!({
            "schema": 1, "guard": identity(self.guard), "server": identity(self.shim.process),
            "client": client_and_name, "name": "the server", "watch": "exai-mcp", "port": 3005,
            "listens": "maybe", "restartable": true, "log": "/logs/x.log"
        })
    }

    /// Answers the next restart at the guard's door, and does it where it is wanted.
    fn answers(&self, keeper: &Keeper<'_>, door: PathBuf, restarts: bool, answer: &'static str) {
        let door = UnixListener::bind(door).unwrap();
        let (again, ready, old) = (self.bed.path("again"), self.ready.clone(), self.shim);
        let mut lease = self.lease();
        let file = keeper.home().join("leases").join(format!("{}.json", stem(self.guard)));
        thread::spawn(move || {
            let (stream, line) = request(&door);
            assert_eq!(line, "along\n", "what would end with the server is asked for first");
            writeln!(&stream, "ok").unwrap();
            let (stream, line) = request(&door);
            assert_eq!(line, "restart\n");
            if restarts {
                fs::write(again, "").unwrap();
                let (new, _) = Shim::after(old, &ready);
                lease["server"] = identity(new.process);
                let aside = file.with_extension("tmp");
                fs::write(&aside, lease.to_string()).unwrap();
                fs::rename(aside, file).unwrap();
            }
            writeln!(&stream, "{answer}").unwrap();
        });
    }
}

/// The next request at a guard's door.
fn request(door: &UnixListener) -> (UnixStream, String) {
    let (stream, _) = door.accept().unwrap();
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).unwrap();
    (stream, line)
}

/// Puts a lease where the keeper looks, and returns where the guard would listen.
fn tell(keeper: &Keeper<'_>, lease: &Value) -> PathBuf {
    let folder = keeper.home().join("leases");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    let stem = format!("{}-{}", lease["guard"]["pid"], lease["guard"]["token"]);
    fs::write(folder.join(format!("{stem}.json")), lease.to_string()).unwrap();
    folder.join(format!("{stem}.sock"))
}

fn identity(process: Identity) -> Value {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(16).collect();
    let boot = u64::from_str_radix(&digits, 16).unwrap();
    json!({ "pid": process.pid, "boot": boot, "token": process.birth() })
}

fn stem(guard: Identity) -> String {
    format!("{}-{}", guard.pid, guard.birth())
}

fn only(status: &Value) -> &Value {
    let instances = status["watches"][0]["instances"].as_array().unwrap();
    assert_eq!(instances.len(), 1, "{status:#}");
    &instances[0]
}

#[test]
fn a_lease_names_the_client_and_the_guard() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let stage = Stage::new(&bed, &["--port", "3005"]);
        let keeper = bed.keeper(3005);
        let before = keeper.run(&["status", "--json"]).expect_code(0).json();
        shapes::status().fits(&before);
        assert_eq!((&only(&before)["guarded"], &only(&before)["guard"]), (&false.into(), &Value::Null));
        assert!(before.to_string().contains("of which no lease was found here"), "{before:#}");

        tell(&keeper, &stage.lease());
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        shapes::status().fits(&status);
        let instance = only(&status);
        assert_eq!(instance["guarded"], true);
        assert_eq!(instance["guard"]["pid"], stage.guard.pid);
        assert_eq!(instance["server_name"], "the server");
        assert_eq!(instance["client"]["name"], "the editor");
        assert_eq!(status["watches"][0]["summary"], "exai-mcp runs for the editor, guarded, holds port 3005");
        keeper.run(&["status"]).expect_code(0).says("used by the editor, guarded");
        let pid = stage.shim.pid();
        keeper
            .run(&["free"])
            .says(&format!("guarded by {} for the editor", stage.guard.pid))
            .says(&pid.to_string());
        keeper.run(&["cleanup", "--check-only"]).expect_code(0).says("No cleanup needed");
    });
}

#[test]
fn leases_of_others_than_the_running_guard_say_nothing_and_a_cleanup_sweeps_them_away() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let stage = Stage::new(&bed, &["--stdio", "--deaf"]);
        let keeper = bed.keeper(3005);
        let mut dead = stage.lease();
        dead["guard"]["token"] = (stage.guard.birth() - 1).into();
        let door = tell(&keeper, &dead);
        fs::write(keeper.home().join("leases/1-1.json"), "half of a {").unwrap();
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert_eq!(only(&status)["guarded"], false, "{status:#}");
        assert!(door.with_extension("json").exists(), "whoever only looks removes nothing");
        tell(&keeper, &stage.lease());
        keeper.run(&["cleanup"]).expect_code(0);
        assert!(!door.with_extension("json").exists(), "swept away");
        let living = keeper.home().join("leases").join(format!("{}.json", stem(stage.guard)));
        assert!(living.exists() && stage.shim.lives());
    });
}

#[test]
fn a_client_that_ended_is_named_and_its_guard_gets_the_grace_time() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let stage = Stage::new(&bed, &["--stdio", "--deaf"]);
        let keeper = bed.keeper(3005);
        keeper.configure("orphan_grace = \"1h\"");
        tell(&keeper, &stage.lease());
        let (guard, shim) = (stage.guard, stage.shim);
        stage.client.kill_hard();
        eventually("the guard is taken in", PATIENCE, || guard.parent() == Some(1));
        let mut talk = keeper.talk(&["watch"]);
        talk.says(&["suspected to be an orphan", "its client the editor", "its guard"]);
        assert!(shim.lives() && guard.lives());
    });
}

#[test]
fn a_guard_is_asked_to_restart_its_server_and_the_tray_is_not() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let stage = Stage::new(&bed, &["--stdio", "--deaf"]);
        let keeper = bed.keeper(3005);
        let door = tell(&keeper, &stage.lease());
        stage.answers(&keeper, door, true, "ok it is new");
        let outcome = keeper.run(&["restart"]).expect_code(0);
        let (new, _) = Shim::after(stage.shim, &stage.ready);
        let says = format!(
            "The guard {} started exai-mcp anew as PID {} in place of {}; the editor does not notice",
            stage.guard.pid,
            new.pid(),
            stage.shim.pid()
        );
        assert_eq!((outcome.stdout.trim_end(), outcome.stderr.as_str()), (says.as_str(), ""));
        assert!(stage.guard.lives() && new.lives() && !stage.shim.lives());
    });
}

#[test]
fn a_guard_that_fails_lies_or_is_not_there_is_told_and_nothing_is_ended() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let stage = Stage::new(&bed, &["--stdio", "--deaf"]);
        let keeper = bed.keeper(3005);
        let door = tell(&keeper, &stage.lease());
        keeper.run(&["restart"]).expect_code(1).complains("could not be reached");
        for (answer, complaint) in [
            ("failed the server does not end", "the server does not end"),
            ("ok done", "no other server was seen"),
            ("", "it gave no answer"),
        ] {
            stage.answers(&keeper, door.clone(), false, answer);
            keeper.run(&["restart"]).expect_code(1).complains(complaint);
            fs::remove_file(&door).unwrap();
        }
        let mut unwilling = stage.lease();
        unwilling["restartable"] = false.into();
        tell(&keeper, &unwilling);
        keeper.run(&["restart"]).expect_code(1).complains("was started with --no-restart");
        assert!(stage.shim.lives() && stage.guard.lives());
    });
}

#[test]
fn the_doctor_counts_guards_and_finds_a_folder_that_is_not_ours_alone() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let stage = Stage::new(&bed, &["--stdio", "--deaf"]);
        let keeper = bed.keeper(3005);
        let line = || {
            let report = keeper.run(&["doctor", "--json"]).json();
            let checks = report["checks"].as_array().unwrap().clone();
            checks.into_iter().find(|check| check["what"] == "guards").unwrap()
        };
        assert_eq!(line()["says"], "no guarded server runs");
        tell(&keeper, &stage.lease());
        assert_eq!(line()["says"], "1 guarded server known by the leases of their guards");
        let folder = keeper.home().join("leases");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        let open = line();
        assert_eq!(open["health"], "attention", "{open:#}");
        fs::remove_dir_all(&folder).unwrap();
        fs::write(&folder, "").unwrap();
        let broken = line();
        assert_eq!(broken["health"], "unknown", "{broken:#}");
        let status = keeper.run(&["status", "--json"]).expect_code(0).json();
        assert!(status.to_string().contains("what its guard tells of it could not be read"), "{status:#}");
    });
}
