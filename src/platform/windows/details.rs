//! The traits that tell an orphan from a process that was set free on purpose.
//!
//! Windows knows no sessions in the Unix sense, no SIGHUP and no containers that share our process
//! list. What is set free there carries a mark in its environment.
#![expect(unsafe_code, reason = "the program file is asked for by a Win32 call")]

use std::io;
use std::os::windows::io::AsRawHandle;

use windows_sys::Win32::System::Threading::{
    PROCESS_NAME_WIN32, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

use super::handle::open;
use super::memory::Parameters;
use super::text::units;
use super::{console, roster::Roster, spawn, streams};
use crate::core::snapshot::{Callers, Container, OtherEnd, Stream, Streams, Terminal};
use crate::core::{Details, Fact, Pid};

#[expect(clippy::missing_const_for_fn, reason = "its twin reads a file")]
pub(crate) fn name(_: Pid) -> Option<String> {
    None
}

pub(crate) fn program(pid: Pid) -> Option<String> {
    let process = open(pid, PROCESS_QUERY_LIMITED_INFORMATION).ok().flatten()?;
    // As long as a path may be.
    let mut buffer = vec![0_u16; 0x8000];
    let mut length = u32::try_from(buffer.len()).ok()?;
    // SAFETY: the handle is open and the buffer is as long as the call is told.
    let done = unsafe {
        QueryFullProcessImageNameW(
            process.as_raw_handle(),
            PROCESS_NAME_WIN32,
            buffer.as_mut_ptr(),
            &raw mut length,
        )
    };
    let path = buffer.get(..usize::try_from(length).ok()?).filter(|_| done != 0)?;
    Some(String::from_utf16_lossy(path))
}

pub(crate) fn details(pid: Pid) -> Details {
    let parameters = Parameters::of(pid).and_then(|found| found.ok_or(io::ErrorKind::NotFound.into()));
    let parameters = parameters.as_ref().ok();
    let terminal = console::terminal(pid);
    let streams = match (&terminal, parameters) {
        // Without a console that a person sees they are nobody's, and asking costs a thread.
        (Ok(Terminal::None), _) => Fact::Known(Streams { input: Stream::Other, output: Stream::Other }),
        (Err(_), _) | (_, None) => Fact::Hidden,
        (Ok(Terminal::Living), Some(parameters)) => fact(streams::streams(pid, parameters)),
    };
    Details {
        session: Fact::Known(None),
        terminal: fact(terminal),
        streams,
        // `Table::other_ends` tells.
        other_end: OtherEnd::NotAsked,
        callers: Callers::NotAsked,
        // A service's manager is its parent and lives.
        service: Fact::Known(None),
        ignores_hangup: parameters.map_or(Fact::Hidden, |parameters| fact(was_set_free(pid, parameters))),
        container: Fact::Known(Container::Ours),
        cwd: parameters.and_then(|parameters| folder(&parameters.folder().ok()?)),
    }
}

fn fact<T>(value: io::Result<T>) -> Fact<T> {
    value.map_or(Fact::Hidden, Fact::Known)
}

/// The mark names who set it free. Descendants inherit the environment, but not that parent.
fn was_set_free(pid: Pid, parameters: &Parameters) -> io::Result<bool> {
    let environment = units(&parameters.environment()?);
    let Some(by) = spawn::set_free_by(&environment) else { return Ok(false) };
    let roster = Roster::take()?;
    Ok(roster.entry(pid).is_some_and(|entry| entry.parent == by))
}

/// The system keeps a backslash at the end.
fn folder(text: &[u8]) -> Option<String> {
    let text = String::from_utf16(&units(text)).ok()?;
    Some(match text.strip_suffix('\\') {
        Some(plain) if !plain.ends_with(':') => plain.to_owned(),
        Some(_) | None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_traits_are_read() {
        let me = Pid::new(std::process::id()).unwrap();
        let details = details(me);
        let here = std::env::current_dir().unwrap();
        assert_eq!(details.cwd.as_deref(), here.to_str());
        assert_eq!(details.ignores_hangup, Fact::Known(false));
        assert_ne!(details.terminal, Fact::Hidden);
        let exe = std::env::current_exe().unwrap();
        assert_eq!(program(me).map(|path| path.to_lowercase()), exe.to_str().map(str::to_lowercase));
    }
}
