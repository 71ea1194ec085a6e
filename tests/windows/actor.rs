//! Plays the parts of the tests of Windows: a client, and a shim under the name of `python.exe`.
//!
//!     client.exe  PROGRAM WORD…                  starts it over pipes and waits; leaves it behind when ended
//!     python.exe  run_ws_shim.py --port N --ready FILE    listens, says so in FILE, waits
//!     python.exe  run_ws_shim.py --stdio --ready FILE     listens nowhere
//!     python.exe  launch.py PROGRAM WORD…        starts it on its own streams and ends with 5, as `os.execv` does
//!     shimkeeper.exe  start WORD…                says where it stands and its words, ends with ACTOR_ENDS
//!
//! With `ACTOR_CHILD` in its environment a client writes the number of what it started to that file; with
//! `ACTOR_LENDS_INPUT` it starts it on its own standard input, with `ACTOR_LENDS_CONSOLE` on its console, to
//! talk or only to complain; with `ACTOR_LEAKS_TO` it leaves another process a copy of its end of the input, and
//! writes the number of that one to the file. With `ACTOR_BASE` `python.exe` is the redirector of a virtual environment: it
//! starts that program with its own command line and waits for it. Nobody lives longer than ten minutes, or
//! so many seconds as `ACTOR_LIFE` says; whoever has lived that long says so by the exit code 77.
//! Knows nothing of Shimkeeper.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stderr, reason = "a mere test prop")]
#![cfg_attr(windows, expect(unsafe_code, reason = "a handle is made inheritable by a Win32 call"))]

mod serving;

use std::net::TcpListener;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// How one ends whom nobody has ended.
const LIVED_LONG: i32 = 77;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    match words.next().as_deref() {
        Some("run_ws_shim.py") => match std::env::var_os("ACTOR_BASE") {
            Some(base) => return redirect(&base),
            None => shim(&words.collect::<Vec<_>>()),
        },
        Some("start") => return start(words),
        Some("launch.py") => return launch(words),
        Some("mcp_server.py") => return serving::serve(&words.collect::<Vec<_>>()),
        Some("family.py") => return serving::belong(&words.collect::<Vec<_>>()),
        Some(program) => client(program, words),
        None => eprintln!("no part was given"),
    }
    ExitCode::SUCCESS
}

/// Says what it was given, and ends as it is told.
fn start(words: impl Iterator<Item = String>) -> ExitCode {
    let place = std::env::current_exe().unwrap();
    let words: String = words.map(|word| word + "|").collect();
    std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}: start|{words}\n", place.display()))
        .unwrap();
    let ends = std::env::var("ACTOR_ENDS").unwrap_or_default();
    ExitCode::from(ends.parse().unwrap_or(0))
}

/// A launcher that does not wait.
#[expect(clippy::zombie_processes, reason = "that is its part")]
fn launch(mut words: impl Iterator<Item = String>) -> ExitCode {
    Command::new(words.next().unwrap()).args(words).spawn().unwrap();
    ExitCode::from(5)
}

#[expect(clippy::zombie_processes, reason = "it is left behind")]
fn client(program: &str, words: impl Iterator<Item = String>) {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
    if std::env::var_os("ACTOR_LENDS_INPUT").is_some() {
        // Whoever writes to us writes to the child, also when we are gone.
        command.stdin(Stdio::inherit());
    }
    let console = |name| std::fs::File::options().read(true).write(true).open(name).unwrap();
    match std::env::var("ACTOR_LENDS_CONSOLE").as_deref() {
        Ok("to complain") => {
            command.stderr(console("CONOUT$"));
        }
        Ok(_) => {
            command.stdin(console("CONIN$")).stdout(console("CONOUT$")).stderr(console("CONOUT$"));
        }
        Err(_) => {}
    }
    own_console(&mut command);
    let child = command.spawn().unwrap();
    leak(&child);
    if let Some(file) = std::env::var_os("ACTOR_CHILD") {
        tell(&file, &child.id().to_string());
    }
    live()
}

/// Leaves another process a copy of our end of the child's input.
#[cfg_attr(windows, expect(clippy::zombie_processes, reason = "it outlives us"))]
fn leak(child: &std::process::Child) {
    #[cfg(windows)]
    if let Some(file) = std::env::var_os("ACTOR_LEAKS_TO") {
        use std::os::windows::io::AsRawHandle;
        use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
        let input = child.stdin.as_ref().unwrap().as_raw_handle();
        // SAFETY: the handle is open.
        assert_ne!(unsafe { SetHandleInformation(input, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) }, 0);
        let mut other = Command::new(std::env::current_exe().unwrap());
        other.args(["family.py", "grandchild"]).stdin(Stdio::null()).stdout(Stdio::null());
        tell(&file, &other.spawn().unwrap().id().to_string());
    }
    let _ = child;
}

/// As clients do that want no window to flash: a console without one.
fn own_console(command: &mut Command) {
    #[cfg(windows)]
    if std::env::var_os("ACTOR_NO_CONSOLE").is_some() {
        const DETACHED_PROCESS: u32 = 8;
        std::os::windows::process::CommandExt::creation_flags(command, DETACHED_PROCESS);
        return;
    }
    #[cfg(windows)]
    if std::env::var_os("ACTOR_OWN_CONSOLE").is_some() {
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        std::os::windows::process::CommandExt::creation_flags(command, CREATE_NO_WINDOW);
    }
    let _ = command;
}

fn redirect(base: &std::ffi::OsStr) -> ExitCode {
    let status = Command::new(base).args(std::env::args().skip(1)).env_remove("ACTOR_BASE").status();
    if status.unwrap().success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn shim(words: &[String]) {
    let value = |name: &str| words.iter().position(|word| word == name).map(|at| words[at + 1].clone());
    let listener = value("--port").map(|port| {
        let listener = TcpListener::bind(("127.0.0.1", port.parse().unwrap())).unwrap();
        // wine tells whose socket it is only once its owner has touched it.
        listener.set_ttl(64).unwrap();
        listener
    });
    let port = listener.as_ref().map_or(0, |listener| listener.local_addr().unwrap().port());
    if let Some(file) = value("--ready") {
        tell(file.as_ref(), &format!("{} {port}", std::process::id()));
    }
    live()
}

/// Does nothing until its life is over. Longer than any story takes on a loaded machine: one that ends by itself looks
/// like one that was ended.
#[expect(clippy::exit, reason = "its children are not waited for")]
pub(crate) fn live() -> ! {
    let life = std::env::var("ACTOR_LIFE").ok().and_then(|life| life.parse().ok()).unwrap_or(600);
    std::thread::sleep(Duration::from_secs(life));
    std::process::exit(LIVED_LONG)
}

/// Writes a file that is whole as soon as it is there.
fn tell(file: &std::ffi::OsStr, text: &str) {
    let mut aside = file.to_owned();
    aside.push(".aside");
    std::fs::write(&aside, text).unwrap();
    std::fs::rename(&aside, file).unwrap();
}
