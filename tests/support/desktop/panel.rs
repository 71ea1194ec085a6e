//! A panel that does what a test wants: takes icons, refuses, hangs, forgets, or has a name and no object.
#![allow(
    clippy::used_underscore_binding,
    clippy::needless_pass_by_value,
    clippy::unused_self,
    reason = "the bus calls methods, hands over values, and some that are not needed"
)]

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use zbus::blocking::Connection;

use super::bus::connect;

const NAME: &str = "org.kde.StatusNotifierWatcher";
const PATH: &str = "/StatusNotifierWatcher";

#[derive(Clone, Default)]
struct Behaviour {
    items: Arc<Mutex<Vec<String>>>,
    registrations: Arc<AtomicUsize>,
    refusals: Arc<AtomicUsize>,
    hangs_for: Arc<AtomicU64>,
    drops_each: Arc<AtomicBool>,
}

/// A connection of its own; dropping it takes the name off the bus.
pub(crate) struct Panel {
    bus: Connection,
    behaviour: Behaviour,
}

struct Watcher(Behaviour);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(
        &self,
        #[zbus(connection)] bus: &zbus::Connection,
        service: &str,
    ) -> zbus::fdo::Result<()> {
        self.0.registrations.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(self.0.hangs_for.swap(0, Ordering::SeqCst)));
        let left = self.0.refusals.load(Ordering::SeqCst);
        if left > 0 {
            self.0.refusals.store(left - 1, Ordering::SeqCst);
            return Err(zbus::fdo::Error::Failed("the panel is not ready".into()));
        }
        let item = format!("{service}/StatusNotifierItem");
        if self.0.drops_each.load(Ordering::SeqCst) {
            bus.emit_signal(None::<&str>, PATH, NAME, "StatusNotifierItemUnregistered", &(item,)).await?;
            return Ok(());
        }
        self.0.items.lock().unwrap_or_else(PoisonError::into_inner).push(item);
        Ok(())
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.items.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

impl Panel {
    /// Has the name, and nothing behind it yet.
    #[track_caller]
    pub(crate) fn name_only(address: &str) -> Self {
        let bus = connect(address);
        // So that calls are answered: there is no such object.
        bus.object_server().at("/Elsewhere", Watcher(Behaviour::default())).unwrap();
        bus.request_name(NAME).unwrap();
        Self { bus, behaviour: Behaviour::default() }
    }

    /// Has name and object.
    #[track_caller]
    pub(crate) fn start(address: &str) -> Self {
        let panel = Self::name_only(address);
        panel.appear();
        panel
    }

    /// The object comes, and nobody is told.
    #[track_caller]
    pub(crate) fn appear(&self) {
        assert!(self.bus.object_server().at(PATH, Watcher(self.behaviour.clone())).unwrap());
    }

    /// The next so many registrations fail.
    pub(crate) fn refuse(&self, times: usize) {
        self.behaviour.refusals.store(times, Ordering::SeqCst);
    }

    /// The next registration is not answered for so long.
    pub(crate) fn hang(&self, time: Duration) {
        self.behaviour.hangs_for.store(u64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Says yes to each registration, and drops the icon at once.
    pub(crate) fn drop_each(&self) {
        self.behaviour.drops_each.store(true, Ordering::SeqCst);
    }

    /// The list is empty from now on; returns what was in it.
    pub(crate) fn forget(&self) -> Vec<String> {
        std::mem::take(&mut *self.behaviour.items.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells everybody something that watchers tell.
    pub(crate) fn say(&self, member: &str, item: Option<&str>) {
        let nobody = None::<&str>;
        match item {
            Some(item) => self.bus.emit_signal(nobody, PATH, NAME, member, &(item,)),
            None => self.bus.emit_signal(nobody, PATH, NAME, member, &()),
        }
        .unwrap();
    }

    pub(crate) fn items(&self) -> Vec<String> {
        self.behaviour.items.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often anybody has asked to be taken.
    pub(crate) fn registrations(&self) -> usize {
        self.behaviour.registrations.load(Ordering::SeqCst)
    }
}
