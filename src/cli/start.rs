//! `shimkeeper start`: the server by hand, in this terminal, and safely.

use std::path::{Path, PathBuf};

use super::context::{Context, chosen};
use super::failure::Failure;
use super::guard_args::StartArgs;
use crate::config::env_file::{self, Environment};
use crate::console;
use crate::core::wording;
use crate::exit::{self, Outcome};
use crate::guard::{self, OnFailure, Orders};
use crate::platform;

/// The exit code where the server was not started.
const NOT_STARTED: i32 = 125;

/// Does not return: the code is the server's own, which can be any number.
pub(super) fn run(context: &Context, args: &StartArgs) -> Result<std::convert::Infallible, Failure> {
    let config = context.config()?;
    let watches = chosen(&config, args.watch.as_deref())?;
    let [watch] = watches.as_slice() else {
        return Err(Failure::new(Outcome::Usage, wording::START_ONE_WATCH));
    };
    if watch.command.is_empty() {
        let hint = wording::no_command_hint(&context.paths.config_file().display());
        return Err(Failure::new(Outcome::Usage, wording::no_command(&watch.name)).hint(Some(hint)));
    }
    let added = match &watch.env_file {
        None => Environment::default(),
        Some(file) => env_file::read(Path::new(file))
            .map_err(|error| Failure::new(Outcome::Usage, error.to_string()))?,
    };
    let orders = Orders {
        command: watch.command.iter().map(Into::into).collect(),
        cwd: watch.cwd.as_ref().map(PathBuf::from),
        added,
        name: watch.name.clone(),
        port: watch.port,
        cleans: guard::Cleans::Always,
        stop_grace: config.stop_grace,
        restartable: true,
        on_failure: OnFailure::End,
        leases: context.paths.lease_dir(),
        logs: context.paths.log_dir(),
        finest: context.finest(),
        watch: Some(watch.clone()),
        announces: Some(wording::starts_in_the_foreground(&watch.name)),
    };
    // A guard takes a pipe for a client, and its end for the client's. Here nobody speaks.
    if let Err(error) = platform::input::give_up_a_pipe() {
        console::complain_at_the_end(&wording::cannot_guard(&error));
        exit::at_once(NOT_STARTED);
    }
    exit::at_once(guard::run(&orders, context.clock))
}
