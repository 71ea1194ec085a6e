//! `assets/start-exai-mcp.sh` and its entry for the desktop, with a stand-in for `shimkeeper`.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::bed::{Bed, copy_program};
use crate::support::keeper::Outcome;

const STAND_IN: &str = "#!/bin/sh\nprintf '<%s>' \"$0\" \"$@\"\nexit \"${ENDS:-0}\"\n";

#[test]
fn the_program_beside_it_goes_before_the_one_above_and_that_before_the_path() {
    for name in ["plain", "it's \"my\" $HOME & (x)", "-n"] {
        let bed = Bed::new();
        let file = starter(&bed, &format!("{name}/sub"));
        let on_path = stand_in(&bed, "on the path");
        for folder in [format!("{name}/sub"), name.to_owned()] {
            let program = stand_in(&bed, &folder);
            let outcome = start(&bed, &file, &["--watch", "a  b", ""], &on_path);
            let outcome = outcome.expect_code(0).says("<start><--watch><a  b><>");
            assert!(!outcome.stdout.contains("on the path"), "{outcome}");
            fs::remove_file(program).unwrap();
        }
        start(&bed, &file, &[], &on_path).expect_code(0).says("on the path/shimkeeper><start>");
    }
}

#[test]
fn a_link_leads_to_the_program_beside_the_file() {
    let bed = Bed::new();
    let (file, on_path) = (starter(&bed, "app/sub"), stand_in(&bed, "on the path"));
    stand_in(&bed, "app");
    let other = bed.folder("desk top");
    symlink(&file, other.join("absolute")).unwrap();
    symlink("../app/sub/start-exai-mcp.sh", other.join("relative")).unwrap();
    symlink("relative", other.join("link to a link")).unwrap();
    symlink("app", bed.path("folder")).unwrap();
    for link in ["desk top/absolute", "desk top/relative", "desk top/link to a link"] {
        let outcome = start(&bed, &bed.path(link), &["a  b"], &on_path);
        let outcome = outcome.expect_code(0).says("<start><a  b>");
        assert!(!outcome.stdout.contains("on the path"), "{outcome}");
    }
    let outcome = start(&bed, &bed.path("folder/sub/start-exai-mcp.sh"), &[], &on_path);
    assert!(!outcome.expect_code(0).stdout.contains("on the path"));
    // One that was put beside the link is meant by whoever put it there.
    stand_in(&bed, "desk top");
    start(&bed, &bed.path("desk top/absolute"), &[], &on_path).expect_code(0).says("desk top/shimkeeper");
}

#[test]
fn the_exit_code_is_the_programs() {
    let bed = Bed::new();
    let (file, program) = (starter(&bed, "bin"), stand_in(&bed, "bin"));
    let mut command = bed.command(&file);
    bed.run(command.env("ENDS", "126")).expect_code(126);
    fs::remove_file(program).unwrap();
    let mut command = bed.command(&file);
    command.env("PATH", "/usr/bin:/bin");
    bed.run(&mut command).expect_code(125).complains("neither beside this file, nor one folder up");
}

#[test]
fn the_entry_runs_it_in_a_terminal_that_stays_open_on_an_error() {
    let bed = Bed::new();
    let entry = asset("start-exai-mcp.desktop");
    let entry = fs::read_to_string(entry).unwrap();
    assert!(entry.lines().any(|line| line == "Terminal=true"), "{entry}");
    let exec = entry.lines().find_map(|line| line.strip_prefix("Exec=sh -c \"")).unwrap();
    let script = exec.strip_suffix('"').unwrap();
    assert!(!script.contains(['"', '`', '$', '\\', '%']), "nothing that an entry would read: {script}");
    let on_path = stand_in(&bed, "on the path");
    for (ends, stays) in [("0", false), ("126", true)] {
        let mut command = bed.command("sh");
        command.args(["-c", script]).env("ENDS", ends).env("PATH", path_with(&on_path));
        let outcome = bed.run(&mut command).says("on the path/shimkeeper><start>");
        assert_eq!(outcome.stdout.contains("Enter closes this window"), stays, "{outcome}");
    }
}

fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name)
}

/// The file in a folder of this name.
fn starter(bed: &Bed, folder: &str) -> PathBuf {
    let file = bed.folder(folder).join("start-exai-mcp.sh");
    copy_program(&asset("start-exai-mcp.sh"), &file);
    assert_ne!(file.metadata().unwrap().permissions().mode() & 0o111, 0, "it can be run");
    file
}

fn stand_in(bed: &Bed, folder: &str) -> PathBuf {
    let text = bed.fresh("stand-in");
    fs::write(&text, STAND_IN).unwrap();
    fs::set_permissions(&text, PermissionsExt::from_mode(0o755)).unwrap();
    let program = bed.folder(folder).join("shimkeeper");
    copy_program(&text, &program);
    program
}

fn path_with(program: &Path) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = program.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap()
}

#[track_caller]
fn start(bed: &Bed, file: &Path, words: &[&str], on_path: &Path) -> Outcome {
    let mut command: Command = bed.command(file);
    bed.run(command.args(words).env("PATH", path_with(on_path)))
}
