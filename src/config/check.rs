//! Looks whether the folders, files and programs that the configuration names are there.
//!
//! Relative paths count from the folder of the configuration file: the tray is started at login in
//! a folder that nobody chose. Nothing is run and nothing is kept open.

use std::env;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::env_file;
use crate::core::wording::{self, Complaint};
use crate::platform::programs;

/// What relative paths and bare names of programs are looked up in.
pub(crate) struct Surroundings<'a> {
    /// The folder of the configuration file.
    pub(crate) folder: &'a Path,
    /// `PATH`.
    pub(crate) search: Option<&'a OsStr>,
}

impl Surroundings<'_> {
    /// The folder to start in, as a whole path.
    pub(super) fn folder(&self, text: &str) -> Result<String, Complaint> {
        let path = self.folder.join(text);
        if path.is_dir() { Ok(shown(&path)) } else { Err(wording::no_folder(&path.display())) }
    }

    /// The environment file, as a whole path, after reading it once for its mistakes.
    pub(super) fn env_file(&self, text: &str) -> Result<String, Complaint> {
        let path = self.folder.join(text);
        env_file::read(&path).map_err(|error| error.0)?;
        Ok(shown(&path))
    }

    /// The program that a command begins with: bare names stay as they are, paths become whole.
    /// `cwd` is the checked folder to start in; without one, paths count from our own folder.
    pub(super) fn program(&self, text: &str, cwd: Option<&str>) -> Result<String, Complaint> {
        if is_bare(text) {
            let found = self.search.into_iter().flat_map(env::split_paths).any(|folder| {
                folder.is_absolute() && spellings(text).any(|name| programs::is_program(&folder.join(name)))
            });
            return if found { Ok(text.to_owned()) } else { Err(wording::program_not_found(text)) };
        }
        let path = cwd.map_or(self.folder, Path::new).join(text);
        let existing: Vec<PathBuf> =
            spellings(text).map(|name| path.with_file_name(name)).filter(|path| path.is_file()).collect();
        if existing.iter().any(|path| programs::is_program(path)) {
            Ok(shown(&path))
        } else if existing.is_empty() {
            Err(wording::no_program(&path.display()))
        } else {
            Err(wording::not_executable(&path.display()))
        }
    }
}

/// A name without any folder, which the system looks up in `PATH`.
fn is_bare(text: &str) -> bool {
    let mut parts = Path::new(text).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
}

/// The last part of a path with every ending that the system adds by itself.
fn spellings(text: &str) -> impl Iterator<Item = String> {
    let name = Path::new(text).file_name().unwrap_or_default().to_string_lossy().into_owned();
    programs::ENDINGS.iter().map(move |ending| format!("{name}{ending}"))
}

/// The text came from a UTF-8 file; only our own folder's name could be something else.
fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::platform::files::testing::Scratch;

    fn runnable(path: &Path) {
        fs::copy(env::current_exe().unwrap(), path).unwrap();
    }

    #[test]
    fn a_bare_name_is_looked_up_in_path_and_stays_bare() {
        let scratch = Scratch::new();
        let bin = scratch.folder("bin");
        runnable(&bin.join("shim"));
        fs::write(bin.join("notes"), "no program").unwrap();
        let search = env::join_paths([scratch.path(), &bin]).unwrap();
        let around = Surroundings { folder: scratch.path(), search: Some(&search) };
        assert_eq!(around.program("shim", None).unwrap(), "shim");
        for absent in ["shimm", "bin", ".."] {
            assert!(around.program(absent, None).is_err(), "{absent}");
        }
        assert_eq!(around.program("notes", None).is_err(), cfg!(unix));
        let nowhere = Surroundings { search: None, ..around };
        let complaint = nowhere.program("shim", None).unwrap_err();
        assert!(complaint.sentence.contains("PATH"), "{complaint:?}");
    }

    #[test]
    fn a_path_counts_from_the_folder_to_start_in() {
        let scratch = Scratch::new();
        let work = scratch.folder("work");
        runnable(&work.join("shim"));
        let around = Surroundings { folder: scratch.path(), search: None };
        let whole = work.join("shim").to_str().unwrap().to_owned();
        assert_eq!(around.program(&whole, None).unwrap(), whole);
        let found = around.program("work/shim", None).unwrap();
        assert_eq!(Path::new(&found), Path::new(&whole), "by parts: Windows knows two separators");
        let found = around.program("./shim", work.to_str()).unwrap();
        assert!(Path::new(&found).is_file(), "{found}");
        assert!(around.program("./shim", None).unwrap_err().sentence.contains("no program"));
    }
}
