//! What the icon is shown on: a desktop where one is installed, or else a session bus with nobody on it.

use std::process::Command;
use std::time::Duration;

use zbus::blocking::{Connection, connection::Builder};

use crate::beds::desktop::{Desktop, NEEDS};
use crate::beds::own::is_installed;
use crate::support::bed::Bed;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually_some};

pub(crate) struct Session<'a> {
    desktop: Option<Desktop<'a>>,
    address: String,
    /// Ours, to ask what a panel asks.
    pub(crate) bus: Connection,
    _daemon: Option<Spawned>,
}

impl<'a> Session<'a> {
    pub(crate) fn start(bed: &'a Bed) -> Self {
        let address = format!("unix:path={}", bed.folder("run").join("bus").display());
        let desktop = NEEDS.iter().all(|program| is_installed(program)).then(|| bed.desktop());
        let daemon = desktop.is_none().then(|| {
            println!("without a panel: no desktop is installed");
            let mut command = bed.command("dbus-daemon");
            Spawned::start(command.args(["--session", "--nofork", "--nopidfile", "--address", &address]))
        });
        let bus = eventually_some("the session bus answers", PATIENCE, || {
            Builder::address(address.as_str()).ok()?.method_timeout(Duration::from_secs(5)).build().ok()
        });
        Self { desktop, address, bus, _daemon: daemon }
    }

    pub(crate) fn adopt(&self, command: &mut Command) {
        match &self.desktop {
            Some(desktop) => drop(desktop.adopt(command)),
            None => drop(command.env("DBUS_SESSION_BUS_ADDRESS", &self.address).env_remove("DISPLAY")),
        }
    }
}
