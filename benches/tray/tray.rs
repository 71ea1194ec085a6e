//! The tray program under measurement, as the panel and the kernel see it.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use zbus::blocking::{Proxy, fdo::DBusProxy};
use zbus::names::BusName;
use zbus::zvariant::OwnedValue;

use crate::colours::Colour;
use crate::session::Session;
use crate::stage::Stage;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually};

const PATH: &str = "/StatusNotifierItem";
const INTERFACE: &str = "org.kde.StatusNotifierItem";

/// Ends with SIGKILL when it is dropped.
pub(crate) struct Tray<'a> {
    process: Spawned,
    session: &'a Session<'a>,
}

impl<'a> Tray<'a> {
    pub(crate) fn start(stage: &Stage, session: &'a Session<'a>, home: &Path) -> Self {
        let mut command = stage.bed.command(env!("CARGO_BIN_EXE_shimkeeper-tray"));
        command.arg("--home").arg(home);
        session.adopt(&mut command);
        Self { process: Spawned::start(&mut command), session }
    }

    fn name(&self) -> String {
        format!("{INTERFACE}-{}-1", self.process.pid())
    }

    /// Waits until the icon is on the bus, looking often enough to tell when.
    pub(crate) fn wait_for_the_icon(&self) {
        let (bus, name) = (DBusProxy::new(&self.session.bus).unwrap(), self.name());
        let name = BusName::try_from(name.as_str()).unwrap();
        let begin = Instant::now();
        while !bus.name_has_owner(name.clone()).unwrap() {
            assert!(begin.elapsed() < PATIENCE, "the icon is never on the bus");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Nothing while there is no icon.
    pub(crate) fn colour(&self) -> Option<Colour> {
        let wanted = (INTERFACE, "IconPixmap");
        let properties = Some("org.freedesktop.DBus.Properties");
        let answer =
            self.session.bus.call_method(Some(self.name()), PATH, properties, "Get", &wanted).ok()?;
        let icons: OwnedValue = answer.body().deserialize().ok()?;
        let icons: Vec<(i32, i32, Vec<u8>)> = icons.try_into().ok()?;
        Some(Colour::of(&icons.first()?.2))
    }

    #[track_caller]
    pub(crate) fn turns(&self, colour: Colour) {
        eventually(&format!("the icon is {colour:?}"), PATIENCE, || self.colour() == Some(colour));
    }

    /// When it is told that the icon has changed.
    pub(crate) fn changes(&self) -> Receiver<Instant> {
        let (sender, changes) = channel();
        let proxy = Proxy::new(&self.session.bus, self.name(), PATH, INTERFACE).unwrap();
        let signals = proxy.receive_signal("NewIcon").unwrap();
        thread::spawn(move || {
            for _ in signals {
                if sender.send(Instant::now()).is_err() {
                    return;
                }
            }
        });
        changes
    }

    /// A row of its memory, in kB: `Pss`, `Private_Dirty`.
    pub(crate) fn memory(&self, row: &str) -> f64 {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.process.pid())).unwrap();
        let value = rollup.lines().find_map(|line| line.strip_prefix(row)?.strip_prefix(':')).unwrap();
        value.trim().trim_end_matches(" kB").parse().unwrap()
    }

    pub(crate) fn threads(&self) -> usize {
        fs::read_dir(self.tasks()).unwrap().count()
    }

    /// CPU time of all its threads so far. `stat` counts hundredths of a second, which is more than twenty looks take.
    pub(crate) fn spent(&self) -> Duration {
        let spent = |task: fs::DirEntry| fs::read_to_string(task.path().join("schedstat")).ok();
        let told = fs::read_dir(self.tasks()).unwrap().flatten().filter_map(spent);
        let nanos = told.map(|text| text.split(' ').next().unwrap().parse::<u64>().unwrap());
        Duration::from_nanos(nanos.sum())
    }

    /// The same as the kernel counts it for the whole process, with those threads that ended.
    pub(crate) fn ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.pid())).unwrap();
        let rest = stat.rsplit_once(") ").unwrap().1;
        // User and system time, the 14th and the 15th field; the state is the third.
        rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
    }

    fn tasks(&self) -> String {
        format!("/proc/{}/task", self.process.pid())
    }
}
