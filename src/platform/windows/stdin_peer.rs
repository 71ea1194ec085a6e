//! Who can speak to another process by its standard input.
//!
//! Only an input whose other end is closed speaks against a process; whatever cannot be told speaks for it.

use std::io;
use std::os::windows::io::OwnedHandle;

use windows_sys::Win32::System::Threading::PROCESS_DUP_HANDLE;

use super::birth::birth;
use super::handle::open;
use super::memory::Parameters;
use super::pipe_end::{self, PATIENCE, PipeEnd};
use super::streams::copy;
use crate::core::snapshot::OtherEnd;
use crate::core::{Birth, Pid};

/// How long its input may take to answer where the client is known by an output: a server that reads keeps the question
/// waiting for as long as it likes, on every look.
const AT_ONCE: u32 = 20;

/// The other end of its standard input; `None` where there is no such process.
pub(crate) fn other_end(pid: Pid) -> Option<OtherEnd> {
    match look(pid) {
        Ok(found) => found,
        Err(_) => Some(OtherEnd::Unknown),
    }
}

fn look(pid: Pid) -> io::Result<Option<OtherEnd>> {
    let Some(parameters) = Parameters::of(pid)? else { return Ok(None) };
    let Some(process) = open(pid, PROCESS_DUP_HANDLE)? else { return Ok(None) };
    let Some(born) = birth(pid)? else { return Ok(None) };
    let [input, output] = parameters.streams();
    // First what hardly ever waits: the same client made it.
    let end = |number, patience| end(&process, number, patience);
    let mut makers = makers_of(end(output, PATIENCE)?);
    if makers.is_none() {
        makers = makers_of(end(parameters.errors(), PATIENCE)?);
    }
    let patience = if makers.is_some() { AT_ONCE } else { PATIENCE };
    Ok(Some(match end(input, patience)? {
        PipeEnd::NoPipe => OtherEnd::NoChannel,
        PipeEnd::Untold => OtherEnd::Unknown,
        PipeEnd::Told { is_closed: true, makers, .. } => {
            OtherEnd::Nobody { made_by: ended_maker(makers, pid, born) }
        }
        PipeEnd::Told { is_closed: false, makers, .. } => OtherEnd::Somebody(living_maker(makers, pid, born)),
        // It waits for input, so somebody can still write: a closed pipe would have ended the wait.
        PipeEnd::Busy => {
            OtherEnd::Somebody(makers.map(|makers| living_maker(makers, pid, born)).unwrap_or_default())
        }
    }))
}

/// A stream that is closed there is no pipe.
fn end(process: &OwnedHandle, number: u64, patience: u32) -> io::Result<PipeEnd> {
    copy(process, number)?.map_or(Ok(PipeEnd::NoPipe), |handle| pipe_end::ask_within(patience, handle))
}

fn makers_of(end: PipeEnd) -> Option<[Option<Pid>; 2]> {
    match end {
        PipeEnd::Told { makers, .. } => Some(makers),
        PipeEnd::NoPipe | PipeEnd::Untold | PipeEnd::Busy => None,
    }
}

/// Who made the pipe, if that one lives: a number that a younger process has by now names nobody.
fn living_maker(makers: [Option<Pid>; 2], pid: Pid, born: Birth) -> Vec<Pid> {
    let lives = |maker: &Pid| matches!(birth(*maker), Ok(Some(birth)) if birth.no_later_than(born));
    maker(makers, pid).filter(lives).into_iter().collect()
}

/// The same, if that one has ended: nobody has its number any more, or a younger process.
fn ended_maker(makers: [Option<Pid>; 2], pid: Pid, born: Birth) -> Option<Pid> {
    maker(makers, pid).filter(|maker| match birth(*maker) {
        Ok(now) => !now.is_some_and(|birth| birth.no_later_than(born)),
        Err(_) => false,
    })
}

fn maker(makers: [Option<Pid>; 2], pid: Pid) -> Option<Pid> {
    makers.into_iter().flatten().find(|maker| *maker != pid)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_child_that_waits_is_spoken_to_by_us_until_we_close_its_input() {
        let us = Pid::new(std::process::id()).unwrap();
        // The second half of the line keeps it there.
        let line = "set /p x= & ping -n 30 127.0.0.1 >nul";
        let mut child = Command::new("cmd").args(["/c", line]).stdin(Stdio::piped()).spawn().unwrap();
        let pid = Pid::new(child.id()).unwrap();
        assert_eq!(other_end(pid), Some(OtherEnd::Somebody(vec![us])));
        drop(child.stdin.take());
        // We made it, and live.
        assert_eq!(other_end(pid), Some(OtherEnd::Nobody { made_by: None }));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn an_input_that_is_lost_is_told_although_the_output_is_open() {
        let line = "set /p x= & ping -n 30 127.0.0.1 >nul";
        let mut child = Command::new("cmd");
        child.args(["/c", line]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let pid = Pid::new(child.id()).unwrap();
        assert_eq!(other_end(pid), Some(OtherEnd::Somebody(vec![Pid::new(std::process::id()).unwrap()])));
        drop(child.stdin.take());
        assert_eq!(other_end(pid), Some(OtherEnd::Nobody { made_by: None }));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn an_input_that_is_no_pipe_has_no_other_end() {
        let mut child = Command::new("cmd");
        child.args(["/c", "ping -n 30 127.0.0.1 >nul"]).stdin(Stdio::null());
        let mut child = child.spawn().unwrap();
        assert_eq!(other_end(Pid::new(child.id()).unwrap()), Some(OtherEnd::NoChannel));
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
