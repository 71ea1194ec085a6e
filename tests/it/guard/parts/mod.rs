//! The parts. Each server writes its number, and those of whoever it has started, to the file READY once it is
//! as it should be; each client writes the number of what it has started to the file TOLD.
//!
//!     client TOLD PROGRAM WORD…      starts it over pipes; what it says is appended to TOLD.heard
//!     sharing client TOLD PROGRAM WORD…  a client that leaves another child a copy of its end of the input
//!     shell TOLD PROGRAM WORD…       starts it on its own streams, as a shell does
//!     polite READY                   ends with 0 when its input ends
//!     deaf READY                     notices neither that nor any request
//!     family READY                   polite, with a child that is deaf and another in a session of its own
//!     crash READY                    crashes when its input ends or when it is asked
//!     counting READY                 appends the number of each signal to READY.signals, and ends by none
//!     echo READY                     says what it hears, and complains once
//!     mute READY                     reads nothing and says nothing
//!     talker READY COUNT             says so many bytes and ends
//!     listener READY PORT DELAY LOG  takes the port after so many milliseconds; appends to LOG what it does
//!     littering READY                leaves children behind that end at once
//!     headless READY                 polite, with a child in a session of its own that is deaf and whose first
//!                                    thread has ended; its number is in READY.headless
//!     mcp READY PLAN                 see `mcp.rs`
//!
//! The line `exit N` ends polite, deaf, family and crash with that code, and `die N` by that signal.

#![expect(
    unsafe_code,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::exit,
    clippy::as_conversions,
    clippy::zombie_processes,
    reason = "a mere test prop, and signals are handled by calls of the system"
)]

mod mcp;

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, Read, Write};
use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// In seconds.
const LONGEST_LIFE: u32 = 300;

/// What every byte can be mistaken for.
const COMPLAINT: &[u8] = b"\0\r\n\x1a\xff complaint";

/// What is no request to end.
const WHATEVER: [i32; 9] = [
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGVTALRM,
    libc::SIGPROF,
    libc::SIGIO,
    libc::SIGPWR,
    libc::SIGWINCH,
    libc::SIGCONT,
];

const REQUESTS: [i32; 4] = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT];

pub(super) fn play() -> ExitCode {
    // SAFETY: no memory is involved.
    unsafe { libc::alarm(LONGEST_LIFE) };
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let word = |at: usize| words.get(at).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let ready = word(1);
    match word(0).as_str() {
        "client" | "sharing client" => return client(&words, Stdio::piped, Stdio::piped),
        "shell" => return client(&words, Stdio::inherit, Stdio::inherit),
        "sleeper" | "kept sleeper" => return sleep(),
        "kept talker" => {
            while writeln!(io::stdout(), "{{\"jsonrpc\":\"2.0\",\"method\":\"chat\"}}").is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
            return ExitCode::SUCCESS;
        }
        "deaf sleeper" => {
            for signal in REQUESTS {
                handle(signal, libc::SIG_IGN);
            }
            say("deaf");
            return sleep();
        }
        "starter" => return start_one_and_end(),
        "headless sleeper" => sleep_without_a_head(),
        "deaf" => REQUESTS.into_iter().for_each(|signal| handle(signal, libc::SIG_IGN)),
        "crash" => REQUESTS.into_iter().for_each(|signal| handle(signal, crash_at as *const () as usize)),
        "counting" => return count_signals(&ready),
        "littering" => litter(),
        "headless" => tell(&format!("{ready}.headless"), &headless_child()),
        "mcp" => return mcp::serve(&ready, &word(2)),
        "listener" => take_the_port(&word(2), &word(3), &word(4)),
        _ => {}
    }
    let mut pids = vec![std::process::id().to_string()];
    if word(0) == "family" {
        pids.extend(family());
    }
    tell(&ready, &pids.join(" "));
    match word(0).as_str() {
        "echo" => echo(),
        "mute" => sleep(),
        "talker" => talk(word(2).parse().unwrap()),
        kind => obey(kind),
    }
}

/// Writes a file that is whole as soon as it is there.
fn tell(file: &str, text: &str) {
    let aside = format!("{file}.{}", std::process::id());
    fs::write(&aside, text).unwrap();
    fs::rename(aside, file).unwrap();
}

fn append(file: &str, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn handle(signal: i32, how: usize) {
    // SAFETY: what handles a signal here calls nothing but what may be called there.
    unsafe { libc::signal(signal, how) };
}

extern "C" fn crash_at(_: i32) {
    std::process::abort();
}

extern "C" fn nothing(_: i32) {}

fn sleep() -> ExitCode {
    std::thread::sleep(Duration::from_secs(LONGEST_LIFE.into()));
    ExitCode::SUCCESS
}

fn client(words: &[OsString], input: fn() -> Stdio, output: fn() -> Stdio) -> ExitCode {
    // A terminal's keys are for what it has started. Not ignored: that would be inherited.
    handle(libc::SIGINT, nothing as *const () as usize);
    let [_, told, program, rest @ ..] = words else { return ExitCode::FAILURE };
    let mut child = Command::new(program).args(rest).stdin(input()).stdout(output()).spawn().unwrap();
    let told = told.to_string_lossy();
    if words[0] == "sharing client" {
        let end = child.stdin.as_ref().unwrap().as_raw_fd();
        // SAFETY: the descriptor is open.
        unsafe { libc::fcntl(end, libc::F_SETFD, 0) };
        ourselves().arg("sleeper").stdout(Stdio::null()).spawn().unwrap();
    }
    tell(&told, &child.id().to_string());
    if let Some(mut output) = child.stdout.take() {
        let mut heard = OpenOptions::new().create(true).append(true).open(format!("{told}.heard")).unwrap();
        let _ = io::copy(&mut output, &mut heard);
    }
    let code = child.wait().unwrap().code();
    // As a client that is still at work.
    tell(&format!("{told}.code"), &format!("{code:?}"));
    sleep()
}

/// Until the input ends.
fn obey(kind: &str) -> ExitCode {
    for line in io::stdin().lock().lines() {
        let line = line.unwrap_or_default();
        if let Some(code) = line.strip_prefix("exit ") {
            std::process::exit(code.parse().unwrap());
        }
        if let Some(signal) = line.strip_prefix("die ") {
            die(signal.parse().unwrap());
        }
    }
    match kind {
        "deaf" => sleep(),
        "crash" => std::process::abort(),
        _ => ExitCode::SUCCESS,
    }
}

fn die(signal: i32) {
    handle(signal, libc::SIG_DFL);
    // SAFETY: no memory is involved.
    unsafe { libc::raise(signal) };
}

fn ourselves() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// The first line that it says.
fn heard_from(mut command: Command) -> (u32, String) {
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child.id(), line.trim().to_owned())
}

/// The numbers of a deaf child and of one in a session of its own, whose parent has ended.
fn family() -> [String; 2] {
    let mut deaf = ourselves();
    deaf.arg("deaf sleeper");
    let mut starter = ourselves();
    starter.arg("starter");
    // SAFETY: one system call is made between fork and exec.
    unsafe {
        starter.pre_exec(|| match libc::setsid() {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
    let (deaf, _) = heard_from(deaf);
    let (starter, sleeper) = heard_from(starter);
    // SAFETY: nothing is written, and the child is ours.
    unsafe { libc::waitpid(starter.cast_signed(), std::ptr::null_mut(), 0) };
    [deaf.to_string(), sleeper]
}

fn headless_child() -> String {
    let mut child = ourselves();
    child.arg("headless sleeper");
    // SAFETY: one system call is made between fork and exec.
    unsafe {
        child.pre_exec(|| match libc::setsid() {
            -1 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
    heard_from(child).0.to_string()
}

fn sleep_without_a_head() -> ! {
    for signal in REQUESTS {
        handle(signal, libc::SIG_IGN);
    }
    std::thread::spawn(sleep);
    say("without a head");
    // SAFETY: ends this thread alone, and nothing of it is borrowed by the other one.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
    unreachable!("this thread has ended")
}

/// The second half of a double fork.
fn start_one_and_end() -> ExitCode {
    let mut sleeper = ourselves();
    sleeper.arg("sleeper").stdout(Stdio::null());
    say(&sleeper.spawn().unwrap().id().to_string());
    ExitCode::SUCCESS
}

/// Orphans that end at once, for somebody else to collect.
fn litter() {
    for _ in 0..20 {
        let mut shell = Command::new("sh");
        shell.args(["-c", "true & true & true &"]).stdin(Stdio::null());
        shell.status().unwrap();
    }
}

fn count_signals(ready: &str) -> ExitCode {
    // SAFETY: the set is made by the first call before the others use it.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in REQUESTS.into_iter().chain(WHATEVER) {
            libc::sigaddset(&raw mut set, signal);
        }
        libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
        tell(ready, &std::process::id().to_string());
        loop {
            let mut signal = 0;
            libc::sigwait(&raw const set, &raw mut signal);
            append(&format!("{ready}.signals"), &format!("{signal}\n"));
        }
    }
}

fn echo() -> ExitCode {
    io::stderr().write_all(COMPLAINT).unwrap();
    let (mut input, mut output) = (io::stdin().lock(), io::stdout());
    let mut some = vec![0; 32 * 1024];
    loop {
        match input.read(&mut some).unwrap() {
            0 => return ExitCode::SUCCESS,
            // Raw: the library's own output waits for the end of a line.
            count => write_all(&mut output, &some[..count]),
        }
    }
}

fn write_all(output: &mut io::Stdout, bytes: &[u8]) {
    output.write_all(bytes).and_then(|()| output.flush()).unwrap();
}

/// The numbers from 0 on, one a line, until that many bytes are said.
fn talk(count: usize) -> ExitCode {
    let mut text = Vec::new();
    for number in 0.. {
        if text.len() >= count {
            break;
        }
        writeln!(text, "{number}").unwrap();
    }
    write_all(&mut io::stdout(), &text[..count]);
    ExitCode::SUCCESS
}

fn take_the_port(port: &str, delay: &str, log: &str) {
    let us = std::process::id();
    append(log, &format!("started {us}\n"));
    std::thread::sleep(Duration::from_millis(delay.parse().unwrap()));
    let bound = TcpListener::bind(("127.0.0.1", port.parse().unwrap()));
    let word = if bound.is_ok() { "bound" } else { "failed" };
    append(log, &format!("{word} {us}\n"));
    std::mem::forget(bound);
}
