//! Whether a panel shows the icon of a tray of ours: asked by a program that is not the tray.

use std::time::Duration;

use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::zvariant::OwnedValue;

use super::item;
use super::registration::lists;
use super::runtime::runtime;
use super::watcher::{self, Silence};
use crate::core::wording;
use crate::platform::tray::Place;

/// How long it may take altogether: a hung bus must not hang us.
const PATIENCE: Duration = Duration::from_secs(6);

/// How long another program's icon may take to tell what it is.
const PATIENCE_FOR_AN_ICON: Duration = Duration::from_secs(1);

pub(crate) fn place() -> Result<Place, String> {
    let runtime = runtime().map_err(|error| error.to_string())?;
    let asked = async { tokio::time::timeout(PATIENCE, ask()).await };
    runtime.block_on(asked).unwrap_or_else(|_| Err(wording::BUS_SILENT.into()))
}

async fn ask() -> Result<Place, String> {
    let bus = Connection::session().await.map_err(|error| error.to_string())?;
    let items = match watcher::items(&bus).await {
        Ok(items) => Some(items),
        Err(Silence::Nobody) => return Ok(Place::NoPanel),
        // It has the name, and no list.
        Err(Silence::Because(_)) => None,
    };
    let ours = our_icons(&bus).await.map_err(|error| error.to_string())?;
    if ours.is_empty() {
        // A name that nothing stands behind shows no icons yet.
        return Ok(if items.is_some() { Place::Panel } else { Place::NoPanel });
    }
    let names: Vec<&str> = ours.iter().map(String::as_str).collect();
    let is_listed = items.is_some_and(|items| lists(&items, &names));
    Ok(if is_listed { Place::Listed } else { Place::NotListed })
}

/// The names of every icon of ours on the bus, the connections' own among them.
async fn our_icons(bus: &Connection) -> zbus::fdo::Result<Vec<String>> {
    let proxy = DBusProxy::new(bus).await?;
    let mut ours = Vec::new();
    for name in proxy.list_names().await? {
        if !name.as_str().starts_with("org.kde.StatusNotifierItem-") {
            continue;
        }
        let arguments = (item::INTERFACE, "Id");
        let interface = Some("org.freedesktop.DBus.Properties");
        let asked = bus.call_method(Some(name.as_str()), item::PATH, interface, "Get", &arguments);
        let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE_FOR_AN_ICON, asked).await else { continue };
        let id = answer.body().deserialize::<OwnedValue>().ok().and_then(|id| String::try_from(id).ok());
        if id.as_deref() == Some(item::ID) {
            ours.push(name.to_string());
            if let Ok(own) = proxy.get_name_owner(name.into_inner()).await {
                ours.push(own.to_string());
            }
        }
    }
    Ok(ours)
}
