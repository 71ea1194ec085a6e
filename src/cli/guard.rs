//! `shimkeeper guard`: what an MCP client launches in place of its server.
//!
//! Nothing is written to standard output here, and nothing is done that could keep the server waiting.

use std::path::PathBuf;

use super::context::{Context, chosen};
use super::failure::Failure;
use super::guard_args::{GuardArgs, RestartWhen};
use crate::config::Config;
use crate::config::env_file::Environment;
use crate::core::{Port, Watch, wording};
use crate::guard::{self, OnFailure, Orders};
use crate::{console, exit};

/// Does not return: the code is the server's own, which can be any number.
pub(super) fn run(context: &Context, args: GuardArgs) -> Result<std::convert::Infallible, Failure> {
    let config = config(context, &args)?;
    let watch = watch(&config, &args)?;
    let name = watch.map_or_else(|| guard::name_of(&args.command), |watch| watch.name.clone());
    let of_watch = watch.and_then(|watch| watch.port);
    // Whoever names a port means that the server takes it, unless its watch knows better.
    let port = args.port.map(|number| match of_watch {
        Some(known) => Port { number, ..known },
        None => Port::always(number),
    });
    let port = port.or(of_watch);
    let on_failure = match args.restart {
        Some(RestartWhen::OnFailure) => OnFailure::StartAgain,
        None => OnFailure::End,
    };
    let orders = Orders {
        announces: None,
        command: args.command,
        cwd: None,
        added: Environment::default(),
        name,
        watch: watch.cloned(),
        port,
        cleans: guard::Cleans::WhereThePortIsTaken,
        stop_grace: config.stop_grace,
        restartable: !args.no_restart,
        on_failure,
        leases: context.paths.lease_dir(),
        logs: context.paths.log_dir(),
        finest: context.finest(),
    };
    exit::at_once(guard::run(&orders, context.clock))
}

/// A client must not lose its servers by a mistake in our configuration: without one the server runs all the
/// same, and nobody is ended, because what is protected is not known. A watch that was named is needed.
fn config(context: &Context, args: &GuardArgs) -> Result<Config, Failure> {
    context.config().or_else(|failure| {
        if args.watch.is_some() {
            return Err(failure);
        }
        console::complain_before_the_start(&wording::guards_without_configuration(failure.says()));
        let standard = Config::standard();
        Ok(Config { watches: Vec::new(), ..standard })
    })
}

fn watch<'a>(config: &'a Config, args: &GuardArgs) -> Result<Option<&'a Watch>, Failure> {
    if let Some(name) = &args.watch {
        let watches = chosen(config, Some(name))?;
        return Ok(config.watches.iter().find(|watch| watches.contains(watch)));
    }
    let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::new());
    Ok(guard::watch_of(&args.command, &cwd, &config.watches))
}
