//! A session bus and nothing else: the test itself plays panel and notification daemon.
#![allow(
    clippy::used_underscore_binding,
    clippy::needless_pass_by_value,
    clippy::unused_self,
    reason = "the bus calls methods, hands over values, and some that are not needed"
)]

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use zbus::blocking::{Connection, MessageIterator};
use zbus::zvariant::OwnedValue;
use zbus::{MatchRule, message};

use super::super::bed::Bed;
use super::super::spawned::Spawned;
use super::super::{PATIENCE, eventually_some};
use super::bus::connect;

/// A row as a host reads it: its number and its properties.
pub(crate) type Row = (i32, HashMap<String, OwnedValue>);

pub(crate) struct Bare<'a> {
    bed: &'a Bed,
    pub(crate) address: String,
    daemon: Option<Spawned>,
    bus: Option<Connection>,
}

impl Bed {
    /// A session whose bus is not there yet.
    pub(crate) fn session_without_a_bus(&self) -> Bare<'_> {
        let run = self.folder("run");
        std::fs::set_permissions(&run, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let address = format!("unix:path={}", run.join("bus").display());
        Bare { bed: self, address, daemon: None, bus: None }
    }

    #[track_caller]
    pub(crate) fn session(&self) -> Bare<'_> {
        let mut session = self.session_without_a_bus();
        session.start_bus();
        session
    }
}

impl Bare<'_> {
    #[track_caller]
    pub(crate) fn start_bus(&mut self) {
        let arguments = ["--session", "--nofork", "--nopidfile", "--address", &self.address];
        self.daemon = Some(Spawned::start(self.bed.command("dbus-daemon").args(arguments)));
        self.bus = Some(connect(&self.address));
    }

    /// Gives the command this session's bus and folders.
    pub(crate) fn adopt<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("XDG_RUNTIME_DIR", self.runtime())
            .env("HOME", self.bed.folder("user"))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
    }

    pub(crate) fn runtime(&self) -> PathBuf {
        self.bed.path("run")
    }

    pub(crate) fn bus(&self) -> &Connection {
        self.bus.as_ref().unwrap()
    }

    /// A property of the icon of the tray with this pid, once it is on the bus.
    #[track_caller]
    pub(crate) fn property(&self, pid: u32, name: &str) -> OwnedValue {
        self.property_of(pid, "/StatusNotifierItem", "org.kde.StatusNotifierItem", name)
    }

    /// A property of its menu as a whole.
    #[track_caller]
    pub(crate) fn menu_property(&self, pid: u32, name: &str) -> OwnedValue {
        self.property_of(pid, "/MenuBar", "com.canonical.dbusmenu", name)
    }

    #[track_caller]
    fn property_of(&self, pid: u32, path: &str, interface: &str, name: &str) -> OwnedValue {
        eventually_some(&format!("{interface} tells its {name}"), PATIENCE, || {
            let call = self.call(pid, path, "org.freedesktop.DBus.Properties", "Get", &(interface, name));
            call.ok()?.body().deserialize().ok()
        })
    }

    #[track_caller]
    pub(crate) fn text(&self, pid: u32, name: &str) -> String {
        self.property(pid, name).try_into().unwrap()
    }

    /// The menu's revision and rows, as this connection reads them.
    #[track_caller]
    pub(crate) fn menu(&self, pid: u32) -> (u32, Vec<Row>) {
        type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
        eventually_some("the tray has a menu", PATIENCE, || {
            let everything: [&str; 0] = [];
            let arguments = (0_i32, -1_i32, &everything[..]);
            let answer = self.menu_call(pid, "GetLayout", &arguments).ok()?;
            let (revision, (_, _, rows)): (u32, Layout) = answer.body().deserialize().ok()?;
            let row = |row| Layout::try_from(row).ok().map(|(id, properties, _)| (id, properties));
            Some((revision, rows.into_iter().filter_map(row).collect()))
        })
    }

    pub(crate) fn menu_call<B: serde::Serialize + zbus::zvariant::DynamicType>(
        &self,
        pid: u32,
        method: &str,
        body: &B,
    ) -> zbus::Result<zbus::Message> {
        self.call(pid, "/MenuBar", "com.canonical.dbusmenu", method, body)
    }

    pub(crate) fn item_call<B: serde::Serialize + zbus::zvariant::DynamicType>(
        &self,
        pid: u32,
        method: &str,
        body: &B,
    ) -> zbus::Result<zbus::Message> {
        self.call(pid, "/StatusNotifierItem", "org.kde.StatusNotifierItem", method, body)
    }

    fn call<B: serde::Serialize + zbus::zvariant::DynamicType>(
        &self,
        pid: u32,
        path: &str,
        interface: &str,
        method: &str,
        body: &B,
    ) -> zbus::Result<zbus::Message> {
        let owner = format!("org.kde.StatusNotifierItem-{pid}-1");
        self.bus().call_method(Some(owner.as_str()), path, Some(interface), method, body)
    }

    /// The names of the signals that anybody sends from this object from now on, in order. The thread ends with the bus.
    #[track_caller]
    pub(crate) fn signals(&self, path: &'static str) -> Arc<Mutex<Vec<String>>> {
        let rule = MatchRule::builder().msg_type(message::Type::Signal).path(path).unwrap().build();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&heard);
        let messages = MessageIterator::for_match_rule(rule, &connect(&self.address), Some(512)).unwrap();
        std::thread::spawn(move || {
            for message in messages.flatten() {
                if let Some(member) = message.header().member() {
                    writer.lock().unwrap_or_else(PoisonError::into_inner).push(member.to_string());
                }
            }
        });
        heard
    }

    /// A notification daemon that keeps what it is asked to show.
    #[track_caller]
    pub(crate) fn notifier(&self) -> Notifier {
        let bus = connect(&self.address);
        let shown = Arc::default();
        bus.object_server().at("/org/freedesktop/Notifications", Notifications(Arc::clone(&shown))).unwrap();
        bus.request_name("org.freedesktop.Notifications").unwrap();
        Notifier { _bus: bus, shown }
    }
}

/// What was to be shown: title and text.
type Shown = Arc<Mutex<Vec<(String, String)>>>;

pub(crate) struct Notifier {
    _bus: Connection,
    shown: Shown,
}

impl Notifier {
    pub(crate) fn shown(&self) -> Vec<(String, String)> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Notifications(Shown);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "the protocol has so many")]
    fn notify(
        &self,
        _app: &str,
        _replaces: u32,
        _icon: &str,
        title: String,
        text: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push((title, text));
        u32::try_from(shown.len()).unwrap()
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        ["body", "actions"].map(str::to_owned).to_vec()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ["stub", "us", "1", "1.2"].map(str::to_owned).into()
    }
}
