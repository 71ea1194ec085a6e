//! The words and the help of `guard` and `start`, beside `args.rs` for want of room.

use std::ffi::OsString;

use clap::{Args as ClapArgs, ValueEnum, ValueHint};

/// What `guard --help` promises, system by system.
pub(super) const GUARD_HELP: &str = "\
What is promised:
  The server and everything that it has started end when the client ends,
  closes the server's input, or ends the guard: the input is closed first,
  then the server is asked, and after `stop_grace` it is forced. What the
  server started for good, such as a browser window, ends with it.
  Linux    Also if client or guard are ended by force, and also for what
           started a session of its own. The guard is two processes, each
           of which ends the rest when the other is ended by force. If
           both are, at the same moment, only the process that the guard
           has started itself is sure to end: what that has started, such
           as the Python below `sh -c`, `uv run` or `npx`, can stay until
           it notices the end of its input. The tray and `cleanup` find it
           afterwards as an orphan, where a watch knows it.
           A client that starts the guard through something that ends at
           once keeps its server as long as it keeps the input open.
           What `protect` names in the configuration is spared with all that
           it has started; what it says on the server's output goes to the
           client as long as that server lives, and to nobody afterwards.
  Windows  Also if client or guard are ended by force: everything is in one
           job object that closes with the guard. What the server lets the
           system start (WMI, Task Scheduler, services) is not in the job.
           Processes that `protect` names are in the job and end with it.
  macOS    Not supported yet.

Before the start:
  Where the server is known to take a port (its watch says so, or --port),
  the port has to be free. Orphans of the watch that hold it are ended, and
  the guard waits for it: for 2 s, and longer only while it is ending orphans
  when they are over (1 s until it forces them, 3 s more where the system is
  slow to let go of one). Then it ends with 126 and says on standard error
  who holds it.
  If two guards start at once, the second waits and says who has the port.
  Where the watch says `listens = \"maybe\"`, as it does by default, a server
  that has not taken the port may never do so, and several may run at once.
  So the second waits only for one that is younger than 2 s. If the port is
  free after that, it starts its server; and as long as the other one is
  younger than 30 s, it says on standard error which one that is. A server
  that takes its port later than that makes the second one fail: set
  `listens = \"always\"` for it.

Restart:
  `shimkeeper restart` and the tray put a new server behind the same pipes.
  It hears the client's `initialize` again, its subscriptions and its log
  level. Requests without an answer get an error; what the client says
  meanwhile waits. Open questions of the old server are taken back, and no
  answer to them reaches the new one: later servers' questions have ids of
  their own. Where the new server is not what the client knows, `restart`,
  the tray and standard error say so. A port that somebody else takes
  meanwhile is said on standard error; the server is started all the same.

Signals (Linux):
  TERM, INT, HUP and QUIT are passed on to the server and end it. USR1, USR2,
  ALRM, VTALRM, PROF, IO, PWR, WINCH and CONT are passed on, and nothing else.

Exit codes:
  that of the server (128+n for a signal on Linux), 125 if it could not be
  started, 126 if its port stayed taken

Examples, in place of `python -u run_ws_shim.py`; options behind CMD are CMD's:
  shimkeeper guard -- python -u run_ws_shim.py
  shimkeeper guard --port 3005 python -u run_ws_shim.py";

#[derive(ClapArgs, Debug)]
pub(super) struct GuardArgs {
    /// The watch that the server belongs to; by default it is found by the server's script
    #[arg(long, value_name = "NAME")]
    pub(super) watch: Option<String>,
    /// The port that the server takes, where it is not the watch's
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) port: Option<u16>,
    /// Leave the pipes to client and server alone. This is faster, but only the client can restart the server then, and the
    /// client has to deal with a server that closes its output and lives on. If the server closes its input, the client only
    /// notices that no answers come
    #[arg(long)]
    pub(super) no_restart: bool,
    /// Start the server again when it fails, after a growing delay, and give up in the end
    #[arg(long, value_name = "WHEN", conflicts_with = "no_restart")]
    pub(super) restart: Option<RestartWhen>,
    /// The server's program and its arguments: everything from the first word on that is no option. A `--` before it is
    /// needed only where that word begins with a dash
    #[arg(trailing_var_arg = true, required = true, value_name = "CMD", value_hint = ValueHint::CommandWithArguments)]
    pub(super) command: Vec<OsString>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum RestartWhen {
    /// When it ends with another code than 0 or by a signal
    OnFailure,
}

pub(super) const START_HELP: &str = "\
Ends the orphans of the watch, waits until its port is free, and runs the
`command` of the configuration in this terminal until it ends or Ctrl-C is
pressed. The server ends with this program, as with `guard`. It has no client:
what comes through a pipe is not read, and the end of a pipe ends nothing.

Exit codes:
  that of the server (128+n for a signal on Linux), 125 if it could not be
  started, 126 if its port stayed taken";

#[derive(ClapArgs, Debug)]
pub(super) struct StartArgs {
    /// The watch whose server is started; needed where there are several
    #[arg(long, value_name = "NAME")]
    pub(super) watch: Option<String>,
}
