//! Starts a watch's server anew, from its configuration or as the stopped one was started.
//!
//! A server that the tray starts is the tray's own child and ends with it; one that the command
//! line starts is set free on purpose and marked so, because nobody stays to own it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;

use crate::config::env_file::Environment;
use crate::core::{Identity, Instance, Pid, Watch, mask, wording};
use crate::platform;

/// What to start and how. Holds secrets: it has no Debug.
#[derive(Clone, PartialEq, Eq)]
pub struct Launch {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// The folder.
    pub cwd: Option<PathBuf>,
    /// The environment that it starts from; `None` for ours.
    pub environment: Option<Vec<(OsString, OsString)>>,
    /// Variables on top of it.
    pub added: Environment,
}

/// Why there is nothing to start.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoLaunch {
    /// Neither configured nor running.
    #[error("{}", wording::nothing_to_start(.0))]
    NoCommand(String),
    /// What runs could not be read.
    #[error("{}", wording::start_unreadable(*.pid, .why))]
    Unreadable {
        /// The running instance.
        pid: Pid,
        /// What the system answered.
        why: String,
    },
}

/// Why a server was not started, or did not stay.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system would not start it.
    #[error(transparent)]
    Impossible(#[from] io::Error),
    /// It ended before anybody could look at it.
    #[error("{0}")]
    EndedAtOnce(ExitStatus),
}

/// How to start `watch`: as configured, else as `running` was started. Must be asked *before*
/// `running` is ended.
pub fn launch_for(watch: &Watch, running: Option<&Instance>, added: Environment) -> Result<Launch, NoLaunch> {
    if !watch.command.is_empty() {
        return Ok(Launch {
            command: watch.command.iter().map(OsString::from).collect(),
            cwd: watch.cwd.as_ref().map(PathBuf::from),
            environment: None,
            added,
        });
    }
    let running = running.ok_or_else(|| NoLaunch::NoCommand(watch.name.clone()))?;
    let environment = platform::environment(running.main.pid)
        .map_err(|error| NoLaunch::Unreadable { pid: running.main.pid, why: error.to_string() })?;
    Ok(Launch {
        command: running.command.iter().map(OsString::from).collect(),
        cwd: running.cwd.as_ref().map(PathBuf::from),
        environment: Some(environment),
        added,
    })
}

impl Launch {
    /// The command line, fit to be shown.
    #[must_use]
    pub fn shown(&self) -> String {
        let words: Vec<String> =
            self.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        mask::command_line(&words)
    }

    /// Whether folder and program are there, as far as that can be seen without starting anything.
    pub fn check(&self) -> io::Result<()> {
        if let Some(cwd) = &self.cwd {
            std::fs::read_dir(cwd)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", cwd.display())))?;
        }
        let program = Path::new(self.command.first().ok_or(io::ErrorKind::InvalidInput)?);
        let program = self.cwd.as_deref().unwrap_or(Path::new("")).join(program);
        let is_path = program.components().count() > 1 && program.is_absolute();
        if is_path && self.is_named_by_path() && !program.exists() {
            let why = wording::does_not_exist(&program);
            return Err(io::Error::new(io::ErrorKind::NotFound, why));
        }
        Ok(())
    }

    /// A program without a folder in its name is searched for by the system.
    fn is_named_by_path(&self) -> bool {
        self.command.first().is_some_and(|program| Path::new(program).components().count() > 1)
    }

    fn command(&self) -> io::Result<Command> {
        let (program, args) = self.command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        command.args(args);
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        if let Some(environment) = &self.environment {
            command.env_clear().envs(environment.iter().cloned());
        }
        command.envs(self.added.iter());
        Ok(command)
    }

    /// Starts it as our own child: its output goes to the log line by line, its standard input stays
    /// open until the child is dropped or stopped. Call it from a thread that lives as long as the
    /// program, because the child is tied to that thread.
    pub fn start_as_ours(&self, name: &str) -> Result<Started, StartError> {
        let mut command = self.command()?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        platform::tie_to_us(&mut command);
        let mut child = command.spawn()?;
        platform::let_run(&child)?;
        if let Some(stdout) = child.stdout.take() {
            log_lines(name, stdout)?;
        }
        if let Some(stderr) = child.stderr.take() {
            log_lines(name, stderr)?;
        }
        Started::of(child)
    }

    /// Starts it set free: it outlives us on purpose. Its output goes to the end of `log`.
    pub fn start_free(&self, log: &Path) -> Result<Started, StartError> {
        let mut command = self.command()?;
        let log = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        platform::set_free(&mut command);
        Started::of(command.spawn()?)
    }
}

/// A server that was just started. Dropping it leaves the server running.
#[derive(Debug)]
pub struct Started {
    /// Who it is.
    pub identity: Identity,
    child: Child,
}

impl Started {
    fn of(mut child: Child) -> Result<Self, StartError> {
        let pid = Pid::new(child.id()).ok_or(io::Error::from(io::ErrorKind::InvalidData))?;
        // Our child keeps its number until we have waited for it, even if it ended already.
        match platform::birth(pid)? {
            Some(birth) => Ok(Self { identity: Identity { pid, birth }, child }),
            None => Err(StartError::EndedAtOnce(child.wait()?)),
        }
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(|status| status.to_string())
    }

    /// Keeps it as our own: its standard input stays open, its end is waited for on a thread.
    pub fn keep(mut self) -> io::Result<OwnServer> {
        let stdin = self.child.stdin.take();
        let (identity, mut child) = (self.identity, self.child);
        thread::Builder::new().name("own server".into()).spawn(move || match child.wait() {
            Ok(status) => tracing::info!(pid = child.id(), %status, "the server that we started ended"),
            Err(error) => tracing::warn!(pid = child.id(), %error, "the server that we started was lost"),
        })?;
        Ok(OwnServer { identity, stdin })
    }
}

/// A server that is our own child.
#[derive(Debug)]
pub struct OwnServer {
    /// Who it is.
    pub identity: Identity,
    stdin: Option<ChildStdin>,
}

impl OwnServer {
    /// The gentlest way to ask an MCP server to end: nobody speaks to it any more.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }
}

/// Copies what a server says into the log until it ends.
fn log_lines(name: &str, output: impl Read + Send + 'static) -> io::Result<()> {
    let server = name.to_owned();
    thread::Builder::new().name(format!("out of {name}")).spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        loop {
            line.clear();
            // A server may write megabytes without a line's end; the log takes it in pieces.
            match output.by_ref().take(8192).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let text = String::from_utf8_lossy(&line);
                    tracing::info!(%server, output = %mask::plain_short(&mask::text(text.trim_end()), 1000), "server says");
                }
            }
        }
    })?;
    Ok(())
}
