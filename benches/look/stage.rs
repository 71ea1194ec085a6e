//! Where everything happens: a folder with a copy of this program that everybody may run, and who else may.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::beds::bed::{Bed, copy_program};
use crate::parts;
use crate::python::Python;

/// As whom something runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    /// As whoever started the measurement.
    Us,
    /// As an ordinary user, where we may become one.
    Nobody,
}

/// The number that every Linux gives to nobody in particular.
pub(crate) const NOBODY: u32 = 65_534;

/// Ends everything that was started through it when it is dropped.
pub(crate) struct Stage {
    pub(crate) bed: Bed,
    /// A copy of this program, outside of folders that are closed to others.
    pub(crate) ourselves: PathBuf,
    pub(crate) python: Option<Python>,
    can_be_nobody: bool,
}

impl Stage {
    /// With the rival.
    pub(crate) fn new() -> Self {
        let mut stage = Self::bare();
        match Python::with_psutil(&stage) {
            Ok(python) => stage.python = Some(python),
            Err(why) => println!("psutil: skipped, {why}"),
        }
        stage
    }

    pub(crate) fn bare() -> Self {
        let bed = Bed::new();
        let ourselves = bed.path("look");
        copy_program(&std::env::current_exe().unwrap(), &ourselves);
        let mut stage = Self { bed, ourselves, python: None, can_be_nobody: true };
        let mut probe = stage.part(Who::Nobody, [parts::NOTHING]);
        probe.stdout(Stdio::null()).stderr(Stdio::null());
        stage.can_be_nobody = probe.status().is_ok_and(|status| status.success());
        if !stage.can_be_nobody {
            println!("as an ordinary user: skipped, there is no right (or no setpriv) to become one");
        }
        stage
    }

    /// Everybody as whom something can be measured.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = Who> {
        let nobody = self.can_be_nobody.then_some(Who::Nobody);
        [Who::Us].into_iter().chain(nobody)
    }

    /// A program as somebody. It bears the bed's mark, as does all that it starts.
    pub(crate) fn command(&self, who: Who, program: impl AsRef<OsStr>) -> Command {
        match who {
            Who::Us => self.bed.command(program),
            Who::Nobody => self.bed.as_nobody(program),
        }
    }

    /// This program in one of its parts.
    pub(crate) fn part<S: AsRef<OsStr>>(&self, who: Who, words: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command(who, &self.ourselves);
        command.args(words);
        command
    }

    /// A folder that somebody may write to.
    pub(crate) fn folder(&self, who: Who, name: &str) -> PathBuf {
        let folder = self.bed.folder(name);
        if who == Who::Nobody {
            std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        folder
    }

    /// The program under measurement, with a home of its own.
    pub(crate) fn shimkeeper(&self, home: &Path) -> Command {
        let mut command = self.bed.command(env!("CARGO_BIN_EXE_shimkeeper"));
        command.arg("--home").arg(home);
        command
    }
}
