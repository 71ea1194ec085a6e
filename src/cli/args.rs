//! The command line's words and their help.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::core::{Birth, Identity, Pid};

/// Sees orphaned MCP servers, says why they are orphans, and ends them and nothing else
#[derive(Parser, Debug)]
#[command(name = "shimkeeper", version, about, long_about = None, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) globals: Globals,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes:\n  \
    0  all is well, or it was done\n  \
    1  something needs attention, or could not be done\n  \
    2  wrong usage, or a configuration that does not load; nothing was touched\n  \
    3  could not see enough to say";

/// Options of every command.
#[derive(ClapArgs, Debug)]
pub(super) struct Globals {
    /// The configuration to use instead of the user's
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Keep configuration, logs and everything else in this folder (also SHIMKEEPER_HOME)
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) home: Option<PathBuf>,
    /// Say more: every process, and more lines in the log
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Look once and say how things are, and why
    Status(StatusArgs),
    /// End the orphans
    Cleanup(CleanupArgs),
    /// Say who holds a port and, if you agree, end exactly that one
    Free(FreeArgs),
    /// Stop the server gracefully, wait until its port is free, start it again
    Restart(RestartArgs),
    /// Go on looking: a line for each thing that happens
    Watch(WatchArgs),
    /// The tray at login
    Autostart(AutostartArgs),
    /// The log
    Log(LogArgs),
    /// What works here, what does not, and what to do
    Doctor(DoctorArgs),
    /// The configuration
    Config(ConfigArgs),
    /// Completions for a shell, to be sourced by it
    Completions(CompletionsArgs),
    /// What this program starts itself to ask another one to end (Windows)
    #[command(name = "__ctrlc", hide = true)]
    CtrlC(CtrlCArgs),
}

#[derive(ClapArgs, Debug)]
pub(super) struct StatusArgs {
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
    /// This watch only
    #[arg(long, value_name = "NAME")]
    pub(super) watch: Option<String>,
}

#[derive(ClapArgs, Debug)]
pub(super) struct CleanupArgs {
    /// Only say what would be ended; touch nothing
    #[arg(long)]
    pub(super) check_only: bool,
    /// End superseded copies, too: their client lives, but has started the server again
    #[arg(long)]
    pub(super) duplicates: bool,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(ClapArgs, Debug)]
pub(super) struct FreeArgs {
    /// The port; the first watch's if it is left out
    #[arg(value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) port: Option<u16>,
    /// The holder to end
    #[arg(long, value_name = "PID", value_parser = pid)]
    pub(super) pid: Option<Pid>,
    /// Do not ask; without a terminal this needs --pid
    #[arg(long)]
    pub(super) yes: bool,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

fn pid(word: &str) -> Result<Pid, String> {
    word.parse().ok().and_then(Pid::new).ok_or_else(|| "not a process number".into())
}

#[derive(ClapArgs, Debug)]
pub(super) struct RestartArgs {
    /// The watch whose server is restarted; needed where there are several
    #[arg(long, value_name = "NAME")]
    pub(super) watch: Option<String>,
}

#[derive(ClapArgs, Debug)]
pub(super) struct WatchArgs {
    /// The whole state as one line of JSON for each thing that happens
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(ClapArgs, Debug)]
pub(super) struct AutostartArgs {
    /// What to do
    #[arg(value_enum)]
    pub(super) what: AutostartWhat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum AutostartWhat {
    /// Start the tray at login
    Enable,
    /// Do not start it
    Disable,
    /// Say whether it starts
    Status,
}

#[derive(ClapArgs, Debug)]
pub(super) struct LogArgs {
    /// Only say where it is
    #[arg(long, conflicts_with_all = ["follow", "open"])]
    pub(super) path: bool,
    /// Go on showing what is added
    #[arg(long, conflicts_with = "open")]
    pub(super) follow: bool,
    /// Open it with the program you have for such files
    #[arg(long)]
    pub(super) open: bool,
}

#[derive(ClapArgs, Debug)]
pub(super) struct DoctorArgs {
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(ClapArgs, Debug)]
pub(super) struct ConfigArgs {
    /// What to do
    #[arg(value_enum)]
    pub(super) what: ConfigWhat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum ConfigWhat {
    /// Say where it is
    Path,
    /// Show what is in effect
    Show,
    /// Say whether it loads
    Check,
    /// Write one with everything explained, where there is none
    Init,
}

#[derive(ClapArgs, Debug)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: Shell,
}

#[derive(ClapArgs, Debug)]
pub(super) struct CtrlCArgs {
    /// Whom to ask, and all who are asked at the same time: PID:BIRTH
    #[arg(required = true, value_parser = identity)]
    pub(super) whom: Vec<Identity>,
}

fn identity(word: &str) -> Result<Identity, String> {
    let parse = || {
        let (pid, token) = word.split_once(':')?;
        let birth = Birth { boot: 0, token: token.parse().ok()? };
        Some(Identity { pid: pid.parse().ok().and_then(Pid::new)?, birth })
    };
    parse().ok_or_else(|| "not PID:BIRTH".into())
}
