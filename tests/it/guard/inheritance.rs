//! What the server finds around it is what it would find without a guard.

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::Command;

use crate::guard::scene::{Guarded, Kind, Plan, Scene, Streams};
use crate::support::identity::Identity;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually, eventually_some};

#[test]
fn files_signals_and_limits_are_those_of_a_direct_start() {
    for streams in Streams::BOTH {
        let scene = Scene::new();
        let guarded = scene.plan("polite").streams(streams).start();
        let direct = Direct::start(&scene.plan("polite"));
        assert_eq!(settled(guarded.server()), settled(direct.process.identity()), "{streams:?}");
    }
}

#[test]
fn what_the_client_had_blocked_stays_blocked_and_nothing_else() {
    let scene = Scene::new();
    let guarded = scene.plan("polite").with(block_a_signal).start();
    let direct = Direct::start(&scene.plan("polite").with(block_a_signal));
    let blocked = |process: Identity| settled(process).signals["SigBlk"].clone();
    assert_eq!(blocked(direct.process.identity()), format!("{:016x}", 1 << (libc::SIGUSR1 - 1)));
    assert_eq!(blocked(guarded.server()), blocked(direct.process.identity()));
}

#[expect(unsafe_code, reason = "signals are blocked by a call of the system")]
fn block_a_signal(command: &mut Command) {
    // SAFETY: system calls alone are made between fork and exec.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(command, || {
            let mut set = std::mem::zeroed();
            libc::sigemptyset(&raw mut set);
            libc::sigaddset(&raw mut set, libc::SIGUSR1);
            libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
            Ok(())
        });
    }
}

#[test]
fn a_file_that_the_client_left_open_arrives_as_without_a_guard() {
    // Some clients hand over more than three streams on purpose.
    let scene = Scene::new();
    let (ours, _theirs) = std::io::pipe().unwrap();
    let given = OwnedFd::from(ours);
    rustix::io::fcntl_setfd(&given, rustix::io::FdFlags::empty()).unwrap();
    let guarded = scene.plan("polite").start();
    let direct = Direct::start(&scene.plan("polite"));
    let files = settled(guarded.server()).files;
    assert!(files.contains(&given.as_raw_fd().to_string()), "{files:?}");
    assert_eq!(files, settled(direct.process.identity()).files);
}

#[test]
fn variables_folder_and_words_are_those_of_a_direct_start() {
    let scene = Scene::new();
    let script = "env | sort | grep -v '^_='; pwd; echo \"$0|$1|$2|$3\"; umask; ulimit -a";
    let words = ["-c", script, "na me", "", "-- --help", "\u{1f600}\"'\\"];
    let change = |command: &mut Command| {
        command.env("SHIM_TEST_ODD", "a\nb=\u{1f600} ").env_remove("LC_ALL");
    };
    let mut direct = scene.bed.command("sh");
    direct.args(words);
    change(&mut direct);
    let direct = scene.bed.run(&mut direct).expect_code(0);
    let mut guarded = scene.program();
    guarded.args(["guard", "--", "sh"]).args(words);
    change(&mut guarded);
    let guarded = scene.bed.run(&mut guarded).expect_code(0);
    assert_eq!(guarded.stdout, direct.stdout);
    assert_eq!(guarded.stderr, "");
}

#[test]
fn the_server_stays_in_its_clients_session_and_on_its_terminal() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        let guarded = scene.guard(Kind::Polite, streams);
        let [us, server] = [std::process::id(), guarded.server().pid].map(|pid| stat(pid, 3));
        assert_eq!(us, server, "the session");
    }
    let terminal = crate::guard::terminal::Terminal::new();
    let guarded = scene.plan("polite").start_by("shell", |shell| terminal.is_all_of(shell));
    let [group, foreground] = [2, 5].map(|field| stat(guarded.server().pid, field));
    assert_eq!(group, foreground, "it may read from the terminal");
}

#[test]
fn whatever_is_orphaned_below_a_running_server_is_collected() {
    let scene = Scene::new();
    for streams in Streams::BOTH {
        let guarded = scene.plan("littering").streams(streams).start();
        eventually("nobody is left uncollected", PATIENCE, || zombies(&guarded) == 0);
        assert!(guarded.server().lives());
    }
}

#[test]
fn a_server_that_ends_with_its_first_breath_is_collected_and_its_code_kept() {
    let scene = Scene::new();
    for _ in 0..20 {
        for options in [&["--"][..], &["--no-restart", "--"]] {
            let mut command = scene.program();
            command.arg("guard").args(options).args(["sh", "-c", "exit 9"]);
            scene.bed.run(&mut command).expect_code(9);
        }
    }
    scene.is_empty();
}

/// A server whose client is this test, without a guard.
struct Direct {
    process: Spawned,
    _input: std::io::PipeWriter,
}

impl Direct {
    fn start(plan: &Plan<'_>) -> Self {
        let (theirs, input) = std::io::pipe().unwrap();
        Self { process: Spawned::start(plan.direct_command().stdin(theirs)), _input: input }
    }
}

/// Children of either process of the guard that ended and were not waited for.
fn zombies(guarded: &Guarded) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let stats = processes.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    let fields = stats.filter_map(|stat| {
        let (_, fields) = stat.rsplit_once(") ")?;
        let mut fields = fields.split(' ');
        Some((fields.next()?.to_owned(), fields.next()?.parse::<u32>().ok()?))
    });
    let guards = [guarded.outer.pid, guarded.keeper.pid];
    fields.filter(|(state, parent)| state == "Z" && guards.contains(parent)).count()
}

/// A field of `/proc/PID/stat`, counted from the process's state.
fn stat(pid: u32, field: usize) -> String {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit_once(") ").unwrap().1.split(' ').nth(field).unwrap().to_owned()
}

#[derive(PartialEq, Eq, Debug)]
struct Surroundings {
    files: Vec<String>,
    signals: BTreeMap<String, String>,
    limits: String,
}

/// What surrounds a server that waits for its input: everything before that is its own start.
fn settled(process: Identity) -> Surroundings {
    let place = |file: &str| format!("/proc/{}/{file}", process.pid);
    eventually_some("the server waits", PATIENCE, || {
        (stat(process.pid, 0) == "S" && fs::read_to_string(place("comm")).ok()?.trim() == "server")
            .then_some(())
    });
    let entries = fs::read_dir(place("fd")).unwrap();
    let mut files: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    files.sort_by_key(|file| file.parse::<u32>().unwrap());
    let status = fs::read_to_string(place("status")).unwrap();
    let wanted = ["SigBlk", "SigIgn", "SigCgt", "NoNewPrivs", "CapEff", "Seccomp", "Uid", "Gid", "Umask"];
    let rows = status.lines().filter_map(|line| line.split_once(":\t"));
    let signals = rows.filter(|(name, _)| wanted.contains(name));
    // Signals 32 and 33 are the C library's own: whoever has threads starts others without them.
    let library = |mask: u64| mask & !(0b11 << 31);
    let value = |name: &str, value: &str| match u64::from_str_radix(value, 16) {
        Ok(mask) if name == "SigIgn" => format!("{:016x}", library(mask)),
        Ok(_) | Err(_) => value.to_owned(),
    };
    let signals = signals.map(|(name, it)| (name.to_owned(), value(name, it))).collect();
    Surroundings { files, signals, limits: fs::read_to_string(place("limits")).unwrap() }
}
