//! An ordinary user among other users' processes: what he may run, and where he may write.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bed::{Bed, copy_program};
use super::client::Shim;
use super::keeper::Keeper;
use super::spawned::Spawned;

/// Everybody may run it, unlike the one of the user who runs the tests.
pub(crate) const PYTHON: &str = "/usr/bin/python3";

/// He has no name of his own on any system.
pub(crate) const BECOME: [&str; 4] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

impl Bed {
    /// A command as him.
    pub(crate) fn as_nobody(&self, program: impl AsRef<OsStr>) -> Command {
        let [setpriv, options @ ..] = BECOME;
        let mut command = self.command(setpriv);
        command.args(options).arg(program);
        command
    }

    /// Opens this bed to him and gives him a copy of the program and a home; `None` where nobody can become him.
    pub(crate) fn keeper_for_nobody(&self, port: u16) -> Option<(Keeper<'_>, PathBuf)> {
        let open = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
        open(&self.path(""));
        if !self.as_nobody(PYTHON).arg("--version").status().is_ok_and(|status| status.success()) {
            return None;
        }
        let keeper = self.keeper(port);
        open(keeper.home());
        let program = self.path("shimkeeper");
        copy_program(Path::new(env!("CARGO_BIN_EXE_shimkeeper")), &program);
        Some((keeper, program))
    }

    /// His client with a shim; `how` is what the shim is told.
    #[track_caller]
    pub(crate) fn client_of_nobody(&self, how: &[&str]) -> (Spawned, Shim) {
        let (ready, shim) = (self.fresh("his-client"), self.fresh("his-shim"));
        let mut client = self.as_nobody(PYTHON);
        client.arg(self.path("client.py")).arg("--ready-file").arg(&ready).arg("--shim-ready").arg(&shim);
        client.args(["--", PYTHON, "-u"]).arg(self.path("run_ws_shim.py")).args(how);
        let client = Spawned::start(&mut client);
        let mut first = shim.into_os_string();
        first.push("-0");
        (client, Shim::from_ready_file(first.as_ref()))
    }
}
