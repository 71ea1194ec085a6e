//! How the guard starts a server, the first or the next.

use std::io;
use std::process::{Command, Stdio};

use super::Guard;
use super::succession::Successor;
use crate::act::guarded as hand;
use crate::core::wording;
use crate::guard::events::Event;
use crate::guard::telling;
use crate::platform::guard::{self, NotStarted, Server};
use crate::{console, platform};

impl Guard<'_> {
    /// Starts a server. Returns the exit code where that was the end.
    pub(super) fn start_server(&mut self) -> Option<i32> {
        match self.new_server() {
            Ok(()) => {
                if self.orders.starts_once() {
                    self.give_up_output();
                }
                let code = self.happened(Event::Started);
                // Without streams of ours in between there is nothing to introduce.
                return if self.relay.is_none() { self.happened(Event::Introduced) } else { code };
            }
            Err(NotStarted::Command(error)) => {
                telling::not_started(self.orders, &error);
                self.trouble = error.to_string();
            }
            Err(NotStarted::Guard(error)) => {
                if self.policy.may_start_later() {
                    telling::starved(&self.orders.name, &error);
                    self.trouble = error.to_string();
                    return self.happened(Event::Starved);
                }
                console::complain_at_the_end(&wording::cannot_guard(&error));
                self.trouble = error.to_string();
            }
        }
        self.happened(Event::NotStarted)
    }

    fn new_server(&mut self) -> Result<(), NotStarted> {
        let words = self.orders.command.split_first();
        let (program, args) = words.ok_or_else(|| NotStarted::Command(io::ErrorKind::InvalidInput.into()))?;
        if let Some(relay) = &mut self.relay {
            // Before it runs: what it has begun by the time that this fails would be lost.
            relay.prepare()?;
        }
        let mut command = Command::new(platform::programs::meant_by(program));
        command.args(args).envs(self.orders.added.iter());
        if let Some(cwd) = &self.orders.cwd {
            command.current_dir(cwd);
        }
        if self.relay.is_some() {
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
        }
        let spared = self.orders.watch.as_ref().map(|watch| watch.protect.as_slice()).unwrap_or_default();
        let mut server = Server::start(command, spared)?;
        if let Err(error) = self.attach(&mut server) {
            // What cannot be guarded does not run.
            telling::trouble(hand::force(&server));
            return Err(error.into());
        }
        self.server = Some(server);
        self.successor = Successor::default();
        Ok(())
    }

    /// No other server will need it, and the client is to see the end of what this one says.
    fn give_up_output(&self) {
        if self.relay.is_none()
            && let Err(error) = guard::give_up_output()
        {
            tracing::warn!(%error, "the client sees the end of the output only when the server ends");
        }
    }

    fn attach(&mut self, server: &mut Server) -> io::Result<()> {
        self.watch.watch_server(server)?;
        if let (Some(relay), Some(stdin), Some(stdout)) =
            (&mut self.relay, server.take_stdin(), server.take_stdout())
        {
            relay.serve(Box::new(stdin), Box::new(stdout))?;
        }
        Ok(())
    }
}
