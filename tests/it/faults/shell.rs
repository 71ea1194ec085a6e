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

/// What starts a program, however it is broken into lines.
const STARTS: [&str; 3] = ["Command::new", "Command::from", "opener::"];

/// What starts one in other ways, of which there are none.
const FORBIDDEN: [&str; 12] = [
    "libc::system",
    "ShellExecute",
    "WinExec",
    "CreateProcess",
    "popen",
    "posix_spawn",
    "execlp",
    "execvp",
    "execve",
    "Command as ",
    "raw_arg",
    "opener::*",
];

/// Every function that starts a program. Whoever adds one looks here first: a name from outside must be a program,
/// never a line for a shell.
const KNOWN: [&str; 6] = [
    "src/act/open.rs:open",
    "src/act/restart.rs:command",
    "src/guard/run/server.rs:new_server",
    "src/platform/linux/systemctl.rs:ask",
    "src/platform/windows/ask.rs:send",
    "src/platform/windows/small_program.rs:output_of",
];

#[test]
fn no_source_starts_one() {
    let mut starts = Vec::new();
    for file in sources(Path::new("src")) {
        let text = program_of(&fs::read_to_string(&file).unwrap());
        for forbidden in FORBIDDEN {
            let found = text.lines().find(|line| line.contains(forbidden));
            assert_eq!(found, None, "{}: {forbidden}", file.display());
        }
        for (function, argument) in starts_in(&text) {
            for shell in SHELLS {
                assert!(!argument.starts_with(&format!("\"{shell}\"")), "{}: {shell}", file.display());
            }
            starts.push(format!("{}:{function}", file.display()));
        }
        if starts.last().is_some_and(|last| last.starts_with(&file.display().to_string())) {
            for order in ["\"-c\"", "\"/c\"", "\"/C\"", "\"-Command\""] {
                assert!(!text.contains(order), "{}: {order} is an order to a shell", file.display());
            }
        }
    }
    starts.sort();
    starts.dedup();
    assert_eq!(starts, KNOWN);
}

#[test]
fn a_call_of_several_lines_is_seen() {
    let text = "fn one() {\n    let x = std::process::Command::new(\n        // Why.\n        \"sh\",\n    );\n}\n\
                pub(crate) fn two() {\n    Command\n        ::new (program)\n}\n// Command::new(\"no\")\n\
                #[cfg(test)]\nmod tests {\n    fn three() { Command::new(\"cmd\"); }\n}\n";
    let found = starts_in(&program_of(text));
    let found: Vec<_> = found.iter().map(|(function, rest)| (function.as_str(), &rest[..4])).collect();
    assert_eq!(found, [("one", "\"sh\""), ("two", "prog")]);
}

/// A source without its tests and comments.
fn program_of(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// In which function programs are started, and what follows as the program.
fn starts_in(text: &str) -> Vec<(String, String)> {
    let (mut function, mut found) = (String::new(), Vec::new());
    // Without blanks a call is one word, wherever its lines end; a function's head is told before.
    let mut rest = String::new();
    let mut heads = Vec::new();
    for line in text.lines() {
        if let Some(name) = head(line) {
            heads.push((rest.len(), name));
        }
        rest.extend(line.chars().filter(|c| !c.is_whitespace()));
    }
    let mut heads = heads.into_iter().peekable();
    let mut calls: Vec<(usize, usize)> = STARTS
        .iter()
        .flat_map(|start| rest.match_indices(start).map(|(at, found)| (at, at + found.len())))
        .collect();
    calls.sort_unstable();
    for (at, end) in calls {
        while let Some((_, name)) = heads.next_if(|(begins, _)| *begins <= at) {
            function = name;
        }
        found.push((function.clone(), rest[end..].trim_start_matches('(').to_owned()));
    }
    found
}

/// The name in the first line of a function.
fn head(line: &str) -> Option<String> {
    let (before, name) = line.split_once("fn ")?;
    let is_head = before
        .split_whitespace()
        .all(|word| word.starts_with("pub") || matches!(word, "const" | "async" | "unsafe" | "extern"));
    let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (is_head && !name.is_empty()).then_some(name)
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
