//! `assets/start-exai-mcp.cmd`, called as a double click calls it, with a stand-in for `shimkeeper.exe`.

use std::fs;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::stage::{Stage, built};

#[test]
fn the_program_beside_it_goes_before_the_one_above_and_that_before_the_path() {
    let stage = Stage::new();
    for name in ["plain", "R&D (x)!", "it's ^ a, b; c=d"] {
        let place = Place::new(&stage, name);
        let on_path = place.put("on path");
        for folder in [name.to_owned() + "/sub", name.to_owned()] {
            let program = place.put(&folder);
            let output = place.start(&["--watch", "\"a b\""], "0", &on_path);
            let said = text(&output.stdout);
            assert!(said.contains("start|--watch|a b|"), "{folder}: {output:?}");
            assert!(!said.contains("on path") && output.status.success(), "{folder}: {output:?}");
            fs::remove_file(program).unwrap();
        }
        let output = place.start(&[], "0", &on_path);
        assert!(text(&output.stdout).contains("on path"), "{output:?}");
    }
}

#[test]
fn an_error_is_passed_on_and_the_window_stays() {
    let stage = Stage::new();
    let place = Place::new(&stage, "R&D (x)!");
    let program = place.put("R&D (x)!/sub");
    let output = place.start(&[], "126", &program);
    assert_eq!(output.status.code(), Some(126), "{output:?}");
    let said = text(&output.stdout);
    assert!(said.contains("The server ended with error 126") && said.contains("..."), "{output:?}");
}

#[test]
fn without_the_program_it_says_where_it_looked() {
    let stage = Stage::new();
    let place = Place::new(&stage, "nothing here");
    let output = place.start(&[], "0", Path::new(r"C:\nowhere\x"));
    assert_eq!(output.status.code(), Some(125), "{output:?}");
    assert!(text(&output.stdout).contains("neither beside this file, nor one folder up"), "{output:?}");
}

/// A folder with the file in a folder below it.
struct Place<'a> {
    stage: &'a Stage,
    file: PathBuf,
}

impl<'a> Place<'a> {
    fn new(stage: &'a Stage, name: &str) -> Self {
        let folder = stage.path(name).join("sub");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("start-exai-mcp.cmd");
        fs::write(&file, include_bytes!("../../assets/start-exai-mcp.cmd")).unwrap();
        Self { stage, file }
    }

    /// Puts the stand-in into a folder.
    fn put(&self, folder: &str) -> PathBuf {
        let folder = self.stage.path(folder);
        fs::create_dir_all(&folder).unwrap();
        let program = folder.join("shimkeeper.exe");
        fs::copy(built().join("examples").join("actor.exe"), &program).unwrap();
        program
    }

    /// Runs it as the Explorer does, where `pause` finds nobody at the keyboard.
    fn start(&self, words: &[&str], ends: &str, on_path: &Path) -> Output {
        let line = format!("/c \"\"{}\" {}\"", self.file.display(), words.join(" "));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = on_path.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
        let mut command = Command::new("cmd.exe");
        command.raw_arg(line).env("ACTOR_ENDS", ends).env("PATH", std::env::join_paths(folders).unwrap());
        command.current_dir(std::env::temp_dir()).stdin(Stdio::null()).output().unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
