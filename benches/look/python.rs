//! Python with psutil, the rival: a version of our own choice, so that figures can be compared.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::beds::bed::python;
use crate::stage::{Stage, Who};

const PSUTIL: &str = "psutil==7.2.2";

/// Fetches psutil where it was not fetched yet. Without it the rest can still be measured.
pub(crate) fn fetch() {
    let kept = kept();
    if kept.is_dir() {
        return;
    }
    let mut pip = Command::new(python());
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
    let done = pip.arg(PSUTIL).arg("--target").arg(&kept).output().unwrap();
    if !done.status.success() {
        println!("pip cannot install {PSUTIL}: {}", String::from_utf8_lossy(&done.stderr).trim());
        // Half of a package would pass for a whole one the next time.
        let _ = std::fs::remove_dir_all(&kept);
    }
}

fn kept() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(PSUTIL)
}

/// Interpreters that can import psutil, for us and for an ordinary user.
pub(crate) struct Python {
    ours: PathBuf,
    nobodys: Option<PathBuf>,
    /// Where psutil lies.
    packages: PathBuf,
}

impl Python {
    /// Finds interpreters for what [`fetch`] has fetched.
    pub(crate) fn with_psutil(stage: &Stage) -> Result<Self, String> {
        let kept = kept();
        if !kept.is_dir() {
            return Err("it could not be fetched".to_owned());
        }
        let packages = stage.bed.path("packages");
        // With their dates, by which compiled modules know their source.
        let copied = Command::new("cp").arg("-a").args([&kept, &packages]).status();
        if !copied.is_ok_and(|status| status.success()) {
            return Err("it could not be copied".to_owned());
        }
        let mut python = Self { ours: python().to_owned(), nobodys: None, packages };
        // Our own interpreter may lie in a folder that is closed to others.
        let places = [python.ours.clone(), "/usr/bin/python3".into(), "/usr/local/bin/python3".into()];
        let works = |who, place: &PathBuf| {
            let mut probe = python.started(stage, who, place);
            probe.args(["-c", "import psutil"]).stderr(Stdio::null());
            probe.status().is_ok_and(|status| status.success())
        };
        let find = |who| places.iter().find(|place| works(who, place)).cloned();
        let (ours, nobodys) = (find(Who::Us), find(Who::Nobody));
        python.ours = ours.ok_or("no interpreter can import it")?;
        python.nobodys = nobodys;
        Ok(python)
    }

    /// A script of ours as somebody who has an interpreter for it.
    pub(crate) fn script<S: AsRef<OsStr>>(
        &self,
        stage: &Stage,
        who: Who,
        name: &str,
        words: impl IntoIterator<Item = S>,
    ) -> Option<Command> {
        let copy = stage.bed.path(name);
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/rivals").join(name), &copy)
            .unwrap();
        let interpreter = match who {
            Who::Us => Some(&self.ours),
            Who::Nobody => self.nobodys.as_ref(),
        };
        let mut command = self.started(stage, who, interpreter?);
        command.arg(copy).args(words);
        Some(command)
    }

    fn started(&self, stage: &Stage, who: Who, interpreter: &Path) -> Command {
        let mut command = stage.command(who, interpreter);
        command.env("PYTHONPATH", &self.packages);
        command
    }
}
