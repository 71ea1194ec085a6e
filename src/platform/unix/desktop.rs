//! Asks the session bus what the desktop offers. Every call has a time-out of its own.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use zbus::blocking::{Connection, fdo::DBusProxy};

/// How long the bus may take: a hung bus must not hang us.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) const ANSWERS_AT_ONCE: bool = false;

pub(crate) fn panel() -> Result<bool, String> {
    in_time(|| has_owner(&connect()?, "org.kde.StatusNotifierWatcher"))
}

pub(crate) fn notifier() -> Result<Option<String>, String> {
    in_time(|| {
        let bus = connect()?;
        let reply = bus.call_method(
            Some("org.freedesktop.Notifications"),
            "/org/freedesktop/Notifications",
            Some("org.freedesktop.Notifications"),
            "GetServerInformation",
            &(),
        );
        match reply {
            Ok(reply) => {
                let about: (String, String, String, String) =
                    reply.body().deserialize().map_err(|error| error.to_string())?;
                Ok(Some(format!("{} {}", about.0, about.2)))
            }
            Err(zbus::Error::MethodError(name, ..)) if name.ends_with("ServiceUnknown") => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    })
}

fn connect() -> Result<Connection, String> {
    Connection::session().map_err(|error| error.to_string())
}

fn has_owner(bus: &Connection, name: &'static str) -> Result<bool, String> {
    let proxy = DBusProxy::new(bus).map_err(|error| error.to_string())?;
    let name = name.try_into().map_err(|error: zbus::names::Error| error.to_string())?;
    proxy.name_has_owner(name).map_err(|error| error.to_string())
}

/// Runs a question on a thread of its own. A bus that never answers costs that one thread.
fn in_time<T: Send + 'static>(
    question: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let (answer, answered) = mpsc::channel();
    thread::Builder::new()
        .name("bus".into())
        .spawn(move || {
            // Nobody waits any more once the time is over.
            let _ = answer.send(question());
        })
        .map_err(|error| error.to_string())?;
    answered.recv_timeout(PATIENCE).unwrap_or_else(|_| Err("the session bus does not answer".into()))
}
