//! What the system takes for a program: a file that somebody may execute, by the name it has.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

pub(crate) const ENDINGS: &[&str] = &[""];

pub(crate) fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}

pub(crate) fn meant_by(name: &OsStr) -> OsString {
    name.to_owned()
}
