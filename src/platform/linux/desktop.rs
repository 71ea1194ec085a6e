//! Asks the session bus what the desktop offers. Every call has a time-out of its own.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use zbus::blocking::Connection;

pub(crate) use super::session::is_first as is_first_in_session;
use crate::core::wording;
use crate::core::wording::Seat;

/// How long the bus may take: a hung bus must not hang us.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) fn seat() -> Seat {
    let desktops = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
    // The second is for systems whose own part is read-only.
    let release =
        ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|file| std::fs::read_to_string(file).ok());
    Seat { desktops, distributions: distributions(&release.unwrap_or_default()) }
}

/// `ID` first, then `ID_LIKE`, which may be several.
fn distributions(release: &str) -> Vec<String> {
    let value = |key: &str| {
        let line = release.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_default().trim_matches(['"', '\'']).to_ascii_lowercase()
    };
    let all = format!("{} {}", value("ID"), value("ID_LIKE"));
    all.split_whitespace().map(Into::into).collect()
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
    answered.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(wording::BUS_SILENT.into()))
}

#[cfg(test)]
mod tests {
    use super::distributions;

    #[test]
    fn a_distribution_and_those_that_it_is_like_are_read() {
        let mint = "NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"21\"\n";
        assert_eq!(distributions(mint), ["linuxmint", "ubuntu", "debian"]);
        assert_eq!(distributions("ID='arch'\n"), ["arch"]);
        assert_eq!(distributions("garbage\n=\n"), [""; 0]);
    }
}
