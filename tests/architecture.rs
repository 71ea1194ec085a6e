//! Holds the rules of ARCHITECTURE.md by reading the source as text.
//!
//! Deliberately simple: a rule that needs a parser to be checked is too clever to be followed.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the source has failed")]

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_core_depends_on_nobody_and_does_no_io() {
    for (file, text) in sources("src/core") {
        for line in code(&text) {
            for forbidden in [
                "std::fs",
                "std::process",
                "std::thread",
                "std::env",
                "std::io",
                "Instant::",
                "SystemTime::",
                "tokio",
                "sysinfo",
                "netstat2",
            ] {
                assert!(!line.contains(forbidden), "{}: {forbidden} in `{line}`", file.display());
            }
            for room in [
                "act", "cli", "config", "files", "guard", "leases", "logging", "mcp", "monitor", "paths",
                "platform", "sense", "tray", "work",
            ] {
                assert!(!line.contains(&format!("crate::{room}")), "{}: {room} in `{line}`", file.display());
            }
        }
    }
}

#[test]
fn systems_are_told_apart_in_the_platform_only() {
    for (file, text) in sources("src") {
        if file.starts_with("src/platform") {
            continue;
        }
        for line in code(&text) {
            for forbidden in [
                "cfg(windows",
                "cfg(unix",
                "cfg(target_os",
                "cfg(not(windows",
                "cfg(not(unix",
                "cfg(any(",
                "unsafe {",
                "unsafe fn",
            ] {
                assert!(!line.contains(forbidden), "{}: {forbidden} in `{line}`", file.display());
            }
        }
    }
}

/// Half a second a look, and command lines of everybody that nobody asked for.
#[test]
fn no_look_reads_all_there_is() {
    for (file, text) in sources("src") {
        for line in code(&text) {
            for forbidden in
                ["new_all(", "refresh_all(", "RefreshKind::everything", "ProcessRefreshKind::everything"]
            {
                assert!(!line.contains(forbidden), "{}: {forbidden} in `{line}`", file.display());
            }
        }
    }
}

#[test]
fn clocks_are_read_in_one_place() {
    for (file, text) in sources("src") {
        if file.ends_with("clock.rs") || file.starts_with("src/platform") {
            continue;
        }
        for line in code(&text) {
            for forbidden in ["Instant::now", "SystemTime::now", "thread::sleep"] {
                assert!(!line.contains(forbidden), "{}: {forbidden} in `{line}`", file.display());
            }
        }
    }
}

#[test]
fn processes_are_ended_in_one_place() {
    for (file, text) in sources("src") {
        if file.starts_with("src/platform") || file.ends_with("act/terminate.rs") {
            continue;
        }
        for line in code(&text) {
            for forbidden in
                [".force()", ".ask()", "kill_process", "pidfd_send_signal", ".kill()", "TerminateProcess"]
            {
                assert!(!line.contains(forbidden), "{}: {forbidden} in `{line}`", file.display());
            }
        }
    }
}

#[test]
fn each_room_calls_only_the_rooms_below_it() {
    let rules: &[(&str, &[&str])] = &[
        ("src/sense", &["act", "cli", "config", "guard", "mcp", "monitor", "tray", "work"]),
        ("src/act", &["cli", "guard", "mcp", "monitor", "sense", "tray", "work"]),
        ("src/platform", &["act", "cli", "config", "guard", "mcp", "monitor", "sense", "tray", "work"]),
        ("src/work", &["cli", "guard", "mcp", "monitor", "tray"]),
        ("src/monitor", &["cli", "guard", "mcp", "tray"]),
        ("src/config", &["act", "cli", "guard", "mcp", "monitor", "sense", "tray"]),
        ("src/guard", &["cli", "mcp", "tray"]),
        ("src/mcp", &["act", "cli", "config", "guard", "monitor", "sense", "tray"]),
        ("src/cli", &["tray"]),
        ("src/tray", &["cli", "guard", "mcp"]),
    ];
    for (room, above) in rules {
        for (file, text) in sources(room) {
            for line in code(&text) {
                for other in *above {
                    let path = format!("crate::{other}");
                    let called = line.match_indices(&path).any(|(at, _)| {
                        !line[at + path.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
                    });
                    assert!(!called, "{}: {room} must not call {other}: `{line}`", file.display());
                }
            }
        }
    }
}

#[test]
fn the_tray_neither_looks_nor_acts() {
    for (file, text) in sources("src/tray") {
        // The start puts the machine's eyes and hands into the monitor; nobody else knows them.
        if file.ends_with("start.rs") {
            continue;
        }
        for line in code(&text) {
            assert!(
                !line.contains("crate::sense") && !line.contains("crate::act"),
                "{}: `{line}`",
                file.display()
            );
        }
    }
}

#[test]
fn a_guard_leaves_standard_output_to_its_server() {
    let commands = ["src/cli/guard.rs", "src/cli/start.rs"].map(PathBuf::from);
    let commands = commands.map(|file| (file.clone(), fs::read_to_string(file).unwrap()));
    for (file, text) in sources("src/guard").into_iter().chain(commands) {
        for line in code(&text) {
            for forbidden in ["console::say", "print!", "io::stdout"] {
                assert!(!line.contains(forbidden), "{}: {forbidden} in `{line}`", file.display());
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for (file, text) in sources("src").into_iter().chain(sources("tests")) {
        assert!(text.starts_with("//!"), "{} has no head", file.display());
    }
}

#[test]
fn files_stay_small() {
    for (file, text) in sources("src") {
        let lines = text.lines().take_while(|line| !line.starts_with("mod tests {")).count();
        assert!(lines <= 400, "{} has {lines} lines: split it", file.display());
    }
}

#[test]
fn every_room_stands_in_the_map() {
    let map = fs::read_to_string("ARCHITECTURE.md").unwrap();
    for entry in fs::read_dir("src").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "bin" && name != "logging" {
            assert!(map.contains(&format!("`{name}/`")), "{name}/ is missing in ARCHITECTURE.md");
        }
    }
}

/// Every Rust file below a folder, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "{} holds no Rust", Path::new(folder).display());
    found
}

/// The lines that are code and no tests: up to the test module, without comments and reasons.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]") && !line.starts_with("#![cfg(test)]"))
        .map(str::trim)
        .filter(|line| !line.starts_with("//") && !line.contains("reason = "))
}
