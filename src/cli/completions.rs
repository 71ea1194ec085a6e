//! `shimkeeper completions`: for the shell to source.

use std::io::{self, Write};

use clap::CommandFactory;

use super::args::{Args, CompletionsArgs};
use crate::exit::Outcome;

pub(super) fn run(args: &CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "shimkeeper", &mut script);
    // A shell that stops reading has what it wanted.
    let _ = io::stdout().write_all(&script);
    Outcome::Fine
}
