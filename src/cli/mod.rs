//! The command line: the same engine as the tray, one look at a time.
//!
//! Data goes to standard output, everything else to standard error. Exit codes are in `exit.rs`.

mod args;
mod autostart;
mod cleanup;
mod completions;
mod config;
mod context;
mod ctrl_c;
mod doctor;
mod free;
mod guard;
mod guard_args;
mod json;
mod log;
mod mcp;
mod mcp_args;
mod mcp_guard;
mod mcp_shown;
mod mcp_work;
mod render;
mod restart;
mod schedule;
mod start;
mod status;
mod watch;

use std::process::ExitCode;

use crate::console;
use crate::exit::Outcome;
use args::{Args, Command};
use context::Context;

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let args = match Args::of_this_program() {
        Ok(args) => args,
        Err(error) => return console::usage(&error),
    };
    match run(args) {
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            failure.complain();
            failure.outcome.into()
        }
    }
}

/// Why a command ended without doing its work.
#[derive(Debug)]
pub(crate) struct Failure {
    outcome: Outcome,
    says: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(outcome: Outcome, says: impl Into<String>) -> Self {
        Self { outcome, says: says.into(), hint: None }
    }

    /// Says it, and what to do.
    fn complain(&self) {
        console::complain(&self.says);
        if let Some(hint) = &self.hint {
            console::complain(&format!("hint: {hint}"));
        }
    }

    fn says(&self) -> &str {
        &self.says
    }

    pub(crate) fn hint(self, hint: Option<impl Into<String>>) -> Self {
        Self { hint: hint.map(Into::into), ..self }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Outcome::Attention, format!("{error:#}"))
    }
}

fn run(args: Args) -> Result<Outcome, Failure> {
    let context = Context::new(&args.globals)?;
    match args.command {
        Command::Status(args) => status::run(&context, &args),
        Command::Cleanup(args) => cleanup::run(&context, &args),
        Command::Free(args) => free::run(&context, &args),
        Command::Restart(args) => restart::run(&context, &args),
        Command::Guard(args) => match guard::run(&context, args)? {},
        Command::Start(args) => match start::run(&context, &args)? {},
        Command::Watch(args) => watch::run(&context, &args),
        Command::Autostart(args) => autostart::run(&args),
        Command::Schedule(what) => schedule::run(&context, &args.globals, &what),
        Command::Mcp(what) => mcp::run(&context, &args.globals, &what),
        Command::Log(args) => log::run(&context, &args),
        Command::Doctor(args) => Ok(doctor::run(&context, &args)),
        Command::Config(args) => config::run(&context, &args),
        Command::Completions(args) => Ok(completions::run(&args)),
        Command::CtrlC(args) => ctrl_c::run(&args),
    }
}
