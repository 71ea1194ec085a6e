//! Holds the rules of ARCHITECTURE.md by reading the code's words: paths, calls, texts.
//!
//! Tests are no part of what is read; what stands below a test is.

mod crates;
mod rings;
mod sentences;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crates::{Crate, Source, room_of};
use words::Word;

#[test]
fn the_core_does_no_io() {
    forbid(
        &in_room("core"),
        &[
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
        ],
    );
}

#[test]
fn systems_are_told_apart_in_the_platform_only() {
    let unsafe_or_for_a_system = [
        "cfg(windows",
        "cfg(unix",
        "cfg(target_os",
        "cfg(not(",
        "cfg(any(",
        "cfg(all(",
        "cfg!(",
        "cfg_attr(",
        "unsafe {",
        "unsafe fn",
    ];
    forbid(&outside(&["platform"]), &unsafe_or_for_a_system);
}

/// Half a second a look, and command lines of everybody that nobody asked for.
#[test]
fn no_look_reads_all_there_is() {
    forbid(
        &outside(&[]),
        &["new_all(", "refresh_all(", "RefreshKind::everything", "ProcessRefreshKind::everything"],
    );
}

#[test]
fn clocks_are_read_in_one_place() {
    forbid(&outside(&["platform", "clock.rs"]), &["Instant::now", "SystemTime::now", "thread::sleep"]);
}

#[test]
fn processes_are_ended_in_one_place() {
    let calls = [
        ".ask(",
        ".force(",
        ".ask_the_rest(",
        ".kill(",
        "kill_process",
        "kill_process_group",
        "pidfd_send_signal",
        "TerminateProcess",
    ];
    let outside = outside(&["platform", "act/terminate.rs"]);
    for source in &outside {
        for call in calls {
            let call = words::words(call);
            let found = source.words.windows(call.len() + 1).find(|some| some[1..] == call);
            let is_no_process =
                |some: &[Word]| some[0].name().is_some_and(|name| NO_PROCESSES.contains(&name));
            assert!(found.is_none_or(is_no_process), "{}: {found:?}", source.file);
        }
    }
    let holds = |source: &&Source| has(&source.words, "Held::open");
    let holders: Vec<&str> = outside.iter().filter(holds).map(|source| source.file.as_str()).collect();
    assert_eq!(holders, HOLDERS, "whoever takes hold of a process could end it");
}

/// What is asked or forced and is no process: the guard's policy, which decides, and the list of who is connected.
const NO_PROCESSES: &[&str] = &["self", "calling"];

/// Files outside the platform that take hold of processes: for the proof, to look twice at the same one, and to wait.
const HOLDERS: &[&str] = &["act/confirm.rs", "sense/guards.rs", "tray/leave.rs"];

#[test]
fn each_room_calls_those_that_the_drawing_shows() {
    let whole = Crate::read();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, to) in whole.arrows() {
        let (from, to) = (room_of(from), room_of(to));
        if from != to && to != "lib" {
            found.entry(from.to_owned()).or_default().insert(to.to_owned());
        }
    }
    let drawn = drawing();
    let mut wrong = Vec::new();
    for (room, below) in &drawn {
        let has = found.remove(room).unwrap_or_default();
        let drawn: BTreeSet<String> = below.iter().cloned().collect();
        for extra in has.difference(&drawn) {
            wrong.push(format!(
                "{room} calls {extra}, which the drawing does not show: {}",
                whole.example(room, extra)
            ));
        }
        wrong.extend(drawn.difference(&has).map(|gone| format!("{room} does not call {gone} any more")));
    }
    wrong.extend(found.into_keys().map(|room| format!("{room} is not in the drawing")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_arrow_of_the_drawing_leads_up() {
    let drawn = drawing();
    let order: Vec<&String> = drawn.iter().map(|(room, _)| room).collect();
    for (at, (room, below)) in drawn.iter().enumerate() {
        for other in below {
            let place = order.iter().position(|name| *name == other);
            let place = place.unwrap_or_else(|| panic!("{room} calls {other}, which has no line of its own"));
            assert!(place > at, "{room} calls {other}, which stands above it");
        }
    }
}

#[test]
fn every_room_stands_in_the_map() {
    let map = map();
    let drawn = drawing();
    for entry in fs::read_dir("src").unwrap_or_else(|error| panic!("src: {error}")) {
        let path = entry.unwrap_or_else(|error| panic!("src: {error}")).path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let room = name.trim_end_matches(".rs");
        if room != "lib" {
            assert!(drawn.iter().any(|(known, _)| known == room), "the drawing does not know src/{name}");
        }
        if path.is_dir() && name != "bin" {
            assert!(map.contains(&format!("| `{name}/` |")), "{name}/ is missing in the table of rooms");
        }
    }
    for (room, _) in drawn {
        let is_there = ["", ".rs"].iter().any(|end| Path::new("src").join(format!("{room}{end}")).exists());
        assert!(is_there, "the drawing knows {room}, and src/ does not");
    }
}

/// Rings that are still there. No other is taken, and none of these may grow.
const STILL: &[&[&str]] = &[
    // A command line stands in a command line, and a text in a text: a true recursion.
    &["core/mask.rs", "core/mask/random.rs", "core/mask/url.rs", "core/mask/values.rs", "core/mask/words.rs"],
    // These are to be straightened.
    &["act/toast.rs", "act/toast/orders.rs"],
    &[
        "core/copies.rs",
        "core/diagnose.rs",
        "core/guarded.rs",
        "core/held.rs",
        "core/instance.rs",
        "core/judge.rs",
        "core/memory.rs",
        "core/plan.rs",
    ],
    &["core/command_line.rs", "core/lease.rs", "core/runs.rs", "core/snapshot.rs", "core/watch.rs"],
    &["guard/asking.rs", "guard/inward.rs", "guard/outward.rs", "guard/passage.rs", "guard/relay.rs"],
    &["guard/before.rs", "guard/orders.rs"],
    &["guard/conversation.rs", "guard/lives.rs", "guard/own.rs"],
    &["guard/run.rs", "guard/run/lease.rs", "guard/run/news.rs", "guard/run/succession.rs"],
    &[
        "platform/linux/guard/keeper.rs",
        "platform/linux/guard/mod.rs",
        "platform/linux/guard/outer.rs",
        "platform/linux/guard/server.rs",
        "platform/linux/guard/watch.rs",
    ],
];

#[test]
fn no_files_lead_back_to_themselves() {
    let whole = Crate::read();
    let arrows = whole.arrows().into_iter().filter(|(from, to)| !is_facade(from, to)).collect();
    let new: Vec<_> = rings::rings(&arrows)
        .into_iter()
        .filter(|ring| !STILL.iter().any(|known| ring.iter().all(|file| known.contains(file))))
        .collect();
    assert!(new.is_empty(), "files call each other in a ring: {new:#?}");
}

/// From the facade to a system behind it, which knows the facade's types.
fn is_facade(from: &str, to: &str) -> bool {
    let system = |file: &str| {
        ["linux", "posix", "windows"].iter().any(|system| file.starts_with(&format!("platform/{system}/")))
    };
    from.starts_with("platform/") && !system(from) && system(to)
}

#[test]
fn the_tray_neither_looks_nor_acts() {
    // The start puts the machine's eyes and hands into the monitor; nobody else knows them.
    let whole = Crate::read();
    let is_outside = |(from, to): &&(&str, &str)| {
        from.starts_with("tray/") && *from != "tray/start.rs" && ["sense", "act"].contains(&room_of(to))
    };
    let arrows = whole.arrows();
    assert_eq!(arrows.iter().find(is_outside), None);
}

#[test]
fn a_guard_leaves_standard_output_to_its_server() {
    let whole = Crate::read();
    let commands = ["cli/guard.rs", "cli/start.rs"];
    let theirs = |source: &&Source| source.room() == "guard" || commands.contains(&source.file.as_str());
    let sources: Vec<&Source> = whole.sources.iter().filter(theirs).collect();
    forbid(&sources, &["console::say", "print!", "println!", "io::stdout"]);
}

/// Files whose texts are help, beside the arguments that they explain, or no sentences.
const WITHOUT_WORDING: &[(&str, &str)] = &[
    ("cli/args.rs", "help"),
    ("cli/guard_args.rs", "help"),
    ("cli/mcp_args.rs", "help"),
    ("tray/args.rs", "help"),
    ("fuzzing.rs", "for fuzzers"),
    ("core/control.rs", "what programs say to each other"),
    ("guard/id.rs", "for the parser, which does not show it"),
    ("guard/telling.rs", "words of the log"),
    ("platform/linux/tray/menu.rs", "for whoever writes panels"),
];

#[test]
fn sentences_for_people_stand_in_wording() {
    let whole = Crate::read();
    let is_elsewhere = |source: &&Source| {
        !source.file.starts_with("core/wording/")
            && !WITHOUT_WORDING.iter().any(|(file, _)| source.file == *file)
    };
    let found: Vec<String> = whole
        .sources
        .iter()
        .filter(is_elsewhere)
        .flat_map(|source| {
            sentences::sentences(source).into_iter().map(|text| format!("{}: {text}", source.file))
        })
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// What a `mod.rs` may define beside its modules: a room's one seam, or its facade.
const SEAMS: &[&str] = &[
    "act/mod.rs",
    "sense/mod.rs",
    "platform/mod.rs",
    "platform/linux/mod.rs",
    "platform/linux/guard/mod.rs",
    "platform/linux/toast/mod.rs",
    "platform/linux/tray/mod.rs",
    "platform/windows/mod.rs",
    "platform/windows/guard/mod.rs",
];

#[test]
fn a_rooms_first_file_holds_its_modules_or_its_seam() {
    let whole = Crate::read();
    for source in whole.sources.iter().filter(|source| source.file.ends_with("mod.rs")) {
        if SEAMS.contains(&source.file.as_str()) {
            let keyword = |word: &&Word| matches!(word.name(), Some("fn" | "trait" | "struct" | "const"));
            assert!(source.words.iter().any(|word| keyword(&word)), "{} has no seam any more", source.file);
            continue;
        }
        for keyword in ["fn", "struct", "enum", "trait", "impl", "const", "static", "type"] {
            let name = source.words.windows(2).find(|pair| pair[0].name() == Some(keyword));
            assert!(name.is_none(), "{} defines something: {name:?}", source.file);
        }
    }
}

/// What a program keeps for itself beside its state, with the reason.
const KEPT: &[(&str, &str)] = &[
    ("console.rs", "one note about a standard error that nobody reads is enough"),
    ("logging/panics.rs", "the hook for panics is set once"),
];

#[test]
fn there_is_no_global_state() {
    let changes = ["Mutex", "RwLock", "OnceLock", "LazyLock", "OnceCell", "Once", "Cell", "RefCell"];
    for source in outside_of(&Crate::read(), &["platform"]) {
        for (at, word) in source.words.iter().enumerate() {
            assert_ne!(word.name(), Some("thread_local"), "{}", source.file);
            if word.name() != Some("static") {
                continue;
            }
            let of_type = source.words[at..].iter().take_while(|word| !word.is('=') && !word.is(';'));
            let changes = of_type
                .filter_map(Word::name)
                .find(|name| changes.contains(name) || name.starts_with("Atomic") || *name == "mut");
            let is_known = KEPT.iter().any(|(file, _)| source.file == *file);
            assert!(changes.is_none() || is_known, "{} keeps a {changes:?}", source.file);
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for folder in ["src", "tests"] {
        for file in rust_files(folder) {
            let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(text.starts_with("//!"), "{file} has no head");
        }
    }
}

#[test]
fn files_stay_small() {
    for file in rust_files("src") {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let lines = text.lines().take_while(|line| !line.starts_with("mod tests {")).count();
        assert!(lines <= 400, "{file} has {lines} lines: split it");
    }
}

/// The rooms from top to bottom, each with those that it calls, as ARCHITECTURE.md draws them.
fn drawing() -> Vec<(String, Vec<String>)> {
    let map = map();
    let rows = map.lines().filter_map(|line| {
        let (before, below) = line.split_once("─►").or_else(|| line.split_once("   nobody"))?;
        let room = before.split_whitespace().last()?.to_owned();
        Some((room, below.split_whitespace().map(str::to_owned).collect()))
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 10, "ARCHITECTURE.md has lost its drawing");
    rows
}

fn map() -> String {
    fs::read_to_string("ARCHITECTURE.md").unwrap_or_else(|error| panic!("ARCHITECTURE.md: {error}"))
}

fn rust_files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    crates::collect(Path::new(folder), &mut found);
    assert!(!found.is_empty(), "{folder} holds no Rust");
    found.into_iter().map(|file| file.to_string_lossy().replace('\\', "/")).collect()
}

fn in_room(room: &str) -> Vec<Source> {
    Crate::read().sources.into_iter().filter(|source| source.room() == room).collect()
}

/// All files but those, and those below these folders.
fn outside(places: &[&str]) -> Vec<Source> {
    let is_outside = |source: &Source| !places.iter().any(|place| is_in(source, place));
    let found: Vec<Source> = Crate::read().sources.into_iter().filter(is_outside).collect();
    assert!(!found.is_empty(), "nothing is left outside {places:?}");
    found
}

fn outside_of<'a>(whole: &'a Crate, places: &'a [&str]) -> impl Iterator<Item = &'a Source> {
    whole.sources.iter().filter(|source| !places.iter().any(|place| is_in(source, place)))
}

fn is_in(source: &Source, place: &str) -> bool {
    source.file == place || source.file.starts_with(&format!("{place}/"))
}

fn forbid<S: std::borrow::Borrow<Source>>(sources: &[S], wanted: &[&str]) {
    assert!(!sources.is_empty(), "there is nothing to read");
    for source in sources.iter().map(std::borrow::Borrow::borrow) {
        for wanted in wanted {
            assert!(!has(&source.words, wanted), "{}: {wanted}", source.file);
        }
    }
}

/// Whether these words stand there one behind the other.
fn has(all: &[Word], wanted: &str) -> bool {
    let wanted = words::words(wanted);
    all.windows(wanted.len()).any(|some| some == wanted)
}

#[test]
fn a_call_is_found_whatever_it_is_given() {
    let words = words::code("#[cfg(test)] mod tests {} fn f() { held.ask(along); x.force () }");
    assert!(has(&words, ".ask(") && has(&words, ".force("));
    assert!(!has(&words, ".ask()") && !has(&words, "task("));
}
