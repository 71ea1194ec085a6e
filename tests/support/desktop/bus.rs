//! The session bus: who is there.

use std::time::Duration;

use zbus::blocking::{Connection, connection::Builder, fdo::DBusProxy};
use zbus::names::BusName;

use super::super::{PATIENCE, eventually, eventually_some};

/// Our own connection. Calls are limited in time: a test may freeze whom it calls.
pub(crate) struct Bus(Connection);

impl Bus {
    #[track_caller]
    pub(super) fn connect(address: &str) -> Self {
        Self(connect(address))
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.0
    }

    pub(super) fn is_owned(&self, name: &str) -> bool {
        let name = BusName::try_from(name).unwrap();
        DBusProxy::new(&self.0).unwrap().name_has_owner(name).unwrap_or(false)
    }

    /// Who has the name.
    pub(super) fn pid_of(&self, name: &str) -> Option<u32> {
        let name = BusName::try_from(name).unwrap();
        DBusProxy::new(&self.0).unwrap().get_connection_unix_process_id(name).ok()
    }

    /// The first name that begins so.
    pub(super) fn name_like(&self, begin: &str) -> Option<String> {
        let names = DBusProxy::new(&self.0).unwrap().list_names().ok()?;
        names.into_iter().map(|name| name.to_string()).find(|name| name.starts_with(begin))
    }

    #[track_caller]
    pub(super) fn wait_for(&self, name: &str) {
        eventually(&format!("{name} is on the bus"), PATIENCE, || self.is_owned(name));
    }
}

/// Connects as soon as the daemon has made its socket.
#[track_caller]
pub(super) fn connect(address: &str) -> Connection {
    eventually_some("the session bus answers", PATIENCE, || {
        let builder = Builder::address(address).ok()?;
        builder.method_timeout(Duration::from_secs(5)).build().ok()
    })
}
