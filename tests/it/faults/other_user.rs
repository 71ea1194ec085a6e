//! What is ours is closed to every other user of the machine, in a home that is open to them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::desktop::stage::{GREEN, Tray, icon_turns};
use crate::faults::{a_guarded_client, lease_of};
use crate::support::bed::Bed;
use crate::support::desktop::on_a_desktop;
use crate::support::nobody::{BECOME, PYTHON};
use crate::support::own::{can_run, skip};
use crate::support::{PATIENCE, eventually};

const NAME: &str = "other_user::nothing_of_ours_can_be_read_written_or_reached";

/// Tries everything on each path and prints what succeeded.
const TRY: &str = r#"
import os, socket, sys

def connect(path):
    socket.socket(socket.AF_UNIX).connect(path)

def create(path):
    os.close(os.open(os.path.join(path, "theirs"), os.O_CREAT | os.O_WRONLY))

outside = sys.argv[1]
for path in sys.argv[2:]:
    for name, attempt in [
        ("reads", lambda: open(path, "rb").read(1)),
        ("writes", lambda: open(path, "r+b")),
        ("appends", lambda: open(path, "ab")),
        ("lists", lambda: os.listdir(path)),
        ("connects", lambda: connect(path)),
        ("creates", lambda: create(path)),
        ("links", lambda: os.link(path, os.path.join(outside, "theirs"))),
        ("renames", lambda: os.rename(path, path + ".theirs")),
        ("removes", lambda: os.unlink(path)),
        ("opens up", lambda: os.chmod(path, 0o777)),
    ]:
        try:
            attempt()
            print(name, path)
        except OSError:
            pass
print("tried", len(sys.argv) - 2)
"#;

#[test]
fn nothing_of_ours_can_be_read_written_or_reached() {
    if !can_run(&nothing_of_ours_can_be_read_written_or_reached, &["setpriv", "/usr/bin/python3"]) {
        return;
    }
    if !rustix::process::geteuid().is_root() {
        return skip(NAME, "only root can become somebody else");
    }
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        fs::remove_file(keeper.home().join("config.toml")).unwrap();
        keeper.run(&["config", "init"]).expect_code(0);
        let config = bed.folder("project").join(".mcp.json");
        fs::write(&config, r#"{"mcpServers":{"one":{"command":"python3","args":["run_ws_shim.py"]}}}"#)
            .unwrap();
        keeper.run(&["mcp", "wrap", "--all", "--file", config.to_str().unwrap()]).expect_code(0);
        let _client = a_guarded_client(&bed, &keeper);
        let _lease = lease_of(&keeper);
        let tray = Tray::start(&bed, &desktop, &keeper);
        icon_turns(&desktop, GREEN, "other-user-healthy");
        desktop.menu_layout(tray.pid());
        eventually("the log is begun", PATIENCE, || keeper.log().contains("the tray starts"));
        for folder in [bed.path(""), keeper.home().to_owned()] {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        }

        let ours = below(keeper.home());
        let names: Vec<_> = ours.iter().map(|path| path.display().to_string()).collect();
        let all = names.join(" ");
        for expected in [
            "config.toml",
            "tray.lock",
            "tray.sock",
            ".log",
            ".json",
            "leases",
            "mcp.lock",
            "backups",
            "wrapped",
        ] {
            assert!(all.contains(expected), "no {expected} in {all}");
        }
        let outside = bed.folder("outside");
        fs::set_permissions(&outside, fs::Permissions::from_mode(0o777)).unwrap();
        let attempts = |change: &[&str]| {
            let mut command = bed.command(change.first().copied().unwrap_or("/usr/bin/python3"));
            command.args(change.iter().skip(1)).args(["-c", TRY]).arg(&outside).args(&names);
            bed.run(&mut command).expect_code(0).stdout
        };
        let nobody = [&BECOME[..], &[PYTHON]].concat();
        assert_eq!(attempts(&nobody), format!("tried {}\n", names.len()));
        // Nor where the folders are open, as after a careless `chmod -R a+rX`.
        for folder in ours.iter().filter(|path| path.is_dir()) {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let said = attempts(&nobody);
        let more: Vec<_> = said.lines().filter(|line| !line.starts_with("lists")).collect();
        assert_eq!(more, [format!("tried {}", names.len())]);
        // The same attempts by ourselves succeed, so that it was not the attempts that failed.
        let ourselves = attempts(&[]);
        for word in ["reads", "writes", "appends", "lists", "connects", "creates", "links", "renames"] {
            assert!(ourselves.contains(word), "{word} not in {ourselves}");
        }
    });
}

/// Everything below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path));
        }
        found.push(path);
    }
    found
}
