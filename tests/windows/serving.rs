//! The servers that the actor plays behind a guard. Each says who it is in the file after `--ready`: its own
//! number first, then those of whoever it has started.
//!
//!     polite      ends with 0 when its input ends
//!     deaf        notices neither that nor Ctrl-C
//!     family      polite, but leaves a child behind that cannot hear Ctrl-C, and that one's child
//!     crashing    ends as a crash does when its input ends
//!     listening   does not notice the end of its input, and ends with 42 at Ctrl-C
//!     echo        polite, and says what it hears; complains once
//!
//! The line `exit N` ends any of them but `echo` with that code.
#![cfg_attr(windows, expect(unsafe_code, reason = "Ctrl-C is heard and ignored by Win32 calls"))]

use std::io::{self, BufRead, Read, Write};
use std::process::{Command, ExitCode, Stdio};

use super::{live, tell};

/// What every byte can be mistaken for.
const COMPLAINT: &[u8] = b"\0\r\n\x1a\xff complaint";

pub(crate) fn serve(words: &[String]) -> ExitCode {
    let kind = words[0].as_str();
    match kind {
        "deaf" => at_ctrl_c(CtrlC::Ignored),
        "listening" => at_ctrl_c(CtrlC::EndsUs),
        _ => {}
    }
    let mut pids = vec![std::process::id().to_string()];
    if kind == "family" {
        pids.extend(family());
    }
    if let [_, _, file] = words {
        tell(file.as_ref(), &pids.join(" "));
    }
    if kind == "echo" {
        return echo();
    }
    for line in io::stdin().lock().lines() {
        if let Some(code) = line.unwrap_or_default().strip_prefix("exit ") {
            end_with(code.parse().unwrap());
        }
    }
    match kind {
        "deaf" | "listening" => live(),
        "crashing" => end_with(0xC000_0005_u32.cast_signed()),
        _ => ExitCode::SUCCESS,
    }
}

/// Who is started by the server `family`, and by that one.
pub(crate) fn belong(words: &[String]) -> ExitCode {
    if words[0] == "child" { child() } else { live() }
}

#[expect(clippy::exit, reason = "an exit code here has 32 bits")]
fn end_with(code: i32) -> ! {
    std::process::exit(code)
}

fn echo() -> ExitCode {
    io::stderr().write_all(COMPLAINT).unwrap();
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut some = vec![0; 32 * 1024];
    loop {
        match input.read(&mut some).unwrap() {
            0 => return ExitCode::SUCCESS,
            count => output.write_all(&some[..count]).and_then(|()| output.flush()).unwrap(),
        }
    }
}

/// The numbers of a child and of its child.
#[expect(clippy::zombie_processes, reason = "it is left behind, as some servers do")]
fn family() -> Vec<String> {
    // No console at all, so that nobody can ask it to end.
    const DETACHED_PROCESS: u32 = 8;
    let mut child = start("child", DETACHED_PROCESS, Stdio::piped());
    let mut said = String::new();
    io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    [child.id().to_string(), said.trim().to_owned()].into()
}

#[expect(clippy::zombie_processes, reason = "as above")]
fn child() -> ExitCode {
    // A console of its own, in which Ctrl-C is ignored.
    const CREATE_NEW_PROCESS_GROUP_AND_NO_WINDOW: u32 = 0x0800_0200;
    let grandchild = start("grandchild", CREATE_NEW_PROCESS_GROUP_AND_NO_WINDOW, Stdio::null());
    io::stdout().write_all(format!("{}\n", grandchild.id()).as_bytes()).unwrap();
    live()
}

fn start(kind: &str, flags: u32, output: Stdio) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["family.py", kind]).stdin(Stdio::null()).stdout(output).stderr(Stdio::null());
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(&mut command, flags);
    let _ = flags;
    command.spawn().unwrap()
}

#[derive(Clone, Copy)]
enum CtrlC {
    Ignored,
    EndsUs,
}

#[cfg(windows)]
fn at_ctrl_c(what: CtrlC) {
    use windows_sys::Win32::System::Console::SetConsoleCtrlHandler;

    unsafe extern "system" fn end_us(_: u32) -> windows_sys::core::BOOL {
        end_with(42)
    }

    // SAFETY: the function lives as long as the program.
    unsafe {
        match what {
            CtrlC::Ignored => SetConsoleCtrlHandler(None, 1),
            CtrlC::EndsUs => SetConsoleCtrlHandler(Some(end_us), 1),
        }
    };
}

#[cfg(not(windows))]
fn at_ctrl_c(_: CtrlC) {}
