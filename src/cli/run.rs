//! The whole program: from the command line to the exit code.

use std::process::ExitCode;

use super::args::{Args, Command};
use super::context::Context;
use super::failure::Failure;
use super::{
    autostart, cleanup, completions, config, ctrl_c, doctor, free, guard, log, mcp, restart, schedule, start,
    status, watch,
};
use crate::console;
use crate::exit::Outcome;

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
