//! The command line's words and their help.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::guard_args::{GUARD_HELP, GuardArgs, START_HELP, StartArgs};
use super::mcp_args::{MCP_HELP, McpArgs};
use crate::config::parse_duration;
use crate::core::schedule::interval;
use crate::core::{Birth, Identity, Pid};
use crate::platform::schedule::STEP;

/// Sees orphaned MCP servers, says why they are orphans, and ends them and nothing else
#[derive(Parser, Debug)]
#[command(name = "shimkeeper", version, about, long_about = None, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) globals: Globals,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The same words for `guard` alone: a client waits for its server while we describe every other command.
#[derive(Parser, Debug)]
struct GuardAlone {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: GuardOnly,
}

#[derive(Subcommand, Debug)]
enum GuardOnly {
    Guard(GuardArgs),
}

impl Args {
    /// What this program was started with.
    pub(super) fn of_this_program() -> Result<Self, clap::Error> {
        let words: Vec<OsString> = std::env::args_os().collect();
        let is_about_guard = words.iter().take_while(|word| *word != "--").any(|word| word == "guard");
        if is_about_guard && let Ok(alone) = GuardAlone::try_parse_from(&words) {
            let GuardOnly::Guard(args) = alone.command;
            return Ok(Self { globals: alone.globals, command: Command::Guard(args) });
        }
        // Also for `guard` where it was said wrong: who writes the mistake down knows all commands.
        Self::try_parse_from(words)
    }
}

const EXIT_CODES: &str = "Exit codes:\n  \
    0  all is well, or it was done\n  \
    1  something needs attention, or could not be done\n  \
    2  wrong usage, or a configuration that does not load; nothing was touched\n  \
    3  could not see enough to say\n\n\
    guard and start end with the code of the server that they ran, 125 if it\n\
    could not be started, 126 if its port stayed taken";

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
    /// Run a server so that it cannot outlive its client: what a client launches in place of it
    #[command(after_help = GUARD_HELP)]
    Guard(GuardArgs),
    /// Start a watch's server by hand in this terminal, safely
    #[command(after_help = START_HELP)]
    Start(StartArgs),
    /// Go on looking: a line for each thing that happens
    Watch(WatchArgs),
    /// The tray at login
    Autostart(AutostartArgs),
    /// A cleanup that the system starts again and again, for machines without the tray
    #[command(after_help = SCHEDULE_HELP)]
    Schedule(ScheduleArgs),
    /// The guard in the configurations of MCP clients
    #[command(after_help = MCP_HELP)]
    Mcp(McpArgs),
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
    /// End given-up copies, too: their client lives, but has let go of them and started the server again
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
    /// The server to restart, also while others than its client are connected to it
    #[arg(long, value_name = "PID", value_parser = pid)]
    pub(super) pid: Option<Pid>,
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

const SCHEDULE_HELP: &str = "It runs while you are logged in, with the --home and --config given to `enable`, \
    and ends orphans only. A tray beside it does no harm: with `auto_cleanup = true` in the configuration \
    it does the same by itself, and sooner.";

#[derive(ClapArgs, Debug)]
pub(super) struct ScheduleArgs {
    /// What to do
    #[arg(value_enum)]
    pub(super) what: ScheduleWhat,
    /// How often, from 1m to 24h; 5m if it is left out
    #[arg(long, value_name = "TIME", value_parser = every)]
    pub(super) every: Option<Duration>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum ScheduleWhat {
    /// Run a cleanup again and again
    Enable,
    /// Do not run it any more
    Disable,
    /// Say whether it runs, and when
    Status,
}

fn every(word: &str) -> Result<Duration, String> {
    let wish = parse_duration(word).ok_or("not a time such as 5m, 90s or 1h")?;
    interval(wish, STEP).map_err(|complaint| complaint.sentence)
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
