//! Real processes with hostile names and command lines: they forge no row, no line, no toast and no terminal sequence.

use crate::desktop::stage::{GREEN, RED, Tray, icon_turns};
use crate::support::bed::Bed;
use crate::support::client::Client;
use crate::support::desktop::Desktop;
use crate::support::desktop::on_a_desktop;
use crate::support::own::in_own_world;
use crate::support::{PATIENCE, eventually};

/// A name that would be a row, a colour, a window title, a word read backwards, and markup.
const NAME: &str = "x\nQuit\u{1b}[31m\u{202e}<b>&_\r\u{7}";
const PLAIN_NAME: &str = "innocent";

const ARGUMENTS: [&str; 5] = [
    "note=a\nexai-mcp  HEALTHY  nothing to do\r\n2026-01-01T00:00:00Z  INFO ended pid=1",
    "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[1;1H\u{9b}31m",
    "\u{202e}txet\u{2066}\u{200b}\u{2028}\u{feff}",
    "<b>bold</b><img src=x>&amp;\"]]>",
    "\u{7f}\u{0008}\u{85}\u{e000}",
];

/// As much as the system takes: more than a megabyte.
fn long() -> Vec<String> {
    (0..9).map(|n| format!("{n}{}", "\u{202e}\n".repeat(32_000))).collect()
}

fn hostile(bed: &Bed) -> Client {
    bed.client().on_port(3005).called(NAME).with(&ARGUMENTS).start()
}

fn hostile_and_long(bed: &Bed) -> Client {
    let long = long();
    let arguments: Vec<&str> = ARGUMENTS.into_iter().chain(long.iter().map(String::as_str)).collect();
    bed.client().on_port(3005).called(NAME).with(&arguments).start()
}

fn innocent(bed: &Bed) -> Client {
    bed.client().on_port(3005).called(PLAIN_NAME).with(&["note=a"]).start()
}

/// Nothing in it but words and line ends.
#[track_caller]
fn is_harmless(text: &str) {
    let tricks = |c: &char| {
        c.is_control() && *c != '\n'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let found = text.chars().find(tricks);
    let line = text.lines().find(|line| line.chars().any(|c| tricks(&c)));
    assert_eq!(found, None, "in {line:?}");
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    assert!(longest < 2000, "a line of {longest} characters");
}

/// Without the colours that we set ourselves.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (numbers, rest) = part.split_once('m').unwrap_or((part, ""));
        assert!(numbers.chars().all(|c| c.is_ascii_digit() || c == ';'), "a sequence of its own: {part:?}");
        out += rest;
    }
    out
}

const COMMANDS: [&[&str]; 7] = [
    &["status"],
    &["-v", "status"],
    &["status", "--json"],
    &["free"],
    &["free", "--json"],
    &["cleanup", "--check-only"],
    &["doctor"],
];

#[test]
fn no_command_is_fooled() {
    in_own_world(|| {
        let mut lines: Vec<Vec<usize>> = Vec::new();
        for start in [innocent, hostile] {
            let bed = Bed::with_the_real_name();
            let keeper = bed.keeper(3005);
            let client = start(&bed);
            let shim = client.shim();
            let mut watch = keeper.talk(&["watch"]);
            watch.says(&["is attached"]);
            let mut counts = Vec::new();
            let mut hear = |text: &str| {
                is_harmless(text);
                counts.push(text.lines().count());
            };
            for killed in [false, true] {
                for arguments in COMMANDS {
                    let outcome = keeper.run(arguments);
                    hear(&outcome.stdout);
                    hear(&outcome.stderr);
                    if arguments.contains(&"--json") {
                        let mut strings = Vec::new();
                        collect(&outcome.json(), &mut strings);
                        for text in strings {
                            is_harmless(&text.replace('\n', "\u{7}"));
                        }
                    }
                }
                let coloured = keeper.run(&["status", "--color", "always"]).stdout;
                assert!(coloured.contains('\u{1b}'), "{coloured}");
                hear(&without_colours(&coloured));
                if !killed {
                    let pid = rustix::process::Pid::from_raw(i32::try_from(client.pid()).unwrap()).unwrap();
                    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
                    watch.says(&["is orphan"]);
                }
            }
            keeper.run(&["cleanup"]).expect_code(0);
            assert!(!shim.lives());
            watch.says(&["is free"]);
            hear(&watch.heard());
            hear(&keeper.log());
            assert!(keeper.log().lines().all(|line| line.starts_with("20") && line.contains("Z  ")));
            lines.push(counts);
        }
        assert_eq!(lines[0], lines[1], "as many lines of whoever is called whatever");
    });
}

#[test]
fn a_megabyte_fills_no_screen_and_no_log() {
    in_own_world(|| {
        let bed = Bed::with_the_real_name();
        let keeper = bed.keeper(3005);
        let client = hostile_and_long(&bed);
        let shim = client.shim();
        assert!(std::fs::read(format!("/proc/{}/cmdline", shim.pid())).unwrap().len() > 1_000_000);
        client.kill_hard();
        let said = [&["-v", "status"][..], &["status", "--json"], &["cleanup"]].map(|it| keeper.run(it));
        assert!(!shim.lives());
        for outcome in said {
            is_harmless(&outcome.stderr);
            assert!(outcome.stdout.len() < 10_000, "{} bytes", outcome.stdout.len());
        }
        is_harmless(&keeper.log());
        assert!(keeper.log().len() < 10_000);
    });
}

/// Every text in a JSON value.
fn collect(value: &serde_json::Value, into: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => into.push(text.clone()),
        serde_json::Value::Array(all) => all.iter().for_each(|one| collect(one, into)),
        serde_json::Value::Object(all) => all.iter().for_each(|(name, one)| {
            into.push(name.clone());
            collect(one, into);
        }),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

#[test]
fn no_toast_no_row_and_no_line_of_the_tray_is_forged() {
    on_a_desktop(|| {
        let bed = Bed::with_the_real_name();
        let desktop = bed.desktop();
        let keeper = bed.keeper(3005);
        let tray = Tray::start(&bed, &desktop, &keeper);
        let before = kinds(&desktop, tray.pid());
        let client = hostile_and_long(&bed);
        let shim = client.shim();
        icon_turns(&desktop, GREEN, "hostile-1-attached");
        assert_eq!(kinds(&desktop, tray.pid()), before);
        client.kill_hard();
        icon_turns(&desktop, RED, "hostile-2-orphaned");
        assert_eq!(kinds(&desktop, tray.pid()), before);
        let (toast, _) = desktop.toast_about("Orphaned MCP server holds port 3005");
        assert!(!toast.body.contains('<') && toast.body.lines().count() <= 4, "{toast:?}");
        desktop.menu_click(tray.pid(), "Clean up 1 orphan");
        eventually("the orphan is gone", PATIENCE, || !shim.lives());
        let ended = format!("pid={}", shim.pid());
        eventually("it is logged", PATIENCE, || keeper.log().contains(&ended));
        for toast in desktop.toasts() {
            is_harmless(&format!("{}\n{}", toast.summary, toast.body));
            assert_eq!(toast.summary.lines().count(), 1, "{toast:?}");
        }
        is_harmless(&keeper.log());
        assert!(keeper.log().lines().all(|line| line.starts_with("20") && line.contains("Z  ")));
    });
}

/// What each row is, after a look at what it says.
fn kinds(desktop: &Desktop<'_>, pid: u32) -> Vec<bool> {
    let rows = desktop.all_rows(pid);
    for row in &rows {
        is_harmless(&row.label.replace('\n', "\u{7}"));
        assert!(row.label.chars().count() <= 127, "{row:?}");
    }
    rows.iter().map(|row| row.separator).collect()
}
