//! The panel as org.kde.StatusNotifierWatcher: asked for its list, and asked to take our icon.

use std::time::Duration;

use zbus::zvariant::OwnedValue;
use zbus::{Connection, Error, Message};

use super::registration::{Outcome, lists};

use crate::core::wording;

pub(super) const NAME: &str = "org.kde.StatusNotifierWatcher";
pub(super) const PATH: &str = "/StatusNotifierWatcher";
pub(super) const INTERFACE: &str = NAME;

/// How long a panel may take to answer: one that is starting is busy, and one that hangs must not stop us.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there was no answer.
#[derive(Debug)]
pub(super) enum Silence {
    /// Nobody has the name.
    Nobody,
    /// Anything else.
    Because(String),
}

/// Sees to it that the panel has our icon, whose names on the bus these are; the first is the one to register by.
pub(super) async fn register(bus: &Connection, names: &[&str]) -> Outcome {
    match items(bus).await {
        Ok(items) if lists(&items, names) => return Outcome::Listed,
        Err(Silence::Nobody) => return Outcome::NoPanel,
        Ok(_) | Err(Silence::Because(_)) => {}
    }
    let Some(name) = names.first() else { return Outcome::NotTaken(wording::NAMELESS_ON_THE_BUS.into()) };
    match call(bus, INTERFACE, "RegisterStatusNotifierItem", &(name,)).await {
        Err(Silence::Nobody) => return Outcome::NoPanel,
        Err(Silence::Because(why)) => return Outcome::NotTaken(why),
        Ok(_) => {}
    }
    match items(bus).await {
        Ok(items) if !lists(&items, names) => Outcome::NotTaken(wording::PANEL_WITHOUT_ICON.into()),
        // One that keeps no list has said yes.
        Ok(_) | Err(_) => Outcome::Listed,
    }
}

/// The icons that the panel has.
pub(super) async fn items(bus: &Connection) -> Result<Vec<String>, Silence> {
    let arguments = (INTERFACE, "RegisteredStatusNotifierItems");
    let answer = call(bus, "org.freedesktop.DBus.Properties", "Get", &arguments).await?;
    let value: OwnedValue = answer.body().deserialize().map_err(because)?;
    value.try_into().map_err(because)
}

async fn call<Body: serde::Serialize + zbus::zvariant::DynamicType>(
    bus: &Connection,
    interface: &str,
    method: &str,
    body: &Body,
) -> Result<Message, Silence> {
    let call = bus.call_method(Some(NAME), PATH, Some(interface), method, body);
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Error::MethodError(name, _, _))) if is_nobody(&name) => Err(Silence::Nobody),
        Ok(Err(error)) => Err(because(error)),
        Err(_) => Err(Silence::Because(wording::PANEL_SILENT.into())),
    }
}

fn is_nobody(error: &str) -> bool {
    ["ServiceUnknown", "NameHasNoOwner"].iter().any(|name| error.ends_with(name))
}

fn because(error: impl std::fmt::Display) -> Silence {
    Silence::Because(error.to_string())
}
