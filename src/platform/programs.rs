//! What the system takes for a program.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::os;

/// The endings that the system adds to a program's name by itself.
pub(crate) const ENDINGS: &[&str] = os::programs::ENDINGS;

/// Whether this file may be run.
///
/// # Platforms
/// Unix: a file that somebody may execute; Windows: any file.
pub(crate) fn is_program(path: &Path) -> bool {
    os::programs::is_program(path)
}

/// What to start where a person says `name`.
///
/// # Platforms
/// Windows: also scripts such as `npx.cmd` by the name `npx`, as shells do; elsewhere the name itself.
pub(crate) fn meant_by(name: &OsStr) -> OsString {
    os::programs::meant_by(name)
}
