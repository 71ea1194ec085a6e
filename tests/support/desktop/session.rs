//! Starting the pieces, each as our own child, and ending some of them on purpose.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::Signal;

use super::super::bed::Bed;
use super::super::identity::Identity;
use super::super::spawned::Spawned;
use super::super::{PATIENCE, eventually, eventually_some};
use super::bus::Bus;
use super::toasts::ToastLog;

/// What must be installed.
pub(crate) const NEEDS: [&str; 9] = [
    "Xvfb",
    "dbus-daemon",
    "openbox",
    "xfce4-panel",
    "xdotool",
    "import",
    "convert",
    NOTIFYD_SERVICE,
    XFCONF_SERVICE,
];
const NOTIFYD_SERVICE: &str = "/usr/share/dbus-1/services/org.xfce.xfce4-notifyd.Notifications.service";
const XFCONF_SERVICE: &str = "/usr/share/dbus-1/services/org.xfce.Xfconf.service";

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
pub(super) const NOTIFICATIONS: &str = "org.freedesktop.Notifications";

/// What the icon must be readable on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    Dark,
    Light,
}

/// A running session. Drop ends its pieces in reverse order, the bed ends what they started.
pub(crate) struct Desktop<'a> {
    pub(super) bed: &'a Bed,
    environment: Vec<(&'static str, PathBuf)>,
    pub(super) bus: Bus,
    pub(super) toast_log: ToastLog,
    panel: Option<Spawned>,
    notifyd: Spawned,
    daemon: Spawned,
    _others: Vec<Spawned>,
}

impl Bed {
    #[track_caller]
    pub(crate) fn desktop(&self) -> Desktop<'_> {
        self.desktop_with(Theme::Dark)
    }

    /// Starts everything and waits until panel and toasts are on the bus.
    #[track_caller]
    pub(crate) fn desktop_with(&self, theme: Theme) -> Desktop<'_> {
        let mut environment = folders(self, theme);
        let (display, screen) = start_screen(self);
        environment.push(("DISPLAY", display.into()));
        let address = format!("unix:path={}", self.path("run/bus").display());
        environment.push(("DBUS_SESSION_BUS_ADDRESS", address.clone().into()));

        let start = |program: &str, arguments: &[&str]| {
            let mut command = self.command(program);
            Spawned::start(in_session(&mut command, &environment).args(arguments))
        };
        let daemon = start("dbus-daemon", &bus_daemon(&address));
        let bus = Bus::connect(&address);
        let toast_log = ToastLog::start(&address);
        let manager = start("openbox", &[]);
        let notifyd = start(&notifyd_program(), &[]);
        bus.wait_for(NOTIFICATIONS);

        let others = vec![manager, screen];
        let mut desktop =
            Desktop { bed: self, environment, bus, toast_log, panel: None, notifyd, daemon, _others: others };
        desktop.start_panel();
        desktop
    }
}

impl Desktop<'_> {
    /// Where the session bus listens.
    pub(super) fn address(&self) -> String {
        format!("unix:path={}", self.bed.path("run/bus").display())
    }

    /// Gives the command this session's display, bus and folders.
    pub(crate) fn adopt<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        in_session(command, &self.environment)
    }

    /// A marked command inside this session.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = self.bed.command(program);
        self.adopt(&mut command);
        command
    }

    #[track_caller]
    pub(crate) fn start_panel(&mut self) {
        let mut command = self.command("xfce4-panel");
        self.panel = Some(Spawned::start(command.arg("--disable-wm-check")));
        self.bus.wait_for(WATCHER);
    }

    /// The bus crashes and is started again at its address; panel and toasts come back with it.
    #[track_caller]
    pub(crate) fn restart_bus(&mut self) {
        self.panel = None;
        self.notifyd.kill_hard();
        self.daemon.kill_hard();
        let address = self.address();
        self.daemon = Spawned::start(self.command("dbus-daemon").args(bus_daemon(&address)));
        self.bus = Bus::connect(&address);
        self.toast_log = ToastLog::start(&address);
        self.notifyd = Spawned::start(&mut self.command(&notifyd_program()));
        self.bus.wait_for(NOTIFICATIONS);
        self.start_panel();
    }

    /// The session is over: panel, toasts and bus end, and nothing comes after them.
    pub(crate) fn end_session(&mut self) {
        self.panel = None;
        self.notifyd.kill_hard();
        self.daemon.kill_hard();
    }

    /// As in a crash: SIGKILL, and the plugins follow.
    #[track_caller]
    pub(crate) fn kill_panel(&mut self) {
        self.panel = None;
        eventually("the panel has left the bus", PATIENCE, || !self.bus.is_owned(WATCHER));
    }

    /// As in a crash; whoever asks for the next toast starts another one.
    #[track_caller]
    pub(crate) fn kill_notifyd(&mut self) {
        self.notifyd.kill_hard();
    }

    /// The same for one that was started by who asked for a toast.
    pub(crate) fn kill_any_notifyd(&mut self) {
        self.kill_notifyd();
        if let Some(another) = self.bus.pid_of(NOTIFICATIONS).and_then(Identity::of) {
            another.signal(Signal::KILL);
        }
    }

    /// From now on every call to the notification daemon hangs.
    pub(crate) fn freeze_notifyd(&self) {
        self.notifyd.identity().signal(Signal::STOP);
    }

    pub(crate) fn thaw_notifyd(&self) {
        self.notifyd.identity().signal(Signal::CONT);
    }
}

fn bus_daemon(address: &str) -> [&str; 5] {
    ["--session", "--nofork", "--nopidfile", "--address", address]
}

fn in_session<'c>(command: &'c mut Command, environment: &[(&'static str, PathBuf)]) -> &'c mut Command {
    command.env_remove("WAYLAND_DISPLAY").env_remove("XAUTHORITY").env_remove("SESSION_MANAGER");
    command.envs([
        // No settings or accessibility daemons: slower, and nobody looks at them.
        ("GSETTINGS_BACKEND", "memory"),
        ("NO_AT_BRIDGE", "1"),
        ("XDG_CURRENT_DESKTOP", "XFCE"),
        ("XDG_SESSION_TYPE", "x11"),
        // Labels are looked up as they stand in the program.
        ("LC_ALL", "C.UTF-8"),
    ]);
    command.envs(environment.iter().map(|(key, value)| (key, value)))
}

/// Makes the folders of a user who has never logged in, with one panel: clock and icons.
fn folders(bed: &Bed, theme: Theme) -> Vec<(&'static str, PathBuf)> {
    let settings = bed.folder("user/.config/xfce4/xfconf/xfce-perchannel-xml");
    let dark = if theme == Theme::Dark { "true" } else { "false" };
    let panel = include_str!("xfce4-panel.xml").replace("DARK", dark);
    fs::write(settings.join("xfce4-panel.xml"), panel).unwrap();

    let runtime = bed.folder("run");
    fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    vec![
        ("HOME", bed.path("user")),
        ("XDG_CONFIG_HOME", bed.path("user/.config")),
        ("XDG_CACHE_HOME", bed.folder("user/.cache")),
        ("XDG_DATA_HOME", bed.folder("user/.local/share")),
        ("XDG_STATE_HOME", bed.folder("user/.local/state")),
        ("XDG_RUNTIME_DIR", runtime),
    ]
}

/// The server chooses its number itself and tells it when it is ready.
#[track_caller]
fn start_screen(bed: &Bed) -> (String, Spawned) {
    let number = bed.fresh("display");
    let mut command = bed.command("Xvfb");
    command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
    let screen = Spawned::start(command.stdout(fs::File::create(&number).unwrap()));
    let display = eventually_some("the X server has a number", PATIENCE, || {
        let said = fs::read_to_string(&number).ok()?;
        said.ends_with('\n').then(|| format!(":{}", said.trim()))
    });
    (display, screen)
}

/// The daemon lies outside the PATH; its service file tells where.
fn notifyd_program() -> String {
    let service = fs::read_to_string(NOTIFYD_SERVICE).unwrap();
    service.lines().find_map(|line| line.strip_prefix("Exec=")).unwrap().to_owned()
}
