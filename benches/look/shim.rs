//! A living client with servers: what every look of a measurement has to find.
//!
//! Compiled ones, so that two hundred of them start within a second: a copy of this program under a script's name.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::beds::bed::copy_program;
use crate::beds::eventually_some;
use crate::beds::identity::Identity;
use crate::beds::spawned::Spawned;
use crate::parts;
use crate::stage::{Stage, Who};
use crate::support::machine::free_port;

/// What is watched, and whoever runs it.
pub(crate) struct Shim {
    pub(crate) script: String,
    pub(crate) port: u16,
    /// A home with a configuration for it.
    pub(crate) home: PathBuf,
    pub(crate) servers: Vec<Identity>,
    client: Spawned,
}

impl Shim {
    /// One that listens, under a client that lives.
    pub(crate) fn start(stage: &Stage, who: Who) -> Self {
        let command = stage.command(who, &stage.ourselves);
        Self::started(stage, who, command, 1, free_port())
    }

    /// Many that listen nowhere and ignore requests to end.
    pub(crate) fn start_deaf(stage: &Stage, count: usize) -> Self {
        // Whoever was started by `nohup` leaves the ignored SIGHUP to its children, which are adopted then.
        let mut command = stage.command(Who::Us, "env");
        command.args(["--default-signal=HUP", "--ignore-signal=TERM"]).arg(&stage.ourselves);
        Self::started(stage, Who::Us, command, count, 0)
    }

    fn started(stage: &Stage, who: Who, mut command: Command, count: usize, port: u16) -> Self {
        // The bed's name in it: nobody else's script is called so.
        let name = stage.bed.fresh(stage.bed.name());
        let server = name.with_extension("py");
        copy_program(&stage.ourselves, &server);
        let script = server.file_name().unwrap().to_string_lossy().into_owned();
        let home = stage.folder(who, &name.file_name().unwrap().to_string_lossy());
        // A port is looked at in any case.
        let watched = if port == 0 { free_port() } else { port };
        fs::write(
            home.join("config.toml"),
            format!(
                "orphan_grace = \"0s\"\nstop_grace = \"1s\"\ntoasts = false\n\n\
                 [[watch]]\nname = \"bench\"\nport = {watched}\nscript = \"{script}\"\n"
            ),
        )
        .unwrap();
        let ready = home.join("ready");
        command.arg(parts::CLIENT).arg(&ready).args([count.to_string(), port.to_string()]).arg(&server);
        let client = Spawned::start(&mut command);
        let pids = eventually_some("the servers are ready", crate::beds::PATIENCE, || {
            fs::read_to_string(&ready).ok().filter(|text| text.ends_with('\n'))
        });
        let servers =
            pids.split_whitespace().map(|pid| Identity::of(pid.parse().unwrap()).unwrap()).collect();
        Self { script, port: watched, home, servers, client }
    }

    /// Its client crashes.
    pub(crate) fn orphan(&mut self) {
        self.client.kill_hard();
    }
}

impl Drop for Shim {
    fn drop(&mut self) {
        self.orphan();
        for server in &self.servers {
            server.signal(rustix::process::Signal::KILL);
        }
    }
}
