//! The stand-ins of client and shim, and what they report about themselves.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::bed::{Bed, copy_program, python};
use super::identity::Identity;
use super::spawned::Spawned;
use super::{PATIENCE, eventually_some};

/// How a client starts its shims; begin with [`Bed::client`].
pub(crate) struct ClientPlan<'a> {
    bed: &'a Bed,
    program: PathBuf,
    folder: PathBuf,
    variables: Vec<(String, String)>,
    before: Vec<OsString>,
    client_options: Vec<OsString>,
    shim_options: Vec<OsString>,
    shims: usize,
}

impl Bed {
    /// A client of one shim that listens on a port of the system's choice.
    pub(crate) fn client(&self) -> ClientPlan<'_> {
        ClientPlan {
            bed: self,
            program: python().into(),
            folder: self.path(""),
            variables: Vec::new(),
            before: vec![python().into(), "-u".into()],
            client_options: Vec::new(),
            shim_options: vec!["--port".into(), "0".into()],
            shims: 1,
        }
    }

    /// A client of any other command.
    pub(crate) fn client_of<S: AsRef<OsStr>>(&self, command: &[S]) -> Client {
        let ready = self.fresh("client");
        let mut client = client_command(self, python(), &ready, &[], command);
        Client { process: Spawned::start(&mut client), ready, shims: Vec::new(), shim_ready: PathBuf::new() }
    }
}

impl ClientPlan<'_> {
    pub(crate) fn stdio(mut self) -> Self {
        self.shim_options = vec!["--stdio".into(), "--deaf".into()];
        self
    }

    /// It speaks to its shim by the port alone.
    pub(crate) fn by_port(mut self) -> Self {
        self.client_options.push("--by-port".into());
        self
    }

    pub(crate) fn on_port(self, port: u16) -> Self {
        self.with(&["--port", &port.to_string()])
    }

    /// More options for the shim.
    pub(crate) fn with(mut self, options: &[&str]) -> Self {
        self.shim_options.extend(options.iter().map(OsString::from));
        self
    }

    pub(crate) fn twice(mut self) -> Self {
        self.client_options.push("--twice".into());
        self.shims = 2;
        self
    }

    /// The client closes the input of its first shim and lives on.
    pub(crate) fn letting_go(mut self) -> Self {
        self.client_options.push("--let-go".into());
        self
    }

    /// By pairs of sockets, as Node connects its children.
    pub(crate) fn by_sockets(mut self) -> Self {
        self.client_options.push("--by-sockets".into());
        self
    }

    pub(crate) fn via_sh(mut self) -> Self {
        self.client_options.push("--via-sh".into());
        self
    }

    /// Under another name: the client's program is a copy of the interpreter.
    pub(crate) fn called(mut self, name: &str) -> Self {
        self.program = self.bed.folder("programs").join(name);
        copy_program(python(), &self.program);
        self
    }

    /// In this folder, and so the shim.
    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.folder);
        self
    }

    /// With this in the environment, and so the shim.
    pub(crate) fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Something else in front of the interpreter: `nohup`, `setsid`.
    pub(crate) fn behind(mut self, program: &str) -> Self {
        self.before.insert(0, program.into());
        self
    }

    /// Through the stand-in of the EXAI wrapper.
    pub(crate) fn via_wrapper(mut self) -> Self {
        self.before.push(self.bed.path("start_ws_shim_safe.py").into());
        self
    }

    /// Starts it and waits until every shim says that it is ready.
    #[track_caller]
    pub(crate) fn start(self) -> Client {
        let Self { bed, program, folder, variables, before, mut client_options, shim_options, shims } = self;
        let ready = bed.fresh("client");
        let shim_ready = bed.fresh("shim");
        let mut command = before;
        command.push(bed.path(bed.script()).into());
        command.extend(shim_options);
        client_options.extend(["--shim-ready".into(), shim_ready.clone().into()]);

        let mut client = client_command(bed, &program, &ready, &client_options, &command);
        let process = Spawned::start(client.current_dir(folder).envs(variables));
        let shim_ready = |n: usize| PathBuf::from(format!("{}-{n}", shim_ready.display()));
        let shims = (0..shims).map(|n| Shim::from_ready_file(&shim_ready(n))).collect();
        Client { process, ready, shims, shim_ready: shim_ready(0) }
    }
}

/// A living client with its living shims.
pub(crate) struct Client {
    process: Spawned,
    ready: PathBuf,
    shims: Vec<Shim>,
    shim_ready: PathBuf,
}

impl Client {
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub(crate) fn lives(&mut self) -> bool {
        self.process.ended().is_none()
    }

    /// The only shim, or the first of two.
    pub(crate) fn shim(&self) -> Shim {
        self.shims[0]
    }

    /// Where its shim reports, and whoever is started as the shim was.
    pub(crate) fn shim_ready(&self) -> PathBuf {
        self.shim_ready.clone()
    }

    pub(crate) fn shims(&self) -> &[Shim] {
        &self.shims
    }

    /// What the client itself started: the shims, or the launchers in between.
    #[track_caller]
    pub(crate) fn children(&self) -> Vec<Identity> {
        let facts = read_ready_file(&self.ready);
        let children = facts["children"].as_array().unwrap();
        children.iter().map(|pid| identity(pid).expect("a child of the client ended")).collect()
    }

    /// What a crash of the client does: nobody is told, the shims live on.
    pub(crate) fn kill_hard(mut self) {
        self.process.kill_hard();
    }
}

/// A shim as it described itself. It belongs to the bed, so this is only its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shim {
    pub(crate) process: Identity,
    pub(crate) grandchild: Option<Identity>,
    port: Option<u16>,
}

impl Shim {
    #[track_caller]
    pub(crate) fn from_ready_file(path: &Path) -> Self {
        let facts = read_ready_file(path);
        Self {
            process: identity(&facts["pid"]).expect("the shim ended"),
            grandchild: identity(&facts["grandchild"]),
            port: facts["port"].as_u64().and_then(|port| u16::try_from(port).ok()),
        }
    }

    /// The next one that reports where `old` did, and all that it says about itself.
    #[track_caller]
    pub(crate) fn after(old: Self, path: &Path) -> (Self, Value) {
        let what = format!("another shim than {} is ready", old.pid());
        let facts = eventually_some(&what, PATIENCE, || {
            let facts: Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
            (facts["pid"] != old.pid()).then_some(facts)
        });
        (Self::from_ready_file(path), facts)
    }

    pub(crate) fn pid(self) -> u32 {
        self.process.pid
    }

    pub(crate) fn lives(self) -> bool {
        self.process.lives()
    }

    #[track_caller]
    pub(crate) fn port(self) -> u16 {
        self.port.expect("this shim listens nowhere")
    }
}

/// Whether somebody accepts connections there.
pub(crate) fn is_taken(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn client_command<S: AsRef<OsStr>>(
    bed: &Bed,
    program: &Path,
    ready: &Path,
    options: &[OsString],
    command: &[S],
) -> Command {
    let mut client = bed.command(program);
    client.arg(bed.path("client.py")).args(options).arg("--ready-file").arg(ready).arg("--");
    client.args(command);
    client
}

/// What a shim or client wrote about itself.
#[track_caller]
pub(crate) fn read_ready_file(path: &Path) -> Value {
    let what = format!("{} is written", path.display());
    eventually_some(&what, PATIENCE, || serde_json::from_str(&fs::read_to_string(path).ok()?).ok())
}

fn identity(pid: &Value) -> Option<Identity> {
    Identity::of(u32::try_from(pid.as_u64()?).ok()?)
}
