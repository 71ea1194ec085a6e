//! No program is started through a shell: what a name or an argument holds is never read as a command.

use std::fs;
use std::path::{Path, PathBuf};

/// Programs that read their arguments as commands.
const SHELLS: [&str; 13] = [
    "sh",
    "bash",
    "dash",
    "zsh",
    "ksh",
    "/bin/sh",
    "/bin/bash",
    "cmd",
    "cmd.exe",
    "powershell",
    "powershell.exe",
    "pwsh",
    "osascript",
];

/// The places in which programs are started, and the names that stand there as text.
#[test]
fn no_source_starts_one() {
    let mut starts = Vec::new();
    for file in sources(Path::new("src")) {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().take_while(|line| !line.trim_start().starts_with("#[cfg(test)]"));
        for line in code.map(str::trim).filter(|line| !line.starts_with("//")) {
            let Some((_, argument)) = line.split_once("Command::new(") else { continue };
            for shell in SHELLS {
                assert!(!argument.starts_with(&format!("\"{shell}\"")), "{}: `{line}`", file.display());
            }
            starts.push(format!("{}: {line}", file.display()));
        }
        for forbidden in ["libc::system(", "ShellExecute", "WinExec", "popen(", "execlp", "execvp"] {
            let found = text.lines().find(|line| !line.trim().starts_with("//") && line.contains(forbidden));
            assert_eq!(found, None, "{}: {forbidden}", file.display());
        }
    }
    // Whoever adds one looks here first: a name from outside must be a program, never a line for a shell.
    let known = ["systemctl", "helper", "in_system_folder(program)", "program)", "meant_by(program)"];
    for start in &starts {
        assert!(known.iter().any(|known| start.contains(known)), "a new place: {start}");
    }
    assert!(starts.len() >= 4, "{starts:#?}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}
