//! Command lines, split as programs split their own.
#![expect(unsafe_code, reason = "the command line comes from a native call, its words from a Win32 one")]

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};

use windows_sys::Wdk::System::Threading::{NtQueryInformationProcess, ProcessCommandLineInformation};
use windows_sys::Win32::Foundation::{LocalFree, STATUS_INFO_LENGTH_MISMATCH};
use windows_sys::Win32::System::Threading::{PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE};
use windows_sys::Win32::UI::Shell::CommandLineToArgvW;

use super::handle::{has_ended, open};
use super::memory::{Parameters, native_error};
use super::text::units;
use crate::core::{Pid, wording};

/// Room for the lengths and the address in front of the text.
const HEAD: usize = 16;

pub(crate) fn args(pid: Pid) -> io::Result<Option<Vec<String>>> {
    let Some(process) = open(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE)? else {
        return Ok(None);
    };
    let line = match command_line(&process) {
        Ok(line) => line,
        Err(_) if has_ended(&process)? => return Ok(None),
        // wine does not know the question; the process's own memory has the answer as well.
        Err(first) => match Parameters::of(pid) {
            Ok(Some(parameters)) => units(&parameters.command_line()?),
            Ok(None) | Err(_) => return Err(first),
        },
    };
    split(line).map(Some)
}

/// Works for elevated processes, too, whose memory may not be read.
fn command_line(process: &OwnedHandle) -> io::Result<Vec<u16>> {
    let mut size: u32 = 0x800;
    for _ in 0..4 {
        let mut buffer = vec![0_u8; usize::try_from(size).map_err(io::Error::other)?];
        let mut needed = 0_u32;
        // SAFETY: the handle is open; the buffer is as long as the call is told and only read as bytes.
        let status = unsafe {
            NtQueryInformationProcess(
                process.as_raw_handle(),
                ProcessCommandLineInformation,
                buffer.as_mut_ptr().cast(),
                size,
                &raw mut needed,
            )
        };
        match status {
            STATUS_INFO_LENGTH_MISMATCH if needed > size => size = needed,
            status if status < 0 => return Err(native_error(status)),
            _ => {
                let length = usize::from(u16::from_le_bytes([buffer[0], buffer[1]]));
                let text = buffer.get(HEAD..HEAD + length).ok_or(io::ErrorKind::InvalidData)?;
                return Ok(units(text));
            }
        }
    }
    Err(io::Error::other(wording::GROWS_TOO_FAST))
}

/// Splits a command line into words.
pub(crate) fn split(mut line: Vec<u16>) -> io::Result<Vec<String>> {
    // Of an empty line the call would make the name of *this* program.
    if line.iter().all(|unit| *unit == 0) {
        return Ok(Vec::new());
    }
    line.push(0);
    let mut count = 0_i32;
    // SAFETY: the line ends in a zero and outlives the call.
    let words = unsafe { CommandLineToArgvW(line.as_ptr(), &raw mut count) };
    if words.is_null() {
        return Err(io::Error::last_os_error());
    }
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: the call made an array of so many texts, each ending in a zero; it is freed below, after
    // every text was copied.
    let copied = unsafe { std::slice::from_raw_parts(words, count).iter().map(|word| copy(*word)).collect() };
    // SAFETY: the array is one block of local memory that nobody else knows.
    unsafe { LocalFree(words.cast()) };
    Ok(copied)
}

/// # Safety
/// `text` must end in a zero.
pub(super) unsafe fn copy(text: *const u16) -> String {
    let mut length = 0;
    // SAFETY: the zero at the end has not been passed yet.
    while unsafe { *text.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: all these units were just read.
    String::from_utf16_lossy(unsafe { std::slice::from_raw_parts(text, length) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, words: &[&str]) {
        assert_eq!(split(line.encode_utf16().collect()).unwrap(), words, "{line}");
    }

    #[test]
    fn quotes_and_backslashes_are_read_as_programs_read_them() {
        check(
            r#""C:\Program Files\python.exe" -u run_ws_shim.py"#,
            &[r"C:\Program Files\python.exe", "-u", "run_ws_shim.py"],
        );
        check(r#"python "a b\\" "" c\"d"#, &["python", r"a b\", "", "c\"d"]);
        check("python", &["python"]);
        check("", &[]);
    }

    #[test]
    fn our_own_command_line_is_read() {
        let ours: Vec<String> = std::env::args().collect();
        let me = Pid::new(std::process::id()).unwrap();
        assert_eq!(args(me).unwrap().unwrap()[1..], ours[1..]);
        assert_eq!(args(Pid::new(0x7fff_fff0).unwrap()).unwrap(), None);
    }
}
