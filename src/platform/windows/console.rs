//! Whether a process has a console that a person may be looking at.
//!
//! In doubt it has: then its streams decide, as they do for a terminal elsewhere.
#![expect(unsafe_code, reason = "windows are listed and hosts are asked for by Win32 and native calls")]

use std::collections::HashSet;
use std::io;
use std::os::windows::io::AsRawHandle;

use windows_sys::Wdk::System::Threading::{NtQueryInformationProcess, PROCESSINFOCLASS};
use windows_sys::Win32::Foundation::{HWND, LPARAM};
use windows_sys::Win32::System::Threading::PROCESS_QUERY_LIMITED_INFORMATION;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    EnumWindows, GetClassNameW, GetWindowThreadProcessId, IsWindowVisible,
};
use windows_sys::core::BOOL;

use super::args::args;
use super::handle::open;
use super::memory::{Parameters, native_error};
use super::roster::Roster;
use super::text::{length, narrow};
use crate::core::Pid;
use crate::core::snapshot::Terminal;

/// The question for the process that serves a process's console. Not in the headers.
const CONSOLE_HOST: PROCESSINFOCLASS = 49;

/// Who serves the console of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Console {
    /// It has none.
    None,
    /// This process does.
    ServedBy(Pid),
    /// It has one, and this system does not say who serves it.
    Unnamed,
}

/// Whether it has a console, and whose.
pub(crate) fn of(pid: Pid) -> io::Result<Console> {
    let process = open(pid, PROCESS_QUERY_LIMITED_INFORMATION)?.ok_or(io::ErrorKind::NotFound)?;
    let mut host = 0_usize;
    // SAFETY: the handle is open and the number is as long as the call is told.
    let status = unsafe {
        NtQueryInformationProcess(
            process.as_raw_handle(),
            CONSOLE_HOST,
            (&raw mut host).cast(),
            length(&host),
            std::ptr::null_mut(),
        )
    };
    if status >= 0 {
        // The lowest bits are flags.
        let host = u32::try_from(host & !3).map_err(io::Error::other)?;
        return Ok(Pid::new(host).map_or(Console::None, Console::ServedBy));
    }
    let parameters = Parameters::of(pid)?.ok_or_else(|| native_error(status))?;
    Ok(if parameters.console() == 0 { Console::None } else { Console::Unnamed })
}

/// Whether a person may see the console of this process.
pub(crate) fn terminal(pid: Pid) -> io::Result<Terminal> {
    let may_be_seen = match of(pid)? {
        Console::None => false,
        Console::Unnamed => !owners_of_visible_consoles().is_empty(),
        Console::ServedBy(host) => {
            let roster = Roster::take()?;
            serves_a_tab(host, &roster)?
                || owners_of_visible_consoles()
                    .into_iter()
                    .any(|owner| owner == host || of(owner).ok() == Some(Console::ServedBy(host)))
        }
    };
    Ok(if may_be_seen { Terminal::Living } else { Terminal::None })
}

/// Whether a terminal program may show this host's console in a tab: told by how the host was started,
/// or possible because a terminal program is there that takes consoles over from their hosts.
fn serves_a_tab(host: Pid, roster: &Roster) -> io::Result<bool> {
    let is_plain = roster.entry(host).is_some_and(|entry| entry.name == "conhost.exe");
    let is_headless = args(host)?.is_none_or(|words| words.iter().any(|word| word == "--headless"));
    let may_be_taken_over = || {
        let mut entries = roster.entries().filter(|(pid, _)| roster.is_in_our_session(*pid));
        entries.any(|(_, entry)| entry.name == "openconsole.exe")
    };
    Ok(!is_plain || is_headless || may_be_taken_over())
}

/// For a console's window the system names a process inside the console, not the host.
fn owners_of_visible_consoles() -> HashSet<Pid> {
    let mut owners: HashSet<Pid> = HashSet::new();
    // SAFETY: the address is used while the call below runs, and `owners` outlives it.
    unsafe { EnumWindows(Some(add_owner), (&raw mut owners).expose_provenance().cast_signed()) };
    owners
}

unsafe extern "system" fn add_owner(window: HWND, owners: LPARAM) -> BOOL {
    let mut class = [0_u16; 64];
    let mut pid = 0;
    // SAFETY: the buffer is as long as the call is told, and the number is ours.
    unsafe {
        if IsWindowVisible(window) != 0 && GetClassNameW(window, class.as_mut_ptr(), 64) > 0 {
            GetWindowThreadProcessId(window, &raw mut pid);
        }
    }
    if matches!(narrow(&class).as_str(), "ConsoleWindowClass" | "WineConsoleClass")
        && let Some(pid) = Pid::new(pid)
    {
        let owners: *mut HashSet<Pid> = std::ptr::with_exposed_provenance_mut(owners.cast_unsigned());
        // SAFETY: it is the set of whoever lists the windows, on this very thread.
        unsafe { (*owners).insert(pid) };
    }
    1
}
