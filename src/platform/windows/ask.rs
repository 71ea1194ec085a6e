//! Asks a console program to end, by Ctrl-C in its own console.
//!
//! Whoever sends Ctrl-C must be in that console and reaches everybody in it. So a helper of ours goes
//! there (`shimkeeper __ctrlc …`), and sends nothing unless everybody there is to be ended anyway.
#![expect(unsafe_code, reason = "consoles are entered and left by Win32 calls")]

use std::io;
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt;
use std::process::{Child, Command, Stdio};

use windows_sys::Win32::System::Console::{
    AttachConsole, CTRL_C_EVENT, FreeConsole, GenerateConsoleCtrlEvent, GetConsoleProcessList,
    SetConsoleCtrlHandler,
};
use windows_sys::Win32::System::Threading::{
    DETACHED_PROCESS, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, WaitForSingleObject,
};

use super::birth;
use super::console::{self, Console};
use super::handle::{open, worked};
use super::roster::Roster;
use crate::core::{Identity, Pid};

/// More in one console than anybody is asked to end.
const MOST: usize = 64;

/// How long the helper may take to say whether it has asked, in milliseconds. After that it counts as asked.
const PATIENCE: u32 = 2000;

/// Sends the helper. Does not wait for it: the caller waits for the process's end.
pub(super) fn ask(target: Identity, along: &[Identity]) -> io::Result<()> {
    send(target, along).map(drop)
}

/// Sends the helper, and tells whether the process was asked.
pub(super) fn ask_and_hear(target: Identity, along: &[Identity]) -> io::Result<bool> {
    let Some(mut helper) = send(target, along)? else { return Ok(false) };
    // SAFETY: the handle is open as long as the helper is ours.
    unsafe { WaitForSingleObject(helper.as_raw_handle(), PATIENCE) };
    Ok(helper.try_wait()?.is_none_or(|status| status.success()))
}

/// `None` where nothing would hear it.
fn send(target: Identity, along: &[Identity]) -> io::Result<Option<Child>> {
    if console::of(target.pid)? == Console::None {
        return Ok(None);
    }
    let helper = std::env::current_exe()?.with_file_name("shimkeeper.exe");
    let mut command = Command::new(helper);
    command.arg("__ctrlc").arg(written(target));
    command.args(along.iter().filter(|other| **other != target).map(|other| written(*other)));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Without a console of its own it shows no window and is free to enter another.
    command.creation_flags(DETACHED_PROCESS);
    command.spawn().map(Some)
}

fn written(identity: Identity) -> String {
    format!("{}:{}", identity.pid, identity.birth.token)
}

/// What the helper does. `target` is asked if it is the oldest in its console, so that a console whose
/// processes are all asked hears one Ctrl-C and not several. Tells whether it was asked.
pub(crate) fn ask_in_console(target: Identity, along: &[Identity]) -> io::Result<bool> {
    let Some(process) = open(target.pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE)? else {
        return Ok(false);
    };
    if birth::birth_of(&process)? != target.birth {
        return Ok(false);
    }
    // SAFETY: no pointers are passed. The process is held, so that the number is still its own.
    unsafe {
        FreeConsole();
        worked(AttachConsole(target.pid.get()))?;
    }
    let asked = is_ours_to_ask(target, along).and_then(|ours| {
        if ours {
            // SAFETY: no pointers are passed; we ourselves do not listen.
            unsafe {
                worked(SetConsoleCtrlHandler(None, 1))?;
                worked(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))?;
            }
        }
        Ok(ours)
    });
    // SAFETY: no pointers are passed.
    unsafe { FreeConsole() };
    asked
}

/// Whether everybody in the console that we are in is to be ended, and `target` is the oldest.
fn is_ours_to_ask(target: Identity, along: &[Identity]) -> io::Result<bool> {
    let mut pids = [0_u32; MOST];
    // SAFETY: the buffer is as long as the call is told.
    let count = unsafe { GetConsoleProcessList(pids.as_mut_ptr(), 64) };
    let count = usize::try_from(count).map_err(io::Error::other)?;
    let Some(pids) = pids.get(..count).filter(|pids| !pids.is_empty()) else { return Ok(false) };
    let roster = Roster::take()?;
    let me = std::process::id();
    let mut others = pids.iter().filter(|pid| **pid != me).map(|pid| {
        let pid = Pid::new(*pid)?;
        Some(Identity { pid, birth: roster.birth(pid)? })
    });
    Ok(others.all(|other| {
        other.is_some_and(|other| {
            other == target || (along.contains(&other) && target.birth.no_later_than(other.birth))
        })
    }))
}
