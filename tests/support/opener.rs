//! A stand-in of the desktop's `xdg-open`, which only writes down what it was to open.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, iter};

use super::bed::{Bed, copy_program};
use super::{PATIENCE, eventually_some};

/// Stands first on the PATH of whoever adopts it.
pub(crate) struct Opener {
    folder: PathBuf,
    asked: PathBuf,
}

impl Bed {
    pub(crate) fn opener(&self) -> Opener {
        let (folder, asked) = (self.folder("opener"), self.path("asked-to-open"));
        let program = folder.join("xdg-open");
        // Written aside: a reader sees a whole path or nothing.
        let script = format!("#!/bin/sh\necho \"$1\" >'{0}.new' && mv '{0}.new' '{0}'\n", asked.display());
        let draft = self.path("opener.sh");
        fs::write(&draft, script).unwrap();
        fs::set_permissions(&draft, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        copy_program(&draft, &program);
        Opener { folder, asked }
    }
}

impl Opener {
    pub(crate) fn adopt(&self, command: &mut Command) {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = iter::once(self.folder.clone()).chain(env::split_paths(&path));
        command.env("PATH", env::join_paths(folders).unwrap());
    }

    /// Waits until something was opened, returns it, and forgets it.
    #[track_caller]
    pub(crate) fn opened(&self) -> PathBuf {
        let asked = eventually_some("something is opened", PATIENCE, || fs::read_to_string(&self.asked).ok());
        fs::remove_file(&self.asked).unwrap();
        Path::new(asked.trim_end()).to_owned()
    }
}
