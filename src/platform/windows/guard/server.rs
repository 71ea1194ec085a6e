//! The server as our child, and everything that it starts, in a job of their own inside ours.

use std::io;
use std::os::windows::io::{AsHandle, BorrowedHandle};
use std::process::{Child, ChildStdin, ChildStdout, Command};

use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;

use super::super::ask::ask;
use super::super::birth::birth_of;
use super::super::console::{self, Console};
use super::super::job::{Job, let_run_in};
use super::super::spawn::start_suspended;
use super::stdio::{has_a_clients_input, server_shares_our_console};
use super::successor::{Successor, has_our_pipes};
use crate::core::{Identity, Pid};
use crate::platform::guard::{Apart, Ended, NotStarted, Signal, Succession};

#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    identity: Identity,
    job: Job,
    successor: Option<Successor>,
}

impl Server {
    pub(crate) fn start(mut command: Command, _: &[String]) -> Result<Self, NotStarted> {
        let job = Job::create()?;
        start_suspended(&mut command, if server_shares_our_console() { 0 } else { CREATE_NO_WINDOW });
        let child = command.spawn().map_err(NotStarted::Command)?;
        let_run_in(Ok(&job), &child)?;
        let pid = Pid::new(child.id()).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        let birth = birth_of(&child.as_handle().try_clone_to_owned()?)?;
        Ok(Self { child, identity: Identity { pid, birth }, job, successor: None })
    }

    pub(crate) fn identity(&self) -> Identity {
        self.successor.as_ref().map_or(self.identity, |successor| successor.identity)
    }

    pub(super) fn process(&self) -> BorrowedHandle<'_> {
        self.successor.as_ref().map_or_else(|| self.child.as_handle(), |it| it.process().as_handle())
    }

    pub(crate) fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(crate) fn ended(&mut self) -> io::Result<Option<Ended>> {
        let status = self.child.try_wait()?;
        // Every end has a code here.
        Ok(status.map(|status| Ended { code: status.code().unwrap_or(1) }))
    }

    pub(crate) fn succession(&mut self) -> Succession {
        // Otherwise nobody stands in between, and the pipes are not ours.
        if !has_a_clients_input() {
            return Succession::Nobody;
        }
        let Ok(members) = self.job.members() else { return Succession::NotYetTold };
        let mut perhaps = false;
        for member in members.into_iter().filter(|member| *member != self.identity) {
            match has_our_pipes(member.pid) {
                Ok(true) if self.successor.as_ref().is_some_and(|it| it.identity == member) => {
                    return Succession::GoesOn;
                }
                Ok(true) => match Successor::hold(member) {
                    Ok(Some(successor)) => {
                        self.successor = Some(successor);
                        return Succession::GoesOn;
                    }
                    Ok(None) | Err(_) => perhaps = true,
                },
                Ok(false) => {}
                Err(_) => perhaps = true,
            }
        }
        if perhaps { Succession::NotYetTold } else { Succession::Nobody }
    }

    pub(crate) fn has_a_successor(&self) -> bool {
        self.successor.as_ref().is_some_and(Successor::lives)
    }

    pub(crate) fn successors_end(&self) -> Option<Ended> {
        self.successor.as_ref()?.ended()
    }

    pub(crate) fn untaken(&self) -> Option<u64> {
        self.successor.as_ref()?.untaken()
    }

    pub(crate) fn is_gone(&mut self) -> bool {
        matches!(self.ended(), Ok(Some(_))) && self.job.is_empty().unwrap_or(false)
    }

    /// There is one signal here that a process in another console can be sent.
    #[expect(clippy::unused_self, reason = "the Linux twin of this function asks the system")]
    pub(crate) const fn apart(&self) -> Vec<Apart> {
        // Everything in the job is the server's; there are no sessions as on Unix.
        Vec::new()
    }

    pub(crate) fn pass_on(&self, _: Signal) -> io::Result<()> {
        self.ask()
    }

    pub(crate) fn ask(&self) -> io::Result<()> {
        if server_shares_our_console() {
            // Ctrl-C in that console would reach the person's shell, too.
            return Ok(());
        }
        ask(self.identity(), &self.job.members()?)
    }

    pub(crate) fn ask_the_rest(&self) -> io::Result<()> {
        let mut members = self.job.members()?;
        // In each console its oldest is asked, for all who are there. In a console that we are in ourselves
        // the helper asks nobody.
        members.sort_by_key(|member| member.birth.token);
        let mut asked = Vec::new();
        let mut done = Ok(());
        for member in &members {
            let Ok(console) = console::of(member.pid) else { continue };
            if console == Console::None || asked.contains(&console) {
                continue;
            }
            // Where consoles have no names each is asked, and the helper itself sees who is the oldest.
            if console != Console::Unnamed {
                asked.push(console);
            }
            done = ask(*member, &members).and(done);
        }
        done
    }

    pub(crate) fn force(&self) -> io::Result<()> {
        self.job.terminate()
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;
    use std::time::Duration;

    use super::super::Watch;
    use super::*;
    use crate::platform::guard::Wake;

    fn server(line: &str) -> Server {
        let mut command = Command::new("cmd");
        command.args(["/c", line]).stdin(Stdio::piped()).stdout(Stdio::null());
        Server::start(command, &[]).unwrap()
    }

    #[test]
    fn all_bits_of_its_exit_code_are_kept() {
        for code in [0, 7, -1_073_741_819, 259] {
            let mut server = server(&format!("exit {code}"));
            let mut watch = Watch::new(None).unwrap();
            watch.watch_server(&server).unwrap();
            assert_eq!(watch.wait(None).unwrap(), [Wake::ServerEnded]);
            assert_eq!(server.ended().unwrap(), Some(Ended { code }));
            assert!(server.is_gone());
            assert_eq!(watch.wait(Some(Duration::from_millis(1))).unwrap(), [], "told once");
        }
    }

    #[test]
    fn it_runs_until_its_input_is_closed_or_it_is_forced() {
        for force in [false, true] {
            let mut server = server("cmd /c set /p x=");
            assert!(!server.is_gone());
            assert_eq!(server.ended().unwrap(), None);
            let input = server.take_stdin();
            assert!(input.is_some());
            let mut watch = Watch::new(None).unwrap();
            watch.watch_server(&server).unwrap();
            assert_eq!(watch.wait(Some(Duration::from_millis(50))).unwrap(), []);
            if force {
                server.force().unwrap();
            } else {
                drop(input);
            }
            assert_eq!(watch.wait(Some(Duration::from_secs(30))).unwrap(), [Wake::ServerEnded]);
            while !server.is_gone() {
                server.force().unwrap();
                assert_eq!(watch.wait(Some(Duration::from_millis(10))).unwrap(), []);
            }
        }
    }

    #[test]
    fn a_program_that_is_missing_is_an_error() {
        let error = Server::start(Command::new("no such program"), &[]).unwrap_err();
        assert!(matches!(error, NotStarted::Command(error) if error.kind() == io::ErrorKind::NotFound));
    }
}
