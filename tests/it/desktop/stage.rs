//! What the stories have in common: the tray on its desktop, and the icon's colours.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::bed::Bed;
use crate::support::desktop::{Bare, Desktop, Rect};
use crate::support::keeper::Keeper;
use crate::support::opener::Opener;
use crate::support::spawned::Spawned;
use crate::support::{PATIENCE, eventually_some};

pub(crate) const GREY: &str = "#8A9099";
pub(crate) const GREEN: &str = "#1FA34A";
pub(crate) const RED: &str = "#E0302B";
pub(crate) const AMBER: &str = "#F5A300";
pub(crate) const BLUE: &str = "#2B7DE9";

/// A running tray and what it wrote to stderr.
pub(crate) struct Tray {
    process: Spawned,
    stderr: PathBuf,
}

impl Tray {
    #[track_caller]
    pub(crate) fn start(bed: &Bed, desktop: &Desktop<'_>, keeper: &Keeper<'_>) -> Self {
        let mut command = tray_command(keeper);
        desktop.adopt(&mut command);
        Self::start_with(bed, &mut command)
    }

    /// The same where files are opened by a stand-in.
    #[track_caller]
    pub(crate) fn start_under(
        bed: &Bed,
        desktop: &Desktop<'_>,
        keeper: &Keeper<'_>,
        opener: &Opener,
    ) -> Self {
        let mut command = tray_command(keeper);
        opener.adopt(desktop.adopt(&mut command));
        Self::start_with(bed, &mut command)
    }

    /// The same on a bus without a desktop.
    #[track_caller]
    pub(crate) fn start_in(bed: &Bed, session: &Bare<'_>, keeper: &Keeper<'_>) -> Self {
        let mut command = tray_command(keeper);
        session.adopt(&mut command);
        Self::start_with(bed, &mut command)
    }

    #[track_caller]
    pub(crate) fn start_with(bed: &Bed, command: &mut Command) -> Self {
        let stderr = bed.fresh("stderr");
        command.stdout(Stdio::null()).stderr(File::create(&stderr).unwrap());
        Self { process: Spawned::start(command), stderr }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// What a terminal, a log-off or a service manager sends.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        self.process.identity().signal(signal);
    }

    /// What a crash does: nothing is put in order.
    pub(crate) fn kill_hard(mut self) {
        self.process.kill_hard();
    }

    /// Threads and open descriptors.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let count = |what: &str| fs::read_dir(format!("/proc/{}/{what}", self.pid())).unwrap().count();
        (count("task"), count("fd"))
    }

    pub(crate) fn lives(&mut self) -> bool {
        self.process.ended().is_none()
    }

    /// What it has written to stderr so far.
    pub(crate) fn words(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap()
    }

    /// Waits for its end and returns its exit code and its last words.
    #[track_caller]
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let status = self.process.wait();
        (status.code(), fs::read_to_string(&self.stderr).unwrap())
    }
}

pub(crate) fn tray_command(keeper: &Keeper<'_>) -> Command {
    keeper.command(env!("CARGO_BIN_EXE_shimkeeper-tray"))
}

/// Waits for an icon of this colour in the panel, takes a picture, and returns its place.
#[track_caller]
pub(crate) fn icon_turns(desktop: &Desktop<'_>, colour: &str, picture: &str) -> Rect {
    let icon = eventually_some(&format!("the icon is {colour}"), PATIENCE, || {
        desktop.find_colour(colour, Rect::PANEL)
    });
    desktop.screenshot(picture);
    icon
}
